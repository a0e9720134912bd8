// The window lens: one cell of a convolution written out, product by product and step by step.
// All numbers come from the server, in the "products" of a frame's header.

import { boxOfCells, boxOfMap, samePlace } from "../geometry.js";
import { between, ease } from "../motion.js";
import { describeUnit } from "../unit-text.js";
import { Lens } from "./lens.js";
import { ProductsPanel } from "./window-panel.js";
import { Playback, slideFrom } from "./window-playback.js";
import { KernelWeights } from "./window-weights.js";

export class WindowLens extends Lens {
  // All null where the stack does not begin with a convolution whose products fit a panel.
  products = null;
  weights = null;
  playback = null;

  constructor(stage) {
    super(stage);
    const { kernel } = stage.setting;
    if (!kernel) return;
    this.products = new ProductsPanel(kernel);
    this.playback = new Playback(stage, kernel.rows * kernel.cols);
    this.weights = new KernelWeights(stage, this.products, this.playback);
    this.panels = [this.products];
    const { back, play, forward } = this.products;
    back.addEventListener("click", () => this.playback.stepByHand(-1));
    forward.addEventListener("click", () => this.playback.stepByHand(1));
    play.addEventListener("click", () => this.playback.toggle());
  }

  removed() {
    this.playback?.pause();
  }

  message() {
    return this.weights?.typed ? { weights: this.weights.typed } : {};
  }

  adopt() {
    this.playback?.stop();
    this.weights?.adopt();
  }

  received() {
    this.weights?.fill();
  }

  interrupted() {
    this.playback?.stop();
  }

  // The window that is written out.
  defaultUnit() {
    return this.stage.header?.products?.unit ?? null;
  }

  pinned(unit, before) {
    slideFrom(this.stage, before, unit);
  }

  movingUnit() {
    const slide = this.stage.motion.running("slide");
    return slide && between(slide.from, slide.unit, ease(slide.share));
  }

  // The cell stands empty while its sum is being added up, or while its window is on the way.
  drawOverMap({ mapCanvas }, index, theme, unit) {
    if (index || !this.playback || !unit) return;
    const { motion, ownCells, setting } = this.stage;
    if (!this.playback.isAdding && !motion.running("slide")) return;
    const [layer] = setting.layers;
    const square = boxOfMap(layer, setting.size, ownCells);
    const [, row, col] = unit;
    const cell = mapCanvas.rectangle(boxOfCells(layer, square, [row, row + 1, col, col + 1]));
    mapCanvas.context.clearRect(...cell);
  }

  drawPanels(theme, unit) {
    if (!this.playback) return;
    const { header, input, setting } = this.stage;
    this.products.fill(header.products, this.playback, setting.kernel.border);
    const tap = this.tapOf(unit);
    if (tap < 0) return;
    const [row, col] = header.products.at[tap]; // over the window that is drawn already
    input.mapCanvas.box([row, row + 1, col, col + 1]);
  }

  // The index of the tap that is being added to the sum of this unit; -1 if none is.
  tapOf(unit) {
    const { taps, isAdding } = this.playback;
    const isShown = taps && isAdding && samePlace(this.stage.header.products.unit, unit);
    return isShown ? taps - 1 : -1;
  }

  unitText(unit) {
    const { header: { products }, setting } = this.stage;
    if (!products || !unit) return null;
    const where = describeUnit(setting, unit, null);
    if (!samePlace(products.unit, unit)) return where;
    const tap = this.tapOf(unit);
    if (tap < 0) return `${where} Its products add up to ${products.total}.`;
    const from = products.beyond[tap] ? ` (beyond the border, ${setting.kernel.border})` : "";
    return (
      `${where} Tap ${tap + 1} of ${products.products.length}${from}: ${products.inputs[tap]} \u00d7 ` +
      `${products.weights[tap]} = ${products.products[tap]}. Sum so far ${products.sums[tap]}.`
    );
  }
}
