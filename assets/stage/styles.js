// The style sheets of a stage.

import { element } from "./panels.js";

// In the order in which they overrule each other.
const NAMES = [
  "stage",
  "panels",
  "texts",
  "bar",
  "task",
  "lenses/pool",
  "lenses/window",
  "lenses/fields",
  "lenses/equivariance",
  "lenses/parts",
  "lenses/heads",
  "presenting",
];

/**
 * Put an element into the page with these styles, and show it once all are loaded.
 * @param {HTMLElement} parent
 * @param {HTMLElement} root
 * @param {() => void} shown called then
 */
export function putStyled(parent, root, shown) {
  root.hidden = true;
  const links = NAMES.map((name) => {
    const href = new URL(`./${name}.css`, import.meta.url).href;
    return element("link", { rel: "stylesheet", href });
  });
  const loaded = links.map((link) => new Promise((resolve) => (link.onload = resolve)));
  Promise.all(loaded).then(() => {
    root.hidden = false;
    shown();
  });
  parent.append(...links, root);
}
