// Editing the grid of numbers: a click raises a number by one, and the keyboard writes it.

import { clamp, samePlace } from "../../geometry.js";
import { stepOf } from "../../gestures.js";

/**
 * @import { MapCanvas } from "../../draw/map-canvas.js"
 * @import { Pair } from "../../protocol.d.ts"
 * @import { Stage } from "../../stage.js"
 */

export class GridEditor {
  /** @param {Stage} stage */
  constructor(stage) {
    this.stage = stage;
    this.cells = stage.setting.cells ?? ""; // digits row by row; "" for a picture that is not a grid
    /** @type {Pair | null} the cell that the keyboard has chosen */
    this.cursor = null;
    this.listen();
  }

  get size() {
    return this.stage.setting.size;
  }

  get isGrid() {
    return this.cells !== "";
  }

  /** @param {Pair} place */
  numberAt([row, col]) {
    return Number(this.cells[row * this.size + col]);
  }

  /**
   * committed: whether the edit has ended. One by keys is committed after a rest.
   * @param {Pair} place
   * @param {number | string} number
   * @param {boolean} committed
   */
  write([row, col], number, committed) {
    const { actions, connection, parts } = this.stage;
    const at = row * this.size + col;
    this.cells = `${this.cells.slice(0, at)}${number}${this.cells.slice(at + 1)}`;
    parts.linkText.replaceChildren(); // a link that was copied shows another grid now
    connection.ask(committed);
    if (!committed) actions.commitSoon();
  }

  /**
   * @param {Pair} place
   * @param {boolean} committed
   */
  raise(place, committed) {
    this.write(place, (this.numberAt(place) + 1) % (this.stage.setting.full + 1), committed);
  }

  /**
   * Whether the pattern hides a cell.
   * @param {Pair} place
   */
  isCovered([row, col]) {
    const { scene, planes } = this.stage;
    const [r, c] = [row - scene.position[0], col - scene.position[1]];
    const { rows, cols, values } = planes.alpha;
    return r >= 0 && c >= 0 && r < rows && c < cols && values[r * cols + c] > 0;
  }

  listen() {
    const { stage } = this;
    const { plot } = stage.input;
    /** @type {Pair | undefined} */
    let pressed;
    plot.setAttribute("tabindex", "0");
    plot.setAttribute("role", "application");
    plot.setAttribute("aria-roledescription", "grid of numbers");
    plot.setAttribute(
      "aria-label",
      `Grid of ${this.size} by ${this.size} numbers. Arrow keys choose a cell, a digit writes it, ` +
        "Enter raises it by one.",
    );
    plot.addEventListener("pointerdown", () => {
      pressed = stage.scene?.position;
    });
    plot.addEventListener("click", (event) => {
      const [row, col] = stage.input.mapCanvas.place(event).map(Math.floor);
      const inside = row >= 0 && col >= 0 && row < this.size && col < this.size;
      // A drag also ends in a click, and the handle is larger than the pattern under it.
      if (!this.isGrid || !inside || !samePlace(pressed, stage.scene.position)) return;
      if (!this.isCovered([row, col])) this.raise([row, col], true);
    });
    plot.addEventListener("focus", () => {
      if (!this.isGrid || !plot.matches(":focus-visible")) return;
      this.cursor = [0, 0];
      stage.painter.drawSoon();
      stage.announcer.announceSoon();
    });
    plot.addEventListener("blur", () => {
      this.cursor = null;
      stage.actions.commitNow();
      stage.painter.drawSoon();
    });
    plot.addEventListener("keydown", (event) => {
      if (event.target === plot && this.isGrid) this.key(event);
    });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    /** @type {Pair} */
    const place = this.cursor ?? [0, 0];
    const step = stepOf(event);
    if (step) {
      const [row, col] = [0, 1].map((axis) => clamp(place[axis] + step[axis], 0, this.size - 1));
      this.cursor = [row, col];
    } else if (/^[0-9]$/.test(event.key)) this.write(place, event.key, false);
    else if (event.key === "Enter" || event.key === " ") this.raise(place, false);
    else return;
    event.preventDefault();
    this.stage.painter.drawSoon();
    this.stage.announcer.announceSoon();
  }

  // The line about the cell that the keyboard has chosen; null if there is none.
  describe() {
    if (!this.cursor) return null;
    const [row, col] = this.cursor;
    const under = this.isCovered(this.cursor) ? ", under the pattern" : "";
    return `Cell at row ${row}, column ${col}: ${this.numberAt(this.cursor)}${under}. A digit writes it.`;
  }

  /** @param {MapCanvas} mapCanvas */
  draw(mapCanvas) {
    if (!this.cursor) return;
    const [row, col] = this.cursor;
    mapCanvas.box([row, row + 1, col, col + 1], { width: 1, fill: true });
  }
}
