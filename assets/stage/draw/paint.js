// Paints what a stage shows: the picture under the hand, and a map for each layer.

import { FULL_SCALE } from "../frame.js";
import { boxOfMap, samePlace } from "../geometry.js";
import { fillLegend } from "../panels.js";
import { numberText } from "../unit-text.js";
import { composite, shifted } from "./composite.js";
import { drawGrowing } from "./field-growth.js";
import { drawUnit } from "./unit-mark.js";

// What depends on theme, view and setting alone, not on the drag.
export function dress(stage, theme) {
  const { extras, maps, parts, scene, setting, view } = stage;
  parts.root.dataset.theme = theme;
  document.documentElement.style.colorScheme = theme; // for dialogs, see pages/main.py
  for (const button of parts.views.children) {
    const chosen = button.dataset.view === scene.view;
    button.setAttribute("aria-checked", chosen);
    button.tabIndex = chosen ? 0 : -1;
  }
  maps.forEach((map, i) => fillLegend(map, setting.layers[i].scale, view, theme));
  extras.forEach((map, i) => fillLegend(map, setting.extras[i].full, "now", theme));
}

export function paintInput(stage, theme, unit) {
  const { input: { mapCanvas, bitmap, handle }, lens, setting } = stage;
  const { moves, position, start } = stage.scene;
  const { size } = setting.pattern;
  const whole = [0, setting.size, 0, setting.size];
  const wanted = [...position, ...start, moves];
  const sent = lens.picture?.(stage);
  if (sent) bitmap.gray(sent);
  else if (!samePlace(stage.composited, wanted)) {
    stage.pixels = compositeOf(stage);
    bitmap.gray(stage.pixels);
    stage.composited = wanted;
  }
  mapCanvas.begin(theme);
  mapCanvas.bitmap(bitmap, whole);
  if (setting.numbers) {
    const { full, size: cells } = setting;
    const number = (i) => `${Math.round((stage.pixels[i] * full) / 255)}`;
    if (full > 1) mapCanvas.numbers(bitmap, whole, cells, cells, number);
  }
  mapCanvas.edge();
  // What a lens knows of a field waits until the field is there.
  const reached = stage.motion.running("grow") ? null : unit;
  if (!stage.task.veiled) lens.overInput?.(stage, mapCanvas, theme, reached);
  const around = ([row, col]) => [row, row + size, col, col + size];
  if (!samePlace(position, start)) mapCanvas.box(around(start), { dashed: true });
  mapCanvas.box(around(position));
  if (unit) markUnit(stage, mapCanvas, -1, unit);
  placeHandle(handle, mapCanvas, setting, position);
}

// The picture as the hand has moved it: the pattern over it, or all of it from where it began.
function compositeOf({ planes, scene: { position, start, moves }, setting }) {
  const pixels = new Uint8Array(planes.picture.values.length);
  if (moves === "pattern") {
    composite(pixels, planes, position);
    return pixels;
  }
  composite(pixels, planes, start);
  const by = [position[0] - start[0], position[1] - start[1]];
  return shifted(pixels, setting.size, by, moves === "wrap");
}

function placeHandle(handle, mapCanvas, { layers, pattern: { name, size } }, [row, col]) {
  const side = Math.max(44, size * mapCanvas.zoom);
  const center = (at) => (at + size / 2 + mapCanvas.margin) * mapCanvas.zoom - side / 2;
  handle.style.width = handle.style.height = `${side}px`;
  handle.style.transform = `translate(${center(col)}px, ${center(row)}px)`;
  const jump = layers.at(-1).field.jump[0];
  handle.setAttribute(
    "aria-label",
    `${name} at row ${row}, column ${col}. Arrow keys move it by 1, ` +
      `with Shift by ${jump}; Home returns it.`,
  );
}

export function paintMap(stage, map, index, theme, unit) {
  const layer = stage.setting.layers[index];
  const values = stage.valuesOf(index, stage.view);
  if (values) map.bitmap.signed(values, FULL_SCALE, theme);
  const number = (i) => numberText((values[i] * layer.scale) / FULL_SCALE);
  paintCells(stage, map, layer, theme, values ? number : null);
  stage.lens.overMap?.(stage, map, index, theme, unit);
  if (unit) markUnit(stage, map.mapCanvas, index, unit);
  stage.task.draw(map, index, theme);
}

export function paintExtra(stage, map, index, theme) {
  const { layer, scale, full } = stage.setting.extras[index];
  const values = stage.now.extras[index];
  map.bitmap.signed(values, (FULL_SCALE * full) / scale, theme);
  const text = (i) => numberText((values[i] * scale) / FULL_SCALE);
  const number = (i) => (stage.lens.isBlank?.(stage, index, i) ? "" : text(i));
  paintCells(stage, map, stage.setting.layers[layer], theme, number);
  stage.lens.overExtra?.(stage, map, index, theme);
}

// number: what a cell says where there is room; null while there is nothing to show.
function paintCells({ ownCells, setting }, { bitmap, mapCanvas }, layer, theme, number) {
  const square = boxOfMap(layer, setting.size, ownCells);
  mapCanvas.begin(theme);
  if (number) mapCanvas.bitmap(bitmap, square);
  if (number && setting.numbers) mapCanvas.numbers(bitmap, square, layer.rows, layer.cols, number);
  if (ownCells) mapCanvas.grid(square, layer.rows, layer.cols);
  mapCanvas.edge();
}

function markUnit(stage, mapCanvas, index, unit) {
  const mark = stage.markOf(index, unit);
  if (!mark) return;
  const { lens, ownCells, setting: { layers } } = stage;
  const growth = stage.motion.running("grow");
  if (growth) drawGrowing(mapCanvas, layers, index, growth, ownCells, mark);
  else drawUnit(mapCanvas, layers, index, lens.markedUnit?.(stage, unit) ?? unit, ownCells, mark);
}
