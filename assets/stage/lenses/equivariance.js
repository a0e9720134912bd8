// Shift, then convolve, beside convolve, then shift. Cells that came from beyond the map are hatched.

import { boxOfCells, boxOfMap } from "../geometry.js";
import { Lens } from "./lens.js";

/** @import { ExtraPanel } from "../assembly.js" */

export class EquivarianceLens extends Lens {
  onlyNow = true;

  /**
   * @param {number} index
   * @param {number} cell
   */
  isBlank(index, cell) {
    const { header, setting } = this.stage;
    const { cols } = setting.layers[setting.extras[index].layer];
    const [row, col] = [Math.floor(cell / cols), cell % cols];
    if (!header.there) return false;
    const [row0, row1, col0, col1] = header.there;
    return row < row0 || row >= row1 || col < col0 || col >= col1;
  }

  /**
   * @param {ExtraPanel} map
   * @param {number} index
   */
  drawOverExtra({ mapCanvas }, index) {
    const { header, ownCells, setting } = this.stage;
    const layer = setting.layers[setting.extras[index].layer];
    const square = boxOfMap(layer, setting.size, ownCells);
    if (header.there) mapCanvas.hatchAround(boxOfCells(layer, square, header.there), square);
  }
}
