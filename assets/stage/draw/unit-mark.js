// The mark of a unit on a panel: its cell, or what it sees there.

import { boxOfUnit } from "../geometry.js";

// Mark it there. field: what of its field on the picture a map shows beside it, by default all.
export function drawUnit(mapCanvas, layers, index, unit, ownCells, { fill = true, field } = {}) {
  const [chosen] = unit;
  if (index > chosen) return;
  const box = boxOfUnit(layers, mapCanvas.size, index, unit, ownCells);
  if (index < 0) {
    mapCanvas.field(box, { fill });
    return;
  }
  const seen = field ?? boxOfUnit(layers, mapCanvas.size, -1, unit, ownCells);
  if (!ownCells && index < chosen) mapCanvas.field(seen, { width: 1 });
  mapCanvas.box(box, { fill: index < chosen });
}
