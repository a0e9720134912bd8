// The orbit map: every place of the pattern, coloured by the output that it gives there.

import { strokeCellBorders } from "../../draw/cell-borders.js";
import { MapCanvas, pixelRatio } from "../../draw/map-canvas.js";
import { INK } from "../../draw/palette.js";
import { samePlace } from "../../geometry.js";
import { element } from "../../panels.js";
import { write } from "../../readouts.js";
import { A_PRESS } from "../../touch.js";
import { listenToPlaces } from "../place-grid.js";

/**
 * @import { Theme } from "../../draw/colors.js"
 * @import { Box, Header, Pair, Plane } from "../../protocol.d.ts"
 * @import { Stage } from "../../stage.js"
 */

/** @type {Plane} */
const NONE = { rows: 0, cols: 0, values: new Int16Array() };
const AROUND = [-1, 0, 1].flatMap((row) => [-1, 0, 1].map((col) => [row, col]));
const LINE = { light: "#4a4f59", dark: "#aab1bd" };
// Hues of the oklch colour space without the green ones, which belong to the output at the start.
const HUES = [20, 240, 80, 300, 50, 270, 345, 210, 0, 320];
const LIKE_START = { light: "oklch(80% 0.16 150)", dark: "oklch(52% 0.13 150)" };
/** @type {Record<Theme, (hue: number | undefined) => string>} */
const OTHER = {
  light: (hue) => `oklch(89% 0.06 ${hue})`,
  dark: (hue) => `oklch(38% 0.07 ${hue})`,
};

export class OrbitPanel {
  /** @param {Stage} stage */
  constructor(stage) {
    this.stage = stage;
    /** @type {Pair | null} the place that the pointer is on */
    this.hover = null;
    /** @type {Pair | null} the place that the keyboard has chosen */
    this.cursor = null;
    this.labels = NONE; // see take
    /** @type {Map<number, number> | null} by label, once they were needed */
    this.hues = null;
    this.canvas = element("canvas", { "aria-hidden": "true" });
    this.mapCanvas = new MapCanvas(this.canvas);
    this.plot = element(
      "div",
      {
        class: "plot",
        tabindex: "0",
        role: "application",
        "aria-roledescription": "orbit map",
        "aria-label":
          "Orbit map: every place of the pattern, coloured by the output it gives. Arrow keys " +
          "choose a place, Enter moves the pattern there.",
      },
      this.canvas,
    );
    this.here = element("dd", { class: "steps-here" });
    this.peak = element("dd", { class: "steps-peak" });
    const row = (/** @type {string} */ name, /** @type {HTMLElement} */ value) => element("div", {}, element("dt", {}, name), value);
    this.panel = element(
      "figure",
      { class: "panel map orbit" },
      element(
        "figcaption",
        {},
        element("span", { class: "name" }, "orbit map"),
        element("span", { class: "shape" }, "one colour, one output"),
      ),
      this.plot,
      element("div", { class: "under" }),
      element(
        "dl",
        { title: "One-cell steps in 8 directions after which no output is different." },
        row("steps that change nothing", this.here),
        row("for a single peak", this.peak),
      ),
    );
    listenToPlaces(this);
  }

  /**
   * labels: plane with a number for each place, the same where the output is the same; none when
   * the outputs are not known.
   * @param {Plane | undefined} labels
   */
  take(labels) {
    this.labels = labels ?? NONE;
    this.hues = null;
  }

  /** @returns {Pair} */
  get size() {
    return [this.labels.rows, this.labels.cols];
  }

  /** @param {Pair} place */
  labelAt([row, col]) {
    return this.labels.values[row * this.labels.cols + col];
  }

  get canMove() {
    return this.labels !== NONE && this.stage.scene?.moves === "pattern";
  }

  /**
   * @param {MouseEvent} event
   * @returns {Pair | null}
   */
  placeAt(event) {
    if (!this.canMove) return null;
    const [row, col] = this.mapCanvas.place(event).map(Math.floor);
    return row >= 0 && col >= 0 && row < this.labels.rows && col < this.labels.cols
      ? [row, col]
      : null;
  }

  // The line about the place that is pointed at; null if there is none.
  describe() {
    const place = this.cursor ?? this.hover;
    if (!place || !this.canMove) return null;
    const same = this.labelAt(place) === this.labelAt(this.stage.scene.start);
    const how = `${this.cursor ? "Enter" : A_PRESS} moves the pattern there.`;
    return (
      `Pattern at row ${place[0]}, column ${place[1]}: ` +
      `${same ? "the same output as at the start" : "another output than at the start"}. ${how}`
    );
  }

