// A map's canvas that keeps what is drawn on it: [what, box, options] in order.

export function fakeMapCanvas(size) {
  const drawn = [];
  const keep = (what) => (box, options = {}) => drawn.push([what, box, options]);
  return { size, drawn, box: keep("box"), field: keep("field") };
}

// Two 3x3 layers, the second with stride 2: units of layer 1 see 5x5 pixels, 2 apart.
export const LAYERS = [
  {
    rows: 8, cols: 8,
    field: { size: [3, 3], jump: [1, 1], start: [-1, -1] },
    within: [],
  },
  {
    rows: 4, cols: 4,
    field: { size: [5, 5], jump: [2, 2], start: [-2, -2] },
    within: [{ size: [3, 3], jump: [2, 2], start: [-1, -1] }],
  },
];
