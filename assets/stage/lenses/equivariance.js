// Shift, then convolve, beside convolve, then shift: what came from beyond the map is hatched.

import { boxOfCells, boxOfMap } from "../geometry.js";

export const equivariance = {
  onlyNow: true,

  isBlank({ setting, header }, index, cell) {
    const { cols } = setting.layers[setting.extras[index].layer];
    const [row, col] = [Math.floor(cell / cols), cell % cols];
    const [row0, row1, col0, col1] = header.there;
    return row < row0 || row >= row1 || col < col0 || col >= col1;
  },

  overExtra({ setting, header, ownCells }, { mapCanvas }, index) {
    const layer = setting.layers[setting.extras[index].layer];
    const square = boxOfMap(layer, setting.size, ownCells);
    mapCanvas.hatchAround(boxOfCells(layer, square, header.there), square);
  },
};
