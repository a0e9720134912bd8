// Makes the panels of a setting and puts them in order.

import { Bitmap } from "./draw/bitmap.js";
import { MapCanvas } from "./draw/map-canvas.js";
import { buildExtra, buildInput, buildMap } from "./panels.js";

/**
 * @import { Lens } from "./lenses/lens.js"
 * @import { Setting } from "./protocol.d.ts"
 * @import { Stage } from "./stage.js"
 * @import { BuiltSetting } from "./stage-state.d.ts"
 */

/**
 * A panel with a mapCanvas to draw on, and a bitmap of as many pixels as its map has cells.
 * @typedef {{ mapCanvas: MapCanvas, bitmap: Bitmap }} Drawable
 *
 * pixels: what the picture shows. composited: what they were put together for.
 * @typedef {ReturnType<typeof buildInput> & Drawable &
 *   { pixels: Uint8Array, composited: unknown[] | null }} InputPanel
 * @typedef {ReturnType<typeof buildMap> & Drawable} MapPanel
 * @typedef {ReturnType<typeof buildExtra> & Drawable} ExtraPanel
 */

/**
 * @template {{ canvas: HTMLCanvasElement }} Panel
 * @param {Panel} panel
 * @param {number} rows
 * @param {number} cols
 * @returns {Panel & Drawable}
 */
const withCanvas = (panel, rows, cols) =>
  Object.assign(panel, { mapCanvas: new MapCanvas(panel.canvas), bitmap: new Bitmap(rows, cols) });

/**
 * What a task, the layout and all drawing need before a lens adds its own: the picture, a map for
 * each layer, and panels in the form of a layer's map.
 * @param {BuiltSetting} setting
 */
export function buildPanels(setting) {
  const { extras, labels, layers, size, titles } = setting;
  const input = withCanvas(buildInput(setting), size, size);
  return {
    input: Object.assign(input, { pixels: new Uint8Array(), composited: null }),
    maps: layers.map((layer, index) => {
      const map = buildMap(layer, index, layers.length, labels, titles?.[index]);
      return withCanvas(map, layer.rows, layer.cols);
    }),
    extras: extras.map((extra) => {
      const layer = layers[extra.layer];
      return withCanvas(buildExtra(extra, layer, extra.labels ?? labels), layer.rows, layer.cols);
    }),
  };
}

/**
 * The picture and the sentence come first: on a phone the sentence stands right under the picture.
 * @param {Stage} stage
 */
export function arrangePanels({ extras, input, lens, parts, shownMaps }) {
  const before = lens.panels.filter((panel) => panel.beforeMaps);
  const after = lens.panels.filter((panel) => !panel.beforeMaps);
  parts.lensBar.replaceChildren(...lens.bar);
  parts.panels.replaceChildren(
    input.panel,
    parts.sentence,
    parts.unitText,
    ...[...before, ...shownMaps, ...extras, ...after].map(({ panel }) => panel),
  );
}

/**
 * Pixels of the picture to show round it, for fields that reach beyond its border and the lines
 * about them.
 * @param {Setting} setting
 * @param {Lens} lens
 */
export function marginFor({ layers, size }, lens) {
  const reach = Math.max(0, ...layers.map(({ field }) => -Math.min(...field.start)));
  return reach && !lens.flush ? Math.min(reach + 1, Math.max(3, Math.ceil(size / 8))) : 0;
}

/**
 * Whether two settings have the same panels. A new photo, or another channel, only fills them anew.
 * @param {BuiltSetting} setting
 * @param {BuiltSetting} other
 */
export function havePanelsAlike(setting, other) {
  /** @param {BuiltSetting} setting */
  const shape = ({ size, lens, layers, extras }) =>
    JSON.stringify([
      size,
      lens,
      layers.map(({ text, rows, channels }) => [text, rows, channels.length]),
      extras.map(({ title, note }) => [title, note]),
    ]);
  return shape(setting) === shape(other);
}
