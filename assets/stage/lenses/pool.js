// The pool lens: windows over a grid of numbers, the cell that wins each, and what forgives a move.

import { FULL_SCALE } from "../frame.js";
import { clip, span } from "../geometry.js";
import { element } from "../panels.js";
import { BY_TOUCH } from "../touch.js";
import { numberText } from "../unit-text.js";
import { GridEditor } from "./pool-editor.js";
import { corner, cornerOf, drawLinks, joinGained, joinUnit, outputOf, ratio, WINNER } from "./pool-links.js";
import { OrbitPanel } from "./pool-orbit.js";

const WINDOW = { light: "#2a6fc9", dark: "#5b9dec" };
const HINT = BY_TOUCH
  ? "Tap a number to raise it by one, and an output to see its window."
  : "Arrow keys move it too. Click a number to raise it by one. Point at an output to see its window.";

export const pool = {
  phoneColumns: 2,
  tallest: [0.42, 0.43],

  panels(stage) {
    const canvas = element("canvas", {});
    const overlay = element("div", { class: "pool-overlay", "aria-hidden": "true" }, canvas);
    stage.input.panel.querySelector(".name").textContent = "numbers";
    const orbit = new OrbitPanel(stage);
    const edit = new GridEditor(stage);
    // gained: windows that the pattern has won since a hand took it
    stage.pool = { canvas, overlay, orbit, edit, winners: null, won: null, gained: new Set() };
    return [orbit];
  },

  message: (stage) => (stage.pool.edit.isGrid ? { cells: stage.pool.edit.cells } : {}),

  adopt(stage) {
    stage.pool.edit.cells = stage.setting.cells;
  },

  received(stage, header, planes) {
    const { pool: state } = stage;
    if (header.setting) state.orbit.take(planes.orbit);
    state.winners = planes.winners?.values ?? null;
    const won = windowsWon(stage, header.position);
    // A winner that went to another window; an edited number, or other layers, are no move.
    const before = state.wonIn === header.scene ? state.won : won;
    state.won = won;
    state.wonIn = header.scene;
    flash(stage, [...won, ...before].filter((i) => won.has(i) !== before.has(i)));
    joinGained(stage, [...won].filter((i) => !before.has(i)));
  },

  pointed: joinUnit,
  pinned: joinUnit,

  overInput(stage, mapCanvas, theme) {
    drawWindows(stage, mapCanvas, theme);
    drawWinners(stage, mapCanvas, theme);
    stage.pool.edit.draw(mapCanvas);
  },

  after(stage, theme, unit) {
    stage.pool.orbit.draw(theme, stage.header);
    drawLinks(stage, theme, unit);
  },

  words(stage, unit) {
    const { edit, orbit } = stage.pool;
    return edit.words() ?? orbit.words() ?? (unit ? describe(stage, unit) : HINT);
  },
};

// Of the first layer, every window [row0, row1, col0, col1] on the picture; they may overlap.
function windowOf(stage, index) {
  const { cols, field } = stage.setting.layers[0];
  return clip(span(field, Math.floor(index / cols), index % cols), stage.setting.size, stage.setting.size);
}

// Which windows a cell of the pattern wins, at the place that these winners are of.
function windowsWon({ pool: { winners }, planes: { alpha }, setting }, [row, col]) {
  const won = new Set();
  winners?.forEach((cell, index) => {
    if (cell < 0) return;
    const [r, c] = [Math.floor(cell / setting.size) - row, (cell % setting.size) - col];
    const inside = r >= 0 && c >= 0 && r < alpha.rows && c < alpha.cols;
    if (inside && alpha.values[r * alpha.cols + c]) won.add(index);
  });
  return won;
}

// Windows that overlap get different insets, so that each can be followed round.
function drawWindows(stage, mapCanvas, theme) {
  const { rows, cols, field } = stage.setting.layers[0];
  if (rows * cols < 2 || mapCanvas.zoom < 12) return;
  const overlap = field.size.some((size, axis) => size > field.jump[axis]);
  const width = overlap ? 1.5 : 2;
  for (let index = 0; index < rows * cols; index += 1) {
    const turn = overlap ? (Math.floor(index / cols) % 2) * 2 + ((index % cols) % 2) : 0;
    const inset = (1 + 2.5 * turn) / mapCanvas.zoom;
    const [row0, row1, col0, col1] = windowOf(stage, index);
    const box = [row0 + inset, row1 - inset, col0 + inset, col1 - inset];
    mapCanvas.line(box, { color: WINDOW[theme], width: width * ratio() });
  }
}

function drawWinners(stage, mapCanvas, theme) {
  const { context } = mapCanvas;
  for (const cell of new Set(stage.pool.winners ?? [])) {
    if (cell < 0) continue;
    const [row, col] = cornerOf(stage, cell).map((at) => mapCanvas.toDevice(at));
    context.beginPath();
    context.arc(col, row, Math.min(4.5, 0.11 * mapCanvas.zoom) * ratio(), 0, 2 * Math.PI);
    context.fillStyle = WINNER[theme];
    context.fill();
    context.lineWidth = ratio();
    context.strokeStyle = theme === "dark" ? "#14171c" : "#ffffff";
    context.stroke();
  }
}

// A window that was won or lost lights up with its output and fades, unless motion is unwelcome.
function flash(stage, windows) {
  const { overlay } = stage.pool;
  if (!windows.length || !overlay.isConnected) return;
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const frame = stage.parts.panels.getBoundingClientRect();
  // Both are asked for before anything is put in: after that, the browser would lay out the page.
  const [onInput, onMap] = [stage.input, stage.maps[0]].map(({ mapCanvas }) => corner(mapCanvas, frame));
  for (const index of windows) {
    for (const [place, box] of [[onInput, windowOf(stage, index)], [onMap, outputOf(stage, index)]]) {
      const [[x0, y0], [x1, y1]] = [place([box[0], box[2]]), place([box[1], box[3]])];
      const mark = element("div", { class: "flash" });
      Object.assign(mark.style, { left: `${x0}px`, top: `${y0}px`, width: `${x1 - x0}px`, height: `${y1 - y0}px` });
      mark.addEventListener("animationend", () => mark.remove());
      overlay.append(mark);
    }
  }
}

function describe(stage, [index, row, col]) {
  const { layers, size } = stage.setting;
  const layer = layers[index];
  const [row0, row1, col0, col1] = clip(span(layer.field, row, col), size, size);
  const range = (from, to) => (to - from < 2 ? `${from}` : `${from} to ${to - 1}`);
  const values = stage.valuesOf(index, stage.scene.view);
  const at = row * layer.cols + col;
  const shown = { now: "", start: " at the start", difference: " more than at the start" };
  const value = values
    ? ` It is ${numberText((values[at] * layer.scale) / FULL_SCALE)}${shown[stage.scene.view]}.`
    : "";
  const winner = index === 0 ? (stage.pool.winners?.[at] ?? -1) : -1;
  const from =
    winner >= 0 && stage.scene.view === "now"
      ? ` It comes from row ${Math.floor(winner / size)}, column ${winner % size}.`
      : "";
  return (
    `Output at row ${row}, column ${col}: sees rows ${range(row0, row1)}, ` +
    `columns ${range(col0, col1)}.${value}${from}`
  );
}
