import assert from "node:assert/strict";
import { test } from "node:test";

import { MapCanvas } from "../../assets/stage/draw/map-canvas.js";
import { arrangement, layOut } from "../../assets/stage/layout.js";
import { Lens } from "../../assets/stage/lenses/lens.js";
import { fitMaps } from "../../assets/stage/presenting.js";

const classes = () => {
  const all = new Set();
  const toggle = (name, isOn) => (isOn ? all.add(name) : all.delete(name));
  return { toggle, has: (name) => all.has(name) };
};

const element = (more = {}) => {
  const properties = {};
  const style = { setProperty: (name, value) => (properties[name] = value) };
  return { classList: classes(), style, properties, ...more };
};

const panel = (more = {}) => {
  const canvas = { style: {}, width: 0, height: 0, getContext: () => ({}) };
  return { panel: element(), mapCanvas: new MapCanvas(canvas), ...more };
};

// A stage of 32x32 pixels in a window; with rem it is presented, with the bar below it 5 rem high.
function laidOut({ width, height = 900, maps = 2, lens = {}, lensPanels = [], margin = 0, rem }) {
  const root = element({
    clientWidth: width,
    offsetHeight: 0,
    getBoundingClientRect: () => ({ top: 100 }),
  });
  Object.assign(globalThis, {
    window: { innerHeight: height, devicePixelRatio: 1 },
    document: { documentElement: {} },
    getComputedStyle: (node) =>
      node === root ? { getPropertyValue: () => (rem ? "5" : "") } : { fontSize: `${rem}px` },
  });
  const panels = element();
  const stage = {
    input: panel(),
    shownMaps: Array.from({ length: maps }, () => panel()),
    extras: [],
    lens: Object.assign(new Lens(null, null), lens, { panels: lensPanels }),
    margin,
    parts: { root, panels },
    setting: { size: 32 },
  };
  // All that is presented stands in rows of maps, each with 40 CSS pixels of readouts below it.
  Object.defineProperty(root, "offsetHeight", {
    get: () => {
      const columns = Number(panels.style.gridTemplateColumns.match(/repeat\((\d+)/)[1]);
      const side = 32 * stage.input.mapCanvas.zoom;
      return Math.ceil((maps + 1) / columns) * (side + (root.classList.has("bare") ? 0 : 40));
    },
  });
  layOut(stage);
  const columns = Number(panels.style.gridTemplateColumns.match(/repeat\((\d+)/)[1]);
  const sideOf = ({ mapCanvas }) => parseFloat(mapCanvas.canvas.style.width);
  return { stage, root, panels, columns, sideOf };
}

const LIMITS = { minPanelWidth: 168, phoneColumns: 3 };

test("on a desk panels stand in rows of equal length", () => {
  const columns = (width, answers) => arrangement(width, answers, LIMITS).columns;
  assert.equal(columns(1280, 2), 3);
  assert.equal(columns(1280, 5), 6);
  assert.equal(columns(1280, 7), 4); // not seven and one
  assert.equal(columns(1280, 8), 5);
  assert.equal(columns(700, 3), 2);
  assert.equal(arrangement(700, 3, { ...LIMITS, minPanelWidth: 360 }).columns, 1);
  assert.equal(columns(168 * 4 + 16 * 3, 3), 4);
  assert.equal(columns(168 * 4 + 16 * 3 - 1, 3), 2);
});

test("below 640 CSS pixels the picture has a row of its own; with few panels below 540", () => {
  assert.deepEqual(arrangement(639, 3, LIMITS), { phone: true, columns: 3 });
  assert.equal(arrangement(640, 3, LIMITS).phone, false);
  assert.deepEqual(arrangement(539, 2, LIMITS), { phone: true, columns: 2 });
  assert.equal(arrangement(540, 2, LIMITS).phone, false);
});

test("on a phone at most three panels stand side by side, or as many as the lens says", () => {
  assert.equal(arrangement(360, 5, LIMITS).columns, 3);
  assert.equal(arrangement(360, 5, { ...LIMITS, phoneColumns: 2 }).columns, 2);
  assert.equal(arrangement(360, 1, LIMITS).columns, 1);
});

test("on a desk a map takes its column, in half steps, and at most half the window", () => {
  const { stage, root, panels, columns, sideOf } = laidOut({ width: 1000, height: 900 });
  assert.equal(columns, 3);
  assert.equal(root.classList.has("phone"), false);
  assert.equal(panels.classList.has("one-row"), true);
  // A column has (1000 - 2 * 16) / 3 = 322 CSS pixels: ten for each of the picture's.
  for (const each of [stage.input, ...stage.shownMaps]) assert.equal(sideOf(each), 320);
  const low = laidOut({ width: 1000, height: 500 });
  assert.equal(low.sideOf(low.stage.input), 240); // below 500 / 2, in half steps of 16
});

test("a map is never lower than 220 CSS pixels because the window is", () => {
  const { stage, sideOf } = laidOut({ width: 1000, height: 200 });
  assert.equal(sideOf(stage.input), 208); // 220 in half steps
});

test("a margin round the picture is part of the width, and text stands beside it", () => {
  const { stage, sideOf } = laidOut({ width: 1000, height: 900, margin: 4 });
  assert.equal(sideOf(stage.input), 320); // 40 pixels of 8
  assert.equal(stage.input.panel.properties["--inset"], "32px");
});

test("on a phone the picture is wider than a map, and no higher than its share of the window", () => {
  const { stage, root, columns, sideOf } = laidOut({ width: 360, height: 800, maps: 3 });
  assert.equal(root.classList.has("phone"), true);
  assert.equal(columns, 3);
  assert.equal(sideOf(stage.input), 288); // 0.36 * 800, nine CSS pixels for each of the picture's
  assert.equal(sideOf(stage.shownMaps[0]), 96); // (360 - 2 * 16) / 3 = 109
  const taller = laidOut({ width: 360, height: 800, maps: 3, lens: { maxMapHeight: [0.5, 0.9] } });
  assert.equal(taller.sideOf(taller.stage.input), 352);
});

test("nothing stands beside a wide panel on a phone", () => {
  const { columns } = laidOut({ width: 360, maps: 2, lensPanels: [panel({ wide: true })] });
  assert.equal(columns, 1);
});

test("panels without a map have no inset", () => {
  const bare = { panel: element() };
  laidOut({ width: 1000, lensPanels: [bare], margin: 4 });
  assert.equal(bare.panel.properties["--inset"], "0px");
});

test("presented, maps are as large as the window allows, with thicker lines", () => {
  const { stage, root, columns, sideOf } = laidOut({ width: 1600, height: 900, rem: 24 });
  assert.equal(root.classList.has("presenting"), true);
  assert.equal(stage.space.height, 900 - 100 - 5 * 24);
  assert.equal(stage.space.typeScale, 1.5);
  assert.equal(columns, 3);
  assert.equal(root.classList.has("bare"), false);
  // One row of three: (1600 - 2 * 16) / 3 = 522 wide, 680 - 40 high.
  assert.equal(sideOf(stage.input), 512);
  assert.equal(stage.input.mapCanvas.weight, 1.6);
});

test("a phone is not presented: it lays out as ever", () => {
  const { stage, root } = laidOut({ width: 360, height: 800, rem: 16 });
  assert.equal(root.classList.has("phone"), true);
  assert.equal(stage.input.mapCanvas.weight, 1);
});

// What fits is decided by the height of all: rows of maps, and readouts below each unless bare.
function fitted(height, count, { readouts, width = Infinity }) {
  const root = element();
  let now = { columns: 0, most: 0 };
  Object.defineProperty(root, "offsetHeight", {
    get: () => {
      const rows = Math.ceil(count / now.columns);
      return rows * (now.side + (root.classList.has("bare") ? 0 : readouts));
    },
  });
  fitMaps(root, height, count, (columns, most) => {
    const side = Math.min(most, width / columns);
    now = { columns, most, side };
    return side;
  });
  return { ...now, isBare: root.classList.has("bare") };
}

test("of one, two and three rows the one with the largest maps is taken", () => {
  assert.equal(fitted(600, 6, { readouts: 20, width: 3000 }).columns, 6);
  assert.equal(fitted(600, 6, { readouts: 20, width: 900 }).columns, 3);
  assert.equal(fitted(900, 6, { readouts: 20, width: 600 }).columns, 2);
});

test("the maps grow until they fill the height", () => {
  const { side } = fitted(600, 3, { readouts: 50, width: 9000 });
  assert.ok(side <= 550 && side > 545, `${side}`);
});

test("readouts are left out where maps would lose more than a quarter to them", () => {
  assert.equal(fitted(400, 3, { readouts: 90, width: 9000 }).isBare, false);
  assert.equal(fitted(400, 3, { readouts: 110, width: 9000 }).isBare, true);
});

test("where nothing fits, a map takes a third of the height, without readouts", () => {
  const { most, isBare } = fitted(100, 3, { readouts: 500, width: 60 });
  assert.equal(isBare, true);
  assert.ok(most > 0);
});
