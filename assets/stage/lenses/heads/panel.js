// One head: a map of where it is right, and its answer now, before and after the softmax.

import { legendGradient } from "../../draw/colors.js";
import { MapCanvas } from "../../draw/map-canvas.js";
import { drawRegion } from "../../draw/region-outline.js";
import { paintRights } from "../../draw/rights.js";
import { FULL_SCALE } from "../../frame.js";
import { clamp, samePlace } from "../../geometry.js";
import { element } from "../../panels.js";
import { write } from "../../readouts.js";
import { A_PRESS } from "../../touch.js";
import { offsetOf } from "./region.js";
import { listenToPlaces } from "../place-grid.js";

/**
 * @import { Theme } from "../../draw/colors.js"
 * @import { Box, HeadAnswer, Heads, Pair, Plane } from "../../protocol.d.ts"
 * @import { Stage } from "../../stage.js"
 * @import { RegionEditor } from "./region.js"
 */

export class HeadPanel {
  /** @type {Pair | null} the place that the pointer is on */
  hover = null;
  /** @type {Pair | null} the place that the keyboard has chosen */
  cursor = null;
  /** @type {Plane | null} see take */
  rights = null;
  /** @type {OffscreenCanvas | null} see painted */
  still = null;
  drawn = ""; // what `still` was drawn for
  /** @type {HTMLElement} */
  plot;
  /** @type {HTMLElement} */
  panel;
  /** @type {HTMLElement} */
  answer;
  /** @type {HTMLElement} */
  ramp;
  /** @type {HTMLElement} */
  quarters;
  /** @type {HTMLElement} */
  features;
  /** @type {HTMLElement} */
  weights;
  /** @type {AnswerRow[]} */
  rows = [];

  /**
   * region: in which the examples of all heads may lie.
   * @param {Stage} stage
   * @param {number} index
   * @param {RegionEditor} region
   */
  constructor(stage, index, region) {
    this.stage = stage;
    this.index = index;
    this.region = region;
    this.canvas = element("canvas", { "aria-hidden": "true" });
    this.mapCanvas = new MapCanvas(this.canvas);
    this.build(this.setting);
    listenToPlaces(this);
  }

  /** @param {Heads} heads */
  build({ panels, classes }) {
    const { title } = panels[this.index];
    this.plot = element(
      "div",
      {
        class: "plot",
        tabindex: "0",
        role: "application",
        "aria-roledescription": "map of answers",
        "aria-label":
          `Where ${title} is right: a cell for every place of the pattern. Arrow keys choose a ` +
          "place, Enter moves the pattern there.",
      },
      this.canvas,
    );
    this.answer = element("span", { class: "head-answer" });
    this.ramp = element("span", { class: "ramp" });
    const legend = element(
      "div",
      { class: "legend", "aria-hidden": "true" },
      element("span", {}, "wrong"), this.ramp, element("span", {}, "right"),
    );
    this.rows = classes.map(() => new AnswerRow());
    this.quarters = element("dd", { class: "quarters" });
    this.features = element("dd", {});
    this.weights = element("dd", {});
    const list = element(
      "dl",
      { class: "head-figures" },
      element(
        "div",
        { class: "answer-row" },
        element("dt", {}),
        element("dd", { title: "The dense layer\u2019s sums, before the softmax." }, "logit"),
        element("dd", { title: "After the softmax." }, "probability"),
      ),
      ...this.rows.map(({ row }) => row),
      element(
        "div",
        { title: "The share of all places and both classes that it gets right, quarter by quarter." },
        element("dt", {}, "right in each quarter"),
        this.quarters,
      ),
      element("div", {}, element("dt", {}, "features"), this.features),
      element("div", {}, element("dt", {}, "weights"), this.weights),
    );
    this.panel = element(
      "figure",
      { class: "panel map head" },
      element("figcaption", {}, element("span", { class: "name" }, title)),
      this.plot,
      element("div", { class: "under" }, this.answer, legend),
      list,
    );
  }

  get setting() {
    return /** @type {Heads} */ (this.stage.setting.heads);
  }

  get canMove() {
    return this.stage.scene !== null;
  }

  /** @returns {Pair} */
  get size() {
    const { rows, cols } = this.region.allowed;
    return [rows, cols];
  }

  /**
   * rights: plane with a cell for each place, which tells how far the probability of the right class
   * is above one half; none while the head is not trained.
   * @param {Plane | undefined} rights
   */
  take(rights) {
    const { panels, classes } = this.setting;
    const { quarters, features, weights } = panels[this.index];
    this.rights = rights ?? null;
    this.drawn = "";
    this.rows.forEach((row, i) => row.name(classes[i]));
    const texts = quarters ?? Array(4).fill("\u2013");
    this.quarters.replaceChildren(...texts.map((text) => element("span", {}, text)));
    this.features.textContent = features;
    this.weights.textContent = weights;
  }

