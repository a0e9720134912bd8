// The pool lens: windows over a grid of numbers, the cell that wins each, and which moves change
// nothing.

import { pixelRatio } from "../draw/map-canvas.js";
import { FULL_SCALE } from "../frame.js";
import { clip, span } from "../geometry.js";
import { mapValues } from "../map-values.js";
import { element, rename } from "../panels.js";
import { BY_TOUCH } from "../touch.js";
import { numberText } from "../unit-text.js";
import { Lens } from "./lens.js";
import { GridEditor } from "./pool/editor.js";
import { outputOf, RIM, toFrame, WINNER, WinnerLinks, winnerMark } from "./pool/links.js";
import { OrbitPanel } from "./pool/orbit.js";

/**
 * @import { Theme } from "../draw/colors.js"
 * @import { MapCanvas } from "../draw/map-canvas.js"
 * @import { Box, Header, Pair, Plane, Planes, Request, Setting, Unit } from "../protocol.d.ts"
 * @import { Stage } from "../stage.js"
 */

const WINDOW = { light: "#2a6fc9", dark: "#5b9dec" };
const MIN_ZOOM = 12; // CSS pixels per pixel of the picture below which windows are not drawn
const HINT = BY_TOUCH
  ? "Tap a number to raise it by one, and an output to see its window."
  : "Arrow keys move it too. Click a number to raise it by one. Point at an output to see its window.";

export class PoolLens extends Lens {
  phoneColumns = 2;
  /** @type {[number, number]} */
  maxMapHeight = [0.42, 0.43];
  // Of the first layer's windows, by their index row by row:
  /** @type {Plane["values"] | null} the pixel that wins each, as row * size + col; below 0: none */
  winners = null;
  /** @type {Set<number>} those that the pattern wins */
  won = new Set();
  wonIn = ""; // the scene in which it wins them

  /** @param {Stage} stage */
  constructor(stage) {
    super(stage);
    rename(stage.input.panel, ".name", "numbers");
    this.orbit = new OrbitPanel(stage);
    this.editor = new GridEditor(stage);
    this.links = new WinnerLinks(stage, this);
    this.panels = [this.orbit];
  }

  /** @returns {Partial<Request>} */
  message() {
    return this.editor.isGrid ? { cells: this.editor.cells } : {};
  }

  adopt() {
    this.editor.cells = this.stage.setting.cells ?? "";
  }

  /**
   * @param {Header} header
   * @param {Planes} planes
   */
  received(header, planes) {
    if (header.setting) this.orbit.take(planes.orbit);
    this.winners = planes.winners?.values ?? null;
    const won = windowsWon(this.winners, this.stage, header.position);
    // In another scene numbers or layers are different: what it wins there is not won by a move.
    const before = this.wonIn === header.scene ? this.won : won;
    this.won = won;
    this.wonIn = header.scene;
    this.flash([...won, ...before].filter((index) => won.has(index) !== before.has(index)));
    this.links.gain([...won].filter((index) => !before.has(index)));
  }

  /** @param {Unit} unit */
  pointed(unit) {
    this.links.join(unit);
  }

  /** @param {Unit} unit */
  pinned(unit) {
    this.links.join(unit);
  }

  /**
   * @param {MapCanvas} mapCanvas
   * @param {Theme} theme
   */
  drawOverInput(mapCanvas, theme) {
    drawWindows(this.stage.setting, mapCanvas, theme);
    this.drawWinners(mapCanvas, theme);
    this.editor.draw(mapCanvas);
  }

  /**
   * @param {Theme} theme
   * @param {Unit | null} unit
   */
  drawPanels(theme, unit) {
    this.orbit.draw(theme, this.stage.header);
    this.links.draw(theme, unit);
  }

  /** @param {Unit | null} unit */
  unitText(unit) {
    return this.editor.describe() ?? this.orbit.describe() ?? (unit ? this.describe(unit) : HINT);
  }

  /**
   * @param {MapCanvas} mapCanvas
   * @param {Theme} theme
   */
  drawWinners(mapCanvas, theme) {
    const { context } = mapCanvas;
    for (const cell of new Set(this.winners ?? [])) {
      if (cell < 0) continue;
      const [row, col] = winnerMark(this.stage, cell).map((at) => mapCanvas.toDevice(at));
      context.beginPath();
      context.arc(col, row, Math.min(4.5, 0.11 * mapCanvas.zoom) * pixelRatio(), 0, 2 * Math.PI);
      context.fillStyle = WINNER[theme];
      context.fill();
      context.lineWidth = pixelRatio();
      context.strokeStyle = RIM[theme];
      context.stroke();
    }
  }

