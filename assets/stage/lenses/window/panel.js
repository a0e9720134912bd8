// The panel of the window lens: input times weight for every tap of the kernel, and their sum.

import { element, readouts } from "../../panels.js";
import { write } from "../../readouts.js";

/** @import { Products } from "../../protocol.d.ts" */

const MANY = 3; // columns of a kernel above which the panel needs more room
const MAX_TINT = 70; // percent of the colour behind the largest product

export class ProductsPanel {
  beforeMaps = true;

  /** @param {{ rows: number, cols: number }} kernel */
  constructor({ rows, cols }) {
    this.wide = cols > MANY;
    /** @type {ReturnType<typeof buildCell>[]} */
    this.cells = [];
    this.total = element("p", { class: "total" });
    this.problem = element("p", { class: "problem", role: "alert" });
    this.back = element("button", { type: "button", "aria-label": "Step back" }, "Back");
    this.play = element("button", { type: "button" }, "Play");
    this.forward = element("button", { type: "button", "aria-label": "Step forward" }, "Step");
    const { list, values } = readouts([["cell", "output cell"], ["outside", "beyond border"]]);
    this.values = values;
    this.panel = element(
      "figure",
      { class: `panel products${this.wide ? " many" : ""}` },
      element(
        "figcaption",
        {},
        element("span", { class: "name" }, "input \u00d7 weight"),
        element("span", { class: "shape" }, `${rows}\u00d7${cols}`),
      ),
      element("div", { class: "plot" }, this.buildTable(rows, cols), this.total, this.problem),
      element("div", { class: "under steps" }, this.back, this.play, this.forward),
      list,
    );
  }

  /**
   * @param {number} rows
   * @param {number} cols
   */
  buildTable(rows, cols) {
    const table = element("table", { "aria-label": "Input times weight, for every tap" });
    for (let row = 0; row < rows; row += 1) {
      const line = element("tr");
      for (let col = 0; col < cols; col += 1) {
        const cell = buildCell(row, col);
        this.cells.push(cell);
        line.append(cell.box);
      }
      table.append(line);
    }
    return table;
  }

  /**
   * products: of the frame's header. border: how the convolution treats what lies beyond it.
   * @param {Products} products
   * @param {{ taps: number | null, isPlaying: boolean }} playback
   * @param {string | null} border
   */
  fill(products, { taps, isPlaying }, border) {
    const count = this.cells.length;
    const added = taps ?? count + 1;
    this.cells.forEach(({ box, input, product }, i) => {
      const isAdded = i < added;
      write(input, `${products.inputs[i]} \u00d7`);
      write(product, isAdded ? products.products[i] : "");
      box.classList.toggle("beyond", products.beyond[i]);
      box.classList.toggle("tap", i === added - 1);
      box.title = products.beyond[i] ? `beyond the border: ${border}` : "";
      const share = isAdded ? products.shares[i] : 0;
      box.style.setProperty("--strength", `${Math.round(MAX_TINT * Math.abs(share))}%`);
      box.classList.toggle("negative", share < 0);
    });
    const [, row, col] = products.unit;
    write(this.total, sumText(products, added));
    write(this.values.cell, `row ${row}, column ${col}`);
    write(this.values.outside, products.outside);
    write(this.play, isPlaying ? "Pause" : "Play");
  }
}

/**
 * @param {Products} products
 * @param {number} added
 */
function sumText({ products, sums, total }, added) {
  const count = products.length;
  if (added > count) return `Sum = ${total}`;
  if (added) return `Sum after ${added} of ${count}: ${sums[added - 1]}`;
  return `Nothing added yet, ${count} to come`;
}

/**
 * @param {number} row
 * @param {number} col
 */
function buildCell(row, col) {
  const input = element("span", { class: "seen" });
  const field = element("input", {
    type: "text",
    autocomplete: "off",
    spellcheck: "false",
    "aria-label": `Weight, row ${row}, column ${col}`,
  });
  const product = element("span", { class: "product" });
  const pair = element("span", { class: "pair" }, input, field);
  return { box: element("td", {}, pair, product), input, field, product };
}
