// Dragging an element, and stepping with the arrow keys.

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

// The step (rows, cols) that a key stands for; undefined for any other key.
export const stepOf = (event) =>
  event.ctrlKey || event.metaKey || event.altKey ? undefined : ARROWS[event.key];

// The step along a row of choices: -1, 1, or undefined.
export const stepAlong = (event) =>
  ({ ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 })[event.key];

// Drag by one pointer; others are ignored until it is released. All places are (row, col) in pixels
// of the picture. Returns a function that says whether a drag is on.
//
// placeOf(event): where the pointer is. position(): where the dragged thing is when the drag begins.
// begin(), move(row, col) to the nearest whole pixels, end(): what is to be done.
export function listenToDrag(handle, { placeOf, position, begin, move, end }) {
  let grip = null; // { id, row, col }: the pointer, and its distance from the position
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
    if (event.pointerId !== grip?.id) return;
    const [row, col] = placeOf(event);
    move(Math.round(row - grip.row), Math.round(col - grip.col));
  });
  const release = (event) => {
    if (event.pointerId !== grip?.id) return;
    grip = null;
    end();
  };
  handle.addEventListener("pointerup", release);
  handle.addEventListener("pointercancel", release);
  return () => grip !== null;
}