  /**
   * @param {MouseEvent} event
   * @returns {Pair | null}
   */
  placeAt(event) {
    const start = offsetOf(this.stage.setting);
    const [row, col] = this.mapCanvas.place(event).map((at) => Math.floor(at - start));
    const [rows, cols] = this.size;
    return row >= 0 && col >= 0 && row < rows && col < cols ? [row, col] : null;
  }

  // The line about the place that is pointed at; null if there is none.
  describe() {
    const place = this.cursor ?? this.hover;
    if (!place) return null;
    const how = `${this.cursor ? "Enter" : A_PRESS} moves the pattern there.`;
    const { title } = this.setting.panels[this.index];
    const where = `Pattern at row ${place[0]}, column ${place[1]}`;
    if (!this.rights) return `${where}. ${how}`;
    const right = 0.5 + this.rights.values[place[0] * this.rights.cols + place[1]] / FULL_SCALE / 2;
    const verdict = right > 0.5 ? "right" : "wrong";
    return (
      `${where}: ${title} gives the right class ${Math.round(right * 100)} %, ` +
      `so it is ${verdict}. ${how}`
    );
  }

  /**
   * @param {Theme} theme
   * @param {HeadAnswer | undefined} answer
   */
  draw(theme, answer) {
    const { mapCanvas, stage: { scene, setting } } = this;
    this.ramp.style.background = legendGradient(theme);
    mapCanvas.begin(theme);
    if (this.rights) mapCanvas.context.drawImage(this.painted(theme, this.rights), 0, 0);
    else mapCanvas.hatchAround([0, 0, 0, 0], [0, mapCanvas.size, 0, mapCanvas.size]);
    mapCanvas.edge();
    drawRegion(mapCanvas, this.region.lines);
    const offset = offsetOf(setting);
    /**
     * @param {Pair} place
     * @param {number} by
     * @returns {Box}
     */
    const around = (place, by) => {
      const [row, col] = place.map((at) => at + offset);
      return [row - by, row + 1 + by, col - by, col + 1 + by];
    };
    const { position, start } = scene;
    if (!samePlace(position, start)) mapCanvas.box(around(start, 0.5), { dashed: true });
    mapCanvas.box(around(position, 1), { width: 2.5 });
    const pointed = this.cursor ?? this.hover;
    if (pointed && !samePlace(pointed, position)) mapCanvas.box(around(pointed, 0), { width: 1, fill: true });
    this.say(answer);
  }

  /**
   * What stays the same for a whole drag.
   * @param {Theme} theme
   * @param {Plane} rights
   */
  painted(theme, rights) {
    const key = `${theme} ${this.mapCanvas.canvas.width}`;
    if (!this.still || this.drawn !== key) {
      this.still = paintRights(this.mapCanvas, rights, offsetOf(this.stage.setting), theme);
      this.drawn = key;
    }
    return this.still;
  }

  /** @param {HeadAnswer | undefined} answer */
  say(answer) {
    write(this.answer, answer ? answer.text : "not trained");
    const isWrong = answer?.right === false;
    this.panel.classList.toggle("wrong", isWrong);
    this.answer.classList.toggle("wrong", isWrong);
    this.rows.forEach((row, i) => row.show(answer, i, this.setting.panels[this.index].largest));
  }
}

// What a head gives one class: a bar from the middle for the logit, and one from the left for the
// probability.
class AnswerRow {
  constructor() {
    this.term = element("dt", {});
    this.logit = buildBar("logit");
    this.share = buildBar("share");
    this.row = element("div", { class: "answer-row" }, this.term, this.logit.cell, this.share.cell);
  }

  /** @param {string} text */
  name(text) {
    this.term.textContent = text;
  }

  /**
   * @param {HeadAnswer | undefined} answer
   * @param {number} i
   * @param {number} largest
   */
  show(answer, i, largest) {
    const logit = clamp((answer?.logits[i] ?? 0) / largest, -1, 1);
    this.logit.fill.style.left = `${50 + Math.min(0, logit) * 50}%`;
    this.logit.fill.style.width = `${Math.abs(logit) * 50}%`;
    this.share.fill.style.width = `${(answer?.shares[i] ?? 0) * 100}%`;
    this.logit.text.textContent = answer?.logitTexts[i] ?? "";
    this.share.text.textContent = answer?.shareTexts[i] ?? "";
  }
}

/** @param {string} kind */
function buildBar(kind) {
  const fill = element("span", { class: "fill" });
  const text = element("span", { class: "text" });
  return { fill, text, cell: element("dd", { class: `bar-cell ${kind}` }, fill, text) };
}
