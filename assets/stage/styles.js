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

// Returns the links to be put into the page, and a promise that is kept once all are loaded.
export function makeStyleLinks() {
  const links = NAMES.map((name) => {
    const href = new URL(`./${name}.css`, import.meta.url).href;
    return element("link", { rel: "stylesheet", href });
  });
  const loaded = links.map((link) => new Promise((resolve) => (link.onload = resolve)));
  return { links, loaded: Promise.all(loaded) };
}
