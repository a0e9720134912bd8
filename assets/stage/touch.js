// Words for a press on this device. A module of its own, since importing it needs a browser.

export const BY_TOUCH = matchMedia("(pointer: coarse)").matches;
export const PRESS = BY_TOUCH ? "Tap" : "Click";
export const A_PRESS = BY_TOUCH ? "A tap" : "A click";
