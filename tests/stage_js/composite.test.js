import assert from "node:assert/strict";
import { test } from "node:test";

import { composite, shifted } from "../../assets/stage/draw/composite.js";

const plane = (cols, ...values) => ({
  rows: values.length / cols, cols, values: Uint8Array.from(values),
});

test("the pattern lies over the picture, as opaque as its alpha", () => {
  const planes = {
    picture: plane(4, ...Array(12).fill(100)),
    pattern: plane(2, 200, 200, 200, 0),
    alpha: plane(2, 255, 0, 51, 255),
  };
  const target = new Uint8Array(12);
  composite(target, planes, [1, 2]);
  assert.deepEqual([...target], [100, 100, 100, 100, 100, 100, 200, 100, 100, 100, 120, 0]);
  assert.deepEqual([...planes.picture.values], Array(12).fill(100), "the picture stays");
});

test("a picture that moves leaves black behind, or wraps round", () => {
  const pixels = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
  assert.deepEqual([...shifted(pixels, 3, [1, -1], false)], [0, 0, 0, 2, 3, 0, 5, 6, 0]);
  assert.deepEqual([...shifted(pixels, 3, [1, -1], true)], [8, 9, 7, 2, 3, 1, 5, 6, 4]);
  assert.deepEqual([...shifted(pixels, 3, [0, 0], true)], [...pixels]);
  assert.deepEqual([...shifted(pixels, 3, [-3, 3], true)], [...pixels], "once round");
});
