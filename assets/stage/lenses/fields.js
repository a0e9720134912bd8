// The fields lens: what one unit sees, in up to three rings, and what one pixel can reach.

import { paintHeat, paintPixel, paintReached, paintSeen, paintUsed } from "../draw/field-marks.js";
import { boxOfMap, clamp, samePlace } from "../geometry.js";
import { stepOf } from "../gestures.js";
import { element } from "../panels.js";
import { BY_TOUCH } from "../touch.js";
import { Lens } from "./lens.js";

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
  rings = []; // names of those that are shown
  pixel = null; // [row, col] that is pinned
  hover = null; // the pixel that the pointer is on
  cursor = null; // the pixel that the keyboard has chosen
  planes = {}; // of the newest frame

  constructor(stage) {
    super(stage);
    this.bar = RINGS.map((ring) => this.buildRing(...ring));
    listenToPicture(this);
  }

  buildRing(name, label, tip) {
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
    return element("label", { class: "own ring", title: tip }, box, sign, ` ${label}`);
  }

  has(ring) {
    return this.rings.includes(ring);
  }

  get shownPixel() {
    return this.hover ?? this.cursor ?? this.pixel;
  }

  message() {
    return { pixel: this.pixel, pointed: this.shownPixel, rings: this.rings };
  }

  adopt({ pixel, rings }) {
    Object.assign(this, { pixel, rings, hover: null, cursor: null });
  }

  received(header, planes) {
    this.planes = planes;
    for (const label of this.bar) {
      const box = label.querySelector("input");
      box.checked = this.has(box.dataset.ring);
    }
  }

  defaultUnit() {
    return this.shownPixel ? null : (this.stage.header?.probe ?? null);
  }

  unitMark(index, unit) {
    return this.has("box") || index === unit[0] ? { fill: index >= 0 } : null;
  }

  // Drawn before the outlines of the field, which stay sharp above it.
  drawOverInput(mapCanvas, theme, unit) {
    const { planes, stage: { header } } = this;
    if (unit && header.probe) {
      if (this.has("effective")) paintHeat(mapCanvas, header.effective, planes.effective);
      else if (this.has("box")) paintSeen(mapCanvas, planes, theme);
      if (this.has("used")) paintUsed(mapCanvas, header.used, planes.used);
    }
    if (this.shownPixel) paintPixel(mapCanvas, this.shownPixel);
  }

  drawOverMap({ mapCanvas }, index, theme) {
    const { header, ownCells, setting } = this.stage;
    if (!this.shownPixel || !header.reach) return;
    const layer = setting.layers[index];
    const square = boxOfMap(layer, setting.size, ownCells);
    const { [`reachRows${index}`]: rows, [`reachCols${index}`]: cols } = this.planes;
    paintReached(mapCanvas, layer, square, rows.values, cols.values, theme);
  }

  unitText(unit) {
    if (!unit) return PIN;
    return (this.stage.chosenUnit ? "" : HINT) + this.stage.describe(unit);
  }

  // Pin a pixel, or release the pinned one.
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

function listenToPicture(lens) {
  const { stage } = lens;
  const { handle, plot } = stage.input;
  plot.tabIndex = 0;
  plot.setAttribute("role", "application");
  plot.setAttribute("aria-roledescription", "picture");
  plot.setAttribute("aria-label", "Picture. Arrow keys choose a pixel, Enter pins it.");
  const point = (pixel) => {
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

function middleOf({ setting }) {
  const middle = setting.size >> 1;
  return [middle, middle];
}

function pixelAt({ input, setting }, event) {
  const pixel = input.mapCanvas.place(event).map(Math.floor);
  return pixel.every((at) => at >= 0 && at < setting.size) ? pixel : null;
}

function isNear({ pixel: pinned, stage }, pixel) {
  if (!pixel || !pinned) return false;
  const distance = Math.hypot(pixel[0] - pinned[0], pixel[1] - pinned[1]);
  return distance * stage.input.mapCanvas.zoom < FINGER;
}

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
    const jump = event.shiftKey ? setting.layers.at(-1).field.jump : [1, 1];
    lens.hover = null;
    lens.cursor = at.map((place, axis) => clamp(place + step[axis] * jump[axis], 0, setting.size - 1));
    actions.pointed();
    announcer.announceSoon();
  } else return;
  event.preventDefault();
}
