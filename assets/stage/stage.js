// The stage: one picture to touch, one panel per layer that answers.
//
// Streamlit calls `show` again whenever new data comes; the instance is kept by its parent element.
// A drag is drawn here at once; the maps follow when their frame arrives (see exchange.js).

import { whenGone } from "../on-unmount.js";
import { Actions } from "./actions.js";
import { arrangePanels, buildPanels, havePanelsAlike, marginFor } from "./assembly.js";
import { Painter } from "./draw/painter.js";
import { Exchange } from "./exchange.js";
import { readFrame } from "./frame.js";
import { listenToBar, listenToHandle, listenToMap } from "./input.js";
import { layOut } from "./layout.js";
import { Lens } from "./lenses/lens.js";
import { LENSES } from "./lenses/registry.js";
import { mapValues, valuesIn } from "./map-values.js";
import { Motion } from "./motion.js";
import { buildFrame, nameChannels } from "./panels.js";
import { giveKeysBack, spaceFor } from "./presenting.js";
import { Announcer, say } from "./readouts.js";
import { putStyled } from "./styles.js";
import { Task } from "./task.js";
import { BY_TOUCH } from "./touch.js";
import { describeUnit } from "./unit-text.js";

// Other modules import these. They are named here so that a browser requests all files at once.
import "./charts.js";
import "./connection.js";
import "./draw/bitmap.js";
import "./draw/cell-borders.js";
import "./draw/colors.js";
import "./draw/composite.js";
import "./draw/field-growth.js";
import "./draw/field-marks.js";
import "./draw/handle.js";
import "./draw/map-canvas.js";
import "./draw/paint.js";
import "./draw/palette.js";
import "./draw/region-outline.js";
import "./draw/rights.js";
import "./draw/save-png.js";
import "./draw/unit-mark.js";
import "./geometry.js";
import "./gestures.js";
import "./lenses/equivariance.js";
import "./lenses/fields.js";
import "./lenses/heads.js";
import "./lenses/heads/panel.js";
import "./lenses/heads/region.js";
import "./lenses/parts.js";
import "./lenses/parts/answers.js";
import "./lenses/parts/handles.js";
import "./lenses/place-grid.js";
import "./lenses/pool.js";
import "./lenses/pool/editor.js";
import "./lenses/pool/links.js";
import "./lenses/pool/orbit.js";
import "./lenses/weight-sharing.js";
import "./lenses/window.js";
import "./lenses/window/panel.js";
import "./lenses/window/playback.js";
import "./lenses/window/weights.js";

/**
 * @import { ComponentCall } from "../component.d.ts"
 * @import { ExtraPanel, InputPanel, MapPanel } from "./assembly.js"
 * @import { Values } from "./map-values.js"
 * @import { BuiltSetting, Scene } from "./stage-state.d.ts"
 * @import { Frame, Header, Pair, Planes, Setting, Unit } from "./protocol.d.ts"
 */

const HINT = BY_TOUCH
  ? "Tap any cell of a map to see its receptive field."
  : "Arrow keys move it too. Point at any cell of a map to see its receptive field. A click pins it.";

/** @type {WeakMap<HTMLElement, Stage>} by parent element */
const stages = new WeakMap();

/** @param {ComponentCall<Uint8Array | null>} call */
export function show({ data, parentElement, setStateValue }) {
  let stage = stages.get(parentElement);
  if (!stage) {
    stage = new Stage(parentElement);
    stages.set(parentElement, stage);
  }
  if (stage.connection.closed) stage.comeBack();
  stage.connection.sendToPage = (message) => setStateValue("message", message);
  stage.requestCharts = () => setStateValue("charts", true);
  stage.sendMarks = (marks) => setStateValue("marks", marks);
  if (data) stage.receiveFromPage(readFrame(data));
  return whenGone(stage.parts.root, () => stage.leave());
}

export class Stage {
  // From the frames: the static part, and what depends on where the pattern is.
  /** @type {BuiltSetting} from the first frame on */
  setting;
  settingId = "";
  planes = /** @type {Planes} */ ({}); // picture, pattern and alpha
  /** @type {Header} of the newest frame */
  header;
  /** @type {{ place: Pair, maps: Values, extras: Values } | null} of the newest frame */
  now = null;
  /** @type {{ place: Pair, maps: Values } | null} of the start, to compare with */
  started = null;

  /** @type {Scene} from the first frame on */
  scene;
  hover = /** @type {Unit | null} */ (null); // the one that the pointer is on
  cursor = /** @type {Unit | null} */ (null); // the one that the keyboard has chosen
  isDragging = false;
  ownCells = false; // whether maps are drawn by their own cells

  /** @type {InputPanel} from the first frame on */
  input;
  maps = /** @type {MapPanel[]} */ ([]);
  extras = /** @type {ExtraPanel[]} */ ([]);
  margin = 0; // pixels of the picture round it

