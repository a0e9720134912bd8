// The pixels of the picture, put together as the server does it.

/** @import { Pair, Planes } from "../protocol.d.ts" */

/**
 * Fill `target` with the picture and the pattern over it.
 * @param {Uint8Array} target
 * @param {Planes} planes
 * @param {Pair} position
 */
export function composite(target, { picture, pattern, alpha }, [row, col]) {
  target.set(picture.values);
  for (let r = 0; r < pattern.rows; r += 1) {
    for (let c = 0; c < pattern.cols; c += 1) {
      const place = (row + r) * picture.cols + col + c;
      const share = alpha.values[r * pattern.cols + c] / 255;
      const value = pattern.values[r * pattern.cols + c];
      target[place] = Math.round(target[place] * (1 - share) + value * share);
    }
  }
}

/**
 * A square picture moved by (rows, cols) pixels. What comes in at the border is the opposite side
 * (wrap) or black.
 * @param {Uint8Array} pixels
 * @param {number} size
 * @param {Pair} by
 * @param {boolean} wrap
 */
export function shifted(pixels, size, [rows, cols], wrap) {
  const target = new Uint8Array(pixels.length);
  for (let r = 0; r < size; r += 1) {
    for (let c = 0; c < size; c += 1) {
      let [row, col] = [r - rows, c - cols];
      if (wrap) [row, col] = [(row + size) % size, (col + size) % size];
      const inside = row >= 0 && col >= 0 && row < size && col < size;
      if (inside) target[r * size + c] = pixels[row * size + col];
    }
  }
  return target;
}
