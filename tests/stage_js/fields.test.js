import assert from "node:assert/strict";
import { test } from "node:test";

import { drawGrowing, grow } from "../../assets/stage/draw/field-growth.js";
import { drawUnit } from "../../assets/stage/draw/unit-mark.js";
import { boxOfCells, boxOfMap, boxOfUnit, runBoxes } from "../../assets/stage/geometry.js";
import { fakeMapCanvas, LAYERS } from "./fake-canvas.js";

const SIZE = 8;
const UNIT = [1, 1, 2]; // sees rows 0 to 4 and columns 2 to 6 of the picture

test("a map fills its fields' middles, or by its own cells the whole square", () => {
  assert.deepEqual(boxOfMap(LAYERS[1], SIZE, false), [-0.5, 7.5, -0.5, 7.5]);
  assert.deepEqual(boxOfMap(LAYERS[1], SIZE, true), [0, 8, 0, 8]);
  assert.deepEqual(boxOfMap({ ...LAYERS[1], rows: 2 }, SIZE, true), [2, 6, 0, 8]);
});

test("cells take up their part of the map's square, along each axis", () => {
  const map = { rows: 2, cols: 4 };
  assert.deepEqual(boxOfCells(map, [0, 8, 0, 8], [1, 2, 1, 3]), [4, 8, 2, 6]);
});

test("a unit sees its field on the picture, cells on earlier maps, itself on its own", () => {
  assert.deepEqual(boxOfUnit(LAYERS, SIZE, -1, UNIT, false), [0, 5, 2, 7]);
  assert.deepEqual(boxOfUnit(LAYERS, SIZE, 0, UNIT, false), [1, 4, 3, 6]);
  assert.deepEqual(boxOfUnit(LAYERS, SIZE, 1, UNIT, false), [1.5, 3.5, 3.5, 5.5]);
  assert.deepEqual(boxOfUnit(LAYERS, SIZE, 1, UNIT, true), [2, 4, 4, 6]);
});

test("cells beyond an earlier map are padding, and are cut off there", () => {
  assert.deepEqual(boxOfUnit(LAYERS, SIZE, 0, [1, 0, 0], false), [0, 2, 0, 2]);
  assert.deepEqual(boxOfUnit(LAYERS, SIZE, -1, [1, 0, 0], false), [-2, 3, -2, 3]);
});

test("a unit is marked on its panels, and on no map after its own", () => {
  const marks = (index, unit, ownCells, mark) => {
    const canvas = fakeMapCanvas(SIZE);
    drawUnit(canvas, LAYERS, index, unit, ownCells, mark);
    return canvas.drawn;
  };
  assert.deepEqual(marks(-1, UNIT, false), [["field", [0, 5, 2, 7], { fill: true }]]);
  assert.deepEqual(marks(-1, UNIT, false, { fill: false }), [["field", [0, 5, 2, 7], { fill: false }]]);
  assert.deepEqual(marks(0, UNIT, false), [
    ["field", [0, 5, 2, 7], { width: 1 }],
    ["box", [1, 4, 3, 6], { fill: true }],
  ]);
  assert.deepEqual(marks(0, UNIT, true), [["box", [1, 4, 3, 6], { fill: true }]]);
  assert.deepEqual(marks(1, UNIT, false), [["box", [1.5, 3.5, 3.5, 5.5], { fill: false }]]);
  assert.deepEqual(marks(1, [0, 3, 3], false), []);
});

test("places are covered by one box for each run of rows and each run of cols", () => {
  assert.deepEqual(runBoxes(Uint8Array.of(0, 1, 1, 0, 1), Uint8Array.of(1, 0, 0, 1)), [
    [1, 3, 0, 1], [1, 3, 3, 4], [4, 5, 0, 1], [4, 5, 3, 4],
  ]);
  assert.deepEqual(runBoxes(Uint8Array.of(1, 1), Uint8Array.of(1, 1, 1)), [[0, 2, 0, 3]]);
  assert.deepEqual(runBoxes(Uint8Array.of(0, 0), Uint8Array.of(1)), []);
});

function fakeStage({ shown = [0, 1], isMarked = true } = {}) {
  const begun = [];
  return {
    begun,
    setting: { shown },
    lens: { unitMark: () => (isMarked ? {} : null) },
    motion: { begin: (...given) => begun.push(given) },
  };
}

test("a field grows over the shown maps before its own, and then over the picture", () => {
  const begun = (unit, options) => {
    const stage = fakeStage(options);
    grow(stage, unit);
    return stage.begun;
  };
  assert.deepEqual(begun(UNIT), [["grow", 240, { unit: UNIT, panels: [1, 0, -1] }]]);
  assert.deepEqual(begun(UNIT, { shown: [1] }), [["grow", 120, { unit: UNIT, panels: [1, -1] }]]);
  const deep = [9, 0, 0];
  const [[, time, { panels }]] = begun(deep, { shown: [...Array(10).keys()] });
  assert.equal(time, 600);
  assert.deepEqual(panels, [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, -1]);
  assert.deepEqual(begun(UNIT, { isMarked: false }), []);
});

test("a growing field is drawn on the panels that it has reached, and on no other", () => {
  const drawn = (index, share) => {
    const canvas = fakeMapCanvas(SIZE);
    drawGrowing(canvas, LAYERS, index, { unit: UNIT, panels: [1, 0, -1], share }, false, {});
    return canvas.drawn;
  };
  const [own, earlier, onPicture] = [[1.5, 3.5, 3.5, 5.5], [1, 4, 3, 6], [0, 5, 2, 7]];
  // Half of the first step: on its way from its own cell to what it needs of the map before.
  const between = own.map((at, i) => (at + earlier[i]) / 2);
  assert.deepEqual(drawn(1, 0.25), [["box", own, { fill: false }]]);
  assert.deepEqual(drawn(0, 0.25), [["box", between, { fill: true }]]);
  assert.deepEqual(drawn(-1, 0.25), []);
  // The start of the last step: the map before is marked whole, the picture as far as it has come.
  assert.deepEqual(drawn(0, 0.5), [
    ["field", earlier, { width: 1 }],
    ["box", earlier, { fill: true }],
  ]);
  assert.deepEqual(drawn(-1, 0.5), [["field", earlier, { fill: true }]]);
  const [[, end]] = drawn(-1, 0.999999);
  end.forEach((at, i) => assert.ok(Math.abs(at - onPicture[i]) < 1e-6));
});
