// A lesson's task on the stage: the stage waits until the learner has predicted, lets them mark the
// cells of one map, and shows what really changed beside what they marked.
//
// The task comes with the page's own frames: { id, locked, veiled, map, marks, changed }. map:
// the layer whose cells are marked, from 0, or null. changed: cells [row, col] once there is an answer.

import { boxOfCells, boxOfMap, samePlace } from "./geometry.js";
import { element } from "./panels.js";
import { BY_TOUCH } from "./touch.js";

const INK = { light: "#16191f", dark: "#fafaf8" };
const PAPER = { light: "#fafaf8", dark: "#16191f" };
const LOCKED = "Predict first. Then the stage is yours.";
const MARKING = `Mark the cells that will change.${BY_TOUCH ? "" : " By keyboard: arrows and Enter."}`;

export class Task {
  constructor(stage) {
    this.stage = stage;
    this.task = null;
    this.marks = [];
    this.chip = element("p", { class: "task-chip", hidden: true });
  }

  // A frame of the page without a task says that there is none.
  take(task) {
    if (task?.id !== this.task?.id || !this.marking) this.marks = task?.marks ?? [];
    this.task = task ?? null;
    this.apply();
    this.stage.drawSoon();
  }

  get locked() {
    return Boolean(this.task?.locked);
  }

  get veiled() {
    return Boolean(this.task?.veiled);
  }

  get marking() {
    return this.locked && this.task.map !== null;
  }

  // The elements of the stage may be new.
  apply() {
    const { parts, input, maps } = this.stage;
    const { locked } = this;
    parts.root.classList.toggle("locked", locked);
    parts.root.classList.toggle("veiled", this.veiled);
    // Once shown it keeps its line: what stands below would jump under the hand.
    if (locked) this.chipOf = this.task.id;
    this.chip.hidden = !this.task || this.chipOf !== this.task.id;
    this.chip.classList.toggle("withheld", !locked);
    this.chip.textContent = this.marking ? MARKING : LOCKED;
    if (this.chip.parentElement !== parts.panels.parentElement) parts.panels.before(this.chip);
    input.plot.inert = locked;
    // What stands beside the maps would give the answer away.
    for (const { panel } of [...this.stage.extras, ...this.stage.lensPanels]) {
      panel.classList.toggle("withheld", locked);
    }
    maps.forEach((map, index) => {
      const marked = this.marking && index === this.task.map;
      map.plot.inert = locked && !marked;
      map.select.disabled = locked;
      map.plot.classList.toggle("marking", marked);
    });
  }

  // Returns whether a unit was marked, or its mark taken away, where it would else be pinned.
  mark(unit) {
    if (!this.marking || !unit || unit[0] !== this.task.map) return this.marking;
    const cell = unit.slice(1);
    const others = this.marks.filter((mark) => !samePlace(mark, cell));
    this.marks = others.length < this.marks.length ? others : [...others, cell];
    this.stage.tellMarks({ task: this.task.id, cells: this.marks });
    this.stage.drawSoon();
    return true;
  }

  draw(map, index, theme) {
    if (!this.task || index !== this.task.map) return;
    const { setting, ownCells } = this.stage;
    const square = boxOfMap(setting.layers[index], setting.size, ownCells);
    const boxOf = ([row, col]) =>
      boxOfCells(setting.layers[index], square, [row, row + 1, col, col + 1]);
    for (const cell of this.marks) map.mapCanvas.box(boxOf(cell), { width: 3, fill: true });
    for (const cell of this.task.changed ?? []) dot(map.mapCanvas, boxOf(cell), theme);
  }

  // What a screen reader is told of a cell that the keyboard has chosen.
  words(unit) {
    if (!this.marking || !unit) return "";
    const marked = this.marks.some((mark) => samePlace(mark, unit.slice(1)));
    return `Row ${unit[1]}, column ${unit[2]}: ${marked ? "marked" : "not marked"}.`;
  }
}

// In a corner, so that the cell's number can still be read.
function dot(mapCanvas, box, theme) {
  const { context } = mapCanvas;
  const [x, y, width, height] = mapCanvas.rectangle(box);
  const radius = Math.max(2, 0.12 * Math.min(width, height));
  context.beginPath();
  context.arc(x + width - 2 * radius, y + 2 * radius, radius, 0, 2 * Math.PI);
  context.fillStyle = INK[theme];
  context.strokeStyle = PAPER[theme];
  context.lineWidth = radius;
  context.stroke();
  context.fill();
}
