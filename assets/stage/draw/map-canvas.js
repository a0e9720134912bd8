// The canvas of one panel, in pixels of the picture, and the marks that any panel can carry.

import { clip, isClipped } from "../geometry.js";
import { inkOn } from "./colors.js";
import { ACCENT, CASING, EDGE } from "./palette.js";

const MIN_CELL = 17; // CSS pixels of a cell below which it shows no number
const MIN_TYPE = 8; // CSS pixels of a number below which it is too small to read
const MIN_GRID = 7; // device pixels of a cell below which no grid is drawn

export const pixelRatio = () => window.devicePixelRatio || 1;

/**
 * @import { Box, Pair } from "../protocol.d.ts"
 * @import { Bitmap } from "./bitmap.js"
 * @import { Theme } from "./colors.js"
 *
 * width: in CSS pixels, of a usual line.
 * @typedef {{ dashed?: boolean, width?: number, fill?: boolean }} BoxOptions
 */

/** One panel's canvas, with `margin` pixels of the picture round it on every side. */
export class MapCanvas {
  /** @type {Theme} */
  theme = "light";
  size = 0; // pixels of the picture a side
  margin = 0; // pixels of the picture
  zoom = 0; // CSS pixels of one pixel of the picture; 0 while it has no size
  ratio = 0; // device pixels of one pixel of the picture

  /** @param {HTMLCanvasElement | OffscreenCanvas} canvas one without a page has its size already */
  constructor(canvas) {
    this.canvas = /** @type {HTMLCanvasElement} */ (canvas);
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    this.weight = 1;
  }

  /**
   * How many times as thick as usual lines are.
   * @param {number} weight
   */
  setWeight(weight) {
    this.weight = weight;
  }

  /**
   * Fit into `width` CSS pixels. Where there is room a pixel of the picture takes a multiple of half
   * a device pixel, so that the cells of a pooled map have one size.
   * @param {number} width
   * @param {number} size
   * @param {number} margin
   * @returns the CSS pixels a side
   */
  resize(width, size, margin) {
    const ratio = pixelRatio();
    const extent = size + 2 * margin;
    const steps = Math.floor((2 * width * ratio) / extent) / 2;
    this.zoom = steps >= 2 ? steps / ratio : width / extent;
    this.size = size;
    this.margin = margin;
    const side = this.zoom * extent;
    this.canvas.style.width = this.canvas.style.height = `${side}px`;
    const device = Math.round(side * ratio);
    if (this.canvas.width !== device) this.canvas.width = this.canvas.height = device;
    this.ratio = device / extent;
    return side;
  }

  /** @param {number} pixel of the picture, along rows or columns */
  toDevice(pixel) {
    return (pixel + this.margin) * this.ratio;
  }

  /** @param {Theme} theme */
  begin(theme) {
    this.theme = theme;
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.context.imageSmoothingEnabled = false;
  }

  /**
   * @param {{ canvas: OffscreenCanvas }} bitmap
   * @param {Box} box
   */
  bitmap(bitmap, [row0, row1, col0, col1]) {
    const [x, y] = [this.toDevice(col0), this.toDevice(row0)];
    const [width, height] = [(col1 - col0) * this.ratio, (row1 - row0) * this.ratio];
    this.context.drawImage(bitmap.canvas, x, y, width, height);
  }

  // The picture's own outline, so that every panel shows how much of it a map covers.
  edge() {
    this.line([0, this.size, 0, this.size], { color: EDGE[this.theme], width: 1 });
  }

  /**
   * Lines between the cells of a map, where these are not too small.
   * @param {Box} square in which the map is drawn
   * @param {number} rows
   * @param {number} cols
   */
  grid([row0, row1, col0, col1], rows, cols) {
    const { context } = this;
    const [height, width] = [(row1 - row0) / rows, (col1 - col0) / cols];
    if (Math.min(height, width) * this.ratio < MIN_GRID) return;
    context.strokeStyle = EDGE[this.theme];
    context.lineWidth = 1;
    context.beginPath();
    for (let r = 0; r <= rows; r += 1) {
      context.moveTo(this.toDevice(col0), this.toDevice(row0 + r * height));
      context.lineTo(this.toDevice(col1), this.toDevice(row0 + r * height));
    }
    for (let c = 0; c <= cols; c += 1) {
      context.moveTo(this.toDevice(col0 + c * width), this.toDevice(row0));
      context.lineTo(this.toDevice(col0 + c * width), this.toDevice(row1));
    }
    context.stroke();
  }

