// The stage: one picture to touch, one panel per layer that answers.
//
// Streamlit calls `show` again whenever new data comes; the instance is kept by its parent element.
// A drag is drawn here at once; the maps follow when their frame arrives (see connection.js).

import { whenGone } from "../on-unmount.js";
import { whenChartIsNear } from "./charts.js";
import { Connection } from "./connection.js";
import { Bitmap } from "./draw/bitmap.js";
import { themeOf } from "./draw/colors.js";
import { grow } from "./draw/field-growth.js";
import { MapCanvas } from "./draw/map-canvas.js";
import { dress, paintExtra, paintInput, paintMap } from "./draw/paint.js";
import { readFrame } from "./frame.js";
import { clamp, samePlace } from "./geometry.js";
import { listenToBar, listenToHandle, listenToMap } from "./input.js";
import { layOut } from "./layout.js";
import { LENSES } from "./lenses/registry.js";
import { Motion } from "./motion.js";
import { buildExtra, buildFrame, buildInput, buildMap, element, nameChannels } from "./panels.js";
import { giveKeysBack, roomFor } from "./presenting.js";
import { say, write } from "./readouts.js";
import { Task } from "./task.js";
import { BY_TOUCH } from "./touch.js";
import { describeUnit } from "./unit-text.js";

// Named here although other modules import them, so that a browser asks for all files at once.
import "./draw/bitmap.js";
import "./draw/composite.js";
import "./draw/field-marks.js";
import "./draw/unit-mark.js";
import "./lenses/fields.js";
import "./lenses/heads-panel.js";
import "./lenses/heads-region.js";
import "./lenses/parts.js";
import "./lenses/place-grid.js";
import "./lenses/pool.js";
import "./lenses/pool-editor.js";
import "./lenses/pool-links.js";
import "./lenses/pool-orbit.js";
import "./lenses/window.js";
import "./save-png.js";

// In the order in which they overrule each other.
const STYLES = [
  "stage",
  "lenses/pool",
  "lenses/window",
  "lenses/fields",
  "lenses/equivariance",
  "lenses/parts",
  "lenses/heads",
  "presenting",
];

const stages = new WeakMap();
const SPEAK_AFTER = 500; // ms of rest before a screen reader is told
const SETTLE_AFTER = 400; // ms after the last key until the scene counts as settled

const CUT = "Reconnecting. The maps follow once the server answers.";
const HINT = BY_TOUCH
  ? "Tap any cell of a map to see its receptive field."
  : "Arrow keys move it too. Point at any cell of a map to see its receptive field. A click pins it.";

export function show({ data, parentElement, setStateValue }) {
  let stage = stages.get(parentElement);
  if (!stage) {
    stage = new Stage(parentElement);
    stages.set(parentElement, stage);
  }
  if (stage.connection.closed) stage.comeBack();
  stage.connection.sendToPage = (message) => setStateValue("hand", message);
  stage.wantCharts = () => setStateValue("charts", true);
  stage.tellMarks = (marks) => setStateValue("marks", marks);
  if (data) stage.receiveFromPage(readFrame(data));
  return whenGone(stage.parts.root, () => stage.leave());
}

class Stage {
  constructor(parent) {
    this.parts = buildFrame();
    const address = new URL("../../frames", import.meta.url);
    address.protocol = address.protocol.replace("http", "ws");
    this.connection = new Connection({
      address: address.href,
      makeMessage: () => this.message(),
      makeSceneFields: () => ({ query: this.header.query, photo: this.setting.photo }),
      receive: (bytes) => this.receiveFromSocket(readFrame(bytes)),
      reportOutage: (isDown) => write(this.parts.cut, isDown ? CUT : ""),
    });
    this.revision = null;
    this.sentAt = 0; // of the page's newest frame
    this.pageQuery = null; // the scene that the session is known to have
    this.setting = null;
    this.settingId = "";
    this.planes = {};
    this.now = null;
    this.started = null;
    this.scene = null;
    this.hover = null;
    this.cursor = null;
    this.maps = [];
    this.extras = [];
    this.lens = LENSES.maps;
    this.lensPanels = [];
    this.room = roomFor(this.parts.root);
    this.task = new Task(this);
    this.motion = new Motion(this);
    this.isHeld = false; // the pattern, by a pointer
    this.parts.root.hidden = true;
    const styles = STYLES.map((name) => {
      const href = new URL(`./${name}.css`, import.meta.url).href;
      return element("link", { rel: "stylesheet", href });
    });
    const loaded = styles.map((style) => new Promise((resolve) => (style.onload = resolve)));
    Promise.all(loaded).then(() => {
      this.parts.root.hidden = false;
      this.layOut();
    });
    parent.append(...styles, this.parts.root);
    listenToBar(this);
    giveKeysBack(this.parts.root);
    new ResizeObserver(() => this.layOut()).observe(this.parts.root);
    // The height of the window alone decides on a projector.
    this.onWindow = () => this.room.isPresenting && this.layOut();
    window.addEventListener("resize", this.onWindow);
  }

