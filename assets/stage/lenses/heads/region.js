// The region in which training examples may lie: outlined, and painted block by block.

import { pixelRatio } from "../../draw/map-canvas.js";
import { drawRegion, outline, REGION } from "../../draw/region-outline.js";
import { clamp } from "../../geometry.js";
import { stepOf } from "../../gestures.js";
import { element } from "../../panels.js";
import { PRESS } from "../../touch.js";

/**
 * @import { MapCanvas } from "../../draw/map-canvas.js"
 * @import { Box, Pair, Plane, Setting } from "../../protocol.d.ts"
 * @import { Stage } from "../../stage.js"
 */

const BLOCKS = 8; // rows, and columns, of blocks

/**
 * A place of the pattern is drawn as the pixel in its middle. This is how far that pixel's upper
 * left corner lies from the place, down and across.
 * @param {Setting} setting
 */
export const offsetOf = ({ size }) => (size >> 2) / 2 - 0.5;

export class RegionEditor {
  /** @param {Stage} stage */
  constructor(stage) {
    this.stage = stage;
    /** @type {Plane} with a cell for each place of the pattern: 1 if examples may lie there */
    this.allowed = { rows: 0, cols: 0, values: new Uint8Array() };
    /** @type {ReturnType<typeof outline>} of the region that the server has */
    this.lines = [];
    /** @type {boolean[]} whether each block belongs to the region, row by row */
    this.blocks = [];
    /** @type {string | null} the blocks as the server writes them, once the learner has painted */
    this.painted = null;
    /** @type {Pair | null} the block that the keyboard has chosen */
    this.cursor = null;
    /** @type {{ id: number, value: boolean } | null} the pointer that paints, and what it paints */
    this.stroke = null;
    /** @type {boolean[] | null} the blocks before the stroke */
    this.before = null;
    this.isRefused = false; // whether the last stroke would have left no block
    this.toggle = element(
      "button",
      { type: "button", class: "paint", "aria-pressed": "false" },
      "Paint where examples lie",
    );
    this.layer = element("div", {
      class: "paint-layer",
      tabindex: "0",
      role: "application",
      "aria-label":
        `Blocks in which training examples may lie, ${BLOCKS} by ${BLOCKS}. Arrow keys choose a ` +
        "block, Enter paints or clears it, Escape ends painting.",
      hidden: true,
    });
    this.buttons = stage.setting.heads ? [this.toggle] : [];
    stage.input.plot.append(this.layer);
    this.listen();
  }

  get isOn() {
    return !this.layer.hidden;
  }

  get hint() {
    return this.isOn
      ? "Stroke over the picture: blocks become green, or are cleared. Examples have their middle there."
      : `Green: where the middle of a training example may lie. ${PRESS} a head\u2019s map to move there.`;
  }

  /**
   * The region that the server has, place by place; the setting has it block by block.
   * @param {Plane} allowed
   */
  take(allowed) {
    this.allowed = allowed;
    const start = offsetOf(this.stage.setting);
    /**
     * @param {number} row
     * @param {number} col
     */
    const has = (/** @type {number} */ row, /** @type {number} */ col) =>
      row >= 0 && col >= 0 && row < allowed.rows && col < allowed.cols &&
      allowed.values[row * allowed.cols + col] === 1;
    this.lines = outline(has, allowed.rows, (at) => at + start);
    const { heads } = this.stage.setting;
    if (heads && !this.stroke) this.blocks = blocksFrom(heads.blocks);
  }

  // The scene was changed by another control.
  forget() {
    this.painted = null;
    if (this.stage.setting.heads) this.blocks = blocksFrom(this.stage.setting.heads.blocks);
  }

  /** @param {boolean} on */
  turn(on) {
    this.layer.hidden = !on;
    this.toggle.setAttribute("aria-pressed", `${on}`);
    this.toggle.textContent = on ? "Stop painting" : "Paint where examples lie";
    this.cursor = null;
    this.stage.painter.drawSoon();
  }

  listen() {
    const { layer, stage, toggle } = this;
    toggle.addEventListener("click", () => {
      this.turn(!this.isOn);
      if (this.isOn) layer.focus({ preventScroll: true });
    });
    layer.addEventListener("pointerdown", (event) => {
      const block = this.blockAt(event);
      if (event.button !== 0 || !block) return;
      event.preventDefault();
      layer.setPointerCapture(event.pointerId);
      this.stroke = { id: event.pointerId, value: !this.has(...block) };
      this.write(block, this.stroke.value);
    });
    layer.addEventListener("pointermove", (event) => {
      if (!this.stroke || event.pointerId !== this.stroke.id) return;
      const block = this.blockAt(event);
      if (block) this.write(block, this.stroke.value);
    });
    for (const name of /** @type {const} */ (["pointerup", "pointercancel"])) {
      layer.addEventListener(name, (event) => {
        if (event.pointerId === this.stroke?.id) this.finish();
      });
    }
    layer.addEventListener("keydown", (event) => this.key(event));
    layer.addEventListener("focus", () => {
      if (layer.matches(":focus-visible")) this.cursor = [0, 0];
      stage.painter.drawSoon();
    });
    layer.addEventListener("blur", () => {
      this.cursor = null;
      stage.actions.commitNow();
      stage.painter.drawSoon();
    });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const step = stepOf(event);
    /** @type {Pair} */
    const at = this.cursor ?? [0, 0];
    const along = (/** @type {number} */ axis) => clamp(at[axis] + (step?.[axis] ?? 0), 0, BLOCKS - 1);
    if (step) this.cursor = [along(0), along(1)];
    else if (event.key === "Enter" || event.key === " ") {
      this.write(at, !this.has(...at));
      this.finish();
    } else if (event.key === "Escape") {
      event.stopPropagation(); // it would end the presenting mode
      this.turn(false);
      this.toggle.focus();
    } else return;
    event.preventDefault();
    this.stage.painter.drawSoon();
    this.stage.announcer.announceSoon();
  }

