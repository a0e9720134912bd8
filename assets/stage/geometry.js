// Where things are: always (row, col) in pixels of the picture. (x, y) is used only in calls to the
// browser. Receptive fields come from the server.

/** @import { Box, Field, Layer, Unit } from "./protocol.d.ts" */

/**
 * The pixels that the unit at (row, col) sees, unclipped.
 * @param {Pick<Field, "size" | "jump" | "start">} field
 * @param {number} row
 * @param {number} col
 * @returns {Box}
 */
export function span(field, row, col) {
  const row0 = field.start[0] + row * field.jump[0];
  const col0 = field.start[1] + col * field.jump[1];
  return [row0, row0 + field.size[0], col0, col0 + field.size[1]];
}

/**
 * The square in which a map is drawn: each cell is jump wide and sits at the middle of its field.
 * @param {Pick<Layer, "field" | "rows" | "cols">} layer
 * @returns {Box}
 */
export function mapBox(layer) {
  const { size, jump, start } = layer.field;
  const row0 = start[0] + (size[0] - jump[0]) / 2;
  const col0 = start[1] + (size[1] - jump[1]) / 2;
  return [row0, row0 + layer.rows * jump[0], col0, col0 + layer.cols * jump[1]];
}

/**
 * @param {Box} box
 * @param {number} rows of the picture
 * @param {number} cols of the picture
 * @returns {Box}
 */
export function clip([row0, row1, col0, col1], rows, cols) {
  return [Math.max(0, row0), Math.min(rows, row1), Math.max(0, col0), Math.min(cols, col1)];
}

/**
 * Whether some of a box lies beyond the picture.
 * @param {Box} box
 * @param {number} rows of the picture
 * @param {number} cols of the picture
 */
export const isClipped = (box, rows, cols) =>
  box[0] < 0 || box[2] < 0 || box[1] > rows || box[3] > cols;

/**
 * @param {number} value
 * @param {number} min
 * @param {number} max
 */
export const clamp = (value, min, max) => Math.max(min, Math.min(max, value));

/**
 * Whether two places, or two units, are the same; false where one is missing.
 * @param {readonly unknown[] | null | undefined} a
 * @param {readonly unknown[] | null | undefined} b
 */
export const samePlace = (a, b) => !!a && !!b && a.every((part, i) => part === b[i]);

/**
 * The square a map is drawn in: at its place on the picture, or by its own cells for counting.
 * @param {Pick<Layer, "field" | "rows" | "cols">} layer
 * @param {number} size of the picture
 * @param {boolean} ownCells
 * @returns {Box}
 */
export function boxOfMap(layer, size, ownCells) {
  if (!ownCells) return mapBox(layer);
  const cell = size / Math.max(layer.rows, layer.cols);
  const [row0, col0] = [(size - layer.rows * cell) / 2, (size - layer.cols * cell) / 2];
  return [row0, size - row0, col0, size - col0];
}

/**
 * The part of a map's square that a range of its cells, half-open, takes up.
 * @param {Pick<Layer, "rows" | "cols">} layer
 * @param {Box} mapSquare
 * @param {Box} cells
 * @returns {Box}
 */
export function boxOfCells(layer, mapSquare, [row0, row1, col0, col1]) {
  const height = (mapSquare[1] - mapSquare[0]) / layer.rows;
  const width = (mapSquare[3] - mapSquare[2]) / layer.cols;
  return [
    mapSquare[0] + row0 * height,
    mapSquare[0] + row1 * height,
    mapSquare[2] + col0 * width,
    mapSquare[2] + col1 * width,
  ];
}

/**
 * What a unit sees on a panel.
 * @param {Pick<Layer, "field" | "rows" | "cols" | "within">[]} layers
 * @param {number} size of the picture
 * @param {number} index of the panel's layer; -1 is the picture
 * @param {Unit} unit
 * @param {boolean} ownCells
 * @returns {Box}
 */
export function boxOfUnit(layers, size, index, [chosen, row, col], ownCells) {
  const layer = layers[chosen];
  if (index < 0) return span(layer.field, row, col);
  const here = layers[index];
  /** @type {Box} */
  const cells =
    index === chosen
      ? [row, row + 1, col, col + 1]
      : clip(span(layer.within[index], row, col), here.rows, here.cols);
  return boxOfCells(here, boxOfMap(here, size, ownCells), cells);
}

/**
 * The boxes that cover every place whose row and column are both flagged.
 * @param {ArrayLike<number>} rows a flag for each, 0 or 1
 * @param {ArrayLike<number>} cols a flag for each, 0 or 1
 * @returns {Box[]}
 */
export function runBoxes(rows, cols) {
  const across = runs(cols);
  return runs(rows).flatMap(([row0, row1]) =>
    across.map(([col0, col1]) => /** @type {Box} */ ([row0, row1, col0, col1])),
  );
}

/**
 * Where flags are set, as half-open ranges.
 * @param {ArrayLike<number>} flags
 */
function runs(flags) {
  /** @type {[number, number][]} */
  const found = [];
  for (let i = 0; i < flags.length; i += 1) {
    if (!flags[i]) continue;
    const last = found.at(-1);
    if (last?.[1] === i) last[1] = i + 1;
    else found.push([i, i + 1]);
  }
  return found;
}
