// Moves the focus when the element that had it is gone: on a new step to the title, after a prediction
// to the card with the answer. Otherwise the next Tab would start at the top of the whole page.

import { whenGone } from "./on-unmount.js";

const MAX_FRAMES = 60; // display frames to wait until the page has changed

/**
 * @import { ComponentCall } from "./component.d.ts"
 * @typedef {{ place: string, answered: boolean }} Shown
 */

/** @type {Shown | null} what the page showed last */
let before = null;
/** @type {Element | null} the element on it */
let here = null;

/** @returns {HTMLElement | null} */
const title = () => document.querySelector('[data-testid="stMain"] h1');
/** @returns {HTMLElement | null} */
const card = () => document.querySelector(".st-key-task_card");

/** @param {ComponentCall<Shown>} call */
export function moveFocus({ data, parentElement }) {
  const last = before;
  before = data;
  here = parentElement;
  if (last && last.place !== data.place) focusOn(title, () => true, toTop);
  else if (last && !last.answered && data.answered) focusOn(card, isLost);
  return whenGone(parentElement, () => {
    if (here === parentElement) before = null; // the learner has left, and comes back from another page
  });
}

const isLost = () => document.activeElement === document.body;

// What stands above the title is new as well.
const toTop = () => document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);

/**
 * Focus an element once it is there and it is time.
 * @param {() => HTMLElement | null} find
 * @param {() => boolean} isTime
 * @param {() => void} [then]
 * @param {number} [frames] to wait at most
 */
function focusOn(find, isTime, then = () => {}, frames = MAX_FRAMES) {
  const target = find();
  if (target && isTime()) {
    target.tabIndex = -1;
    target.focus({ preventScroll: true });
    then();
  } else if (frames) requestAnimationFrame(() => focusOn(find, isTime, then, frames - 1));
}
