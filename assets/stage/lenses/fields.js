// The fields lens: what one unit sees, in up to three rings, and what one pixel can reach.

import { paintHeat, paintPixel, paintReached, paintSeen, paintUsed } from "../draw/field-marks.js";
import { boxOfMap, clamp, samePlace } from "../geometry.js";
import { stepOf } from "../gestures.js";
import { element } from "../panels.js";
import { BY_TOUCH } from "../touch.js";
import { Lens } from "./lens.js";

/**
 * @import { MapPanel } from "../assembly.js"
 * @import { Theme } from "../draw/colors.js"
 * @import { MapCanvas } from "../draw/map-canvas.js"
 * @import { Header, Pair, Planes, Ring, Unit } from "../protocol.d.ts"
 * @import { Stage } from "../stage.js"
 */

/** @type {[Ring, string, string][]} */
const RINGS = [
  ["box", "box", "All that the neuron could see, by the arithmetic of its layers."],
  ["effective", "effective", "How much each pixel counts: its gradient. The strongest is full."],
  ["used", "used now", "Pixels whose slightest change would change this neuron now."],
];
const FINGER = 16; // CSS pixels within which two taps mean the same place
const HINT = BY_TOUCH
  ? "Tap a neuron on a map, or a pixel of the picture, to pin it. Shown: "
  : "Point at a neuron on a map, or at a pixel of the picture. A click pins it. Shown: ";
const PIN = BY_TOUCH
  ? "A tap pins this pixel; another lets it go."
  : "A click or Enter pins this pixel; another, or Escape, lets it go.";

export class FieldsLens extends Lens {
  /** @type {Ring[]} those that are shown */
  rings = [];
  /** @type {Pair | null} the one that is pinned */
  pixel = null;
  /** @type {Pair | null} the one that the pointer is on */
  hover = null;
  /** @type {Pair | null} the one that the keyboard has chosen */
  cursor = null;
  /** @type {Planes} of the newest frame */
  planes = {};

  /** @param {Stage} stage */
  constructor(stage) {
    super(stage);
    this.switches = RINGS.map((ring) => this.buildSwitch(...ring));
    this.bar = this.switches.map(({ label }) => label);
    listenToPicture(this);
  }

  /**
   * @param {Ring} name
   * @param {string} text
   * @param {string} tip
   */
  buildSwitch(name, text, tip) {
    const box = element("input", { type: "checkbox", "data-ring": name });
    box.addEventListener("change", () => {
      const { connection, painter } = this.stage;
      this.rings = RINGS.map(([ring]) => ring).filter((ring) =>
        ring === name ? box.checked : this.has(ring),
      );
      connection.commit();
      painter.drawSoon();
    });
    const sign = element("span", { class: `ring-sign ${name}`, "aria-hidden": "true" });
    const label = element("label", { class: "own ring", title: tip }, box, sign, ` ${text}`);
    return { ring: name, box, label };
  }

  /** @param {Ring} ring */
  has(ring) {
    return this.rings.includes(ring);
  }

  get shownPixel() {
    return this.hover ?? this.cursor ?? this.pixel;
  }

  message() {
    return { pixel: this.pixel, pointed: this.shownPixel, rings: this.rings };
  }

  /** @param {Header} header */
  adopt({ pixel, rings }) {
    Object.assign(this, { pixel, rings, hover: null, cursor: null });
  }

  /**
   * @param {Header} header
   * @param {Planes} planes
   */
  received(header, planes) {
    this.planes = planes;
    for (const { ring, box } of this.switches) box.checked = this.has(ring);
  }

  defaultUnit() {
    return this.shownPixel ? null : (this.stage.header?.probe ?? null);
  }

  /**
   * @param {number} index
   * @param {Unit} unit
   */
  unitMark(index, unit) {
    return this.has("box") || index === unit[0] ? { fill: index >= 0 } : null;
  }

  /**
   * Drawn before the outlines of the field, which stay sharp above it.
   * @param {MapCanvas} mapCanvas
   * @param {Theme} theme
   * @param {Unit | null} unit
   */
  drawOverInput(mapCanvas, theme, unit) {
    const { planes, stage: { header } } = this;
    if (unit && header.probe) {
      if (this.has("effective")) paintHeat(mapCanvas, header.effective, planes.effective);
      else if (this.has("box")) paintSeen(mapCanvas, planes, theme);
      if (this.has("used")) paintUsed(mapCanvas, header.used, planes.used);
    }
    if (this.shownPixel) paintPixel(mapCanvas, this.shownPixel);
  }

