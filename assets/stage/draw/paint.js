// Draws the picture as it is dragged, and a map for each layer.

import { FULL_SCALE } from "../frame.js";
import { boxOfMap, samePlace } from "../geometry.js";
import { mapValues } from "../map-values.js";
import { fillLegend } from "../panels.js";
import { numberText } from "../unit-text.js";
import { composite, shifted } from "./composite.js";
import { drawGrowing } from "./field-growth.js";
import { placeHandle } from "./handle.js";
import { drawUnit } from "./unit-mark.js";

/**
 * @import { Drawable, ExtraPanel, MapPanel } from "../assembly.js"
 * @import { Box, Layer, Pair, Planes, Unit } from "../protocol.d.ts"
 * @import { Stage } from "../stage.js"
 * @import { Scene } from "../stage-state.d.ts"
 * @import { Theme } from "./colors.js"
 * @import { Growth } from "./field-growth.js"
 * @import { MapCanvas } from "./map-canvas.js"
 */

/**
 * Draw what depends on theme, view and setting alone, so that a drag leaves it as it is.
 * @param {Stage} stage
 * @param {Theme} theme
 */
export function dress(stage, theme) {
  const { extras, maps, parts, scene, setting, view } = stage;
  parts.root.dataset.theme = theme;
  document.documentElement.style.colorScheme = theme; // for dialogs, see pages/main.py
  for (const button of parts.viewButtons) {
    const chosen = button.dataset.view === scene.view;
    button.setAttribute("aria-checked", `${chosen}`);
    button.tabIndex = chosen ? 0 : -1;
  }
  maps.forEach((map, i) => fillLegend(map, setting.layers[i].scale, view, theme));
  extras.forEach((map, i) => fillLegend(map, setting.extras[i].full, "now", theme));
}

/**
 * @param {Stage} stage
 * @param {Theme} theme
 * @param {Unit | null} unit
 */
export function paintInput(stage, theme, unit) {
  const { input: { mapCanvas, bitmap, handle }, lens, setting } = stage;
  const { position, start } = stage.scene;
  const { layers, pattern: { name, size } } = setting;
  fillPicture(stage);
  mapCanvas.begin(theme);
  /** @type {Box} */
  const whole = [0, setting.size, 0, setting.size];
  mapCanvas.bitmap(bitmap, whole);
  if (setting.numbers && setting.full > 1) {
    const { pixels } = stage.input;
    const text = (/** @type {number} */ i) => `${Math.round((pixels[i] * setting.full) / 255)}`;
    mapCanvas.numbers(bitmap, whole, setting.size, setting.size, text);
  }
  mapCanvas.edge();
  // What a lens knows of a field waits until the field has grown to the picture.
  const reached = stage.motion.running("grow") ? null : unit;
  if (!stage.task.isVeiled) lens.drawOverInput(mapCanvas, theme, reached);
  /** @returns {Box} */
  const around = (/** @type {Pair} */ [row, col]) => [row, row + size, col, col + size];
  if (!samePlace(position, start)) mapCanvas.box(around(start), { dashed: true });
  mapCanvas.box(around(position));
  if (unit) markUnit(stage, mapCanvas, -1, unit);
  placeHandle(
    handle,
    mapCanvas,
    around(position),
    `${name} at row ${position[0]}, column ${position[1]}. Arrow keys move it by 1, ` +
      `with Shift by ${layers[layers.length - 1].field.jump[0]}; Home returns it.`,
  );
}

/**
 * Put the picture together again if anything in it has moved since.
 * @param {Stage} stage
 */
function fillPicture({ input, lens, planes, scene, setting }) {
  const sent = lens.picture();
  if (sent) {
    input.bitmap.gray(sent);
    return;
  }
  const { moves, position, start } = scene;
  const wanted = [...position, ...start, moves];
  if (samePlace(input.composited, wanted)) return;
  input.pixels = compositeOf(planes, scene, setting.size);
  input.bitmap.gray(input.pixels);
  input.composited = wanted;
}

/**
 * The pattern over the picture; or both, moved from where they were at the start.
 * @param {Planes} planes
 * @param {Scene} scene
 * @param {number} size
 */
function compositeOf(planes, { position, start, moves }, size) {
  const pixels = new Uint8Array(planes.picture.values.length);
  if (moves === "pattern") {
    composite(pixels, planes, position);
    return pixels;
  }
  composite(pixels, planes, start);
  /** @type {Pair} */
  const by = [position[0] - start[0], position[1] - start[1]];
  return shifted(pixels, size, by, moves === "wrap");
}

/**
 * @param {Stage} stage
 * @param {MapPanel} map
 * @param {number} index
 * @param {Theme} theme
 * @param {Unit | null} unit
 */
export function paintMap(stage, map, index, theme, unit) {
  const layer = stage.setting.layers[index];
  const values = mapValues(stage, index, stage.view);
  if (values) map.bitmap.signed(values, FULL_SCALE, theme);
  const number =
    values && ((/** @type {number} */ i) => numberText((values[i] * layer.scale) / FULL_SCALE));
  paintCells(stage, map, layer, theme, number ?? null);
  stage.lens.drawOverMap(map, index, theme, unit);
  if (unit) markUnit(stage, map.mapCanvas, index, unit);
  stage.task.draw(map, index, theme);
}

/**
 * @param {Stage} stage
 * @param {ExtraPanel} map
 * @param {number} index
 * @param {Theme} theme
 */
export function paintExtra(stage, map, index, theme) {
  const { layer, scale, full } = stage.setting.extras[index];
  const values = stage.now?.extras[index];
  if (!values) return;
  map.bitmap.signed(values, (FULL_SCALE * full) / scale, theme);
  const text = (/** @type {number} */ i) => numberText((values[i] * scale) / FULL_SCALE);
  const number = (/** @type {number} */ i) => (stage.lens.isBlank(index, i) ? "" : text(i));
  paintCells(stage, map, stage.setting.layers[layer], theme, number);
  stage.lens.drawOverExtra(map, index, theme);
}

/**
 * number(index): the text of a cell, where there is room; null while there are no values.
 * @param {Stage} stage
 * @param {Drawable} panel
 * @param {Layer} layer
 * @param {Theme} theme
 * @param {((index: number) => string) | null} number
 */
function paintCells({ ownCells, setting }, { bitmap, mapCanvas }, layer, theme, number) {
  const square = boxOfMap(layer, setting.size, ownCells);
  mapCanvas.begin(theme);
  if (number) mapCanvas.bitmap(bitmap, square);
  if (number && setting.numbers) mapCanvas.numbers(bitmap, square, layer.rows, layer.cols, number);
  if (ownCells) mapCanvas.grid(square, layer.rows, layer.cols);
  mapCanvas.edge();
}

/**
 * @param {Stage} stage
 * @param {MapCanvas} mapCanvas
 * @param {number} index
 * @param {Unit} unit
 */
function markUnit(stage, mapCanvas, index, unit) {
  const mark = stage.lens.unitMark(index, unit);
  if (!mark) return;
  const { lens, ownCells, setting: { layers } } = stage;
  /** @type {Growth | null} */
  const growth = /** @type {any} */ (stage.motion.running("grow"));
  if (growth) drawGrowing(mapCanvas, layers, index, growth, ownCells, mark);
  else drawUnit(mapCanvas, layers, index, lens.movingUnit(unit) ?? unit, ownCells, mark);
}