  message() {
    const { position, start, unit, channels, view } = this.scene;
    return {
      revision: this.revision,
      knownScene: this.settingId,
      knownStart: this.started && samePlace(this.started.place, start) ? start : null,
      position,
      start,
      unit,
      channels,
      view,
      ...(this.setting.probes ? { probe: this.chosenUnit } : {}),
      ...this.lens.message?.(this),
    };
  }

  // ---- what comes from the server

  // A frame that came with the page: the first one, one that another control has changed, or the
  // answer to a hand. The last says nothing new while a socket brings the frames.
  receiveFromPage(frame) {
    const { header } = frame;
    // While this module loads, Streamlit keeps all frames, and may show an older one last.
    if (header.sentAt < this.sentAt) return;
    this.sentAt = header.sentAt;
    const foreign = !this.scene || header.revision !== this.revision;
    if (foreign && this.isAheadOf(header)) this.tellAgain(header);
    else if (foreign || header.notice || !this.connection.socketIsOpen) this.receive(frame, foreign);
    // What a page has worked out meanwhile; the hand may be elsewhere by now.
    else if (header.scene !== this.settingId) this.connection.ask();
    if (!foreign) this.connection.pageAnswered(header);
    this.pageQuery = header.query;
    if (this.input) this.task.take(header.task);
    this.themeAsked = -Infinity; // Streamlit also calls when the theme has changed
    // What stands above it may have grown, and the mode may have changed.
    if (roomFor(this.parts.root).height !== this.room.height) this.layOut();
    this.drawSoon();
  }

  // A session that began anew after a lost connection has its scene from the link: what the hand has
  // done since the link was written is known here alone.
  isAheadOf({ query, scene }) {
    const isSameScene = query === this.pageQuery && scene === this.settingId;
    return this.connection.wasDown && this.connection.unacked && isSameScene;
  }

  tellAgain(header) {
    this.revision = header.revision;
    this.connection.sceneChanged();
    this.connection.answered(header);
    this.connection.ask(this.connection.committed);
  }

  receiveFromSocket(frame) {
    // Asked for before another control changed the scene: an answer, but not to be shown.
    if (frame.header.revision === this.revision) this.receive(frame);
    else this.connection.answered(frame.header);
  }

  receive({ header, planes }, foreign = false) {
    if (header.setting) this.set(header.setting, header.scene, planes);
    if (header.scene !== this.settingId) {
      this.connection.answered(header);
      this.connection.ask(); // its fixed parts were lost on the way
      return;
    }
    if (foreign) this.adopt(header);
    // A map that is not shown does not travel.
    const of = (name, { length }) => Array.from({ length }, (_, i) => planes[`${name}${i}`]?.values);
    const { layers, extras } = this.setting;
    const now = { maps: of("now", layers), extras: of("extra", extras) };
    this.now = { place: header.position, ...now };
    if (planes[`start${this.setting.shown[0]}`]) this.started = { place: header.start, maps: of("start", layers) };
    this.header = header;
    this.lens.received?.(this, header, planes);
    this.connection.answered(header);
    say(this, header);
    this.speakSoon();
    this.draw();
    const detail = { token: header.token, position: header.position, parts: header.parts };
    this.parts.root.dispatchEvent(
      new CustomEvent("stage-drawn", { bubbles: true, composed: true, detail }),
    );
  }

  leave() {
    this.connection.close();
    this.giveUpCharts?.();
    this.giveUpCharts = null;
    window.removeEventListener("resize", this.onWindow);
  }

  comeBack() {
    this.connection.open();
    window.addEventListener("resize", this.onWindow);
  }

  adopt(header) {
    this.revision = header.revision;
    this.motion.end();
    this.scene = {
      position: header.position,
      start: header.start,
      unit: header.unit,
      view: header.view,
      channels: this.setting.layers.map((layer) => layer.channel),
      moves: header.moves,
    };
    this.lens.adopt?.(this, header);
    this.hover = this.cursor = null;
    this.showChannels();
    this.connection.sceneChanged();
  }

