// A text in the browser's storage, shared by all tabs.
//
// The server writes it by sending a text. If it sends none it gets the stored one. It also gets what
// another tab has written, so that no tab goes on with an old text.

import { whenGone } from "./on-unmount.js";

const MAX_LENGTH = 20_000; // characters

/**
 * @import { ComponentCall } from "./component.d.ts"
 *
 * One component on the page. report: sends the stored text to the server. last: the text that the
 * server has.
 * @typedef {{ report: () => void, last?: string, listen?: (event: StorageEvent) => void }} State
 */

/** @type {WeakMap<Element, State>} */
const components = new WeakMap();

/** @param {(storage: Storage) => string | null | void} action */
function stored(action) {
  try {
    return action(window.localStorage) ?? "";
  } catch {
    return ""; // a private window may store nothing; the text then lasts as long as the tab
  }
}

/** @param {ComponentCall<{ name: string, text: string | null }>} call */
export function syncStorage({ data, parentElement, setStateValue }) {
  const { name, text } = data;
  if (text !== null) stored((storage) => storage.setItem(name, text));
  /** @type {State} */
  const state = components.get(parentElement) ?? { report: () => {} };
  components.set(parentElement, state);
  state.report = () => {
    // No more than the server reads: a longer message would end the connection.
    const current = stored((storage) => storage.getItem(name)).slice(0, MAX_LENGTH);
    if (current === state.last) return;
    state.last = current;
    setStateValue("kept", current);
  };
  if (text !== null) state.last = text;
  const listen = (state.listen ??= listenTo(name, state));
  if (text === null) state.report();
  return whenGone(parentElement, () => {
    window.removeEventListener("storage", listen);
    components.delete(parentElement);
  });
}

/**
 * Report what another tab writes under a name.
 * @param {string} name
 * @param {State} state
 */
function listenTo(name, state) {
  const listen = (/** @type {StorageEvent} */ event) => {
    if (event.key === name || event.key === null) state.report();
  };
  window.addEventListener("storage", listen);
  return listen;
}
