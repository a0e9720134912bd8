// Lines between the cells of a grid that differ.

/** @import { MapCanvas } from "./map-canvas.js" */

/**
 * areSame(row, col, otherRow, otherCol): whether two neighbouring cells need no line between them.
 * offset: of the grid on the picture, in pixels, the same down and across.
 * @param {MapCanvas} mapCanvas
 * @param {{ rows: number, cols: number }} grid
 * @param {(row: number, col: number, otherRow: number, otherCol: number) => boolean} areSame
 * @param {{ color: string, width: number, offset?: number }} style
 */
export function strokeCellBorders(mapCanvas, { rows, cols }, areSame, { color, width, offset = 0 }) {
  const { context } = mapCanvas;
  context.strokeStyle = color;
  context.lineWidth = width;
  context.beginPath();
  /**
   * @param {number} row0
   * @param {number} col0
   * @param {number} row1
   * @param {number} col1
   */
  const line = (row0, col0, row1, col1) => {
    context.moveTo(mapCanvas.toDevice(col0 + offset), mapCanvas.toDevice(row0 + offset));
    context.lineTo(mapCanvas.toDevice(col1 + offset), mapCanvas.toDevice(row1 + offset));
  };
  for (let row = 0; row < rows; row += 1) {
    for (let col = 0; col < cols; col += 1) {
      if (col + 1 < cols && !areSame(row, col, row, col + 1)) line(row, col + 1, row + 1, col + 1);
      if (row + 1 < rows && !areSame(row, col, row + 1, col)) line(row + 1, col, row + 1, col + 1);
    }
  }
  context.stroke();
}
