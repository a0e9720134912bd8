// Keeps the projector's window and the speaker's on the same slide. Both are in one browser; the one
// in which a slide is turned tells the other. The projector's also keeps when the talk began.

import { whenGone } from "./on-unmount.js";

/**
 * @import { ComponentCall } from "./component.d.ts"
 *
 * turns: how often a slide was turned in this window. talk: which talk it is. clock: whether this is the
 * speaker's window, which shows how long the talk has lasted.
 * @typedef {{ deck: string, slide: number, turns: number, talk: string | null, clock: boolean }} Data
 *
 * One of the two windows. began: ms since 1970.
 * @typedef {object} Window
 * @property {BroadcastChannel} channel
 * @property {number} heard
 * @property {number | null} turns
 * @property {number | null} slide
 * @property {number | null} began
 * @property {(slide: number) => void} tell
 * @property {(data: Data) => void} update
 * @property {ReturnType<typeof setInterval>} [ticking]
 */

/** @type {WeakMap<Element, Window>} */
const windows = new WeakMap();

/** @param {ComponentCall<Data>} call */
export function syncWindows({ data, parentElement, setStateValue }) {
  const here = windows.get(parentElement) ?? open(parentElement, data);
  here.tell = (slide) => setStateValue("heard", [slide, (here.heard += 1)]);
  here.update(data);
  return whenGone(parentElement, () => {
    clearInterval(here.ticking);
    here.channel.close();
    windows.delete(parentElement);
  });
}

/**
 * @param {HTMLElement} parent
 * @param {Data} data
 */
function open(parent, { deck, clock }) {
  const channel = new BroadcastChannel(`shift-lab-${deck}`);
  /** @type {Window} */
  const here = {
    channel,
    heard: 0,
    turns: null,
    slide: null,
    began: null,
    tell: () => {},
    update: () => {},
  };
  windows.set(parent, here);
  const say = () => channel.postMessage({ slide: here.slide, began: here.began });
  channel.onmessage = ({ data }) => {
    if (data?.ask === true) {
      if (!clock) say();
      return;
    }
    // Any page of this origin may send on the channel, also an older version of the app.
    if (!Number.isSafeInteger(data?.slide)) return;
    if (clock && Number.isFinite(data.began)) here.began = data.began;
    if (data.slide === here.slide) return;
    here.slide = data.slide;
    here.tell(data.slide);
  };
  here.update = ({ slide, turns, talk }) => {
    if (!clock) here.began = beganAt(deck, talk);
    const isFirst = here.turns === null;
    // A page that was drawn before this window heard of another slide is out of date.
    if (isFirst || turns !== here.turns) here.slide = slide;
    if (isFirst && clock) channel.postMessage({ ask: true });
    else if (turns !== here.turns) say();
    here.turns = turns;
  };
  if (clock) {
    const node = document.createElement("time");
    node.className = "clock";
    node.style.font = "600 2rem var(--st-font)";
    node.style.color = "var(--st-text-color)";
    node.style.fontVariantNumeric = "tabular-nums";
    parent.append(node);
    const tick = () => (node.textContent = minutes(here.began));
    here.ticking = setInterval(tick, 500);
    tick();
  }
  return here;
}

/**
 * When the talk began. A reload goes on with it; a new start begins another.
 * @param {string} deck
 * @param {string | null} talk
 */
function beganAt(deck, talk) {
  const name = `shift-lab-talk-${deck}`;
  const [known, began] = storedTalk(name);
  if (Number.isFinite(began) && began > 0 && (!talk || talk === known)) return began;
  const now = Date.now();
  sessionStorage.setItem(name, JSON.stringify([talk ?? known, now]));
  return now;
}

/** @param {string} name */
function storedTalk(name) {
  try {
    const stored = JSON.parse(sessionStorage.getItem(name) ?? "null");
    return Array.isArray(stored) ? stored : ["", 0];
  } catch {
    return ["", 0]; // something else is stored under this name
  }
}

/** @param {number | null} began */
function minutes(began) {
  if (began === null) return "0:00";
  const seconds = Math.max(0, Math.floor((Date.now() - began) / 1000));
  return `${Math.floor(seconds / 60)}:${`${seconds % 60}`.padStart(2, "0")}`;
}
