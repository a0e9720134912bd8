// The fields lens: what one unit sees, in up to three rings, and what one pixel can reach.

import { paintHeat, paintPixel, paintReached, paintSeen, paintUsed } from "../draw/field-marks.js";
import { boxOfMap, clamp, samePlace } from "../geometry.js";
import { stepOf } from "../input.js";
import { element } from "../panels.js";
import { BY_TOUCH } from "../touch.js";

const RINGS = [
  ["box", "box", "All that the neuron could see, by the arithmetic of its layers."],
  ["effective", "effective", "How much each pixel counts: its gradient. The strongest is full."],
  ["used", "used now", "Pixels whose slightest change would change this neuron now."],
];
const FINGER = 16; // CSS pixels within which a finger means the same place
const HINT = BY_TOUCH
  ? "Tap a neuron on a map, or a pixel of the picture, to pin it. Shown: "
  : "Point at a neuron on a map, or at a pixel of the picture. A click pins it. Shown: ";
const PIN = BY_TOUCH
  ? "A tap pins this pixel; another lets it go."
  : "A click or Enter pins this pixel; another, or Escape, lets it go.";

const shownPixel = (stage) => stage.pixelHover ?? stage.pixelCursor ?? stage.scene?.pixel ?? null;
const has = (stage, ring) => stage.scene.rings.includes(ring);

export const fields = {
  built(stage) {
    stage.pixelHover = stage.pixelCursor = null;
    listenToPicture(stage);
  },

  bar(stage) {
    stage.ringBoxes = RINGS.map(([name, label, tip]) => {
      const box = element("input", { type: "checkbox", "data-ring": name });
      box.addEventListener("change", () => {
        stage.scene.rings = RINGS.map(([ring]) => ring).filter((ring) =>
          ring === name ? box.checked : has(stage, ring),
        );
        stage.connection.commit();
        stage.drawSoon();
      });
      const sign = element("span", { class: `ring-sign ${name}`, "aria-hidden": "true" });
      return element("label", { class: "own ring", title: tip }, box, sign, ` ${label}`);
    });
    return stage.ringBoxes;
  },

  message: (stage) => ({
    pixel: stage.scene.pixel,
    pointed: shownPixel(stage),
    rings: stage.scene.rings,
  }),

  adopt(stage, header) {
    stage.scene.pixel = header.pixel;
    stage.scene.rings = header.rings;
    stage.pixelHover = stage.pixelCursor = null;
  },

  received(stage, header, planes) {
    stage.fieldPlanes = planes;
    for (const label of stage.ringBoxes) {
      const box = label.querySelector("input");
      box.checked = has(stage, box.dataset.ring);
    }
  },

  unit: (stage) => (shownPixel(stage) ? null : (stage.header?.probe ?? null)),

  unitMark: (stage, index, unit) =>
    has(stage, "box") || index === unit[0] ? { fill: index >= 0 } : null,

  // Before the outlines, so that they stay sharp.
  overInput(stage, mapCanvas, theme, unit) {
    const { header, fieldPlanes: planes } = stage;
    if (unit && header.probe) {
      if (has(stage, "effective")) paintHeat(mapCanvas, header.effective, planes.effective);
      else if (has(stage, "box")) paintSeen(mapCanvas, planes, theme);
      if (has(stage, "used")) paintUsed(mapCanvas, header.used, planes.used);
    }
    const pixel = shownPixel(stage);
    if (pixel) paintPixel(mapCanvas, pixel);
  },

  overMap(stage, map, index, theme) {
    if (!shownPixel(stage) || !stage.header.reach) return;
    const layer = stage.setting.layers[index];
    const square = boxOfMap(layer, stage.setting.size, stage.ownCells);
    const { [`reachRows${index}`]: rows, [`reachCols${index}`]: cols } = stage.fieldPlanes;
    paintReached(map.mapCanvas, layer, square, rows.values, cols.values, theme);
  },

  words(stage, unit) {
    if (!unit) return PIN;
    return (stage.chosenUnit ? "" : HINT) + stage.describe(unit);
  },
};

// ---- what the hand does on the picture

function listenToPicture(stage) {
  const { plot } = stage.input;
  plot.tabIndex = 0;
  plot.setAttribute("role", "application");
  plot.setAttribute("aria-roledescription", "picture");
  plot.setAttribute("aria-label", "Picture. Arrow keys choose a pixel, Enter pins it.");
  const point = (pixel) => {
    if (samePlace(pixel, stage.pixelHover) || pixel === stage.pixelHover) return;
    stage.pixelHover = pixel;
    stage.pointed();
  };
  plot.addEventListener("pointermove", (event) => {
    // A pressed button drags the pattern: then the field is what there is to see.
    if (event.pointerType !== "touch") point(event.buttons ? null : pixelAt(stage, event));
  });
  plot.addEventListener("pointerdown", () => point(null));
  plot.addEventListener("pointerleave", () => point(null));
  plot.addEventListener("click", (event) => {
    // A press on the pattern ends a drag.
    if (event.target === stage.input.handle) return;
    const pixel = pixelAt(stage, event);
    // A finger seldom meets the same pixel twice: a tap near the pinned one lets it go.
    pin(stage, event.pointerType === "touch" && isNear(stage, pixel) ? stage.scene.pixel : pixel);
  });
  plot.addEventListener("focus", () => {
    if (!plot.matches(":focus-visible")) return;
    const middle = stage.setting.size >> 1;
    stage.pixelCursor = stage.scene.pixel ?? [middle, middle];
    stage.pointed();
    stage.speakSoon();
  });
  plot.addEventListener("blur", () => {
    stage.pixelCursor = null;
    stage.pointed();
  });
  plot.addEventListener("keydown", (event) => {
    if (event.target === plot) keyOnPicture(stage, event);
  });
}

function pixelAt(stage, event) {
  const pixel = stage.input.mapCanvas.place(event).map(Math.floor);
  return pixel.every((at) => at >= 0 && at < stage.setting.size) ? pixel : null;
}

function isNear(stage, pixel) {
  const pinned = stage.scene.pixel;
  if (!pixel || !pinned) return false;
  const far = Math.hypot(pixel[0] - pinned[0], pixel[1] - pinned[1]);
  return far * stage.input.mapCanvas.zoom < FINGER;
}

function pin(stage, pixel) {
  if (!pixel && !stage.scene.pixel) return;
  stage.scene.pixel = samePlace(pixel, stage.scene.pixel) ? null : pixel;
  stage.connection.commit();
  stage.drawSoon();
  stage.speakSoon();
}

function keyOnPicture(stage, event) {
  const middle = stage.setting.size >> 1;
  const at = stage.pixelCursor ?? stage.scene.pixel ?? [middle, middle];
  const step = stepOf(event);
  if (event.key === "Enter" || event.key === " ") pin(stage, at);
  else if (event.key === "Escape") {
    if (!stage.scene.pixel) return; // it may mean the page
    pin(stage, null);
    event.stopPropagation();
  } else if (step) {
    const jump = event.shiftKey ? stage.setting.layers.at(-1).field.jump : [1, 1];
    stage.pixelHover = null;
    stage.pixelCursor = at.map((place, axis) =>
      clamp(place + step[axis] * jump[axis], 0, stage.setting.size - 1),
    );
    stage.pointed();
    stage.speakSoon();
  } else return;
  event.preventDefault();
}