  /**
   * A window that was won or lost lights up with its output and fades, unless the learner has asked
   * for reduced motion.
   * @param {number[]} windows
   */
  flash(windows) {
    const { input, maps, parts, setting } = this.stage;
    const { overlay } = this.links;
    if (!windows.length || !overlay.isConnected) return;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const frame = parts.panels.getBoundingClientRect();
    // Both are measured before anything is added, or the browser would lay out the page in between.
    const [onInput, onMap] = [input, maps[0]].map(({ mapCanvas }) => toFrame(mapCanvas, frame));
    for (const index of windows) {
      overlay.append(flashMark(onInput, windowOf(setting, index)));
      overlay.append(flashMark(onMap, outputOf(setting, index)));
    }
  }

  /** @param {Unit} unit */
  describe([index, row, col]) {
    const { scene: { view }, setting: { layers, size } } = this.stage;
    const layer = layers[index];
    const [row0, row1, col0, col1] = clip(span(layer.field, row, col), size, size);
    /**
     * @param {number} from
     * @param {number} to
     */
    const range = (from, to) => (to - from < 2 ? `${from}` : `${from} to ${to - 1}`);
    const values = mapValues(this.stage, index, view);
    const at = row * layer.cols + col;
    const shown = { now: "", start: " at the start", difference: " more than at the start" };
    const value = values
      ? ` It is ${numberText((values[at] * layer.scale) / FULL_SCALE)}${shown[view]}.`
      : "";
    const winner = index === 0 ? (this.winners?.[at] ?? -1) : -1;
    const from =
      winner >= 0 && view === "now"
        ? ` It comes from row ${Math.floor(winner / size)}, column ${winner % size}.`
        : "";
    return (
      `Output at row ${row}, column ${col}: sees rows ${range(row0, row1)}, ` +
      `columns ${range(col0, col1)}.${value}${from}`
    );
  }
}

/**
 * Of the first layer, the window [row0, row1, col0, col1] on the picture. Windows may overlap.
 * @param {Setting} setting
 * @param {number} index
 */
function windowOf({ layers, size }, index) {
  const { cols, field } = layers[0];
  return clip(span(field, Math.floor(index / cols), index % cols), size, size);
}

/**
 * The windows that a cell of the pattern wins. place: of the pattern, [row, col].
 * @param {Plane["values"] | null} winners
 * @param {Stage} stage
 * @param {Pair} place
 */
function windowsWon(winners, { planes: { alpha }, setting }, [row, col]) {
  /** @type {Set<number>} */
  const won = new Set();
  winners?.forEach((cell, index) => {
    if (cell < 0) return;
    const [r, c] = [Math.floor(cell / setting.size) - row, (cell % setting.size) - col];
    const inside = r >= 0 && c >= 0 && r < alpha.rows && c < alpha.cols;
    if (inside && alpha.values[r * alpha.cols + c]) won.add(index);
  });
  return won;
}

/**
 * Windows that overlap get different insets, so that each can be told from its neighbours.
 * @param {Setting} setting
 * @param {MapCanvas} mapCanvas
 * @param {Theme} theme
 */
function drawWindows(setting, mapCanvas, theme) {
  const { rows, cols, field } = setting.layers[0];
  if (rows * cols < 2 || mapCanvas.zoom < MIN_ZOOM) return;
  const overlap = field.size.some((size, axis) => size > field.jump[axis]);
  const width = overlap ? 1.5 : 2;
  for (let index = 0; index < rows * cols; index += 1) {
    const turn = overlap ? (Math.floor(index / cols) % 2) * 2 + ((index % cols) % 2) : 0;
    const inset = (1 + 2.5 * turn) / mapCanvas.zoom;
    const [row0, row1, col0, col1] = windowOf(setting, index);
    /** @type {Box} */
    const box = [row0 + inset, row1 - inset, col0 + inset, col1 - inset];
    mapCanvas.line(box, { color: WINDOW[theme], width: width * pixelRatio() });
  }
}

/**
 * @param {ReturnType<typeof toFrame>} place
 * @param {Box} box
 */
function flashMark(place, [row0, row1, col0, col1]) {
  const [[x0, y0], [x1, y1]] = [place([row0, col0]), place([row1, col1])];
  const mark = element("div", { class: "flash" });
  Object.assign(mark.style, { left: `${x0}px`, top: `${y0}px`, width: `${x1 - x0}px`, height: `${y1 - y0}px` });
  mark.addEventListener("animationend", () => mark.remove());
  return mark;
}
