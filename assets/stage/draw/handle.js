// The invisible element over what can be dragged: it takes the pointer and the keyboard focus.

/**
 * @import { Box } from "../protocol.d.ts"
 * @import { MapCanvas } from "./map-canvas.js"
 */

const MIN_SIDE = 44; // CSS pixels that a finger needs

/**
 * box: [row0, row1, col0, col1] of what is dragged, in pixels of the picture.
 * @param {HTMLElement} handle
 * @param {MapCanvas} mapCanvas
 * @param {Box} box
 * @param {string} label
 */
export function placeHandle(handle, mapCanvas, [row0, row1, col0, col1], label) {
  const side = Math.max(MIN_SIDE, (row1 - row0) * mapCanvas.zoom);
  /**
   * @param {number} from
   * @param {number} to
   */
  const begin = (from, to) => ((from + to) / 2 + mapCanvas.margin) * mapCanvas.zoom - side / 2;
  handle.style.width = handle.style.height = `${side}px`;
  handle.style.transform = `translate(${begin(col0, col1)}px, ${begin(row0, row1)}px)`;
  if (handle.getAttribute("aria-label") !== label) handle.setAttribute("aria-label", label);
}
