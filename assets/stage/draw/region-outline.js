// The outline of a region of cells: found once, then drawn over any panel.

import { pixelRatio } from "./map-canvas.js";
import { CASING } from "./palette.js";

/** @import { MapCanvas } from "./map-canvas.js" */

export const REGION = { light: "#007a4d", dark: "#3fdc9b" };

/**
 * The edges of a region's cells, joined along rows and columns.
 * @param {(row: number, col: number) => boolean} has whether a cell belongs to the region; also
 *   asked for cells just outside the grid
 * @param {number} count of rows, and of columns
 * @param {(edge: number) => number} at where an edge lies, in pixels of the picture
 * @returns {[number, number, number, number][]} row0, col0, row1, col1
 */
export function outline(has, count, at) {
  /** @type {[number, number, number, number][]} */
  const lines = [];
  for (let edge = 0; edge <= count; edge += 1) {
    for (const isHorizontal of [true, false]) {
      const differs = (/** @type {number} */ along) =>
        isHorizontal ? has(edge - 1, along) !== has(edge, along) : has(along, edge - 1) !== has(along, edge);
      for (let from = 0; from < count; from += 1) {
        if (!differs(from)) continue;
        let to = from;
        while (to < count && differs(to)) to += 1;
        const [side, begin, end] = [at(edge), at(from), at(to)];
        lines.push(isHorizontal ? [side, begin, side, end] : [begin, side, end, side]);
        from = to;
      }
    }
  }
  return lines;
}

/**
 * lines: what `outline` found. solid: while the region is being painted; dashed otherwise.
 * @param {MapCanvas} mapCanvas
 * @param {[number, number, number, number][]} lines
 * @param {{ solid?: boolean }} [options]
 */
export function drawRegion(mapCanvas, lines, { solid = false } = {}) {
  const { context, theme } = mapCanvas;
  const path = new Path2D();
  for (const [row0, col0, row1, col1] of lines) {
    path.moveTo(mapCanvas.toDevice(col0), mapCanvas.toDevice(row0));
    path.lineTo(mapCanvas.toDevice(col1), mapCanvas.toDevice(row1));
  }
  const ratio = pixelRatio();
  /** @type {[string, number, number[]][]} */
  const strokes = [[CASING[theme], 4.5, []], [REGION[theme], 2.5, solid ? [] : [7, 3]]];
  for (const [color, width, dash] of strokes) {
    context.strokeStyle = color;
    context.lineWidth = width * ratio;
    context.setLineDash(dash.map((length) => length * ratio));
    context.stroke(path);
  }
  context.setLineDash([]);
}