  set(setting, id, planes) {
    const before = this.setting;
    this.motion.end(); // it may speak of what is no longer there
    this.setting = setting;
    this.setting.extras ??= [];
    this.settingId = id;
    this.planes = { picture: planes.picture, pattern: planes.pattern, alpha: planes.alpha };
    // Nothing of another setting may be drawn on this one; the maps come with the same frame.
    this.now = this.started = this.hover = this.cursor = null;
    // What the elements are made from; a new photo or channel only fills them anew.
    const shape = ({ size, lens, layers, extras }) =>
      JSON.stringify([
        size,
        lens,
        layers.map((layer) => [layer.text, layer.rows, layer.channels.length]),
        extras.map((extra) => [extra.title, extra.note]),
      ]);
    if (!before || shape(before) !== shape(setting)) this.build();
    // A kernel that is being written changes names only: its fields must stay where they are.
    else this.maps.forEach((map, i) => nameChannels(map.select, setting.layers[i]));
    this.composited = null;
  }

  build() {
    const { setting } = this;
    this.lens = LENSES[setting.lens];
    this.isHeld = false;
    this.parts.root.dataset.lens = setting.lens;
    this.parts.views.hidden = this.lens.onlyNow === true;
    this.input = buildInput(setting);
    this.input.mapCanvas = new MapCanvas(this.input.canvas);
    this.input.bitmap = new Bitmap(setting.size, setting.size);
    this.maps = setting.layers.map((layer, index) => {
      const { length } = setting.layers;
      const map = buildMap(layer, index, length, setting.labels, setting.titles?.[index]);
      map.mapCanvas = new MapCanvas(map.canvas);
      map.bitmap = new Bitmap(layer.rows, layer.cols);
      listenToMap(this, map, index);
      return map;
    });
    this.extras = setting.extras.map((extra) => {
      const map = buildExtra(extra, setting.layers[extra.layer], extra.labels ?? setting.labels);
      map.mapCanvas = new MapCanvas(map.canvas);
      map.bitmap = new Bitmap(setting.layers[extra.layer].rows, setting.layers[extra.layer].cols);
      return map;
    });
    this.lensPanels = this.lens.panels?.(this) ?? [];
    listenToHandle(this);
    this.lens.built?.(this);
    this.parts.lensBar.replaceChildren(...(this.lens.bar?.(this) ?? []));
    const before = this.lensPanels.filter((panel) => panel.beforeMaps);
    const after = this.lensPanels.filter((panel) => !panel.beforeMaps);
    this.parts.panels.replaceChildren(
      this.input.panel,
      this.parts.sentence,
      this.parts.unitText,
      ...[...before, ...this.shownMaps, ...this.extras, ...after].map(({ panel }) => panel),
    );
    const reach = Math.max(0, ...setting.layers.map((l) => -Math.min(...l.field.start)));
    // Room for what a field shows beyond the border, and for the line around it.
    this.task.apply();
    this.margin = reach && !this.lens.flush ? Math.min(reach + 1, Math.max(3, Math.ceil(setting.size / 8))) : 0;
    this.layOut();
  }

  // ---- what the hand does

  moveTo(row, col, settled) {
    const limit = this.setting.size - this.setting.pattern.size;
    const place = [clamp(row, 0, limit), clamp(col, 0, limit)];
    const moved = !samePlace(place, this.scene.position);
    if (moved) this.scene.position = place;
    if (moved || settled) this.connection.ask(settled);
    if (moved) {
      this.motion.end();
      this.lens.interrupted?.(this);
      this.parts.linkText.replaceChildren(); // a link that was copied shows another scene now
      this.drawPictureSoon();
    }
  }

  beginFrom(place) {
    if (samePlace(place, this.scene.start)) return;
    this.scene.start = place;
    if (this.now && samePlace(this.now.place, place)) {
      this.started = { place, maps: this.now.maps };
    }
    this.connection.ask();
    this.drawSoon();
  }

