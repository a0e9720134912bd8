// The stage: one picture to touch, one panel per layer that answers.
//
// Streamlit calls `show` again whenever new data comes; the instance is kept by its parent element.
// A drag is drawn here at once; the maps follow when their frame arrives (see line.js for the way).

import { Bitmap, Sheet, boxOfMap, composite, drawUnit } from "./draw.js";
import { FULL_SCALE, readFrame } from "./frame.js";
import { clamp, samePlace } from "./geometry.js";
import { listenToBar, listenToHandle, listenToMap } from "./hands.js";
import { Line } from "./line.js";
import { buildFrame, buildInput, buildMap, element, fillLegend } from "./panels.js";
import { describeUnit } from "./words.js";

const stages = new WeakMap();
const SPEAK_AFTER = 500; // ms of rest before a screen reader is told
const SETTLE_AFTER = 400; // ms after the last key until the scene counts as settled
const NARROWEST = 168; // CSS pixels of a panel before the row wraps
const NARROW = 256; // CSS pixels of a panel below which a readout needs lines of its own
const PHONE = 640; // CSS pixels of stage below which the picture has a row of its own
const GAP = 16;

const HINT = "Point at any cell of a map to see its receptive field. A click pins it.";

// Writing the same text again would make the browser lay out the page again.
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function show({ data, parentElement, setStateValue }) {
  let stage = stages.get(parentElement);
  if (!stage) {
    stage = new Stage(parentElement);
    stages.set(parentElement, stage);
  }
  if (stage.line.closed) stage.line.open(); // it had left the page and is back
  stage.line.toComponent = (message) => setStateValue("hand", message);
  if (data) stage.receiveFromPage(readFrame(data));
  return () => stage.leaveIfGone();
}

