// Dragging an element, and stepping with the arrow keys.

/** @import { Pair } from "./protocol.d.ts" */

/**
 * placeOf: where the pointer is. position: where the dragged thing is when the drag begins.
 * begin, move to the nearest whole pixels, end: what is to be done.
 * @typedef {object} DragHooks
 * @property {(event: PointerEvent) => Pair} placeOf
 * @property {() => Pair} position
 * @property {() => void} begin
 * @property {(row: number, col: number) => void} move
 * @property {() => void} end
 */

/** @type {Record<string, Pair>} */
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * The step (rows, cols) that a key stands for; undefined for any other key.
 * @param {KeyboardEvent} event
 */
export const stepOf = (event) =>
  event.ctrlKey || event.metaKey || event.altKey ? undefined : ARROWS[event.key];

/**
 * The step along a row of choices: -1, 1, or undefined.
 * @param {KeyboardEvent} event
 */
export const stepAlong = (event) =>
  /** @type {Record<string, -1 | 1>} */ ({ ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 })[
    event.key
  ];

/**
 * Drag by one pointer; others are ignored until it is released. All places are (row, col) in pixels
 * of the picture. Returns a function that says whether a drag is on.
 * @param {HTMLElement} handle
 * @param {DragHooks} hooks
 */
export function listenToDrag(handle, { placeOf, position, begin, move, end }) {
  /** @type {{ id: number, row: number, col: number } | null} the pointer, and its distance from the position */
  let grip = null;
  handle.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || grip) return;
    event.preventDefault();
    handle.focus({ preventScroll: true });
    handle.setPointerCapture(event.pointerId);
    const [[row, col], [row0, col0]] = [placeOf(event), position()];
    grip = { id: event.pointerId, row: row - row0, col: col - col0 };
    begin();
  });
  handle.addEventListener("pointermove", (event) => {
    if (!grip || event.pointerId !== grip.id) return;
    const [row, col] = placeOf(event);
    move(Math.round(row - grip.row), Math.round(col - grip.col));
  });
  const release = (/** @type {PointerEvent} */ event) => {
    if (event.pointerId !== grip?.id) return;
    grip = null;
    end();
  };
  handle.addEventListener("pointerup", release);
  handle.addEventListener("pointercancel", release);
  return () => grip !== null;
}