  settleSoon() {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.settleNow(), SETTLE_AFTER);
  }

  // Before another control is used, too: it starts from what the server knows.
  settleNow() {
    if (!this.settling) return;
    clearTimeout(this.settling);
    this.settling = null;
    this.connection.commit();
  }

  showChannels() {
    this.maps.forEach((map, i) => {
      map.select.value = this.scene.channels[i];
    });
  }

  // The hand points at another unit, or at none.
  pointed() {
    const unit = this.hover ?? this.cursor;
    if (unit) {
      this.lens.interrupted?.(this);
      this.lens.pointed?.(this, unit);
    }
    if (this.setting.probes) this.connection.ask();
    this.drawSoon();
  }

  // Pin a unit, or let go of the one that is pinned already.
  pin(unit) {
    if (this.task.mark(unit)) {
      this.speakSoon();
      return;
    }
    this.lens.interrupted?.(this);
    const before = this.shownUnit;
    this.scene.unit = samePlace(unit, this.scene.unit) ? null : unit;
    if (this.scene.unit) (this.lens.pinned ?? grow)(this, unit, before);
    this.connection.commit();
    this.drawSoon();
    this.speakSoon();
  }

  // ---- what is shown

  speakSoon() {
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => {
      const marked = this.task.words(this.cursor);
      const text = [this.header?.sentence, this.parts.unitText.textContent].join(" ").trim();
      // What a locked stage knows already would give the answer away.
      write(this.parts.spoken, this.task.locked ? marked : text);
    }, SPEAK_AFTER);
  }

  layOut() {
    if (!this.parts.root.clientWidth || !this.setting || !this.input) return;
    layOut(this);
    this.draw();
  }

  // The page's own light or dark; asking for a style costs, so it is asked twice a second at most.
  get theme() {
    if (performance.now() - (this.themeAsked ?? -Infinity) < 500) return this.knownTheme;
    this.themeAsked = performance.now();
    this.knownTheme = themeOf(this.parts.root);
    return this.knownTheme;
  }

  drawSoon() {
    if (!this.drawing) this.drawing = requestAnimationFrame(() => this.draw());
  }

  // A hand on the move changes the picture at once; the maps wait for their frame.
  drawPictureSoon() {
    if (this.drawing || this.drawingPicture) return;
    this.drawingPicture = requestAnimationFrame(() => {
      this.drawingPicture = null;
      if (this.now) paintInput(this, this.theme, this.shownUnit);
    });
  }

  // What the maps show; beside a panel that only knows now, they show now as well.
  get view() {
    return this.lens.onlyNow ? "now" : this.scene.view;
  }

  get shownMaps() {
    return this.setting.shown.map((index) => this.maps[index]);
  }

  // The unit that the learner points at or has pinned.
  get chosenUnit() {
    return this.hover ?? this.cursor ?? this.scene.unit ?? null;
  }

  // Where none is chosen, the one that the server speaks of stands in.
  get shownUnit() {
    return this.chosenUnit ?? this.lens.unit?.(this) ?? null;
  }

  // A lesson says itself what to do.
  get hint() {
    return this.task.task ? "" : HINT;
  }

  // How a unit's field is marked on a panel; null: not at all.
  markOf(index, unit) {
    return this.lens.unitMark ? this.lens.unitMark(this, index, unit) : {};
  }

  draw() {
    cancelAnimationFrame(this.drawing);
    cancelAnimationFrame(this.drawingPicture);
    this.drawing = this.drawingPicture = null;
    if (!this.setting || !this.now || !this.input.mapCanvas.zoom) return;
    const theme = this.theme;
    const look = `${theme} ${this.view} ${this.settingId}`;
    if (look !== this.drawnLook) dress(this, theme);
    this.drawnLook = look;
    const unit = this.shownUnit;
    this.motion.endUnlessOf(unit);
    paintInput(this, theme, unit);
    for (const index of this.setting.shown) paintMap(this, this.maps[index], index, theme, unit);
    this.extras.forEach((map, index) => paintExtra(this, map, index, theme));
    this.lens.after?.(this, theme, unit);
    this.giveUpCharts ??= whenChartIsNear(() => this.wantCharts());
    write(this.parts.unitText, this.lens.words?.(this, unit) ?? (unit ? this.describe(unit) : this.hint));
    this.motion.drawn();
  }

  valuesOf(index, view) {
    if (view === "now") return this.now.maps[index];
    const started = samePlace(this.started?.place, this.scene.start) ? this.started.maps : null;
    if (!started) return null;
    if (view === "start") return started[index];
    const now = this.now.maps[index];
    if (!now) return null;
    return Int32Array.from(now, (value, i) => value - started[index][i]);
  }

  describe(unit) {
    return describeUnit(this.setting, unit, this.valuesOf(unit[0], this.view));
  }
}
