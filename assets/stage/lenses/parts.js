// The parts lens: a face whose parts can be dragged away, one grid's cells over it, and what every
// grid answers. The picture comes from the server with each frame, noise and all: what is shown is
// what the grids were asked about.

import { Bitmap } from "../draw/bitmap.js";
import { FULL_SCALE } from "../frame.js";
import { clamp, samePlace } from "../geometry.js";
import { stepOf } from "../input.js";
import { element } from "../panels.js";
import { write } from "../readouts.js";
import { BY_TOUCH } from "../touch.js";

const FAR = 4; // pixels that Shift with an arrow moves a part
const SMALLEST_HANDLE = 44; // CSS pixels
// Orange speaks for a face and blue against it, as in the maps; gray lies below in either theme.
const FOR_FACE = (30 << 16) | (120 << 8) | 245;
const AGAINST = (235 << 16) | (100 << 8) | 20;
const STRONGEST = 215; // of 255, so that the face still shows through the strongest cell
const HINT =
  "Drag an eye, the nose or the mouth. Drag the head between them, and the whole face moves." +
  (BY_TOUCH ? "" : " Tab goes from part to part, arrow keys move it, Home puts it back.");

export const parts = {
  onlyNow: true,
  tallest: [0.46, 0.36],

  panels(stage) {
    const { panel } = stage.input;
    panel.querySelector(".name").textContent = "face";
    panel.querySelector("dt").textContent = "face at";
    stage.face = {
      places: stage.setting.face.home,
      chosen: null, // the grid of the learner's choice
      picture: null,
      evidence: null,
      held: -1,
      heat: new Bitmap(stage.setting.size, stage.setting.size),
      showHeat: stage.face?.showHeat ?? true,
      answers: buildAnswers(stage),
    };
    return [stage.face.answers];
  },

  built(stage) {
    stage.face.handles = stage.setting.face.names.map((name, index) => buildHandle(stage, name, index));
    stage.input.plot.append(...stage.face.handles);
  },

  bar(stage) {
    const box = element("input", { type: "checkbox" });
    box.checked = stage.face.showHeat;
    box.addEventListener("change", () => {
      stage.face.showHeat = box.checked;
      stage.drawSoon();
    });
    return [element("label", { class: "own-heat" }, box, " cells over the face")];
  },

  message({ face }) {
    return { parts: face.places, ...(face.chosen === null ? {} : { grid: face.chosen }) };
  },

  adopt({ face }, header) {
    face.places = header.parts;
    face.chosen = header.chosen;
  },

  received({ face }, header, planes) {
    face.picture = planes.face.values;
    face.evidence = planes.evidence ?? null;
  },

  picture: (stage) => stage.face.picture,

  overInput(stage, mapCanvas) {
    drawHeat(stage, mapCanvas);
    const { names, home, sides } = stage.setting.face;
    names.forEach((_, index) => {
      const { places, held } = stage.face;
      const away = !samePlace(places[index], home[index]);
      if (away) mapCanvas.box(boxOf(stage, home[index], sides[index]), { dashed: true, width: 1 });
      const box = boxOf(stage, places[index], sides[index]);
      if (away || held === index) mapCanvas.box(box, { width: held === index ? 2 : 1.5 });
      placeHandle(stage, mapCanvas, index);
    });
  },

  after: (stage) => fillAnswers(stage),

  words: (stage) => (stage.face.held < 0 ? HINT : describe(stage, stage.face.held)),
};

// The square of a part on the picture; its middle is counted within the face.
function boxOf(stage, [row, col], side) {
  const [top, left] = stage.scene.position;
  const [row0, col0] = [top + row - (side >> 1), left + col - (side >> 1)];
  return [row0, row0 + side, col0, col0 + side];
}

function describe(stage, index) {
  const [row, col] = stage.face.places[index];
  return `The ${stage.setting.face.names[index]}, its middle at row ${row}, column ${col} of the face.`;
}

// ---- the parts under the hand

function buildHandle(stage, name, index) {
  const handle = element("div", {
    class: "part-handle",
    tabindex: "0",
    role: "application",
    "aria-roledescription": "movable part",
    "data-part": name,
  });
  let grip = null;
  const hold = (on) => {
    stage.face.held = on ? index : -1;
    stage.drawSoon();
    if (on) stage.speakSoon();
  };
  handle.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || grip) return;
    event.preventDefault();
    handle.focus({ preventScroll: true });
    handle.setPointerCapture(event.pointerId);
    const [row, col] = stage.input.mapCanvas.place(event);
    const place = stage.face.places[index];
    grip = { id: event.pointerId, row: row - place[0], col: col - place[1] };
    hold(true);
  });
  handle.addEventListener("pointermove", (event) => {
    if (!grip || event.pointerId !== grip.id) return;
    const [row, col] = stage.input.mapCanvas.place(event);
    movePart(stage, index, [row - grip.row, col - grip.col].map(Math.round));
  });
  const release = (event) => {
    if (!grip || event.pointerId !== grip.id) return;
    grip = null;
    stage.connection.commit();
  };
  handle.addEventListener("pointerup", release);
  handle.addEventListener("pointercancel", release);
  handle.addEventListener("pointerenter", () => hold(true));
  handle.addEventListener("pointerleave", () => hold(grip !== null || handle.matches(":focus")));
  handle.addEventListener("focus", () => hold(true));
  handle.addEventListener("blur", () => {
    hold(false);
    stage.settleNow();
  });
  handle.addEventListener("keydown", (event) => {
    const step = stepOf(event);
    const place = stage.face.places[index];
    const far = event.shiftKey ? FAR : 1;
    if (event.key === "Home") movePart(stage, index, stage.setting.face.home[index]);
    else if (step) movePart(stage, index, [place[0] + far * step[0], place[1] + far * step[1]]);
    else return;
    event.preventDefault();
    stage.settleSoon();
  });
  return handle;
}

