// A receptive field that grows from a pinned unit back to the picture, one layer after the other.
//
// All maps lie in the picture's own coordinates, so the field is one box on all of them. On each map
// it grows from the cells that the next layer needs to all that this layer needs for them.

import { boxOfUnit } from "../geometry.js";
import { between, ease } from "../motion.js";
import { drawUnit } from "./unit-mark.js";

const LAYER_TIME = 120; // ms
const MAX_TIME = 600; // ms for all layers

/**
 * @import { Box, Layer, Unit } from "../protocol.d.ts"
 * @import { Stage } from "../stage.js"
 * @import { MapCanvas } from "./map-canvas.js"
 */

/**
 * panels: the layers of those that the field passes, in order; -1 is the picture. share: how far it
 * is, from 0 to 1.
 * @typedef {{ unit: Unit, panels: number[], share: number }} Growth
 */

/**
 * Let the field of a unit grow, unless it is not marked on the picture.
 * @param {Stage} stage
 * @param {Unit} unit
 */
export function grow(stage, unit) {
  if (!stage.lens.unitMark(-1, unit)) return;
  const maps = stage.setting.shown.filter((index) => index < unit[0]);
  const panels = [unit[0], ...maps.reverse(), -1]; // as the field passes through them
  const time = Math.min(MAX_TIME, LAYER_TIME * (panels.length - 1));
  stage.motion.begin("grow", time, { unit, panels });
}

/**
 * Mark what the unit sees on a panel, as far as its field has grown.
 * @param {Pick<MapCanvas, "box" | "field" | "size">} mapCanvas
 * @param {Layer[]} layers
 * @param {number} index of the panel's layer; -1 is the picture
 * @param {Growth} growth
 * @param {boolean} ownCells
 * @param {{ fill?: boolean }} [mark]
 */
export function drawGrowing(mapCanvas, layers, index, { unit, panels, share }, ownCells, mark) {
  const at = share * (panels.length - 1);
  const last = Math.floor(at); // of the panels that are passed, by their order
  const [from, to] = [panels[last], panels[last + 1]].map((panel) =>
    boxOfUnit(layers, mapCanvas.size, panel, unit, ownCells),
  );
  const field = /** @type {Box} */ (between(from, to, ease(at - last)));
  const order = panels.indexOf(index);
  if (order <= last) drawUnit(mapCanvas, layers, index, unit, ownCells, { ...mark, field });
  else if (order > last + 1) return;
  else if (index < 0) mapCanvas.field(field, { fill: true, ...mark });
  else mapCanvas.box(field, { fill: true });
}
