// Where the focus goes when what held it is gone: on a new step to its title, after a prediction to
// the card that holds the answer. Left alone it would begin anew at the top of the whole page.

import { whenGone } from "./on-unmount.js";

const FRAMES = 60; // to wait at most until the page has changed

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
export function land({ data, parentElement }) {
  const last = before;
  before = data;
  here = parentElement;
  if (last && last.place !== data.place) bring(title, () => true, toTop);
  else if (last && !last.answered && data.answered) bring(card, isLost);
  return whenGone(parentElement, () => {
    if (here === parentElement) before = null; // who comes back later has come from elsewhere
  });
}

const isLost = () => document.activeElement === document.body;

// What stands above the title belongs to a new step, too.
const toTop = () => document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);

/**
 * Move the focus to an element once it is there and it is time.
 * @param {() => HTMLElement | null} find
 * @param {() => boolean} isTime
 * @param {() => void} [then]
 * @param {number} [frames] to wait at most
 */
function bring(find, isTime, then = () => {}, frames = FRAMES) {
  const target = find();
  if (target && isTime()) {
    target.tabIndex = -1;
    target.focus({ preventScroll: true });
    then();
  } else if (frames) requestAnimationFrame(() => bring(find, isTime, then, frames - 1));
}
