// One number per pixel, as colours on a canvas that is scaled up without smoothing.

import { paintGray, paintSigned } from "./colors.js";

/** @import { Theme } from "./colors.js" */

export class Bitmap {
  /**
   * @param {number} rows
   * @param {number} cols
   */
  constructor(rows, cols) {
    this.canvas = new OffscreenCanvas(cols, rows);
    this.context = /** @type {OffscreenCanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    this.image = new ImageData(cols, rows);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  /**
   * @param {ArrayLike<number>} values
   * @param {number} full the value of the full colour
   * @param {Theme} theme
   */
  signed(values, full, theme) {
    paintSigned(this.pixels, values, full, theme);
    this.context.putImageData(this.image, 0, 0);
  }

  /** @param {ArrayLike<number>} values from 0 to 255 */
  gray(values) {
    paintGray(this.pixels, values);
    this.context.putImageData(this.image, 0, 0);
  }
}