  /**
   * @param {MapPanel} map
   * @param {number} index
   * @param {Theme} theme
   */
  drawOverMap({ mapCanvas }, index, theme) {
    const { header, ownCells, setting } = this.stage;
    if (!this.shownPixel || !header.reach) return;
    const layer = setting.layers[index];
    const square = boxOfMap(layer, setting.size, ownCells);
    const { [`reachRows${index}`]: rows, [`reachCols${index}`]: cols } = this.planes;
    paintReached(mapCanvas, layer, square, rows.values, cols.values, theme);
  }

  /** @param {Unit | null} unit */
  unitText(unit) {
    if (!unit) return PIN;
    return (this.stage.chosenUnit ? "" : HINT) + this.stage.describe(unit);
  }

  /**
   * Pin a pixel, or release the pinned one.
   * @param {Pair | null} pixel
   */
  pin(pixel) {
    if (!pixel && !this.pixel) return;
    const { announcer, connection, painter } = this.stage;
    this.pixel = samePlace(pixel, this.pixel) ? null : pixel;
    connection.commit();
    painter.drawSoon();
    announcer.announceSoon();
  }
}

// ---- pointers and keys on the picture

/** @param {FieldsLens} lens */
function listenToPicture(lens) {
  const { stage } = lens;
  const { handle, plot } = stage.input;
  plot.tabIndex = 0;
  plot.setAttribute("role", "application");
  plot.setAttribute("aria-roledescription", "picture");
  plot.setAttribute("aria-label", "Picture. Arrow keys choose a pixel, Enter pins it.");
  const point = (/** @type {Pair | null} */ pixel) => {
    if (samePlace(pixel, lens.hover) || pixel === lens.hover) return;
    lens.hover = pixel;
    stage.actions.pointed();
  };
  plot.addEventListener("pointermove", (event) => {
    // A pressed button drags the pattern: then the field is what there is to see.
    if (event.pointerType !== "touch") point(event.buttons ? null : pixelAt(stage, event));
  });
  plot.addEventListener("pointerdown", () => point(null));
  plot.addEventListener("pointerleave", () => point(null));
  plot.addEventListener("click", (event) => {
    if (event.target === handle) return; // it ends a drag
    const pixel = pixelAt(stage, event);
    // A finger seldom meets the same pixel twice: a tap near the pinned one releases it.
    lens.pin(event.pointerType === "touch" && isNear(lens, pixel) ? lens.pixel : pixel);
  });
  plot.addEventListener("focus", () => {
    if (!plot.matches(":focus-visible")) return;
    lens.cursor = lens.pixel ?? middleOf(stage);
    stage.actions.pointed();
    stage.announcer.announceSoon();
  });
  plot.addEventListener("blur", () => {
    lens.cursor = null;
    stage.actions.pointed();
  });
  plot.addEventListener("keydown", (event) => {
    if (event.target === plot) keyOnPicture(lens, event);
  });
}

/**
 * @param {Stage} stage
 * @returns {Pair}
 */
function middleOf({ setting }) {
  const middle = setting.size >> 1;
  return [middle, middle];
}

/**
 * @param {Stage} stage
 * @param {MouseEvent} event
 * @returns {Pair | null}
 */
function pixelAt({ input, setting }, event) {
  const [row, col] = input.mapCanvas.place(event).map(Math.floor);
  const inside = row >= 0 && col >= 0 && row < setting.size && col < setting.size;
  return inside ? [row, col] : null;
}

/**
 * @param {FieldsLens} lens
 * @param {Pair | null} pixel
 */
function isNear({ pixel: pinned, stage }, pixel) {
  if (!pixel || !pinned) return false;
  const distance = Math.hypot(pixel[0] - pinned[0], pixel[1] - pinned[1]);
  return distance * stage.input.mapCanvas.zoom < FINGER;
}

/**
 * @param {FieldsLens} lens
 * @param {KeyboardEvent} event
 */
function keyOnPicture(lens, event) {
  const { actions, announcer, setting } = lens.stage;
  const at = lens.cursor ?? lens.pixel ?? middleOf(lens.stage);
  const step = stepOf(event);
  if (event.key === "Enter" || event.key === " ") lens.pin(at);
  else if (event.key === "Escape") {
    if (!lens.pixel) return; // the key may be for the page
    lens.pin(null);
    event.stopPropagation();
  } else if (step) {
    const jump = event.shiftKey ? setting.layers[setting.layers.length - 1].field.jump : [1, 1];
    lens.hover = null;
    const [row, col] = [0, 1].map((axis) =>
      clamp(at[axis] + step[axis] * jump[axis], 0, setting.size - 1),
    );
    lens.cursor = [row, col];
    actions.pointed();
    announcer.announceSoon();
  } else return;
  event.preventDefault();
}
