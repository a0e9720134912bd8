// Pointers and keys on the pattern, on the maps and on the bar below them.

import { boxOfMap, clamp, samePlace } from "./geometry.js";
import { listenToDrag, stepAlong, stepOf } from "./gestures.js";
import { savePng } from "./draw/save-png.js";
import { element } from "./panels.js";

// ---- the pattern

export function listenToHandle(stage) {
  const { actions, input: { canvas, handle, mapCanvas, plot } } = stage;
  listenToDrag(handle, {
    placeOf: (event) => mapCanvas.place(event),
    position: () => stage.scene.position,
    begin: () => {
      stage.isDragging = true;
      actions.startFrom(stage.scene.position);
    },
    move: (row, col) => actions.moveTo(row, col),
    end: () => {
      stage.isDragging = false;
      actions.moveTo(...stage.scene.position, true);
    },
  });
  handle.addEventListener("keydown", (event) => keyOnHandle(stage, event));
  handle.addEventListener("blur", () => actions.commitNow());
  canvas.addEventListener("pointerdown", () => {
    // Nothing can be done beside the pattern, unless the picture has a role of its own.
    if (!plot.hasAttribute("role")) beckon(handle);
  });
}

function beckon(handle) {
  handle.classList.remove("beckoning");
  void handle.offsetWidth; // restarts the animation
  handle.classList.add("beckoning");
}

function keyOnHandle({ actions, scene, setting }, event) {
  const [row, col] = scene.position;
  const step = stepOf(event);
  if (event.key === "Home") actions.moveTo(...scene.start);
  else if (step) {
    const jump = event.shiftKey ? setting.layers.at(-1).field.jump : [1, 1];
    actions.moveTo(row + step[0] * jump[0], col + step[1] * jump[1]);
  } else return;
  event.preventDefault();
  actions.commitSoon();
}

// ---- a map

export function listenToMap(stage, { plot, select }, index) {
  const { actions } = stage;
  const point = (unit) => {
    if (samePlace(unit, stage.hover) || unit === stage.hover) return;
    stage.hover = unit;
    actions.pointed();
  };
  plot.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "touch") point(unitAt(stage, event, index));
  });
  plot.addEventListener("pointerleave", () => point(null));
  plot.addEventListener("click", (event) => actions.pin(unitAt(stage, event, index)));
  plot.addEventListener("focus", () => {
    if (!plot.matches(":focus-visible")) return;
    const { unit } = stage.scene;
    stage.cursor = unit && unit[0] === index ? unit : middleOf(stage, index);
    actions.pointed();
    stage.announcer.announceSoon();
  });
  plot.addEventListener("blur", () => {
    stage.cursor = null;
    actions.pointed();
  });
  plot.addEventListener("keydown", (event) => keyOnMap(stage, event, index));
  select.addEventListener("change", () => actions.chooseChannel(index, Number(select.value)));
}

function middleOf({ setting }, index) {
  const { rows, cols } = setting.layers[index];
  return [index, rows >> 1, cols >> 1];
}

function unitAt({ maps, ownCells, setting }, event, index) {
  const layer = setting.layers[index];
  const [row, col] = maps[index].mapCanvas.place(event);
  const [row0, row1, col0, col1] = boxOfMap(layer, setting.size, ownCells);
  const r = Math.floor(((row - row0) / (row1 - row0)) * layer.rows);
  const c = Math.floor(((col - col0) / (col1 - col0)) * layer.cols);
  return r >= 0 && c >= 0 && r < layer.rows && c < layer.cols ? [index, r, c] : null;
}

function keyOnMap(stage, event, index) {
  const { actions, setting } = stage;
  const { rows, cols } = setting.layers[index];
  const [, row, col] = stage.cursor ?? middleOf(stage, index);
  const step = stepOf(event);
  if (event.key === "Enter" || event.key === " ") actions.pin([index, row, col]);
  else if (event.key === "Escape") {
    if (!stage.scene.unit) return; // the key may be for the page
    actions.pin(null);
    event.stopPropagation();
  } else if (step) {
    stage.cursor = [index, clamp(row + step[0], 0, rows - 1), clamp(col + step[1], 0, cols - 1)];
    actions.pointed();
    stage.announcer.announceSoon();
  } else return;
  event.preventDefault();
}

// ---- the bar

export function listenToBar(stage) {
  const { actions, parts: { views, ownCells, copy, save } } = stage;
  views.addEventListener("click", (event) => {
    const name = event.target.dataset?.view;
    if (name && stage.scene) actions.chooseView(name);
  });
  views.addEventListener("keydown", (event) => {
    const step = stepAlong(event);
    if (!step || !stage.scene) return;
    const buttons = [...views.children];
    const at = buttons.findIndex((button) => button.dataset.view === stage.scene.view);
    const next = buttons[(at + step + buttons.length) % buttons.length];
    actions.chooseView(next.dataset.view);
    next.focus();
    event.preventDefault();
  });
  ownCells.addEventListener("change", () => {
    stage.ownCells = ownCells.checked;
    stage.painter.drawSoon();
  });
  copy.addEventListener("click", () => copyLink(stage));
  save.addEventListener("click", () => savePng(stage));
}

async function copyLink({ header, parts: { linkText }, setting }) {
  const link = `${location.origin}${location.pathname}?${header.query}`;
  const note = setting.photo
    ? " Your photo does not travel: a drawn picture stands in for it."
    : "";
  try {
    await navigator.clipboard.writeText(link);
    linkText.replaceChildren(`Link copied.${note}`);
  } catch {
    // Without https a browser refuses the clipboard: show the link to be copied by hand.
    const field = element("input", { readonly: true, value: link, "aria-label": "Link" });
    linkText.replaceChildren(field, note);
    field.select();
  }
}