  // A stroke is one change, which is committed when it ends.
  finish() {
    this.stroke = null;
    if (!this.blocks.includes(true)) {
      this.blocks = this.before ?? this.blocks; // without a block the heads would have no examples
      this.isRefused = true;
    } else {
      this.isRefused = false;
      this.painted = hexOf(this.blocks);
      this.stage.parts.linkText.replaceChildren();
      this.stage.connection.commit();
    }
    this.before = null;
    this.stage.painter.drawSoon();
  }

  /**
   * Whether a block belongs to the region; none beyond the border does.
   * @param {number} row
   * @param {number} col
   */
  has(row, col) {
    return row >= 0 && col >= 0 && row < BLOCKS && col < BLOCKS && this.blocks[row * BLOCKS + col];
  }

  /**
   * @param {Pair} block
   * @param {boolean} value
   */
  write([row, col], value) {
    this.before ??= [...this.blocks];
    this.blocks[row * BLOCKS + col] = value;
    this.stage.painter.drawSoon();
  }

  /**
   * Where a block begins on the picture. Blocks divide what the pattern's middle can reach evenly, as
   * they do on the server.
   * @param {number} block
   */
  edge(block) {
    const places = this.stage.setting.size - (this.stage.setting.size >> 2) + 1;
    const first = block >= BLOCKS ? places : Math.ceil((block * (places - 1)) / BLOCKS);
    return first + offsetOf(this.stage.setting);
  }

  /**
   * @param {MouseEvent} event
   * @returns {Pair | null}
   */
  blockAt(event) {
    const [row, col] = this.stage.input.mapCanvas.place(event).map((at) => {
      for (let block = 0; block < BLOCKS; block += 1) {
        if (at >= this.edge(block) && at < this.edge(block + 1)) return block;
      }
      return -1;
    });
    return row >= 0 && col >= 0 ? [row, col] : null;
  }

  // The line about what has been painted or chosen; null where there is nothing to say.
  describe() {
    if (this.isRefused) return "One block at least stays: the heads need examples to learn from.";
    if (!this.cursor) return null;
    const [row, col] = this.cursor;
    const state = this.has(row, col) ? "examples may lie here" : "no examples here";
    return `Block in row ${row + 1}, column ${col + 1} of ${BLOCKS}: ${state}. Enter changes it.`;
  }

  /** @param {MapCanvas} mapCanvas */
  draw(mapCanvas) {
    if (!this.stage.setting.heads) return;
    if (!this.isOn) {
      drawRegion(mapCanvas, this.lines);
      return;
    }
    const { context, theme } = mapCanvas;
    context.fillStyle = `${REGION[theme]}55`;
    for (let index = 0; index < BLOCKS * BLOCKS; index += 1) {
      const box = this.boxOf(Math.floor(index / BLOCKS), index % BLOCKS);
      if (this.blocks[index]) context.fillRect(...mapCanvas.rectangle(box));
      mapCanvas.line(box, { color: `${REGION[theme]}99`, width: pixelRatio() });
    }
    drawRegion(mapCanvas, outline((r, c) => this.has(r, c), BLOCKS, (at) => this.edge(at)), { solid: true });
    if (this.cursor) mapCanvas.box(this.boxOf(...this.cursor));
  }

  /**
   * @param {number} row
   * @param {number} col
   * @returns {Box}
   */
  boxOf(row, col) {
    return [this.edge(row), this.edge(row + 1), this.edge(col), this.edge(col + 1)];
  }
}

/**
 * One hexadecimal digit for four blocks, the first of them in its highest bit.
 * @param {string} hex
 */
function blocksFrom(hex) {
  return [...hex].flatMap((digit) => [8, 4, 2, 1].map((bit) => (parseInt(digit, 16) & bit) > 0));
}

/** @param {boolean[]} blocks */
function hexOf(blocks) {
  const digit = (/** @type {unknown} */ _, /** @type {number} */ i) =>
    [0, 1, 2, 3].reduce((sum, bit) => 2 * sum + Number(blocks[4 * i + bit]), 0).toString(16);
  return Array.from({ length: blocks.length / 4 }, digit).join("");
}
