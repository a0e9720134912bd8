import assert from "node:assert/strict";
import { test } from "node:test";

import { clamp, clip, isClipped, mapBox, samePlace, span } from "../../assets/stage/geometry.js";

// A 5x7 field with another jump on each axis: rows and columns cannot be swapped unnoticed.
const FIELD = { size: [5, 7], jump: [2, 3], start: [-1, -2], holes: false };

test("a unit sees its field, which begins where its jumps lead", () => {
  assert.deepEqual(span(FIELD, 0, 0), [-1, 4, -2, 5]);
  assert.deepEqual(span(FIELD, 2, 1), [3, 8, 1, 8]);
});

test("a map is drawn with each cell in the middle of its field", () => {
  const layer = { field: FIELD, rows: 4, cols: 6 };
  const [row0, row1, col0, col1] = mapBox(layer);
  assert.deepEqual([row0, row1, col0, col1], [0.5, 8.5, 0, 18]);
  for (const [row, col] of [[0, 0], [3, 5]]) {
    const [top, bottom, left, right] = span(FIELD, row, col);
    assert.equal(row0 + (row + 0.5) * FIELD.jump[0], (top + bottom) / 2);
    assert.equal(col0 + (col + 0.5) * FIELD.jump[1], (left + right) / 2);
  }
});

test("a box is clipped to the picture, each side by its own limit", () => {
  assert.deepEqual(clip([-3, 9, -2, 30], 8, 20), [0, 8, 0, 20]);
  assert.deepEqual(clip([1, 2, 3, 4], 8, 20), [1, 2, 3, 4]);
});

test("a box is clipped when any of its four sides lies beyond the picture", () => {
  assert.equal(isClipped([0, 8, 0, 20], 8, 20), false);
  for (const box of [[-1, 8, 0, 20], [0, 9, 0, 20], [0, 8, -1, 20], [0, 8, 0, 21]]) {
    assert.equal(isClipped(box, 8, 20), true, `${box}`);
  }
});

test("a value is kept between its limits", () => {
  assert.deepEqual([-1, 0, 3, 5, 9].map((value) => clamp(value, 0, 5)), [0, 0, 3, 5, 5]);
});

test("places are the same when all their numbers are, and never when one is missing", () => {
  assert.equal(samePlace([1, 2], [1, 2]), true);
  assert.equal(samePlace([1, 2], [2, 1]), false);
  assert.equal(samePlace([0, 1, 2], [0, 1, 3]), false);
  for (const none of [null, undefined]) {
    assert.equal(samePlace(none, [1, 2]), false);
    assert.equal(samePlace([1, 2], none), false);
    assert.equal(samePlace(none, none), false);
  }
});
