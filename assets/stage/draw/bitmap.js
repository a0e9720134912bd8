// One number per pixel, as colours on a canvas that is scaled up without smoothing.

import { paintGray, paintSigned } from "./colors.js";

// A canvas that holds one number per pixel, to be scaled up without smoothing.
export class Bitmap {
  constructor(rows, cols) {
    this.canvas = new OffscreenCanvas(cols, rows);
    this.context = this.canvas.getContext("2d");
    this.image = new ImageData(cols, rows);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  signed(values, full, theme) {
    paintSigned(this.pixels, values, full, theme);
    this.context.putImageData(this.image, 0, 0);
  }

  gray(values) {
    paintGray(this.pixels, values);
    this.context.putImageData(this.image, 0, 0);
  }
}
