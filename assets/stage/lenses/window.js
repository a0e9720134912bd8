// The window lens: one cell of a convolution written out, product by product and step by step.
// All figures come from the server, in the "products" of a frame's header.

import { boxOfCells, boxOfMap, samePlace } from "../geometry.js";
import { between, ease } from "../motion.js";
import { element, readouts } from "../panels.js";
import { write } from "../readouts.js";
import { describeUnit } from "../unit-text.js";

const TAP_TIME = 500; // ms that a tap of the first window takes while it plays
const LATER_TAP_TIME = 110; // ms in the windows after it, when it is clear what happens
const SLIDE_TIME = 150; // ms from cell to cell by hand; while it plays, less than a tap takes

export const windowLens = {
  // What is looked at when nothing is pointed at or pinned: the window that is written out.
  unit: (stage) => stage.header?.products?.unit ?? null,

  panels(stage) {
    pause(stage);
    stage.walk = stage.setting.kernel && buildProducts(stage, stage.setting.kernel);
    return stage.walk ? [{ panel: stage.walk.panel, beforeMaps: true, wide: stage.walk.cols > 3 }] : [];
  },

  // Weights travel from the first one that is typed until another control changes the scene.
  message: ({ walk }) => (walk?.weights ? { weights: walk.weights } : {}),

  adopt(stage) {
    if (!stage.walk) return;
    interrupt(stage);
    stage.walk.weights = null;
    fillFields(stage, true);
  },

  received: (stage) => stage.walk && fillFields(stage, false),

  interrupted: (stage) => stage.walk && interrupt(stage),

  pinned: (stage, unit, before) => slideFrom(stage, before, unit, SLIDE_TIME),

  markedUnit(stage) {
    const slide = stage.motion.running("slide");
    return slide && between(slide.from, slide.unit, ease(slide.share));
  },

  // While its sum is still being added up, or its window is on the way, the cell stands empty.
  overMap(stage, { mapCanvas }, index, theme, unit) {
    const { walk } = stage;
    if (index || !walk || !unit) return;
    const isAdding = walk.taps !== null && walk.taps <= walk.cells.length;
    if (!isAdding && !stage.motion.running("slide")) return;
    const layer = stage.setting.layers[0];
    const square = boxOfMap(layer, stage.setting.size, stage.ownCells);
    const [, row, col] = unit;
    const cell = mapCanvas.rectangle(boxOfCells(layer, square, [row, row + 1, col, col + 1]));
    mapCanvas.context.clearRect(...cell);
  },

  after(stage, theme, unit) {
    if (!stage.walk) return;
    showProducts(stage);
    const tap = shownTap(stage, unit);
    if (!tap) return;
    const [row, col] = tap.at; // over the window that is drawn already
    stage.input.mapCanvas.box([row, row + 1, col, col + 1]);
  },

  words(stage, unit) {
    const { products } = stage.header;
    if (!products || !unit) return null;
    const where = describeUnit(stage.setting, unit, null);
    if (!samePlace(products.unit, unit)) return where;
    const tap = shownTap(stage, unit);
    if (!tap) return `${where} Its products add up to ${products.total}.`;
    const from = tap.beyond ? ` (beyond the border, ${stage.setting.kernel.border})` : "";
    return (
      `${where} Tap ${tap.number} of ${products.products.length}${from}: ${tap.input} \u00d7 ` +
      `${tap.weight} = ${tap.product}. Sum so far ${tap.sum}.`
    );
  },
};

// ---- the panel

