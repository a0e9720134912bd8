// Where a head is right: a cell for each place of the pattern.

import { FULL_SCALE } from "../frame.js";
import { Bitmap } from "./bitmap.js";
import { strokeCellBorders } from "./cell-borders.js";
import { MapCanvas, pixelRatio } from "./map-canvas.js";
import { INK } from "./palette.js";

/**
 * @import { Plane } from "../protocol.d.ts"
 * @import { Theme } from "./colors.js"
 */

/**
 * Paint colours, stripes where the head is wrong, and a line between right and wrong, on a canvas
 * that lies as another one does.
 * @param {MapCanvas} mapCanvas the other one
 * @param {Plane} rights how far the probability of the right class is above one half
 * @param {number} offset of a place's cell on the picture, down and across
 * @param {Theme} theme
 */
export function paintRights({ canvas, size, margin, ratio }, rights, offset, theme) {
  const { rows, cols, values } = rights;
  const bitmap = new Bitmap(rows, cols);
  bitmap.signed(values, FULL_SCALE, theme);
  const painted = new OffscreenCanvas(canvas.width, canvas.height);
  const still = Object.assign(new MapCanvas(painted), { size, margin, ratio });
  still.begin(theme);
  still.bitmap(bitmap, [offset, offset + rows, offset, offset + cols]);
  const isRight = (/** @type {number} */ row, /** @type {number} */ col) => values[row * cols + col] > 0;
  still.context.save();
  still.context.beginPath();
  for (let row = 0; row < rows; row += 1) {
    for (let col = 0; col < cols; col += 1) {
      if (isRight(row, col)) continue;
      const box = still.rectangle([row + offset, row + offset + 1, col + offset, col + offset + 1]);
      still.context.rect(...box);
    }
  }
  still.context.clip();
  strokeStripes(still, theme);
  still.context.restore();
  strokeCellBorders(
    still,
    rights,
    (row, col, otherRow, otherCol) => isRight(row, col) === isRight(otherRow, otherCol),
    { color: INK[theme], width: 1.5 * pixelRatio(), offset },
  );
  return painted;
}

/**
 * @param {MapCanvas} mapCanvas
 * @param {Theme} theme
 */
function strokeStripes({ canvas, context }, theme) {
  context.strokeStyle = `${INK[theme]}66`;
  context.lineWidth = 1.2 * pixelRatio();
  const [side, step] = [canvas.width, 7 * pixelRatio()];
  context.beginPath();
  for (let along = -side; along < side; along += step) {
    context.moveTo(along, side);
    context.lineTo(along + side, 0);
  }
  context.stroke();
}
