// Winners and their outputs: the lines that join them, and a winner on its way.

import { boxOfCells, boxOfMap, clamp } from "../geometry.js";
import { between, ease } from "../motion.js";

export const WINNER = { light: "#c2570c", dark: "#ffb061" };
const ACCENT = { light: "#b3135f", dark: "#ff7ab8" };
const JOIN_TIME = 300; // ms that a winner takes to its output
const ROOM = 16; // CSS pixels round grid and map for a winner that is on its way
const STRONG = { alpha: 0.9, width: 2, color: ACCENT };
const WEAK = { alpha: 0.28, width: 1, color: WINNER };

export const ratio = () => window.devicePixelRatio || 1;

export function outputOf(stage, index) {
  const layer = stage.setting.layers[0];
  const [row, col] = [Math.floor(index / layer.cols), index % layer.cols];
  return boxOfCells(layer, boxOfMap(layer, stage.setting.size, false), [row, row + 1, col, col + 1]);
}

// The place of the mark in a winning cell: its lower right corner, clear of the number.
export const cornerOf = (stage, cell) => [
  Math.floor(cell / stage.setting.size) + 0.82,
  (cell % stage.setting.size) + 0.82,
];

// What turns a (row, col) of a mapCanvas's picture into (x, y) CSS pixels within `frame`.
export function corner(mapCanvas, frame) {
  const { left, top } = mapCanvas.canvas.getBoundingClientRect();
  const at = (number) => (number + mapCanvas.margin) * mapCanvas.zoom;
  return ([row, col]) => [left - frame.left + at(col), top - frame.top + at(row)];
}

// The box round some elements and what is drawn between them, and its style within another element:
// no more of the stage is painted anew at every move.
function boxRound(elements, within) {
  const boxes = elements.map((one) => one.getBoundingClientRect());
  const outer = within.getBoundingClientRect();
  const [left, top] = ["left", "top"].map((side) => Math.min(...boxes.map((box) => box[side])) - ROOM);
  const [right, bottom] = ["right", "bottom"].map((side) => Math.max(...boxes.map((box) => box[side])) + ROOM);
  const box = { left: left - outer.left, top: top - outer.top, width: right - left, height: bottom - top };
  const style = Object.fromEntries(Object.entries(box).map(([name, value]) => [name, `${value}px`]));
  return { ...box, left, top, style };
}

// A line from each winning cell to its output: faint for all, strong for the windows that the
// pattern wins and for the one that is pointed at. From a grid above its map they would all run
// over numbers and names: there only the strong ones are drawn.
export function drawLinks(stage, theme, unit) {
  const { overlay, canvas, winners, won } = stage.pool;
  const { panels } = stage.parts;
  if (overlay.parentNode !== panels) panels.append(overlay);
  const map = stage.maps[0].mapCanvas.canvas;
  const frame = boxRound([stage.input.mapCanvas.canvas, map], panels);
  const [from, to] = [stage.input, stage.maps[0]].map(({ mapCanvas }) => corner(mapCanvas, frame));
  // Where the sentence stands between grid and map, lines would strike it out.
  const crossed = stage.parts.sentence.getBoundingClientRect().bottom <= map.getBoundingClientRect().top;
  // All was asked for before anything is written: the browser lays out the page but once.
  const [width, height] = [frame.width, frame.height].map((side) => Math.round(side * ratio()));
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  Object.assign(canvas.style, frame.style);
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, width, height);
  const join = stage.motion.running("join");
  if (!winners || (crossed && !join) || stage.scene.view !== "now") return;
  const below = to([0, 0])[1] > from([stage.setting.size, 0])[1];
  const pointed = unit ? windowAt(stage, unit) : -1;
  const onTheWay = [];
  context.setTransform(ratio(), 0, 0, ratio(), 0, 0);
  winners.forEach((cell, index) => {
    if (cell < 0) return;
    const [row0, row1, col0, col1] = outputOf(stage, index);
    const ends = [
      from(cornerOf(stage, cell)),
      to(below ? [row0, (col0 + col1) / 2] : [(row0 + row1) / 2, col0]),
    ];
    const isStrong = index === pointed || won.has(index);
    if (join?.windows.has(index)) onTheWay.push([cell, ends, won.has(index)]);
    else if (!crossed && (isStrong || !below)) stroke(context, ends, isStrong ? STRONG : WEAK, theme);
  });
  for (const [cell, ends, isStanding] of onTheWay) {
    const there = between(...ends, ease(join.share));
    if (!crossed) {
      stroke(context, ends, WEAK, theme);
      stroke(context, [ends[0], isStanding ? ends[1] : there], STRONG, theme);
    }
    drawOnTheWay(stage, context, there, cell, theme);
  }
  context.setTransform(1, 0, 0, 1, 0, 0);
}

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

// A winner on its way to its output, with its number where numbers are shown.
function drawOnTheWay(stage, context, [x, y], cell, theme) {
  const { full } = stage.setting;
  const radius = full > 1 ? clamp(0.32 * stage.input.mapCanvas.zoom, 7, 15) : 5;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = ACCENT[theme];
  context.fill();
  context.fillStyle = context.strokeStyle = theme === "dark" ? "#14171c" : "#ffffff";
  context.lineWidth = 1.5;
  context.stroke();
  if (full <= 1) return;
  context.font = `600 ${1.3 * radius}px ${getComputedStyle(stage.parts.root).fontFamily}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(`${Math.round((stage.pixels[cell] * full) / 255)}`, x, y + 0.08 * radius);
}

// ---- what moves

function windowAt({ setting }, [index, row, col]) {
  return index === 0 ? row * setting.layers[0].cols + col : -1;
}

export function joinUnit(stage, unit) {
  const window = windowAt(stage, unit);
  const hasWinner = (stage.pool.winners?.[window] ?? -1) >= 0;
  if (hasWinner) stage.motion.begin("join", JOIN_TIME, { windows: new Set([window]), unit });
}

// While a hand holds the pattern its windows only flash: the winner sets out when it lets go.
export function joinGained(stage, gained) {
  const { pool: state } = stage;
  for (const window of gained) state.gained.add(window);
  if (stage.isHeld) return;
  const windows = new Set([...state.gained].filter((window) => state.won.has(window)));
  state.gained.clear();
  if (windows.size) stage.motion.begin("join", JOIN_TIME, { windows });
}
