// Shift, then convolve, beside convolve, then shift: what came from beyond the map is hatched.

import { boxOfCells, boxOfMap } from "./draw.js";

export const roads = {
  onlyNow: true,

  overExtra({ setting, header, ownCells }, { sheet }, index) {
    const layer = setting.layers[setting.extras[index].layer];
    const square = boxOfMap(layer, setting.size, ownCells);
    sheet.hatchAround(boxOfCells(layer, square, header.there), square);
  },
};
