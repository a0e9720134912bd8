// The stage's elements. They are made with the panels, and then only filled.

import { legendGradient } from "./draw/colors.js";

/**
 * @import { Theme } from "./draw/colors.js"
 * @import { Extra, Label, Layer, Setting, View } from "./protocol.d.ts"
 */

/**
 * Make an element. An attribute that is true has no value; one that is false or null is left out.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number | boolean | null | undefined>} [attributes]
 * @param {(Node | string | number)[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, `${value}`);
  }
  made.append(...children.map((child) => (typeof child === "number" ? `${child}` : child)));
  return made;
}

/** @type {[View, string][]} */
const VIEWS = [["now", "now"], ["start", "at the start"], ["difference", "difference"]];

export function buildFrame() {
  const viewButtons = VIEWS.map(([view, label]) =>
    element("button", { role: "radio", type: "button", "data-view": view }, label),
  );
  const views = element(
    "div",
    { class: "views", role: "radiogroup", "aria-label": "Maps show" },
    ...viewButtons,
  );
  const ownCells = element("input", { type: "checkbox" });
  const copy = element("button", { type: "button", class: "copy" }, "Copy link");
  const save = element("button", { type: "button", class: "save" }, "Save PNG");
  const parts = {
    views,
    viewButtons,
    ownCells,
    copy,
    save,
    linkText: element("output", { class: "link-text" }),
    notice: element("p", { class: "notice", role: "alert", hidden: true }),
    outage: element("p", { class: "cut", role: "status", "aria-live": "polite" }),
    panels: element("div", { class: "panels" }),
    // Inside the grid of the panels, so that a phone can show it right below the picture.
    sentence: element("p", { class: "sentence" }),
    lensBar: element("span", { class: "lens-bar" }),
    unitText: element("p", { class: "unit-text" }),
    spoken: element("p", { class: "spoken", role: "status", "aria-live": "polite" }),
  };
  const bar = element(
    "div",
    { class: "bar" },
    views,
    parts.lensBar,
    element("label", { class: "own" }, ownCells, " maps by their own cells"),
    element("span", { class: "space" }),
    parts.linkText,
    save,
    copy,
  );
  const root = element(
    "section",
    { class: "stage", "aria-label": "Stage" },
    parts.notice,
    parts.outage,
    parts.panels,
    bar,
    parts.spoken,
  );
  return { ...parts, root };
}

/** @param {Setting} setting */
export function buildInput(setting) {
  const canvas = element("canvas", { "aria-hidden": "true" });
  const handle = element("div", {
    class: "handle",
    tabindex: "0",
    role: "application",
    "aria-roledescription": "movable pattern",
  });
  const plot = element("div", { class: "plot" }, canvas, handle);
  const size = `${setting.size}\u00d7${setting.size}`;
  const caption = element(
    "figcaption",
    {},
    element("span", { class: "name" }, "picture"),
    element("span", { class: "shape" }, size),
  );
  const { list, values } = readouts([
    ["place", "pattern at"],
    ["moved", "moved"],
    ...(setting.pictureLabels ?? []),
  ]);
  const panel = element(
    "figure",
    { class: "panel input" },
    caption,
    plot,
    element("div", { class: "under" }), // keeps its place in a row of panels
    list,
  );
  return { panel, plot, canvas, handle, values };
}

/**
 * count: of all layers. A single layer with a title gets no number.
 * @param {Layer} layer
 * @param {number} index
 * @param {number} count
 * @param {Label[]} labels
 * @param {string | null} [title]
 */
export function buildMap(layer, index, count, labels, title) {
  const canvas = element("canvas", { "aria-hidden": "true" });
  const plot = element(
    "div",
    {
      class: "plot",
      tabindex: "0",
      role: "application",
      "aria-roledescription": "feature map",
      "aria-label":
        `Map of layer ${index + 1}, ${layer.text}, ${layer.rows} by ${layer.cols} cells. ` +
        "Arrow keys choose a neuron, Enter pins it.",
    },
    canvas,
  );
  const select = element("select", { "aria-label": `Channel of layer ${index + 1}` });
  nameChannels(select, layer);
  const { list, values } = readouts(labels);
  const { legend, ...parts } = buildLegend();
  const broken = element("span", { class: "badge", hidden: true }, "parts here");
  const caption = element(
    "figcaption",
    {},
    ...(count > 1 || !title ? [element("span", { class: "number" }, index + 1)] : []),
    element("span", { class: "name" }, title ?? layer.text),
    element("span", { class: "shape" }, `${layer.rows}\u00d7${layer.cols}`),
    broken,
  );
  const controls = element("div", { class: "under" }, select, legend);
  if (layer.channels.length < 2) select.hidden = true;
  const panel = element("figure", { class: "panel map" }, caption, plot, controls, list);
  return { panel, plot, canvas, select, values, broken, ...parts };
}

/**
 * @param {HTMLSelectElement} select
 * @param {Layer} layer
 */
export function nameChannels(select, { channels, channel }) {
  const options = channels.map((name, value) =>
    element("option", { value, selected: value === channel }, name),
  );
  select.replaceChildren(...options);
}

/**
 * A panel beside the maps that shows something else in the form of a layer's map.
 * @param {Extra} extra
 * @param {Layer} layer
 * @param {Label[]} labels
 */
export function buildExtra({ title, note }, layer, labels) {
  const canvas = element("canvas", { "aria-hidden": "true" });
  const { list, values } = readouts(labels);
  const { legend, ...parts } = buildLegend();
  const panel = element(
    "figure",
    { class: "panel map extra" },
    element(
      "figcaption",
      {},
      element("span", { class: "name" }, title),
      element("span", { class: "shape" }, `${layer.rows}\u00d7${layer.cols}`),
    ),
    element("div", { class: "plot", role: "img", "aria-label": `${title}. ${note}` }, canvas),
    element("div", { class: "under" }, element("span", { class: "note" }, note), legend),
    list,
  );
  return { panel, canvas, values, ...parts };
}

/**
 * The ends of a legend and what lies between them.
 * @typedef {{ least: HTMLElement, most: HTMLElement, ramp: HTMLElement }} Legend
 */

function buildLegend() {
  const [least, most] = [element("span", {}), element("span", {})];
  const ramp = element("span", { class: "ramp" });
  const legend = element("div", { class: "legend", "aria-hidden": "true" }, least, ramp, most);
  return { legend, least, most, ramp };
}

/** @param {(Label | [string, string])[]} labels */
export function readouts(labels) {
  /** @type {Record<string, HTMLElement>} */
  const values = {};
  const list = element("dl", {});
  for (const [key, label, tip] of labels) {
    values[key] = element("dd", {});
    list.append(element("div", { title: tip || null }, element("dt", {}, label), values[key]));
  }
  return { list, values };
}

/**
 * @param {Legend} map
 * @param {number} scale
 * @param {View} view
 * @param {Theme} theme
 */
export function fillLegend(map, scale, view, theme) {
  const sign = view === "difference" ? "+" : "";
  const text = scale < 0.001 ? scale.toExponential(1).replace("-", "\u2212") : `${scale}`;
  map.least.textContent = `\u2212${text}`;
  map.most.textContent = `${sign}${text}`;
  map.ramp.style.background = legendGradient(theme);
}

/**
 * Give a part of a panel another text.
 * @param {Element} panel
 * @param {string} selector
 * @param {string} text
 */
export function rename(panel, selector, text) {
  const part = panel.querySelector(selector);
  if (part) part.textContent = text;
}