  /**
   * @param {Theme} theme
   * @param {Header} header
   */
  draw(theme, header) {
    const { mapCanvas, stage } = this;
    const steps = header.steps || "not counted here";
    const peak = stage.setting.peak || "not counted here";
    write(this.here, steps);
    write(this.peak, peak);
    mapCanvas.begin(theme);
    if (this.canMove) this.drawPlaces(theme);
    mapCanvas.edge();
    if (!this.canMove) return;
    /** @returns {Box} */
    const cell = (/** @type {Pair} */ [row, col]) => [row, row + 1, col, col + 1];
    const { position, start } = stage.scene;
    if (!samePlace(position, start)) mapCanvas.box(cell(start), { dashed: true });
    mapCanvas.box(cell(position), { width: 3 });
    const pointed = this.cursor ?? this.hover;
    if (pointed && !samePlace(pointed, position)) mapCanvas.box(cell(pointed), { width: 1, fill: true });
  }

  /** @param {Theme} theme */
  drawPlaces(theme) {
    const { context } = this.mapCanvas;
    const { rows, cols } = this.labels;
    const start = this.labelAt(this.stage.scene.start);
    const hues = (this.hues ??= hueByLabel(this.labels));
    for (let row = 0; row < rows; row += 1) {
      for (let col = 0; col < cols; col += 1) {
        const label = this.labelAt([row, col]);
        context.fillStyle = label === start ? LIKE_START[theme] : OTHER[theme](hues.get(label));
        context.fillRect(...this.rectangle(row, row + 1, col, col + 1));
        if (label === start) this.sign(row, col, theme);
      }
    }
    // Colour is not the only sign: a line stands wherever the output changes.
    /**
     * @param {number} row
     * @param {number} col
     * @param {number} otherRow
     * @param {number} otherCol
     */
    const areSame = (row, col, otherRow, otherCol) =>
      this.labelAt([row, col]) === this.labelAt([otherRow, otherCol]);
    const style = { color: LINE[theme], width: 1.5 * pixelRatio() };
    strokeCellBorders(this.mapCanvas, this.labels, areSame, style);
  }

  /**
   * An equals sign where the output is the same as at the start.
   * @param {number} row
   * @param {number} col
   * @param {Theme} theme
   */
  sign(row, col, theme) {
    const { context } = this.mapCanvas;
    const [x, y, width] = this.rectangle(row, row + 1, col, col + 1);
    context.fillStyle = INK[theme];
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.font = `500 ${0.45 * width}px ${getComputedStyle(this.canvas).fontFamily}`;
    context.fillText("=", x + width / 2, y + 0.53 * width);
  }

  /**
   * Rounded to device pixels, so that no gap shows between two cells of one colour.
   * @param {number} row0
   * @param {number} row1
   * @param {number} col0
   * @param {number} col1
   * @returns {[number, number, number, number]} x, y, width and height
   */
  rectangle(row0, row1, col0, col1) {
    const [x0, x1, y0, y1] = [col0, col1, row0, row1].map((at) => Math.round(this.mapCanvas.toDevice(at)));
    return [x0, y0, x1 - x0, y1 - y0];
  }
}

/**
 * A hue for each label: of those that no neighbour has, the one that is used least.
 * @param {Plane} labels
 */
function hueByLabel(labels) {
  /** @type {Map<number, number>} */
  const hues = new Map();
  const used = new Map(HUES.map((hue) => [hue, 0]));
  const usesOf = (/** @type {number} */ hue) => used.get(hue) ?? 0;
  for (const [label, neighbours] of neighboursByLabel(labels)) {
    const taken = new Set([...neighbours].map((neighbour) => hues.get(neighbour)));
    const free = HUES.filter((hue) => !taken.has(hue));
    const hue = (free.length ? free : HUES).reduce((a, b) => (usesOf(b) < usesOf(a) ? b : a));
    hues.set(label, hue);
    used.set(hue, usesOf(hue) + 1);
  }
  return hues;
}

/** @param {Plane} labels */
function neighboursByLabel({ rows, cols, values }) {
  /** @type {Map<number, Set<number>>} */
  const found = new Map();
  for (let row = 0; row < rows; row += 1) {
    for (let col = 0; col < cols; col += 1) {
      const label = values[row * cols + col];
      const neighbours = found.get(label) ?? new Set();
      found.set(label, neighbours);
      for (const [down, right] of AROUND) {
        const [r, c] = [row + down, col + right];
        if (r < 0 || c < 0 || r >= rows || c >= cols) continue;
        neighbours.add(values[r * cols + c]);
      }
    }
  }
  return found;
}
