import assert from "node:assert/strict";
import { test } from "node:test";

import { readFrame } from "../../assets/stage/frame.js";
import { frameBytes } from "./frame-bytes.js";

const PICTURE = { rows: 1, cols: 3, values: Uint8Array.of(0, 128, 255) }; // not a multiple of 4
const MAP = { rows: 2, cols: 3, values: Int16Array.of(-32767, -1, 0, 1, 256, 32767) };

test("a frame gives back its header and a plane of each type", () => {
  const { header, planes } = readFrame(frameBytes({ token: 7 }, { picture: PICTURE, now0: MAP }));
  assert.equal(header.token, 7);
  assert.deepEqual(planes, { picture: PICTURE, now0: MAP });
});

test("a frame may lie anywhere in a buffer", () => {
  const bytes = frameBytes({ token: 7 }, { picture: PICTURE, now0: MAP });
  for (const offset of [0, 1, 2, 3]) {
    const shifted = new Uint8Array(bytes.length + 8).fill(99);
    shifted.set(bytes, offset);
    const { planes } = readFrame(shifted.subarray(offset, offset + bytes.length));
    assert.deepEqual(planes, { picture: PICTURE, now0: MAP }, `at byte ${offset}`);
  }
});

test("the header is UTF-8, its length counted in bytes", () => {
  const sentence = "5×5 → “moved” 9 px";
  const { header, planes } = readFrame(frameBytes({ sentence }, { now0: MAP }));
  assert.equal(header.sentence, sentence);
  assert.deepEqual(planes, { now0: MAP });
});

test("a frame can come without planes", () => {
  assert.deepEqual(readFrame(frameBytes({ token: 1 }, {})).planes, {});
});

test("what is read stays when the buffer it came in is used again", () => {
  const bytes = frameBytes({}, { now0: MAP });
  const { planes } = readFrame(bytes);
  bytes.fill(0);
  assert.deepEqual(planes.now0, MAP);
});
