// Where training examples may lie: outlined on picture and maps, and painted block by block.

import { clamp } from "../geometry.js";
import { stepOf } from "../input.js";
import { element } from "../panels.js";
import { PRESS } from "../touch.js";

const BLOCKS = 8;
const REGION = { light: "#007a4d", dark: "#3fdc9b" };
const CASING = { light: "rgb(255 255 255 / 85%)", dark: "rgb(0 0 0 / 75%)" };

const ratio = () => window.devicePixelRatio || 1;

// The place [row, col] of the pattern as its middle, in pixels of the picture: its cell's upper left.
export const offsetOf = (stage) => (stage.setting.size >> 2) / 2 - 0.5;

// Draw the outline of a mask over a mapCanvas; `lines` are those that `outline` found.
export function drawRegion(mapCanvas, lines, fill = false) {
  const { context, theme } = mapCanvas;
  const path = new Path2D();
  for (const [row0, col0, row1, col1] of lines) {
    path.moveTo(mapCanvas.toDevice(col0), mapCanvas.toDevice(row0));
    path.lineTo(mapCanvas.toDevice(col1), mapCanvas.toDevice(row1));
  }
  for (const [color, width, dash] of [[CASING[theme], 4.5, []], [REGION[theme], 2.5, fill ? [] : [7, 3]]]) {
    context.strokeStyle = color;
    context.lineWidth = width * ratio();
    context.setLineDash(dash.map((length) => length * ratio()));
    context.stroke(path);
  }
  context.setLineDash([]);
}

// The edges [row0, col0, row1, col1] of a mask's cells, joined along rows and columns.
export function outline(has, count, at) {
  const lines = [];
  for (let edge = 0; edge <= count; edge += 1) {
    for (const down of [true, false]) {
      const differs = (along) =>
        down ? has(edge - 1, along) !== has(edge, along) : has(along, edge - 1) !== has(along, edge);
      for (let from = 0; from < count; from += 1) {
        if (!differs(from)) continue;
        let to = from;
        while (to < count && differs(to)) to += 1;
        const [side, a, b] = [at(edge), at(from), at(to)];
        lines.push(down ? [side, a, side, b] : [a, side, b, side]);
        from = to;
      }
    }
  }
  return lines;
}

export class Paint {
  constructor(stage) {
    this.stage = stage;
    this.painted = null; // what the server has to hear of, as it writes it
    this.cursor = null;
    this.lines = [];
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

  // The mask of places that the server has; blocks are told in the setting.
  take(allowed) {
    const start = offsetOf(this.stage);
    const has = (row, col) =>
      row >= 0 && col >= 0 && row < allowed.rows && col < allowed.cols &&
      allowed.values[row * allowed.cols + col] === 1;
    this.lines = outline(has, allowed.rows, (at) => at + start);
    if (!this.stroke) this.blocks = blocksFrom(this.stage.setting.heads.blocks);
  }

  forget() {
    this.painted = null;
    if (this.stage.setting.heads) this.blocks = blocksFrom(this.stage.setting.heads.blocks);
  }

  turn(on) {
    this.layer.hidden = !on;
    this.toggle.setAttribute("aria-pressed", on);
    this.toggle.textContent = on ? "Stop painting" : "Paint where examples lie";
    this.cursor = null;
    this.stage.drawSoon();
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
      if (event.pointerId !== this.stroke?.id) return;
      const block = this.blockAt(event);
      if (block) this.write(block, this.stroke.value);
    });
    for (const name of ["pointerup", "pointercancel"]) {
      layer.addEventListener(name, (event) => {
        if (event.pointerId === this.stroke?.id) this.finish();
      });
    }
    layer.addEventListener("keydown", (event) => this.key(event));
    layer.addEventListener("focus", () => {
      if (layer.matches(":focus-visible")) this.cursor = [0, 0];
      stage.drawSoon();
    });
    layer.addEventListener("blur", () => {
      this.cursor = null;
      stage.settleNow();
      stage.drawSoon();
    });
  }

  key(event) {
    const step = stepOf(event);
    const at = this.cursor ?? [0, 0];
    if (step) this.cursor = at.map((number, axis) => clamp(number + step[axis], 0, BLOCKS - 1));
    else if (event.key === "Enter" || event.key === " ") {
      this.write(at, !this.has(...at));
      this.finish();
    } else if (event.key === "Escape") {
      event.stopPropagation(); // on a projector it would leave
      this.turn(false);
      this.toggle.focus();
    } else return;
    event.preventDefault();
    this.stage.drawSoon();
    this.stage.speakSoon();
  }

  // A stroke is one change: the server hears of it when it ends.
  finish() {
    this.stroke = null;
    if (!this.blocks.includes(true)) {
      this.blocks = this.before; // the heads would have nothing to learn from
      this.refused = true;
    } else {
      this.refused = false;
      this.painted = hexOf(this.blocks);
      this.stage.parts.linkText.replaceChildren();
      this.stage.connection.commit();
    }
    this.before = null;
    this.stage.drawSoon();
  }

  has(row, col) {
    return row >= 0 && col >= 0 && row < BLOCKS && col < BLOCKS && this.blocks[row * BLOCKS + col];
  }

  write([row, col], value) {
    this.before ??= [...this.blocks];
    this.blocks[row * BLOCKS + col] = value;
    this.stage.drawSoon();
  }

  // Blocks divide evenly what the pattern's middle can reach, as the server does.
  edge(block) {
    const places = this.stage.setting.size - (this.stage.setting.size >> 2) + 1;
    const first = block >= BLOCKS ? places : Math.ceil((block * (places - 1)) / BLOCKS);
    return first + offsetOf(this.stage);
  }

  blockAt(event) {
    const [row, col] = this.stage.input.mapCanvas.place(event).map((at) => {
      for (let block = 0; block < BLOCKS; block += 1) {
        if (at >= this.edge(block) && at < this.edge(block + 1)) return block;
      }
      return -1;
    });
    return row >= 0 && col >= 0 ? [row, col] : null;
  }

  words() {
    if (this.refused) return "One block at least stays: the heads need examples to learn from.";
    if (!this.cursor) return null;
    const [row, col] = this.cursor;
    const state = this.has(row, col) ? "examples may lie here" : "no examples here";
    return `Block in row ${row + 1}, column ${col + 1} of ${BLOCKS}: ${state}. Enter changes it.`;
  }

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
      mapCanvas.line(box, { color: `${REGION[theme]}99`, width: ratio() });
    }
    drawRegion(mapCanvas, outline((r, c) => this.has(r, c), BLOCKS, (at) => this.edge(at)), true);
    if (this.cursor) mapCanvas.box(this.boxOf(...this.cursor));
  }

  boxOf(row, col) {
    return [this.edge(row), this.edge(row + 1), this.edge(col), this.edge(col + 1)];
  }
}

function blocksFrom(hex) {
  return [...hex].flatMap((digit) => [8, 4, 2, 1].map((bit) => (parseInt(digit, 16) & bit) > 0));
}

function hexOf(blocks) {
  const digit = (_, i) => [0, 1, 2, 3].reduce((sum, bit) => 2 * sum + blocks[4 * i + bit], 0).toString(16);
  return Array.from({ length: blocks.length / 4 }, digit).join("");
}