  // Set each time that Streamlit calls `show`.
  requestCharts = () => {};
  /** @type {(marks: { task: string, cells: Pair[] }) => void} */
  sendMarks = () => {};

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.parts = buildFrame();
    this.actions = new Actions(this);
    this.announcer = new Announcer(this);
    this.task = new Task(this);
    this.motion = new Motion(this);
    this.painter = new Painter(this);
    this.lens = new Lens(this);
    this.exchange = new Exchange(this);
    this.connection = this.exchange.connection;
    this.space = spaceFor(this.parts.root);
    this.attach(parent);
    listenToBar(this);
    giveKeysBack(this.parts.root);
  }

  /** @param {HTMLElement} parent */
  attach(parent) {
    const { root } = this.parts;
    putStyled(parent, root, () => this.layOut());
    new ResizeObserver(() => this.layOut()).observe(root);
    window.addEventListener("resize", this.onWindow);
  }

  onWindow = () => {
    // Presenting, the layout also depends on the window's height, which no observer tells.
    if (this.space.isPresenting) this.layOut();
  };

  leave() {
    this.connection.close();
    this.painter.leave();
    window.removeEventListener("resize", this.onWindow);
  }

  comeBack() {
    this.connection.open();
    window.addEventListener("resize", this.onWindow);
  }

  // ---- what comes from the server

  /** @param {Frame} frame */
  receiveFromPage(frame) {
    if (!this.exchange.receiveFromPage(frame)) return;
    if (this.input) this.task.take(frame.header.task);
    this.painter.forgetTheme(); // Streamlit also calls when the theme has changed
    // What stands above it may have grown, and the mode may have changed.
    if (spaceFor(this.parts.root).height !== this.space.height) this.layOut();
    this.painter.drawSoon();
  }

  /**
   * Take over the static part of a frame.
   * @param {Setting} setting
   * @param {string} id
   * @param {Planes} planes
   */
  set(setting, id, planes) {
    const before = this.setting;
    this.motion.end(); // it may show what is no longer there
    this.setting = { ...setting, extras: setting.extras ?? [] };
    this.settingId = id;
    this.planes = { picture: planes.picture, pattern: planes.pattern, alpha: planes.alpha };
    // Nothing of another setting may be drawn on this one; the maps come with the same frame.
    this.now = this.started = this.hover = this.cursor = null;
    if (!before || !havePanelsAlike(before, this.setting)) this.build();
    // While a kernel is typed only names change: its fields must stay in place.
    else this.maps.forEach((map, i) => nameChannels(map.select, setting.layers[i]));
    this.input.composited = null;
  }

  build() {
    const { setting } = this;
    const LensOfName = LENSES[setting.lens];
    const before = this.lens;
    before.removed();
    this.isDragging = false;
    this.parts.root.dataset.lens = setting.lens;
    Object.assign(this, buildPanels(setting));
    this.lens = new LensOfName(this, before instanceof LensOfName ? before : null);
    this.parts.views.hidden = this.lens.onlyNow;
    this.maps.forEach((map, index) => listenToMap(this, map, index));
    listenToHandle(this);
    arrangePanels(this);
    this.task.apply();
    this.margin = marginFor(setting, this.lens);
    this.layOut();
  }

  /**
   * Take over what another control, or a link, has changed.
   * @param {Header} header
   */
  adopt(header) {
    const { position, start, unit, view, moves } = header;
    this.motion.end();
    const channels = this.setting.layers.map((layer) => layer.channel);
    this.scene = { position, start, unit, view, channels, moves };
    this.lens.adopt(header);
    this.hover = this.cursor = null;
    this.showChannels();
  }

  /**
   * Take over the maps of a frame, and what is said of them.
   * @param {Header} header
   * @param {Planes} planes
   */
  take(header, planes) {
    const { extras, layers, shown } = this.setting;
    this.now = {
      place: header.position,
      maps: valuesIn(planes, "now", layers),
      extras: valuesIn(planes, "extra", extras),
    };
    if (planes[`start${shown[0]}`]) this.started = { place: header.start, maps: valuesIn(planes, "start", layers) };
    this.header = header;
    this.lens.received(header, planes);
  }

  showFrame() {
    const { parts, position, token } = this.header;
    say(this, this.header);
    this.announcer.announceSoon();
    this.painter.draw();
    const detail = { token, position, parts };
    this.parts.root.dispatchEvent(
      new CustomEvent("stage-drawn", { bubbles: true, composed: true, detail }),
    );
  }

  // ---- what is shown

  showChannels() {
    this.maps.forEach((map, i) => {
      map.select.value = `${this.scene.channels[i]}`;
    });
  }

  layOut() {
    if (!this.parts.root.clientWidth || !this.setting || !this.input) return;
    layOut(this);
    this.painter.draw();
  }

  // What the maps show. Beside a panel that knows no start, they show none either.
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

  get shownUnit() {
    return this.chosenUnit ?? this.lens.defaultUnit();
  }

  /** @param {Unit} unit */
  describe(unit) {
    return describeUnit(this.setting, unit, mapValues(this, unit[0], this.view));
  }

  get unitText() {
    const unit = this.shownUnit;
    const hint = this.task.task ? "" : HINT; // a lesson says itself what to do
    return this.lens.unitText(unit) ?? (unit ? this.describe(unit) : hint);
  }
}
