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
 * server has. refused: whether the browser did not store the last text.
 * @typedef {object} State
 * @property {() => void} report
 * @property {boolean} refused
 * @property {string} [last]
 * @property {(event: StorageEvent) => void} [listen]
 */

/** @type {WeakMap<Element, State>} */
const components = new WeakMap();

/** @param {string} name */
function read(name) {
  try {
    return window.localStorage.getItem(name) ?? "";
  } catch {
    return ""; // the browser gives this page no storage
  }
}

/**
 * Return whether the browser has stored a text: its storage may be full, or switched off.
 * @param {string} name
 * @param {string} text
 */
function write(name, text) {
  try {
    window.localStorage.setItem(name, text);
    return true;
  } catch {
    return false;
  }
}

/** @param {ComponentCall<{ name: string, text: string | null }>} call */
export function syncStorage({ data, parentElement, setStateValue }) {
  const { name, text } = data;
  /** @type {State} */
  const state = components.get(parentElement) ?? { report: () => {}, refused: false };
  components.set(parentElement, state);
  state.report = () => {
    // No more than the server reads: a longer message would end the connection.
    const current = read(name).slice(0, MAX_LENGTH);
    if (current === state.last) return;
    state.last = current;
    setStateValue("stored", current);
  };
  if (text !== null) {
    state.last = text;
    const refused = !write(name, text);
    if (refused !== state.refused) setStateValue("refused", refused);
    state.refused = refused;
  }
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
