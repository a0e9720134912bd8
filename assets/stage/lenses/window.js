// The window lens: one cell of a convolution written out, product by product and step by step.
// All numbers come from the server, in the "products" of a frame's header.

import { boxOfCells, boxOfMap, samePlace } from "../geometry.js";
import { between, ease } from "../motion.js";
import { describeUnit } from "../unit-text.js";
import { Lens } from "./lens.js";
import { ProductsPanel } from "./window/panel.js";
import { Playback, slideFrom } from "./window/playback.js";
import { KernelWeights } from "./window/weights.js";

/**
 * @import { MapPanel } from "../assembly.js"
 * @import { Theme } from "../draw/colors.js"
 * @import { Request, Unit } from "../protocol.d.ts"
 * @import { Stage } from "../stage.js"
 */

export class WindowLens extends Lens {
  /**
   * Null where the stack does not begin with a convolution whose products fit a panel.
   * @type {{ panel: ProductsPanel, weights: KernelWeights, playback: Playback } | null}
   */
  written = null;

  /** @param {Stage} stage */
  constructor(stage) {
    super(stage);
    const { kernel } = stage.setting;
    if (!kernel) return;
    const panel = new ProductsPanel(kernel);
    const playback = new Playback(stage, kernel.rows * kernel.cols);
    this.written = { panel, playback, weights: new KernelWeights(stage, panel, playback) };
    this.panels = [panel];
    panel.back.addEventListener("click", () => playback.stepByHand(-1));
    panel.forward.addEventListener("click", () => playback.stepByHand(1));
    panel.play.addEventListener("click", () => playback.toggle());
  }

  removed() {
    this.written?.playback.pause();
  }

  /** @returns {Partial<Request>} */
  message() {
    const weights = this.written?.weights.typed;
    return weights ? { weights } : {};
  }

  adopt() {
    this.written?.playback.stop();
    this.written?.weights.adopt();
  }

  received() {
    this.written?.weights.fill();
  }

  interrupted() {
    this.written?.playback.stop();
  }

  // The window that is written out.
  defaultUnit() {
    return this.stage.header?.products?.unit ?? null;
  }

  /**
   * @param {Unit} unit
   * @param {Unit | null} before
   */
  pinned(unit, before) {
    slideFrom(this.stage, before, unit);
  }

  /** @returns {Unit | null} */
  movingUnit() {
    const slide = this.stage.motion.running("slide");
    if (!slide?.unit) return null;
    return /** @type {Unit} */ (between(slide.from, slide.unit, ease(slide.share)));
  }

  /**
   * The cell stands empty while its sum is being added up, or while its window is on the way.
   * @param {MapPanel} map
   * @param {number} index
   * @param {Theme} theme
   * @param {Unit | null} unit
   */
  drawOverMap({ mapCanvas }, index, theme, unit) {
    if (index || !this.written || !unit) return;
    const { motion, ownCells, setting } = this.stage;
    if (!this.written.playback.isAdding && !motion.running("slide")) return;
    const [layer] = setting.layers;
    const square = boxOfMap(layer, setting.size, ownCells);
    const [, row, col] = unit;
    const cell = mapCanvas.rectangle(boxOfCells(layer, square, [row, row + 1, col, col + 1]));
    mapCanvas.context.clearRect(...cell);
  }

  /**
   * @param {Theme} theme
   * @param {Unit | null} unit
   */
  drawPanels(theme, unit) {
    const { header: { products }, input, setting: { kernel } } = this.stage;
    if (!this.written || !products || !kernel) return;
    this.written.panel.fill(products, this.written.playback, kernel.border);
    const tap = this.tapOf(unit);
    if (tap < 0) return;
    const [row, col] = products.at[tap]; // over the window that is drawn already
    input.mapCanvas.box([row, row + 1, col, col + 1]);
  }

  /**
   * The index of the tap that is being added to the sum of this unit; -1 if none is.
   * @param {Unit | null} unit
   */
  tapOf(unit) {
    const { products } = this.stage.header;
    if (!this.written || !samePlace(products?.unit, unit)) return -1;
    const { taps, isAdding } = this.written.playback;
    return taps && isAdding ? taps - 1 : -1;
  }

  /** @param {Unit | null} unit */
  unitText(unit) {
    const { header: { products }, setting } = this.stage;
    if (!products || !unit) return null;
    const where = describeUnit(setting, unit, null);
    if (!samePlace(products.unit, unit)) return where;
    const tap = this.tapOf(unit);
    if (tap < 0) return `${where} Its products add up to ${products.total}.`;
    const from = products.beyond[tap] ? ` (beyond the border, ${setting.kernel?.border})` : "";
    return (
      `${where} Tap ${tap + 1} of ${products.products.length}${from}: ${products.inputs[tap]} \u00d7 ` +
      `${products.weights[tap]} = ${products.products[tap]}. Sum so far ${products.sums[tap]}.`
    );
  }
}
