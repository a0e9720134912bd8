// One head: a map of where it is right, and its answer now, before and after the softmax.

import { Bitmap } from "../draw/bitmap.js";
import { legendGradient } from "../draw/colors.js";
import { MapCanvas } from "../draw/map-canvas.js";
import { FULL_SCALE } from "../frame.js";
import { samePlace } from "../geometry.js";
import { element } from "../panels.js";
import { write } from "../readouts.js";
import { A_PRESS } from "../touch.js";
import { drawRegion, offsetOf } from "./heads-region.js";
import { listenToPlaces } from "./place-grid.js";

const LINE = { light: "#16191f", dark: "#fafaf8" };

const ratio = () => window.devicePixelRatio || 1;

export class HeadPanel {
  constructor(stage, index) {
    this.stage = stage;
    this.index = index;
    this.hover = this.cursor = null;
    this.canvas = element("canvas", { "aria-hidden": "true" });
    this.mapCanvas = new MapCanvas(this.canvas);
    this.build(stage.setting.heads);
    listenToPlaces(this);
  }

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
    [this.features, this.weights] = [element("dd", {}), element("dd", {})];
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
    return this.stage.setting.heads;
  }

  get canMove() {
    return this.stage.scene !== null;
  }

  get size() {
    const { rows, cols } = this.stage.heads.allowed;
    return [rows, cols];
  }

  // rights: for every place how far the probability of the right class is above one half.
  take(rights) {
    const { panels, classes } = this.setting;
    const { quarters, features, weights } = panels[this.index];
    this.rights = rights ?? null;
    this.bitmap = rights ? new Bitmap(rights.rows, rights.cols) : null;
    this.drawn = "";
    this.rows.forEach((row, i) => row.name(classes[i]));
    const cells = (quarters ?? ["\u2013", "\u2013", "\u2013", "\u2013"]).map((text) => element("span", {}, text));
    this.quarters.replaceChildren(...cells);
    this.features.textContent = features;
    this.weights.textContent = weights;
  }

  placeAt(event) {
    const start = offsetOf(this.stage);
    const place = this.mapCanvas.place(event).map((at) => Math.floor(at - start));
    return place.every((at, axis) => at >= 0 && at < this.size[axis]) ? place : null;
  }

  words() {
    const place = this.cursor ?? this.hover;
    if (!place) return null;
    const how = `${this.cursor ? "Enter" : A_PRESS} moves the pattern there.`;
    const { title } = this.setting.panels[this.index];
    const where = `Pattern at row ${place[0]}, column ${place[1]}`;
    if (!this.rights) return `${where}. ${how}`;
    const right = 0.5 + this.rights.values[place[0] * this.rights.cols + place[1]] / FULL_SCALE / 2;
    const share = `${Math.round(right * 100)} %`;
    return `${where}: ${title} gives the right class ${share}, so it is ${right > 0.5 ? "right" : "wrong"}. ${how}`;
  }

  draw(theme, answer) {
    const { mapCanvas, stage } = this;
    this.ramp.style.background = legendGradient(theme);
    mapCanvas.begin(theme);
    if (this.rights) mapCanvas.context.drawImage(this.painted(theme), 0, 0);
    else mapCanvas.hatchAround([0, 0, 0, 0], [0, mapCanvas.size, 0, mapCanvas.size]);
    mapCanvas.edge();
    drawRegion(mapCanvas, stage.heads.paint.lines);
    const start = offsetOf(stage);
    const around = ([row, col], by) => [row + start - by, row + start + 1 + by, col + start - by, col + start + 1 + by];
    const { position } = stage.scene;
    if (!samePlace(position, stage.scene.start)) mapCanvas.box(around(stage.scene.start, 0.5), { dashed: true });
    mapCanvas.box(around(position, 1), { width: 2.5 });
    const pointed = this.cursor ?? this.hover;
    if (pointed && !samePlace(pointed, position)) mapCanvas.box(around(pointed, 0), { width: 1, fill: true });
    this.say(answer);
  }

  // Colours, stripes where it is wrong, and a line between right and wrong: the same for a whole drag.
  painted(theme) {
    const { canvas } = this.mapCanvas;
    const key = `${theme} ${canvas.width}`;
    if (this.drawn === key) return this.still.canvas;
    this.drawn = key;
    this.bitmap.signed(this.rights.values, FULL_SCALE, theme);
    this.still = new MapCanvas(new OffscreenCanvas(canvas.width, canvas.height));
    const { size, margin, ratio: scale } = this.mapCanvas;
    Object.assign(this.still, { size, margin, ratio: scale });
    this.still.begin(theme);
    const [start, { rows, cols }] = [offsetOf(this.stage), this.rights];
    this.still.bitmap(this.bitmap, [start, start + rows, start, start + cols]);
    this.stripe(theme, start);
    this.divide(theme, start);
    return this.still.canvas;
  }

  isRight(row, col) {
    return this.rights.values[row * this.rights.cols + col] > 0;
  }

  stripe(theme, start) {
    const { still, rights } = this;
    const { context } = still;
    context.save();
    context.beginPath();
    for (let row = 0; row < rights.rows; row += 1) {
      for (let col = 0; col < rights.cols; col += 1) {
        if (this.isRight(row, col)) continue;
        context.rect(...still.rectangle([row + start, row + start + 1, col + start, col + start + 1]));
      }
    }
    context.clip();
    context.strokeStyle = `${LINE[theme]}66`;
    context.lineWidth = 1.2 * ratio();
    const [side, step] = [still.canvas.width, 7 * ratio()];
    context.beginPath();
    for (let along = -side; along < side; along += step) {
      context.moveTo(along, side);
      context.lineTo(along + side, 0);
    }
    context.stroke();
    context.restore();
  }

  divide(theme, start) {
    const { still, rights } = this;
    const { context } = still;
    context.strokeStyle = LINE[theme];
    context.lineWidth = 1.5 * ratio();
    context.beginPath();
    const line = (row0, col0, row1, col1) => {
      context.moveTo(still.toDevice(col0 + start), still.toDevice(row0 + start));
      context.lineTo(still.toDevice(col1 + start), still.toDevice(row1 + start));
    };
    for (let row = 0; row < rights.rows; row += 1) {
      for (let col = 0; col < rights.cols; col += 1) {
        const right = this.isRight(row, col);
        if (col + 1 < rights.cols && this.isRight(row, col + 1) !== right) line(row, col + 1, row + 1, col + 1);
        if (row + 1 < rights.rows && this.isRight(row + 1, col) !== right) line(row + 1, col, row + 1, col + 1);
      }
    }
    context.stroke();
  }

  say(answer) {
    const text = answer ? answer.text : "not trained";
    write(this.answer, text);
    this.panel.classList.toggle("wrong", answer?.right === false);
    this.answer.classList.toggle("wrong", answer?.right === false);
    this.rows.forEach((row, i) => row.show(answer, i, this.setting.panels[this.index].largest));
  }
}

// What a head gives one class: a bar from the middle for the logit, one from the left for its share.
class AnswerRow {
  constructor() {
    this.term = element("dt", {});
    [this.logit, this.share] = ["logit", "share"].map((kind) => {
      const [fill, text] = [element("span", { class: "fill" }), element("span", { class: "text" })];
      return { fill, text, cell: element("dd", { class: `bar-cell ${kind}` }, fill, text) };
    });
    this.row = element("div", { class: "answer-row" }, this.term, this.logit.cell, this.share.cell);
  }

  name(text) {
    this.term.textContent = text;
  }

  show(answer, i, largest) {
    const logit = Math.max(-1, Math.min(1, (answer?.logits[i] ?? 0) / largest));
    this.logit.fill.style.left = `${50 + Math.min(0, logit) * 50}%`;
    this.logit.fill.style.width = `${Math.abs(logit) * 50}%`;
    this.share.fill.style.width = `${(answer?.shares[i] ?? 0) * 100}%`;
    this.logit.text.textContent = answer?.logitTexts[i] ?? "";
    this.share.text.textContent = answer?.shareTexts[i] ?? "";
  }
}
