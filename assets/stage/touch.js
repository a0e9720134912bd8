// What pressing is called on this device. Kept apart: it asks the browser as soon as it is imported.

export const BY_TOUCH = matchMedia("(pointer: coarse)").matches;
export const PRESS = BY_TOUCH ? "Tap" : "Click";
export const A_PRESS = BY_TOUCH ? "A tap" : "A click";