function buildProducts(stage, { rows, cols, pattern, rule }) {
  const walk = {
    rows,
    cols,
    weights: null, // texts of the learner's own kernel, once one was typed
    taps: null, // taps added so far, one more when the sum is written; null: no walk is on
    timer: null,
    valid: new RegExp(`^(?:${pattern})$`),
    cells: [],
    total: element("p", { class: "total" }),
    problem: element("p", { class: "problem", role: "alert" }),
    back: element("button", { type: "button", "aria-label": "Step back" }, "Back"),
    play: element("button", { type: "button" }, "Play"),
    forward: element("button", { type: "button", "aria-label": "Step forward" }, "Step"),
  };
  const table = element("table", { "aria-label": "Input times weight, for every tap" });
  for (let row = 0; row < rows; row += 1) {
    const line = element("tr");
    for (let col = 0; col < cols; col += 1) {
      const cell = buildCell(row, col);
      listenToField(stage, walk, walk.cells.length, cell.field, rule);
      walk.cells.push(cell);
      line.append(cell.box);
    }
    table.append(line);
  }
  walk.back.addEventListener("click", () => handStep(stage, -1));
  walk.forward.addEventListener("click", () => handStep(stage, 1));
  walk.play.addEventListener("click", () => (walk.timer ? rest(stage) : play(stage)));
  const { list, values } = readouts([["cell", "output cell"], ["outside", "beyond border"]]);
  walk.values = values;
  walk.panel = element(
    "figure",
    { class: `panel products${cols > 3 ? " many" : ""}` },
    element(
      "figcaption",
      {},
      element("span", { class: "name" }, "input \u00d7 weight"),
      element("span", { class: "shape" }, `${rows}\u00d7${cols}`),
    ),
    element("div", { class: "plot" }, table, walk.total, walk.problem),
    element("div", { class: "under steps" }, walk.back, walk.play, walk.forward),
    list,
  );
  return walk;
}

function buildCell(row, col) {
  const input = element("span", { class: "seen" });
  const field = element("input", {
    type: "text",
    autocomplete: "off",
    spellcheck: "false",
    "aria-label": `Weight, row ${row}, column ${col}`,
  });
  const product = element("span", { class: "product" });
  const pair = element("span", { class: "pair" }, input, field);
  return { box: element("td", {}, pair, product), input, field, product };
}

function showProducts(stage) {
  const { walk, header } = stage;
  const { products } = header;
  const taps = walk.taps ?? walk.cells.length + 1;
  walk.cells.forEach(({ box, input, product }, i) => {
    const added = i < taps;
    write(input, `${products.inputs[i]} \u00d7`);
    write(product, added ? products.products[i] : "");
    box.classList.toggle("beyond", products.beyond[i]);
    box.classList.toggle("tap", i === taps - 1);
    box.title = products.beyond[i] ? `beyond the border: ${stage.setting.kernel.border}` : "";
    const share = added ? products.shares[i] : 0;
    box.style.setProperty("--strength", `${Math.round(70 * Math.abs(share))}%`);
    box.classList.toggle("negative", share < 0);
  });
  const [, row, col] = products.unit;
  const count = walk.cells.length;
  const where = `row ${row}, column ${col}`;
  write(
    walk.total,
    taps > count
      ? `Sum = ${products.total}`
      : taps
        ? `Sum after ${taps} of ${count}: ${products.sums[taps - 1]}`
        : `Nothing added yet, ${count} to come`,
  );
  write(walk.values.cell, where);
  write(walk.values.outside, products.outside);
  write(walk.play, walk.timer ? "Pause" : "Play");
}

function shownTap(stage, unit) {
  const { walk, header } = stage;
  const { products } = header;
  const taps = walk?.taps;
  if (!taps || taps > walk.cells.length || !samePlace(products.unit, unit)) return null;
  const i = taps - 1;
  return {
    number: taps,
    at: products.at[i],
    beyond: products.beyond[i],
    input: products.inputs[i],
    weight: products.weights[i],
    product: products.products[i],
    sum: products.sums[i],
  };
}

// ---- the kernel's fields

// A field that is being written in, or holds what cannot be, is left alone.
function fillFields(stage, all) {
  const { weights } = stage.setting.kernel;
  stage.walk.cells.forEach(({ field }, i) => {
    const busy = field.matches(":focus") || field.matches("[aria-invalid]");
    if (busy && !all) return;
    if (field.value !== weights[i]) field.value = weights[i];
    field.removeAttribute("aria-invalid");
  });
  if (all) write(stage.walk.problem, "");
}

