// The fields lens: what one unit sees, in up to three rings, and what one pixel can reach.

import { boxOfCells, boxOfMap } from "./draw.js";
import { clamp, samePlace } from "./geometry.js";
import { stepOf } from "./hands.js";
import { element } from "./panels.js";

const RINGS = [
  ["box", "box", "All that the neuron could see, by the arithmetic of its layers."],
  ["effective", "effective", "How much each pixel counts: its gradient. The strongest is full."],
  ["used", "used now", "Pixels whose slightest change would change this neuron now."],
];
// One hue, between the orange and the blue of the maps; it shows on black, on white and on gray.
const HEAT = [0, 178, 122];
const STRONGEST = 0.9; // opacity of the pixel that counts most
const SEEN = { light: "rgb(179 19 95 / 27%)", dark: "rgb(255 122 184 / 27%)" };
const REACHED = { light: "rgb(179 19 95 / 45%)", dark: "rgb(255 122 184 / 45%)" };
const MOST_BOXES = 400; // reached cells that are outlined one by one; more of them are only filled
const HINT = "Point at a neuron on a map, or at a pixel of the picture. A click pins it. Shown: ";

const heat = new OffscreenCanvas(1, 1);

const shownPixel = (stage) => stage.pixelHover ?? stage.pixelCursor ?? stage.scene?.pixel ?? null;
const chosenUnit = (stage) => stage.hover ?? stage.cursor ?? stage.scene.unit;
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
        stage.line.ask(true);
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

  // The neuron in the middle of the last map, so that there is something to see from the start.
  unit(stage) {
    if (shownPixel(stage)) return null;
    const last = stage.setting.layers.length - 1;
    const { rows, cols } = stage.setting.layers[last];
    return [last, rows >> 1, cols >> 1];
  },

  unitMark: (stage, index, unit) =>
    has(stage, "box") || index === unit[0] ? { fill: index >= 0 } : null,

  // Before the outlines, so that they stay sharp.
  overInput(stage, sheet, theme, unit) {
    const { header, fieldPlanes: planes } = stage;
    if (unit && header.probe) {
      if (has(stage, "effective")) paintHeat(sheet, header.effective, planes.effective);
      else if (has(stage, "box")) paintSeen(sheet, planes, theme);
      if (has(stage, "used")) paintUsed(sheet, header.used, planes.used);
    }
    const pixel = shownPixel(stage);
    if (pixel) paintPixel(sheet, pixel);
  },

  overMap(stage, map, index, theme) {
    if (!shownPixel(stage) || !stage.header.reach) return;
    const layer = stage.setting.layers[index];
    const square = boxOfMap(layer, stage.setting.size, stage.ownCells);
    const boxes = runBoxes(
      stage.fieldPlanes[`reachRows${index}`].values,
      stage.fieldPlanes[`reachCols${index}`].values,
    ).map((cells) => boxOfCells(layer, square, cells));
    fillBoxes(map.sheet, boxes, REACHED[theme]);
    if (boxes.length <= MOST_BOXES) for (const box of boxes) map.sheet.box(box, { width: 1 });
  },

  words(stage, unit) {
    if (!unit) return "A click or Enter pins this pixel; another, or Escape, lets it go.";
    return (chosenUnit(stage) ? "" : HINT) + stage.describe(unit);
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
    if (event.target !== stage.input.handle) pin(stage, pixelAt(stage, event));
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
  const pixel = stage.input.sheet.place(event).map(Math.floor);
  return pixel.every((at) => at >= 0 && at < stage.setting.size) ? pixel : null;
}

function pin(stage, pixel) {
  if (!pixel && !stage.scene.pixel) return;
  stage.scene.pixel = samePlace(pixel, stage.scene.pixel) ? null : pixel;
  stage.line.ask(true);
  stage.drawSoon();
  stage.speakSoon();
}

function keyOnPicture(stage, event) {
  const middle = stage.setting.size >> 1;
  const at = stage.pixelCursor ?? stage.scene.pixel ?? [middle, middle];
  const step = stepOf(event);
  if (event.key === "Enter" || event.key === " ") pin(stage, at);
  else if (event.key === "Escape") pin(stage, null);
  else if (step) {
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

// ---- what is drawn

// One colour, the more opaque the more a pixel counts.
function paintHeat(sheet, box, plane) {
  if (!box) return;
  const image = new ImageData(plane.cols, plane.rows);
  plane.values.forEach((value, i) => {
    image.data.set([...HEAT, Math.round(value * STRONGEST)], 4 * i);
  });
  heat.width = plane.cols;
  heat.height = plane.rows;
  heat.getContext("2d").putImageData(image, 0, 0);
  sheet.bitmap({ canvas: heat }, box);
}

function paintSeen(sheet, { seenRows, seenCols }, theme) {
  fillBoxes(sheet, runBoxes(seenRows.values, seenCols.values), SEEN[theme]);
}

// A dot on each pixel, dark with a light rim: it needs no colour to be told from the heat.
function paintUsed(sheet, box, plane) {
  if (!box) return;
  const { context } = sheet;
  const radius = Math.max(0.7, 0.2 * sheet.ratio);
  for (const [grow, color] of [[0.6, "#fff"], [0, "#000"]]) {
    context.fillStyle = color;
    context.beginPath();
    plane.values.forEach((isUsed, i) => {
      if (!isUsed) return;
      const x = sheet.toDevice(box[2] + (i % plane.cols) + 0.5);
      const y = sheet.toDevice(box[0] + Math.floor(i / plane.cols) + 0.5);
      context.moveTo(x + radius + grow, y);
      context.arc(x, y, radius + grow, 0, 2 * Math.PI);
    });
    context.fill();
  }
}

// A pixel, with four strokes toward it: by itself it can be too small to be found.
function paintPixel(sheet, [row, col]) {
  const reach = Math.max(4, sheet.size / 16);
  for (const [down, across] of [[-1, 0], [1, 0], [0, -1], [0, 1]]) {
    const ends = [0.9, reach].map((far) => [row + 0.5 + down * far, col + 0.5 + across * far]);
    const [rows, cols] = [0, 1].map((axis) => [ends[0][axis], ends[1][axis]].sort((a, b) => a - b));
    sheet.box([...rows, ...cols], { width: 1 });
  }
  sheet.box([row, row + 1, col, col + 1], { width: 1.5 });
}

function fillBoxes(sheet, boxes, color) {
  sheet.context.fillStyle = color;
  sheet.context.beginPath();
  for (const box of boxes) sheet.context.rect(...sheet.rectangle(box));
  sheet.context.fill();
}

// The boxes that cover all places in one of the rows and one of the cols, both given as 0 and 1.
function runBoxes(rows, cols) {
  const across = runs(cols);
  return runs(rows).flatMap((down) => across.map((run) => [...down, ...run]));
}

function runs(flags) {
  const found = [];
  flags.forEach((flag, i) => {
    if (flag && i && flags[i - 1]) found.at(-1)[1] = i + 1;
    else if (flag) found.push([i, i + 1]);
  });
  return found;
}
