// What this browser keeps for the learner: one text under one name, in every tab the same.
//
// The server writes it by sending a text; without one it is told what is kept. Another tab's
// writing is told as well, so that no tab works on with what has long been replaced.

import { whenGone } from "./on-unmount.js";

const MAX_LENGTH = 20_000; // characters

/**
 * @import { ComponentCall } from "./component.d.ts"
 *
 * What is known of one component on the page. last: the text that the server has.
 * @typedef {{ tell: () => void, last?: string, listen?: (event: StorageEvent) => void }} Known
 */

/** @type {WeakMap<Element, Known>} */
const told = new WeakMap();

/** @param {(storage: Storage) => string | null | void} action */
function stored(action) {
  try {
    return action(window.localStorage) ?? "";
  } catch {
    return ""; // a private window may keep nothing: then it lasts as long as the tab
  }
}

/** @param {ComponentCall<{ name: string, text: string | null }>} call */
export function keep({ data, parentElement, setStateValue }) {
  const { name, text } = data;
  if (text !== null) stored((storage) => storage.setItem(name, text));
  /** @type {Known} */
  const state = told.get(parentElement) ?? { tell: () => {} };
  told.set(parentElement, state);
  state.tell = () => {
    // No more than the server reads: a message that is too long would end the connection.
    const kept = stored((storage) => storage.getItem(name)).slice(0, MAX_LENGTH);
    if (kept === state.last) return;
    state.last = kept;
    setStateValue("kept", kept);
  };
  if (text !== null) state.last = text;
  const listen = (state.listen ??= listenTo(name, state));
  if (text === null) state.tell();
  return whenGone(parentElement, () => {
    window.removeEventListener("storage", listen);
    told.delete(parentElement);
  });
}

/**
 * Tell what another tab has written under a name.
 * @param {string} name
 * @param {Known} state
 */
function listenTo(name, state) {
  const listen = (/** @type {StorageEvent} */ event) => {
    if (event.key === name || event.key === null) state.tell();
  };
  window.addEventListener("storage", listen);
  return listen;
}
