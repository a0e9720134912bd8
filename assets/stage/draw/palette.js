// Colours with one meaning on every canvas, for a light and for a dark page.

export const ACCENT = { light: "#b3135f", dark: "#ff7ab8" }; // what the learner drags, points at or pins
export const CASING = { light: "rgb(255 255 255 / 85%)", dark: "rgb(0 0 0 / 75%)" }; // round a line on a map
export const EDGE = { light: "rgb(0 0 0 / 30%)", dark: "rgb(255 255 255 / 35%)" }; // of the picture, and grids
export const INK = { light: "#16191f", dark: "#fafaf8" };
export const PAPER = { light: "#fafaf8", dark: "#16191f" };
