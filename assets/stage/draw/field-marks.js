// What a receptive field is made of, drawn on the picture; and what one pixel reaches, on the maps.

import { boxOfCells, runBoxes } from "../geometry.js";

/**
 * @import { Box, Layer, Pair, Plane, Planes } from "../protocol.d.ts"
 * @import { Theme } from "./colors.js"
 * @import { MapCanvas } from "./map-canvas.js"
 */

// One hue, between the orange and the blue of the maps; it shows on black, on white and on gray.
const HEAT = [0, 178, 122];
const MAX_OPACITY = 0.9; // of the pixel with the most weight
const SEEN = { light: "rgb(179 19 95 / 27%)", dark: "rgb(255 122 184 / 27%)" };
const REACHED = { light: "rgb(179 19 95 / 45%)", dark: "rgb(255 122 184 / 45%)" };
const MAX_OUTLINES = 400; // boxes of reached cells; more than these are filled but not outlined

/** @type {OffscreenCanvas | null} made when first needed */
let heat = null;

/**
 * One colour, more opaque where a pixel has more weight.
 * @param {MapCanvas} mapCanvas
 * @param {Box | undefined} box
 * @param {Plane} plane
 */
export function paintHeat(mapCanvas, box, plane) {
  if (!box) return;
  const image = new ImageData(plane.cols, plane.rows);
  plane.values.forEach((value, i) => {
    image.data.set([...HEAT, Math.round(value * MAX_OPACITY)], 4 * i);
  });
  heat ??= new OffscreenCanvas(1, 1);
  heat.width = plane.cols;
  heat.height = plane.rows;
  heat.getContext("2d")?.putImageData(image, 0, 0);
  mapCanvas.bitmap({ canvas: heat }, box);
}

/**
 * All pixels that a unit sees.
 * @param {MapCanvas} mapCanvas
 * @param {Planes} planes
 * @param {Theme} theme
 */
export function paintSeen(mapCanvas, { seenRows, seenCols }, theme) {
  fillBoxes(mapCanvas, runBoxes(seenRows.values, seenCols.values), SEEN[theme]);
}

/**
 * A dot on each pixel, dark with a light rim, so that it differs from the heat by more than colour.
 * @param {MapCanvas} mapCanvas
 * @param {Box | undefined} box
 * @param {Plane} plane
 */
export function paintUsed(mapCanvas, box, plane) {
  if (!box) return;
  const { context } = mapCanvas;
  const radius = Math.max(0.7, 0.2 * mapCanvas.ratio);
  for (const [grow, color] of /** @type {const} */ ([[0.6, "#fff"], [0, "#000"]])) {
    context.fillStyle = color;
    context.beginPath();
    plane.values.forEach((isUsed, i) => {
      if (!isUsed) return;
      const x = mapCanvas.toDevice(box[2] + (i % plane.cols) + 0.5);
      const y = mapCanvas.toDevice(box[0] + Math.floor(i / plane.cols) + 0.5);
      context.moveTo(x + radius + grow, y);
      context.arc(x, y, radius + grow, 0, 2 * Math.PI);
    });
    context.fill();
  }
}

/**
 * A pixel, with four strokes pointing at it: the pixel alone can be too small to find.
 * @param {MapCanvas} mapCanvas
 * @param {Pair} pixel
 */
export function paintPixel(mapCanvas, [row, col]) {
  const reach = Math.max(4, mapCanvas.size / 16);
  for (const [down, across] of [[-1, 0], [1, 0], [0, -1], [0, 1]]) {
    const ends = [0.9, reach].map((far) => [row + 0.5 + down * far, col + 0.5 + across * far]);
    const [rows, cols] = [0, 1].map((axis) => [ends[0][axis], ends[1][axis]].sort((a, b) => a - b));
    mapCanvas.box([rows[0], rows[1], cols[0], cols[1]], { width: 1 });
  }
  mapCanvas.box([row, row + 1, col, col + 1], { width: 1.5 });
}

/**
 * The cells of a map that a pixel reaches: those whose row and column are both flagged.
 * @param {MapCanvas} mapCanvas
 * @param {Layer} layer
 * @param {Box} square in which the map is drawn
 * @param {ArrayLike<number>} rows a flag for each
 * @param {ArrayLike<number>} cols a flag for each
 * @param {Theme} theme
 */
export function paintReached(mapCanvas, layer, square, rows, cols, theme) {
  const boxes = runBoxes(rows, cols).map((cells) => boxOfCells(layer, square, cells));
  fillBoxes(mapCanvas, boxes, REACHED[theme]);
  if (boxes.length <= MAX_OUTLINES) for (const box of boxes) mapCanvas.box(box, { width: 1 });
}

/**
 * @param {MapCanvas} mapCanvas
 * @param {Box[]} boxes
 * @param {string} color
 */
function fillBoxes(mapCanvas, boxes, color) {
  mapCanvas.context.fillStyle = color;
  mapCanvas.context.beginPath();
  for (const box of boxes) mapCanvas.context.rect(...mapCanvas.rectangle(box));
  mapCanvas.context.fill();
}
