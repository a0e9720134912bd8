// Pointers and keys on the pattern, on the maps and on the bar below them.

import { boxOfMap, clamp, samePlace } from "./geometry.js";
import { listenToDrag, stepAlong, stepOf } from "./gestures.js";
import { savePng } from "./draw/save-png.js";
import { element } from "./panels.js";

/**
 * @import { MapPanel } from "./assembly.js"
 * @import { Unit, View } from "./protocol.d.ts"
 * @import { Stage } from "./stage.js"
 */

// ---- the pattern

/** @param {Stage} stage */
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

/** @param {HTMLElement} handle */
function beckon(handle) {
  handle.classList.remove("beckoning");
  void handle.offsetWidth; // restarts the animation
  handle.classList.add("beckoning");
}

/**
 * @param {Stage} stage
 * @param {KeyboardEvent} event
 */
function keyOnHandle({ actions, scene, setting }, event) {
  const [row, col] = scene.position;
  const step = stepOf(event);
  if (event.key === "Home") actions.moveTo(...scene.start);
  else if (step) {
    const jump = event.shiftKey ? setting.layers[setting.layers.length - 1].field.jump : [1, 1];
    actions.moveTo(row + step[0] * jump[0], col + step[1] * jump[1]);
  } else return;
  event.preventDefault();
  actions.commitSoon();
}

// ---- a map

/**
 * @param {Stage} stage
 * @param {MapPanel} map
 * @param {number} index
 */
export function listenToMap(stage, { plot, select }, index) {
  const { actions } = stage;
  const point = (/** @type {Unit | null} */ unit) => {
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

/**
 * @param {Stage} stage
 * @param {number} index
 * @returns {Unit}
 */
function middleOf({ setting }, index) {
  const { rows, cols } = setting.layers[index];
  return [index, rows >> 1, cols >> 1];
}

/**
 * @param {Stage} stage
 * @param {MouseEvent} event
 * @param {number} index
 * @returns {Unit | null}
 */
function unitAt({ maps, ownCells, setting }, event, index) {
  const layer = setting.layers[index];
  const [row, col] = maps[index].mapCanvas.place(event);
  const [row0, row1, col0, col1] = boxOfMap(layer, setting.size, ownCells);
  const r = Math.floor(((row - row0) / (row1 - row0)) * layer.rows);
  const c = Math.floor(((col - col0) / (col1 - col0)) * layer.cols);
  return r >= 0 && c >= 0 && r < layer.rows && c < layer.cols ? [index, r, c] : null;
}

/**
 * @param {Stage} stage
 * @param {KeyboardEvent} event
 * @param {number} index
 */
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

/** @param {Stage} stage */
export function listenToBar(stage) {
  const { actions, parts: { views, viewButtons, ownCells, copy, save } } = stage;
  const viewOf = (/** @type {HTMLElement} */ button) => /** @type {View} */ (button.dataset.view);
  for (const button of viewButtons) {
    button.addEventListener("click", () => {
      if (stage.scene) actions.chooseView(viewOf(button));
    });
  }
  views.addEventListener("keydown", (event) => {
    const step = stepAlong(event);
    if (!step || !stage.scene) return;
    const at = viewButtons.findIndex((button) => viewOf(button) === stage.scene.view);
    const next = viewButtons[(at + step + viewButtons.length) % viewButtons.length];
    actions.chooseView(viewOf(next));
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

/** @param {Stage} stage */
async function copyLink({ exchange, parts: { linkText }, setting }) {
  // A browser that waits may no longer allow the clipboard: wait only where it must be.
  const query = exchange.isLinkCurrent ? exchange.query : await exchange.currentQuery();
  const link = `${location.origin}${location.pathname}?${query}`;
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