class Stage {
  constructor(parent) {
    this.parts = buildFrame();
    const address = new URL("../../frames", import.meta.url);
    address.protocol = address.protocol.replace("http", "ws");
    this.line = new Line({
      address: address.href,
      makeMessage: () => this.message(),
      tellScene: () => ({ query: this.header.query, photo: this.setting.photo }),
      receive: (bytes) => this.receiveFromSocket(readFrame(bytes)),
    });
    this.revision = null;
    this.setting = null;
    this.settingId = "";
    this.planes = {};
    this.now = null;
    this.started = null;
    this.scene = null;
    this.hover = null;
    this.cursor = null;
    this.maps = [];
    const style = element("link", {
      rel: "stylesheet",
      href: new URL("./stage.css", import.meta.url).href,
    });
    this.parts.root.hidden = true;
    style.onload = () => {
      this.parts.root.hidden = false;
      this.layOut();
    };
    parent.append(style, this.parts.root);
    listenToBar(this);
    new ResizeObserver(() => this.layOut()).observe(this.parts.root);
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
    };
  }

  // ---- what comes from the server

  // A frame that came with the page: the first one, one that another control has changed, or the
  // answer to a hand. The last says nothing new while a socket brings the frames.
  receiveFromPage(frame) {
    const { header } = frame;
    const foreign = !this.scene || header.revision !== this.revision;
    if (foreign || header.notice || !this.line.socketIsOpen) this.receive(frame, foreign);
    this.themeAsked = -Infinity; // Streamlit also calls when the theme has changed
    this.drawSoon();
  }

  receiveFromSocket(frame) {
    // Asked for before another control changed the scene: an answer, but not to be shown.
    if (frame.header.revision === this.revision) this.receive(frame);
    else this.line.answered(frame.header);
  }

  receive({ header, planes }, foreign = false) {
    if (header.setting) this.set(header.setting, header.scene, planes);
    if (header.scene !== this.settingId) {
      this.line.answered(header);
      this.line.ask(false); // its fixed parts were lost on the way
      return;
    }
    if (foreign) this.adopt(header);
    const count = this.setting.layers.length;
    const maps = (name) => Array.from({ length: count }, (_, i) => planes[`${name}${i}`].values);
    this.now = { place: header.position, maps: maps("now") };
    if (planes.start0) this.started = { place: header.start, maps: maps("start") };
    this.header = header;
    this.line.answered(header);
    this.say(header);
    this.draw();
    const detail = { token: header.token, position: header.position };
    this.parts.root.dispatchEvent(
      new CustomEvent("stage-drawn", { bubbles: true, composed: true, detail }),
    );
  }

  // Streamlit also cleans up before it shows new data; only a stage that is off the page leaves.
  leaveIfGone() {
    setTimeout(() => {
      if (!this.parts.root.isConnected) this.line.close();
    }, 1000);
  }

  adopt(header) {
    this.revision = header.revision;
    this.scene = {
      position: header.position,
      start: header.start,
      unit: header.unit,
      view: header.view,
      channels: this.setting.layers.map((layer) => layer.channel),
    };
    this.hover = this.cursor = null;
    this.showChannels();
    this.line.sceneChanged();
  }

  set(setting, id, planes) {
    const before = this.setting;
    this.setting = setting;
    this.settingId = id;
    this.planes = { picture: planes.picture, pattern: planes.pattern, alpha: planes.alpha };
    // Nothing of another setting may be drawn on this one; the maps come with the same frame.
    this.now = this.started = this.hover = this.cursor = null;
    // What the elements are made from; a new photo or channel only fills them anew.
    const shape = ({ size, layers }) =>
      JSON.stringify([size, layers.map((layer) => [layer.text, layer.rows, layer.channels])]);
    if (!before || shape(before) !== shape(setting)) this.build();
    this.composited = null;
  }

  build() {
    const { setting } = this;
    this.input = buildInput(setting);
    this.input.sheet = new Sheet(this.input.canvas);
    this.input.bitmap = new Bitmap(setting.size, setting.size);
    this.maps = setting.layers.map((layer, index) => {
      const map = buildMap(layer, index);
      map.sheet = new Sheet(map.canvas);
      map.bitmap = new Bitmap(layer.rows, layer.cols);
      listenToMap(this, map, index);
      return map;
    });
    listenToHandle(this);
    this.parts.panels.replaceChildren(
      this.input.panel,
      this.parts.sentence,
      this.parts.unitText,
      ...this.maps.map((map) => map.panel),
    );
    const reach = Math.max(0, ...setting.layers.map((l) => -Math.min(...l.field.start)));
    // Room for what a field shows beyond the border, and for the line around it.
    this.margin = reach ? Math.min(reach + 1, Math.ceil(setting.size / 8)) : 0;
    this.layOut();
  }

  // ---- what the hand does

  moveTo(row, col, settled) {
    const limit = this.setting.size - this.setting.pattern.size;
    const place = [clamp(row, 0, limit), clamp(col, 0, limit)];
    const moved = !samePlace(place, this.scene.position);
    if (moved) this.scene.position = place;
    if (moved || settled) this.line.ask(settled);
    if (moved) {
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
    this.line.ask(false);
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
    this.line.ask(true);
  }

  showChannels() {
    this.maps.forEach((map, i) => {
      map.select.value = this.scene.channels[i];
    });
  }

  // Pin a unit, or let go of the one that is pinned already.
  pin(unit) {
    this.scene.unit = samePlace(unit, this.scene.unit) ? null : unit;
    this.line.ask(true);
    this.drawSoon();
    this.speakSoon();
  }

  // ---- what is shown

  say(header) {
    const { notice, sentence } = this.parts;
    const { position, moved, readings } = header;
    write(notice, header.notice);
    notice.hidden = !header.notice;
    write(sentence, header.sentence);
    write(this.input.values.place, `row ${position[0]}, column ${position[1]}`);
    write(this.input.values.moved, moved);
    readings.forEach((reading, i) => {
      for (const [key, node] of Object.entries(this.maps[i].values)) write(node, reading[key]);
    });
    this.speakSoon();
  }

  speakSoon() {
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => {
      const text = [this.header?.sentence, this.parts.unitText.textContent].join(" ").trim();
      write(this.parts.spoken, text);
    }, SPEAK_AFTER);
  }

  layOut() {
    const width = this.parts.root.clientWidth;
    if (!width || !this.setting || !this.input) return;
    const count = this.maps.length + 1;
    const phone = width < PHONE;
    const fit = Math.max(1, Math.floor((width + GAP) / (NARROWEST + GAP)));
    // Rows of equal length: seven panels and one below would waste the screen.
    const rows = Math.ceil(count / Math.min(count, fit));
    const columns = phone ? Math.min(this.maps.length, 3) : Math.ceil(count / rows);
    const cell = (width - (columns - 1) * GAP) / columns;
    const { classList, style } = this.parts.panels;
    this.parts.root.classList.toggle("phone", phone);
    // In one row the panels fall apart into captions, maps and readouts, so that the sentence can
    // stand right under the maps.
    classList.toggle("one-row", phone ? this.maps.length <= 3 : rows === 1);
    classList.toggle("narrow", cell < NARROW);
    style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
    // A picture larger than this would push the maps or the sentence off the first screen.
    const most = Math.max(220, window.innerHeight * (phone ? 0.36 : 0.5));
    const wide = Math.min(phone ? width : cell, most);
    this.input.sheet.resize(wide, this.setting.size, this.margin);
    for (const map of this.maps) {
      map.sheet.resize(Math.min(cell, most), this.setting.size, this.margin);
    }
    this.draw();
  }

  // The page's own light or dark; asking for a style costs, so it is asked twice a second at most.
  get theme() {
    if (performance.now() - (this.themeAsked ?? -Infinity) < 500) return this.knownTheme;
    this.themeAsked = performance.now();
    const color = getComputedStyle(this.parts.root).getPropertyValue("--st-background-color");
    const parts = color.match(/^#(..)(..)(..)/)?.slice(1).map((part) => parseInt(part, 16));
    const [red, green, blue] = parts ?? color.match(/\d+/g)?.map(Number) ?? [255, 255, 255];
    this.knownTheme = red * 0.3 + green * 0.6 + blue * 0.1 < 128 ? "dark" : "light";
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
      if (this.now) this.drawInput(this.theme, this.shownUnit);
    });
  }

  get shownUnit() {
    return this.hover ?? this.cursor ?? this.scene.unit;
  }

  draw() {
    cancelAnimationFrame(this.drawing);
    cancelAnimationFrame(this.drawingPicture);
    this.drawing = this.drawingPicture = null;
    if (!this.setting || !this.now || !this.input.sheet.zoom) return;
    const theme = this.theme;
    const look = `${theme} ${this.scene.view} ${this.settingId}`;
    if (look !== this.drawnLook) this.dress(theme);
    this.drawnLook = look;
    const unit = this.shownUnit;
    this.drawInput(theme, unit);
    this.maps.forEach((map, index) => this.drawMap(map, index, theme, unit));
    write(this.parts.unitText, unit ? this.describe(unit) : HINT);
  }

  // What depends on theme, view and setting alone, not on the drag.
  dress(theme) {
    this.parts.root.dataset.theme = theme;
    for (const button of this.parts.views.children) {
      const chosen = button.dataset.view === this.scene.view;
      button.setAttribute("aria-checked", chosen);
      button.tabIndex = chosen ? 0 : -1;
    }
    this.maps.forEach((map, i) => {
      fillLegend(map, this.setting.layers[i].scale, this.scene.view, theme);
    });
  }

  drawInput(theme, unit) {
    const { sheet, bitmap, handle } = this.input;
    const { position, start } = this.scene;
    const { size } = this.setting.pattern;
    if (!samePlace(this.composited, position)) {
      const pixels = new Uint8Array(this.planes.picture.values.length);
      composite(pixels, this.planes, position);
      bitmap.gray(pixels);
      this.composited = position;
    }
    sheet.begin(theme);
    sheet.bitmap(bitmap, [0, this.setting.size, 0, this.setting.size]);
    sheet.edge();
    const around = ([row, col]) => [row, row + size, col, col + size];
    if (!samePlace(position, start)) sheet.box(around(start), { dashed: true });
    sheet.box(around(position));
    if (unit) drawUnit(sheet, this.setting.layers, -1, unit, this.ownCells);
    this.placeHandle(handle, sheet, position, size);
  }

  placeHandle(handle, sheet, [row, col], size) {
    const side = Math.max(44, size * sheet.zoom);
    const center = (at) => (at + size / 2 + sheet.margin) * sheet.zoom - side / 2;
    handle.style.width = handle.style.height = `${side}px`;
    handle.style.transform = `translate(${center(col)}px, ${center(row)}px)`;
    const jump = this.setting.layers.at(-1).field.jump[0];
    handle.setAttribute(
      "aria-label",
      `${this.setting.pattern.name} at row ${row}, column ${col}. Arrow keys move it by 1, ` +
        `with Shift by ${jump}; Home returns it.`,
    );
  }

  drawMap(map, index, theme, unit) {
    const layer = this.setting.layers[index];
    const { view } = this.scene;
    const values = this.valuesOf(index, view);
    if (values) map.bitmap.signed(values, FULL_SCALE, theme);
    const square = boxOfMap(layer, this.setting.size, this.ownCells);
    map.sheet.begin(theme);
    if (values) map.sheet.bitmap(map.bitmap, square);
    if (this.ownCells) map.sheet.grid(square, layer.rows, layer.cols);
    map.sheet.edge();
    if (unit) drawUnit(map.sheet, this.setting.layers, index, unit, this.ownCells);
  }

  valuesOf(index, view) {
    if (view === "now") return this.now.maps[index];
    const started = samePlace(this.started?.place, this.scene.start) ? this.started.maps : null;
    if (!started) return null;
    if (view === "start") return started[index];
    const now = this.now.maps[index];
    return Int32Array.from(now, (value, i) => value - started[index][i]);
  }

  describe(unit) {
    return describeUnit(this.setting, unit, this.valuesOf(unit[0], this.scene.view));
  }
}
