// A lesson's task on the stage: the stage is locked until the learner has predicted, lets them mark
// the cells of one map, and then shows which cells changed beside those they marked.
//
// The task comes with the frames of the page: { id, locked, veiled, map, marks, changed }. map: the
// layer whose cells are marked, from 0, or null. changed: cells [row, col], once there is an answer.

import { INK, PAPER } from "./draw/palette.js";
import { boxOfCells, boxOfMap, samePlace } from "./geometry.js";
import { element } from "./panels.js";
import { BY_TOUCH } from "./touch.js";

/**
 * @import { MapPanel } from "./assembly.js"
 * @import { Theme } from "./draw/colors.js"
 * @import { MapCanvas } from "./draw/map-canvas.js"
 * @import { Box, Pair, StageTask, Unit } from "./protocol.d.ts"
 * @import { Stage } from "./stage.js"
 */

const LOCKED = "Predict first. Then the stage is yours.";
const MARKING = `Mark the cells that will change.${BY_TOUCH ? "" : " By keyboard: arrows and Enter."}`;

export class Task {
  /** @param {Stage} stage */
  constructor(stage) {
    this.stage = stage;
    /** @type {StageTask | null} */
    this.task = null;
    /** @type {Pair[]} */
    this.marks = [];
    this.chipOf = ""; // id of the task for which the chip keeps its line
    this.chip = element("p", { class: "task-chip", hidden: true });
  }

  /**
   * Without a task the frame says that there is none.
   * @param {StageTask | undefined} task
   */
  take(task) {
    if (task?.id !== this.task?.id || !this.isMarking) this.marks = task?.marks ?? [];
    this.task = task ?? null;
    this.apply();
    this.stage.painter.drawSoon();
  }

  get isLocked() {
    return Boolean(this.task?.locked);
  }

  get isVeiled() {
    return Boolean(this.task?.veiled);
  }

  get isMarking() {
    return this.isLocked && this.task?.map !== null;
  }

  // Also called when the stage has built its elements anew.
  apply() {
    const { parts, input, maps } = this.stage;
    const locked = this.isLocked;
    parts.root.classList.toggle("locked", locked);
    parts.root.classList.toggle("veiled", this.isVeiled);
    // Once shown it keeps its line, or else what stands below would jump under the pointer.
    if (locked && this.task) this.chipOf = this.task.id;
    this.chip.hidden = !this.task || this.chipOf !== this.task.id;
    this.chip.classList.toggle("withheld", !locked);
    this.chip.textContent = this.isMarking ? MARKING : LOCKED;
    if (this.chip.parentElement !== parts.panels.parentElement) parts.panels.before(this.chip);
    input.plot.inert = locked;
    // The panels beside the maps would give the answer away.
    for (const { panel } of [...this.stage.extras, ...this.stage.lens.panels]) {
      panel.classList.toggle("withheld", locked);
    }
    maps.forEach((map, index) => {
      const marked = this.isMarking && index === this.task?.map;
      map.plot.inert = locked && !marked;
      map.select.disabled = locked;
      map.plot.classList.toggle("marking", marked);
    });
  }

  /**
   * Mark a unit, or take its mark away. Returns whether that is what a click means now; otherwise it
   * pins the unit.
   * @param {Unit | null} unit
   */
  mark(unit) {
    if (!this.task || !this.isMarking || !unit || unit[0] !== this.task.map) return this.isMarking;
    /** @type {Pair} */
    const cell = [unit[1], unit[2]];
    const others = this.marks.filter((mark) => !samePlace(mark, cell));
    this.marks = others.length < this.marks.length ? others : [...others, cell];
    this.stage.sendMarks({ task: this.task.id, cells: this.marks });
    this.stage.painter.drawSoon();
    return true;
  }

  /**
   * @param {MapPanel} map
   * @param {number} index
   * @param {Theme} theme
   */
  draw(map, index, theme) {
    if (!this.task || index !== this.task.map) return;
    const { setting, ownCells } = this.stage;
    const square = boxOfMap(setting.layers[index], setting.size, ownCells);
    const boxOf = (/** @type {Pair} */ [row, col]) =>
      boxOfCells(setting.layers[index], square, [row, row + 1, col, col + 1]);
    for (const cell of this.marks) map.mapCanvas.box(boxOf(cell), { width: 3, fill: true });
    for (const cell of this.task.changed ?? []) dot(map.mapCanvas, boxOf(cell), theme);
  }

  /**
   * For a screen reader: the cell that the keyboard has chosen.
   * @param {Unit | null} unit
   */
  describeMark(unit) {
    if (!this.isMarking || !unit) return "";
    const marked = this.marks.some((mark) => samePlace(mark, unit.slice(1)));
    return `Row ${unit[1]}, column ${unit[2]}: ${marked ? "marked" : "not marked"}.`;
  }
}

/**
 * In a corner, so that the cell's number can still be read.
 * @param {MapCanvas} mapCanvas
 * @param {Box} box
 * @param {Theme} theme
 */
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
