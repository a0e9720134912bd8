// Writing numbers into the grid: a click raises a cell's number by one, or keys write it.

import { clamp, samePlace } from "../geometry.js";

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class GridEditor {
  constructor(stage) {
    this.stage = stage;
    this.cells = stage.setting.cells;
    this.cursor = null;
    this.listen();
  }

  get size() {
    return this.stage.setting.size;
  }

  get isGrid() {
    return this.cells !== "";
  }

  numberAt([row, col]) {
    return Number(this.cells[row * this.size + col]);
  }

  // settled: whether the hand has come to rest, so that the link takes it over.
  write([row, col], number, settled) {
    const at = row * this.size + col;
    this.cells = `${this.cells.slice(0, at)}${number}${this.cells.slice(at + 1)}`;
    this.stage.parts.linkText.replaceChildren(); // a link that was copied shows another grid now
    this.stage.connection.ask(settled);
    if (!settled) this.stage.settleSoon();
  }

  raise(place, settled) {
    this.write(place, (this.numberAt(place) + 1) % (this.stage.setting.full + 1), settled);
  }

  // Whether the pattern hides a cell.
  isCovered([row, col]) {
    const { scene, planes } = this.stage;
    const [r, c] = [row - scene.position[0], col - scene.position[1]];
    const { rows, cols, values } = planes.alpha;
    return r >= 0 && c >= 0 && r < rows && c < cols && values[r * cols + c] > 0;
  }

  listen() {
    const { stage } = this;
    const { plot } = stage.input;
    let pressed = null;
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
      const place = stage.input.mapCanvas.place(event).map(Math.floor);
      const inside = place.every((at) => at >= 0 && at < this.size);
      // The end of a drag is a click as well; the handle is larger than what it moves.
      if (!this.isGrid || !inside || !samePlace(pressed, stage.scene.position)) return;
      if (!this.isCovered(place)) this.raise(place, true);
    });
    plot.addEventListener("focus", () => {
      if (!this.isGrid || !plot.matches(":focus-visible")) return;
      this.cursor = [0, 0];
      stage.drawSoon();
      stage.speakSoon();
    });
    plot.addEventListener("blur", () => {
      this.cursor = null;
      stage.settleNow();
      stage.drawSoon();
    });
    plot.addEventListener("keydown", (event) => {
      if (event.target === plot && this.isGrid) this.key(event);
    });
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const place = this.cursor ?? [0, 0];
    const step = ARROWS[event.key];
    if (step) this.cursor = place.map((at, axis) => clamp(at + step[axis], 0, this.size - 1));
    else if (/^[0-9]$/.test(event.key)) this.write(place, event.key, false);
    else if (event.key === "Enter" || event.key === " ") this.raise(place, false);
    else return;
    event.preventDefault();
    this.stage.drawSoon();
    this.stage.speakSoon();
  }

  words() {
    if (!this.cursor) return null;
    const [row, col] = this.cursor;
    const under = this.isCovered(this.cursor) ? ", under the pattern" : "";
    return `Cell at row ${row}, column ${col}: ${this.numberAt(this.cursor)}${under}. A digit writes it.`;
  }

  draw(mapCanvas) {
    if (!this.cursor) return;
    const [row, col] = this.cursor;
    mapCanvas.box([row, row + 1, col, col + 1], { width: 1, fill: true });
  }
}
