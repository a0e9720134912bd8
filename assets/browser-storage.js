// What this browser keeps for the learner: one text under one name, in every tab the same.
//
// The server writes it by sending a text; without one it is told what is kept. Another tab's
// writing is told as well, so that no tab works on with what has long been replaced.

import { whenGone } from "./on-unmount.js";

const MOST = 20_000; // characters

const told = new WeakMap(); // by element: { name, last, listen }

function stored(action) {
  try {
    return action(window.localStorage) ?? "";
  } catch {
    return ""; // a private window may keep nothing: then it lasts as long as the tab
  }
}

export function keep({ data, parentElement, setStateValue }) {
  const { name, text } = data;
  if (text !== null) stored((storage) => storage.setItem(name, text));
  const state = told.get(parentElement) ?? {};
  told.set(parentElement, state);
  state.tell = () => {
    // No more than the server reads: a message that is too long would end the connection.
    const kept = stored((storage) => storage.getItem(name)).slice(0, MOST);
    if (kept === state.last) return;
    state.last = kept;
    setStateValue("kept", kept);
  };
  if (text !== null) state.last = text;
  if (!state.listen) {
    state.listen = (event) => {
      if (event.key === name || event.key === null) state.tell();
    };
    window.addEventListener("storage", state.listen);
  }
  if (text === null) state.tell();
  return whenGone(parentElement, () => {
    window.removeEventListener("storage", state.listen);
    told.delete(parentElement);
  });
}
