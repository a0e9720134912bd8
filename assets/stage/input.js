// What hands do: on the pattern, on the maps and on the bar below. Each function listens to one part
// of a stage and tells the stage what was meant.

import { boxOfMap, clamp, samePlace } from "./geometry.js";
import { element } from "./panels.js";
import { savePng } from "./save-png.js";

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export const stepOf = (event) =>
  event.ctrlKey || event.metaKey || event.altKey ? undefined : ARROWS[event.key];

export function listenToHandle(stage) {
  const { handle, mapCanvas } = stage.input;
  let grip = null;
  handle.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || grip) return;
    event.preventDefault();
    handle.focus({ preventScroll: true });
    handle.setPointerCapture(event.pointerId);
    const [row, col] = mapCanvas.place(event);
    const { position } = stage.scene;
    grip = { id: event.pointerId, row: row - position[0], col: col - position[1] };
    stage.isHeld = true;
    stage.beginFrom(position);
  });
  handle.addEventListener("pointermove", (event) => {
    if (!grip || event.pointerId !== grip.id) return;
    const [row, col] = mapCanvas.place(event);
    stage.moveTo(Math.round(row - grip.row), Math.round(col - grip.col), false);
  });
  const release = (event) => {
    if (!grip || event.pointerId !== grip.id) return;
    grip = null;
    stage.isHeld = false;
    stage.moveTo(...stage.scene.position, true);
  };
  handle.addEventListener("pointerup", release);
  handle.addEventListener("pointercancel", release);
  handle.addEventListener("keydown", (event) => keyOnHandle(stage, event));
  handle.addEventListener("blur", () => stage.settleNow());
  const { canvas, plot } = stage.input;
  canvas.addEventListener("pointerdown", () => {
    // Nothing can be done beside the pattern, unless the picture has a role of its own.
    if (!plot.hasAttribute("role")) beckon(handle);
  });
}

function beckon(handle) {
  handle.classList.remove("beckoning");
  void handle.offsetWidth; // else the browser would not begin anew
  handle.classList.add("beckoning");
}

function keyOnHandle(stage, event) {
  const { position, start } = stage.scene;
  const step = stepOf(event);
  if (event.key === "Home") stage.moveTo(...start, false);
  else if (step) {
    const jump = event.shiftKey ? stage.setting.layers.at(-1).field.jump : [1, 1];
    stage.moveTo(position[0] + step[0] * jump[0], position[1] + step[1] * jump[1], false);
  } else return;
  event.preventDefault();
  stage.settleSoon();
}

export function listenToMap(stage, map, index) {
  const point = (unit) => {
    if (samePlace(unit, stage.hover) || unit === stage.hover) return;
    stage.hover = unit;
    stage.pointed();
  };
  map.plot.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "touch") point(unitAt(stage, event, index));
  });
  map.plot.addEventListener("pointerleave", () => point(null));
  map.plot.addEventListener("click", (event) => stage.pin(unitAt(stage, event, index)));
  map.plot.addEventListener("focus", () => {
    if (!map.plot.matches(":focus-visible")) return;
    const layer = stage.setting.layers[index];
    const { unit } = stage.scene;
    const middle = [index, layer.rows >> 1, layer.cols >> 1];
    stage.cursor = unit && unit[0] === index ? unit : middle;
    stage.pointed();
    stage.speakSoon();
  });
  map.plot.addEventListener("blur", () => {
    stage.cursor = null;
    stage.pointed();
  });
  map.plot.addEventListener("keydown", (event) => keyOnMap(stage, event, index));
  map.select.addEventListener("change", () => {
    const { group } = stage.setting.layers[index];
    stage.scene.channels = stage.scene.channels.map((channel, i) =>
      stage.setting.layers[i].group === group ? Number(map.select.value) : channel,
    );
    stage.showChannels();
    stage.connection.commit();
  });
}

function unitAt(stage, event, index) {
  const layer = stage.setting.layers[index];
  const [row, col] = stage.maps[index].mapCanvas.place(event);
  const square = boxOfMap(layer, stage.setting.size, stage.ownCells);
  const r = Math.floor(((row - square[0]) / (square[1] - square[0])) * layer.rows);
  const c = Math.floor(((col - square[2]) / (square[3] - square[2])) * layer.cols);
  return r >= 0 && c >= 0 && r < layer.rows && c < layer.cols ? [index, r, c] : null;
}

function keyOnMap(stage, event, index) {
  const layer = stage.setting.layers[index];
  const [, row, col] = stage.cursor ?? [index, layer.rows >> 1, layer.cols >> 1];
  const step = stepOf(event);
  if (event.key === "Enter" || event.key === " ") stage.pin([index, row, col]);
  else if (event.key === "Escape") {
    if (!stage.scene.unit) return; // it may mean the page
    stage.pin(null);
    event.stopPropagation();
  } else if (step) {
    stage.cursor = [
      index,
      clamp(row + step[0], 0, layer.rows - 1),
      clamp(col + step[1], 0, layer.cols - 1),
    ];
    stage.pointed();
    stage.speakSoon();
  } else return;
  event.preventDefault();
}

export function listenToBar(stage) {
  const { views, ownCells, copy, save } = stage.parts;
  const choose = (name) => {
    stage.scene.view = name;
    stage.connection.commit();
    stage.drawSoon();
  };
  views.addEventListener("click", (event) => {
    const name = event.target.dataset?.view;
    if (name && stage.scene) choose(name);
  });
  views.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step || !stage.scene) return;
    const buttons = [...views.children];
    const at = buttons.findIndex((button) => button.dataset.view === stage.scene.view);
    const next = buttons[(at + step + buttons.length) % buttons.length];
    choose(next.dataset.view);
    next.focus();
    event.preventDefault();
  });
  ownCells.addEventListener("change", () => {
    stage.ownCells = ownCells.checked;
    stage.drawSoon();
  });
  copy.addEventListener("click", () => copyLink(stage));
  save.addEventListener("click", () => savePng(stage));
}

async function copyLink(stage) {
  const { linkText } = stage.parts;
  const link = `${location.origin}${location.pathname}?${stage.header.query}`;
  const note = stage.setting.photo
    ? " Your photo does not travel: a drawn picture stands in for it."
    : "";
  try {
    await navigator.clipboard.writeText(link);
    linkText.replaceChildren(`Link copied.${note}`);
  } catch {
    // Without https a browser keeps the clipboard closed: show the link to copy by hand.
    const field = element("input", { readonly: true, value: link, "aria-label": "Link" });
    linkText.replaceChildren(field, note);
    field.select();
  }
}
