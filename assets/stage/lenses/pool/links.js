// Winners and their outputs: the lines that join them, and a winner on its way to its output.

import { pixelRatio } from "../../draw/map-canvas.js";
import { ACCENT } from "../../draw/palette.js";
import { boxOfCells, boxOfMap, clamp } from "../../geometry.js";
import { between, ease } from "../../motion.js";
import { element } from "../../panels.js";

/**
 * @import { Theme } from "../../draw/colors.js"
 * @import { MapCanvas } from "../../draw/map-canvas.js"
 * @import { Pair, Setting, Unit } from "../../protocol.d.ts"
 * @import { Stage } from "../../stage.js"
 * @import { PoolLens } from "../pool.js"
 */

export const WINNER = { light: "#c2570c", dark: "#ffb061" };
export const RIM = { light: "#ffffff", dark: "#14171c" }; // round the mark of a winner

const JOIN_TIME = 300; // ms that a winner takes to its output
const MARGIN = 16; // CSS pixels round grid and map, for a winner that is on its way
const STRONG = { alpha: 0.9, width: 2, color: ACCENT };
const WEAK = { alpha: 0.28, width: 1, color: WINNER };

/**
 * The place of an output of the first layer on the picture: [row0, row1, col0, col1].
 * @param {Setting} setting
 * @param {number} index
 */
export function outputOf({ layers, size }, index) {
  const [layer] = layers;
  const [row, col] = [Math.floor(index / layer.cols), index % layer.cols];
  return boxOfCells(layer, boxOfMap(layer, size, false), [row, row + 1, col, col + 1]);
}

/**
 * The mark of a winning cell: in its lower right corner, clear of the number.
 * @param {Stage} stage
 * @param {number} cell
 * @returns {Pair}
 */
export const winnerMark = ({ setting }, cell) => [
  Math.floor(cell / setting.size) + 0.82,
  (cell % setting.size) + 0.82,
];

/**
 * Returns what turns a place (row, col) on a map canvas into (x, y) CSS pixels within `frame`.
 * @param {MapCanvas} mapCanvas
 * @param {{ left: number, top: number }} frame
 */
export function toFrame(mapCanvas, frame) {
  const { left, top } = mapCanvas.canvas.getBoundingClientRect();
  const at = (/** @type {number} */ pixel) => (pixel + mapCanvas.margin) * mapCanvas.zoom;
  /** @returns {Pair} */
  return (/** @type {Pair} */ [row, col]) => [left - frame.left + at(col), top - frame.top + at(row)];
}

/**
 * @param {Setting} setting
 * @param {Unit} unit
 */
const windowAt = ({ layers }, [index, row, col]) => (index === 0 ? row * layers[0].cols + col : -1);

export class WinnerLinks {
  /**
   * lens: knows winners and won, see pool.js.
   * @param {Stage} stage
   * @param {PoolLens} lens
   */
  constructor(stage, lens) {
    this.stage = stage;
    this.lens = lens;
    this.canvas = element("canvas", {});
    this.overlay = element("div", { class: "pool-overlay", "aria-hidden": "true" }, this.canvas);
    this.gained = new Set(); // windows that the pattern has won since the drag began
  }

  /**
   * Let the winner of a unit's window move to its output.
   * @param {Unit} unit
   */
  join(unit) {
    const index = windowAt(this.stage.setting, unit);
    const hasWinner = (this.lens.winners?.[index] ?? -1) >= 0;
    if (hasWinner) this.stage.motion.begin("join", JOIN_TIME, { windows: new Set([index]), unit });
  }

  /**
   * The pattern has won windows. During a drag they only flash; the winners move when it ends.
   * @param {number[]} windows
   */
  gain(windows) {
    for (const index of windows) this.gained.add(index);
    if (this.stage.isDragging) return;
    const stillWon = new Set([...this.gained].filter((index) => this.lens.won.has(index)));
    this.gained.clear();
    if (stillWon.size) this.stage.motion.begin("join", JOIN_TIME, { windows: stillWon });
  }

