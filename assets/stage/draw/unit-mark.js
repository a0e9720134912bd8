// The mark of a unit on a panel: its cell, or what it sees there.

import { boxOfUnit } from "../geometry.js";

/**
 * @import { Box, Layer, Unit } from "../protocol.d.ts"
 * @import { MapCanvas } from "./map-canvas.js"
 *
 * Mark a unit on a panel. A map after its own layer shows nothing of it.
 * @param {Pick<MapCanvas, "box" | "field" | "size">} mapCanvas
 * @param {Layer[]} layers
 * @param {number} index of the panel's layer; -1 is the picture
 * @param {Unit} unit
 * @param {boolean} ownCells
 * @param {{ fill?: boolean, field?: Box }} [mark] field: the part of its field on the picture that a
 *   map shows as well; all of it when left out
 */
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
