// What a neuron sees, in words. All numbers come from the frame.

import { FULL_SCALE } from "./frame.js";
import { clip, isClipped, span } from "./geometry.js";

/**
 * @import { Layer, Unit } from "./protocol.d.ts"
 * @param {string} number
 */
const withMinus = (number) => number.replaceAll("-", "\u2212");

/**
 * A value in a cell: at most two decimals, without trailing zeros.
 * @param {number} value
 */
export const numberText = (value) => withMinus(`${Number(value.toFixed(2)) + 0}`);

/**
 * @param {{ layers: Layer[], size: number }} setting
 * @param {Unit} unit
 * @param {ArrayLike<number> | null} values of its map as it is shown
 */
export function describeUnit({ layers, size: pictureSize }, [index, row, col], values) {
  const layer = layers[index];
  const { size, jump, holes } = layer.field;
  const seen = span(layer.field, row, col);
  /**
   * @param {number} from
   * @param {number} to
   */
  const range = (from, to) => withMinus(to - from === 1 ? `${from}` : `${from} to ${to - 1}`);
  const parts = [
    `Layer ${index + 1}, ${layer.text}, neuron (${row}, ${col}): sees ${size[0]}\u00d7${size[1]} pixels, ` +
      `rows ${range(seen[0], seen[1])}, columns ${range(seen[2], seen[3])}.`,
    `Jump ${jump[0] === jump[1] ? jump[0] : jump.join("\u00d7")}.`,
  ];
  if (isClipped(seen, pictureSize, pictureSize)) {
    const inside = clip(seen, pictureSize, pictureSize);
    const [r, c] = [Math.max(0, inside[1] - inside[0]), Math.max(0, inside[3] - inside[2])];
    parts.push(`Only ${r}\u00d7${c} of them lie on the picture; the dashed rest is padding.`);
  }
  if (holes) parts.push("The field has holes: not every pixel in it counts.");
  if (values) {
    const value = (values[row * layer.cols + col] * layer.scale) / FULL_SCALE;
    // As many digits as the frame carries: about a thousandth of the full colour.
    const digits = Math.max(0, 2 - Math.floor(Math.log10(layer.scale)));
    parts.push(`Value ${withMinus(value.toFixed(digits))}.`);
  }
  return parts.join(" ");
}