  /**
   * A line from each winning cell to its output: faint for all, strong for the windows that the
   * pattern wins and for the one that is pointed at. Where the map stands below the grid, they would
   * all cross numbers and names: there only the strong ones are drawn.
   * @param {Theme} theme
   * @param {Unit | null} unit
   */
  draw(theme, unit) {
    const { motion, scene, setting } = this.stage;
    const { winners } = this.lens;
    const join = motion.running("join");
    const { context, from, to, isCrossed } = this.begin();
    if (!winners || (isCrossed && !join) || scene.view !== "now") return;
    const isBelow = to([0, 0])[1] > from([setting.size, 0])[1];
    const pointed = unit ? windowAt(setting, unit) : -1;
    /** @type {{ cell: number, ends: Pair[], isWon: boolean }[]} */
    const moving = [];
    context.setTransform(pixelRatio(), 0, 0, pixelRatio(), 0, 0);
    winners.forEach((cell, index) => {
      if (cell < 0) return;
      const [row0, row1, col0, col1] = outputOf(setting, index);
      /** @type {Pair} */
      const end = isBelow ? [row0, (col0 + col1) / 2] : [(row0 + row1) / 2, col0];
      const ends = [from(winnerMark(this.stage, cell)), to(end)];
      const isWon = this.lens.won.has(index);
      const isStrong = isWon || index === pointed;
      if (join?.windows.has(index)) moving.push({ cell, ends, isWon });
      else if (!isCrossed && (isStrong || !isBelow)) stroke(context, ends, isStrong ? STRONG : WEAK, theme);
    });
    for (const { cell, ends, isWon } of moving) {
      const at = /** @type {Pair} */ (between(ends[0], ends[1], ease(join?.share ?? 1)));
      if (!isCrossed) {
        stroke(context, ends, WEAK, theme);
        stroke(context, [ends[0], isWon ? ends[1] : at], STRONG, theme);
      }
      this.drawMoving(context, at, cell, theme);
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
  }

  // Measure the page, then size and clear the canvas, in this order: the browser then lays out the
  // page only once. isCrossed: whether lines would run through the sentence, between grid and map.
  begin() {
    const { canvas, overlay, stage: { input, maps, parts } } = this;
    const { panels, sentence } = parts;
    if (overlay.parentNode !== panels) panels.append(overlay);
    const map = maps[0].mapCanvas.canvas;
    const frame = boxRound([input.mapCanvas.canvas, map], panels);
    const [from, to] = [input, maps[0]].map(({ mapCanvas }) => toFrame(mapCanvas, frame));
    const isCrossed = sentence.getBoundingClientRect().bottom <= map.getBoundingClientRect().top;
    const [width, height] = [frame.width, frame.height].map((side) => Math.round(side * pixelRatio()));
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    Object.assign(canvas.style, frame.style);
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.clearRect(0, 0, width, height);
    return { context, from, to, isCrossed };
  }

  /**
   * A winner on its way, with its number where the picture shows numbers.
   * @param {CanvasRenderingContext2D} context
   * @param {Pair} place
   * @param {number} cell
   * @param {Theme} theme
   */
  drawMoving(context, [x, y], cell, theme) {
    const { input, parts, setting: { full } } = this.stage;
    const radius = full > 1 ? clamp(0.32 * input.mapCanvas.zoom, 7, 15) : 5;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fillStyle = ACCENT[theme];
    context.fill();
    context.fillStyle = context.strokeStyle = RIM[theme];
    context.lineWidth = 1.5;
    context.stroke();
    if (full <= 1) return;
    context.font = `600 ${1.3 * radius}px ${getComputedStyle(parts.root).fontFamily}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(`${Math.round((input.pixels[cell] * full) / 255)}`, x, y + 0.08 * radius);
  }
}

/**
 * The box round some elements and what is drawn between them, on the page, with its style within
 * another element. Nothing beyond it is painted anew at each move.
 * @param {Element[]} elements
 * @param {Element} within
 */
function boxRound(elements, within) {
  const boxes = elements.map((one) => one.getBoundingClientRect());
  const outer = within.getBoundingClientRect();
  const left = Math.min(...boxes.map((box) => box.left)) - MARGIN;
  const top = Math.min(...boxes.map((box) => box.top)) - MARGIN;
  const right = Math.max(...boxes.map((box) => box.right)) + MARGIN;
  const bottom = Math.max(...boxes.map((box) => box.bottom)) + MARGIN;
  const box = { left: left - outer.left, top: top - outer.top, width: right - left, height: bottom - top };
  const style = Object.fromEntries(Object.entries(box).map(([name, value]) => [name, `${value}px`]));
  return { ...box, left, top, style };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Pair[]} ends
 * @param {{ alpha: number, width: number, color: Record<Theme, string> }} style
 * @param {Theme} theme
 */
function stroke(context, [from, to], { alpha, width, color }, theme) {
  context.globalAlpha = alpha;
  context.strokeStyle = color[theme];
  context.lineWidth = width;
  context.beginPath();
  context.moveTo(...from);
  context.lineTo(...to);
  context.stroke();
  context.globalAlpha = 1;
}