  /**
   * A number in every cell, where the cells are large enough to read it.
   * @param {Bitmap} bitmap
   * @param {Box} square in which the map is drawn
   * @param {number} rows
   * @param {number} cols
   * @param {(index: number) => string} textOf
   */
  numbers(bitmap, [row0, row1, col0, col1], rows, cols, textOf) {
    const [height, width] = [((row1 - row0) / rows) * this.ratio, ((col1 - col0) / cols) * this.ratio];
    const side = Math.min(height, width);
    if (side < MIN_CELL * pixelRatio()) return;
    const { context } = this;
    context.textAlign = "center";
    context.textBaseline = "middle";
    const [y, x] = [this.toDevice(row0), this.toDevice(col0)];
    const texts = Array.from({ length: rows * cols }, (_, i) => textOf(i));
    /** @param {string} text */
    const sizeOf = (text) => Math.min(0.5 * side, (1.55 * side) / Math.max(text.length, 1));
    const smallest = Math.min(...texts.map(sizeOf));
    if (smallest < MIN_TYPE * pixelRatio()) return;
    const family = getComputedStyle(this.canvas).fontFamily;
    let type = 0;
    for (let i = 0; i < rows * cols; i += 1) {
      const text = texts[i];
      if (sizeOf(text) !== type) {
        type = sizeOf(text);
        context.font = `500 ${type}px ${family}`;
      }
      context.fillStyle = inkOn(bitmap.pixels[i]);
      context.fillText(text, x + ((i % cols) + 0.5) * width, y + (Math.floor(i / cols) + 0.53) * height);
    }
  }

  /**
   * Stripes over a square except for a box in it: cells that have no value.
   * @param {Box} box
   * @param {Box} square
   */
  hatchAround(box, square) {
    const { context } = this;
    const [x, y, width, height] = this.rectangle(square);
    const step = 6 * pixelRatio();
    context.save();
    context.beginPath();
    context.rect(x, y, width, height);
    if (box[0] < box[1] && box[2] < box[3]) context.rect(...this.rectangle(box));
    context.clip("evenodd");
    context.strokeStyle = EDGE[this.theme];
    context.lineWidth = step / 4;
    context.beginPath();
    for (let along = -height; along < width; along += step) {
      context.moveTo(x + along, y + height);
      context.lineTo(x + along + height, y);
    }
    context.stroke();
    context.restore();
  }

  /**
   * A box in the accent colour on a casing, so that it shows on any map.
   * @param {Box} box
   * @param {BoxOptions} [options]
   */
  box(box, { dashed = false, width = 2, fill = false } = {}) {
    const ratio = pixelRatio() * this.weight;
    if (fill) {
      this.context.fillStyle = `${ACCENT[this.theme]}44`;
      this.context.fillRect(...this.rectangle(box));
    }
    this.line(box, { color: CASING[this.theme], width: (width + 1.5) * ratio });
    const dash = dashed ? [5 * ratio, 4 * ratio] : [];
    this.line(box, { color: ACCENT[this.theme], width: width * ratio, dash });
  }

  /**
   * A field: solid where it lies on the picture, dashed where it reaches beyond the border.
   * @param {Box} box
   * @param {BoxOptions} [options]
   */
  field(box, options = {}) {
    if (isClipped(box, this.size, this.size)) this.box(box, { dashed: true });
    const inside = clip(box, this.size, this.size);
    if (inside[0] < inside[1] && inside[2] < inside[3]) this.box(inside, options);
  }

  /**
   * @param {Box} box
   * @param {{ color: string, width: number, dash?: number[] }} style in device pixels
   */
  line(box, { color, width, dash = [] }) {
    const { context } = this;
    context.strokeStyle = color;
    context.lineWidth = width;
    context.setLineDash(dash);
    context.strokeRect(...this.rectangle(box));
    context.setLineDash([]);
  }

  /**
   * @param {Box} box
   * @returns {[number, number, number, number]} x, y, width and height in device pixels
   */
  rectangle([row0, row1, col0, col1]) {
    const [x, y] = [this.toDevice(col0), this.toDevice(row0)];
    return [x, y, this.toDevice(col1) - x, this.toDevice(row1) - y];
  }

  /**
   * Where a pointer is, in pixels of the picture, fractions included.
   * @param {{ clientX: number, clientY: number }} event
   * @returns {Pair}
   */
  place(event) {
    const frame = this.canvas.getBoundingClientRect();
    const scale = (this.size + 2 * this.margin) / frame.width;
    return [
      (event.clientY - frame.top) * scale - this.margin,
      (event.clientX - frame.left) * scale - this.margin,
    ];
  }
}