function movePart(stage, index, wanted) {
  const { face } = stage;
  const [least, most] = stage.setting.face.limits[index];
  const place = wanted.map((at) => clamp(at, least, most));
  if (samePlace(place, face.places[index])) return;
  face.places = face.places.with(index, place);
  stage.parts.linkText.replaceChildren(); // a link that was copied shows another face now
  stage.connection.ask();
  stage.drawPictureSoon();
}

function placeHandle(stage, mapCanvas, index) {
  const { names, sides } = stage.setting.face;
  const handle = stage.face.handles[index];
  const [row0, row1, col0, col1] = boxOf(stage, stage.face.places[index], sides[index]);
  const side = Math.max(SMALLEST_HANDLE, sides[index] * mapCanvas.zoom);
  const corner = (first, end) => ((first + end) / 2 + mapCanvas.margin) * mapCanvas.zoom - side / 2;
  handle.style.width = handle.style.height = `${side}px`;
  handle.style.transform = `translate(${corner(col0, col1)}px, ${corner(row0, row1)}px)`;
  const [row, col] = stage.face.places[index];
  const label =
    `${names[index]} at row ${row}, column ${col} of the face. Arrow keys move it by 1, ` +
    `with Shift by ${FAR}; Home puts it back.`;
  if (handle.getAttribute("aria-label") !== label) handle.setAttribute("aria-label", label);
}

// ---- the cells of one grid over the face

function drawHeat(stage, mapCanvas) {
  const { face, setting } = stage;
  const { boxes, grids } = setting.face;
  if (!face.showHeat || !face.evidence || !boxes) return;
  const count = face.evidence.rows;
  const edges = boxes[grids.findIndex(({ grid }) => grid === count)];
  const { pixels, image, context } = face.heat;
  const { size } = setting;
  edges.forEach(([row0, row1], row) => {
    edges.forEach(([col0, col1], col) => {
      const share = face.evidence.values[row * count + col] / FULL_SCALE;
      const alpha = Math.round(STRONGEST * Math.sqrt(Math.abs(share)));
      const color = ((alpha << 24) | (share > 0 ? FOR_FACE : AGAINST)) >>> 0;
      for (let r = row0; r < row1; r += 1) pixels.fill(color, r * size + col0, r * size + col1);
    });
  });
  context.putImageData(image, 0, 0);
  const whole = [0, size, 0, size];
  mapCanvas.bitmap(face.heat, whole);
  mapCanvas.grid(whole, count, count);
}

// ---- what every grid answers

function buildAnswers(stage) {
  const rows = element("div", { class: "answers", role: "radiogroup", "aria-label": "Grid shown over the face" });
  const list = stage.setting.face.grids.map(({ grid, name }) => {
    const bar = element("span", { class: "fill" });
    const text = element("span", { class: "says" });
    const button = element(
      "button",
      { type: "button", role: "radio", "data-grid": grid },
      element("span", { class: "grid-name" }, name),
      element("span", { class: "track", "aria-hidden": "true" }, bar),
      text,
    );
    button.addEventListener("click", () => choose(stage, grid));
    rows.append(button);
    return { grid, button, bar, text };
  });
  rows.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = list.findIndex(({ button }) => button.tabIndex === 0);
    const next = list[(at + step + list.length) % list.length];
    choose(stage, next.grid);
    next.button.tabIndex = 0;
    next.button.focus();
    event.preventDefault();
  });
  const note = element("span", { class: "note" });
  const panel = element(
    "figure",
    { class: "panel face-answers" },
    element(
      "figcaption",
      {},
      element("span", { class: "name" }, "Is it a face?"),
      element("span", { class: "shape" }, "g, the cells a side, and what the grid says"),
    ),
    element("div", { class: "plot" }, rows),
    element("div", { class: "under" }, note),
  );
  return { panel, list, note, wide: true };
}

function choose(stage, grid) {
  stage.face.chosen = grid;
  stage.connection.commit();
  fillAnswers(stage);
}

function fillAnswers(stage) {
  const { face, header } = stage;
  const shown = face.chosen ?? header.grid;
  face.answers.list.forEach(({ grid, button, bar, text }, i) => {
    const answer = header.answers[i];
    const face = answer?.face ?? 0.5;
    bar.style.left = `${100 * Math.min(face, 0.5)}%`;
    bar.style.width = `${100 * Math.abs(face - 0.5)}%`;
    write(text, answer?.text ?? "");
    button.dataset.says = answer?.says ?? "";
    button.setAttribute("aria-checked", grid === shown);
    button.tabIndex = grid === shown ? 0 : -1;
  });
  write(face.answers.note, header.note);
}