function listenToField(stage, walk, index, field, rule) {
  // A comma is a decimal point in many countries.
  const read = () => field.value.trim().replace("\u2212", "-").replace(",", ".");
  // The number in force again, where what is written cannot be one.
  const restore = () => {
    field.value = (walk.weights ?? stage.setting.kernel.weights)[index];
    field.removeAttribute("aria-invalid");
  };
  const judge = () => {
    if (!walk.valid.test(read())) field.setAttribute("aria-invalid", "true");
    const wrong = walk.cells.find((cell) => cell.field.matches("[aria-invalid]"));
    write(walk.problem, wrong ? `${rule} The last good kernel stays in force.` : "");
  };
  field.addEventListener("input", () => {
    interrupt(stage);
    clearTimeout(walk.judging);
    if (!walk.valid.test(read())) {
      // What is half written, a minus say, is no mistake yet.
      walk.judging = setTimeout(judge, TAP_TIME);
      return;
    }
    field.removeAttribute("aria-invalid");
    judge();
    walk.weights = [...(walk.weights ?? stage.setting.kernel.weights)];
    walk.weights[index] = read();
    stage.connection.ask();
    stage.settleSoon();
  });
  field.addEventListener("focus", () => field.select());
  field.addEventListener("blur", () => {
    clearTimeout(walk.judging);
    judge();
    // The sentence stays: it says what became of what was written.
    if (field.matches("[aria-invalid]")) restore();
    stage.settleNow();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation(); // on a projector it would leave
      clearTimeout(walk.judging);
      restore();
      judge();
      field.select();
    } else if (event.key === "Enter") {
      judge();
      stage.settleNow();
    }
  });
}

// ---- step by step

// Go one step on or back; returns whether there was one to go.
function step(stage, by) {
  const { walk } = stage;
  const unit = stage.shownUnit;
  const written = walk.cells.length + 1;
  if (!samePlace(stage.header.products.unit, unit)) return true; // its numbers are on their way
  stage.motion.end(); // a window that is still on the way has arrived
  stage.hover = stage.cursor = null;
  stage.scene.unit = unit; // what is walked through stays when the hand goes elsewhere
  const taps = (walk.taps ?? (by > 0 ? 0 : written)) + by;
  if (taps >= 0 && taps <= written) walk.taps = taps;
  else if (!slide(stage, unit, by)) return false;
  stage.drawSoon();
  return true;
}

function slide(stage, [index, row, col], by) {
  const { rows, cols } = stage.setting.layers[index];
  const next = row * cols + col + by;
  if (next < 0 || next >= rows * cols) return false;
  stage.walk.taps = by > 0 ? 0 : stage.walk.cells.length + 1;
  stage.walk.later = true;
  stage.scene.unit = [index, Math.floor(next / cols), next % cols];
  stage.connection.ask();
  slideFrom(stage, [index, row, col], stage.scene.unit, stage.walk.timer ? 0.8 * LATER_TAP_TIME : SLIDE_TIME);
  return true;
}

// Within one map; a window that is there already has no way to go.
function slideFrom(stage, from, unit, time) {
  if (from?.[0] === unit[0] && !samePlace(from, unit)) stage.motion.begin("slide", time, { from, unit });
}

function handStep(stage, by) {
  pause(stage);
  step(stage, by);
  stage.settleSoon();
  stage.speakSoon();
}

function play(stage) {
  const { walk } = stage;
  walk.later = false;
  const tick = () => {
    if (!stage.header.products) return pause(stage); // the page looks through another lens now
    if (!stage.parts.root.isConnected || !step(stage, 1)) return rest(stage);
    walk.timer = setTimeout(tick, walk.later ? LATER_TAP_TIME : TAP_TIME);
  };
  tick();
}

function pause({ walk }) {
  if (!walk) return;
  clearTimeout(walk.timer);
  walk.timer = null;
}

function rest(stage) {
  pause(stage);
  stage.settleSoon();
  stage.drawSoon();
}

// A hand that moves, points or writes wants to see the whole sum.
function interrupt(stage) {
  if (stage.walk.taps === null) return;
  stage.walk.taps = null;
  rest(stage);
}
