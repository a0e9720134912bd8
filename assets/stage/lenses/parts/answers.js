// What every grid answers: whether it takes the picture for a face. One is chosen to be shown over it.

import { stepAlong } from "../../gestures.js";
import { element } from "../../panels.js";
import { write } from "../../readouts.js";

/** @import { Face, Header } from "../../protocol.d.ts" */

export class AnswersPanel {
  wide = true;

  /**
   * grids: [{ grid, name }], where grid is the number of cells a side. choose(grid): called when the
   * learner chooses one.
   * @param {Face["grids"]} grids
   * @param {(grid: number) => void} choose
   */
  constructor(grids, choose) {
    this.choose = choose;
    this.rows = grids.map(({ grid, name }) => this.buildRow(grid, name));
    this.note = element("span", { class: "note" });
    const list = element(
      "div",
      { class: "answers", role: "radiogroup", "aria-label": "Grid shown over the face" },
      ...this.rows.map(({ button }) => button),
    );
    list.addEventListener("keydown", (event) => this.key(event));
    this.panel = element(
      "figure",
      { class: "panel face-answers" },
      element(
        "figcaption",
        {},
        element("span", { class: "name" }, "Is it a face?"),
        element("span", { class: "shape" }, "g, the cells a side, and what the grid says"),
      ),
      element("div", { class: "plot" }, list),
      element("div", { class: "under" }, this.note),
    );
  }

  /**
   * @param {number} grid
   * @param {string} name
   */
  buildRow(grid, name) {
    const bar = element("span", { class: "fill" });
    const text = element("span", { class: "says" });
    const button = element(
      "button",
      { type: "button", role: "radio", "data-grid": grid },
      element("span", { class: "grid-name" }, name),
      element("span", { class: "track", "aria-hidden": "true" }, bar),
      text,
    );
    button.addEventListener("click", () => this.choose(grid));
    return { grid, button, bar, text };
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const step = stepAlong(event);
    if (!step) return;
    const { rows } = this;
    const at = rows.findIndex(({ button }) => button.tabIndex === 0);
    const next = rows[(at + step + rows.length) % rows.length];
    this.choose(next.grid);
    next.button.tabIndex = 0;
    next.button.focus();
    event.preventDefault();
  }

  /**
   * shown: the grid whose cells lie over the face.
   * @param {Header} header
   * @param {number | undefined} shown
   */
  fill({ answers, note }, shown) {
    this.rows.forEach(({ grid, button, bar, text }, i) => {
      const answer = answers?.[i];
      const probability = answer?.face ?? 0.5; // that it is a face
      bar.style.left = `${100 * Math.min(probability, 0.5)}%`;
      bar.style.width = `${100 * Math.abs(probability - 0.5)}%`;
      write(text, answer?.text ?? "");
      button.dataset.says = answer?.says ?? "";
      button.setAttribute("aria-checked", `${grid === shown}`);
      button.tabIndex = grid === shown ? 0 : -1;
    });
    write(this.note, note ?? "");
  }
}
