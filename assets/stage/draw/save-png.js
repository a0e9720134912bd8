// The stage as a PNG for slides, at twice its size on the screen.
//
// Canvases are copied pixel by pixel. Backgrounds, borders and texts are drawn where the browser has
// laid them out on the page. The bar is left out, since nobody can press it in a picture; a line of
// text tells what it has chosen.

/** @import { Stage } from "../stage.js" */

/**
 * left, top: of what is drawn, in CSS pixels of the window.
 * @typedef {{ context: CanvasRenderingContext2D, left: number, top: number }} Pen
 */

const SCALE = 2; // pixels of the PNG per CSS pixel
const MARGIN = 16; // CSS pixels round the panels
const LINE = 24; // CSS pixels of the line that stands for the bar
const LEFT_OUT = ".steps, .handle, .paint-layer, .spoken, script, style, link";

/** @param {Stage} stage */
export async function savePng(stage) {
  await document.fonts.ready;
  const canvas = drawStage(stage);
  /** @type {Blob | null} */
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) return; // larger than this browser can make a picture
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `shift-lab-${stage.setting.lens}.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000); // until then a slow disk may still read it
}

/** @param {Stage} stage */
export function drawStage(stage) {
  const { root, panels } = stage.parts;
  const box = panels.getBoundingClientRect();
  const text = chosenText(stage);
  const below = text ? LINE : 0;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(SCALE * (box.width + 2 * MARGIN));
  canvas.height = Math.round(SCALE * (box.height + 2 * MARGIN + below));
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const style = getComputedStyle(root);
  context.fillStyle = style.getPropertyValue("--st-background-color");
  context.fillRect(0, 0, canvas.width, canvas.height);
  const pen = { context, left: box.left - MARGIN, top: box.top - MARGIN };
  context.scale(SCALE, SCALE);
  context.translate(-pen.left, -pen.top);
  paint(pen, panels);
  setType(context, style);
  context.fillText(text, box.left, box.bottom + LINE);
  return canvas;
}

/**
 * What the bar has chosen, where it differs from the defaults.
 * @param {Stage} stage
 */
function chosenText({ parts: { views, lensBar, ownCells }, view }) {
  const button = view === "now" ? null : views.querySelector('[aria-checked="true"]');
  const checked = [...lensBar.querySelectorAll("label")].filter((label) => label.querySelector(":checked"));
  const shown = checked.map((label) => label.textContent.trim());
  return [
    button && `Maps show: ${button.textContent}.`,
    shown.length && `Shown: ${shown.join(", ")}.`,
    ownCells.checked && "Maps by their own cells.",
  ].filter(Boolean).join(" ");
}

/**
 * @param {Pen} pen
 * @param {Node} node
 */
function paint(pen, node) {
  if (node instanceof Text) {
    writeText(pen, node);
    return;
  }
  if (!(node instanceof Element) || node.matches(LEFT_OUT)) return;
  const style = getComputedStyle(node);
  if (style.display === "none" || style.visibility === "hidden") return;
  const { context } = pen;
  context.save();
  context.globalAlpha *= Number(style.opacity);
  if (style.display !== "contents") paintBox(pen, node, style);
  if (node instanceof HTMLCanvasElement) copyCanvas(pen, node);
  else if (isControl(node)) writeValue(pen, node, style);
  else node.childNodes.forEach((child) => paint(pen, child));
  if (node.matches(".logit, .track")) paintMiddle(pen, node);
  context.restore();
}

/**
 * Background and border of an element. Its content is clipped to it where its style says so.
 * @param {Pen} pen
 * @param {Element} node
 * @param {CSSStyleDeclaration} style
 */
function paintBox(pen, node, style) {
  const { context } = pen;
  const box = node.getBoundingClientRect();
  const radius = Math.min(parseFloat(style.borderTopLeftRadius) || 0, box.height / 2, box.width / 2);
  context.beginPath();
  context.roundRect(box.left, box.top, box.width, box.height, radius);
  context.fillStyle = fillOf(context, style, box);
  context.fill();
  paintBorders(context, box, style, radius);
  if (style.overflowX !== "visible" && node.tagName !== "CANVAS") context.clip();
}

/**
 * The vertical line in the middle of a bar: a pseudo-element, whose box scripts cannot measure.
 * @param {Pen} pen
 * @param {Element} node
 */
function paintMiddle({ context }, node) {
  const { borderLeftColor, borderLeftWidth, top, bottom } = getComputedStyle(node, "::after");
  const box = node.getBoundingClientRect();
  const [above, below] = [parseFloat(top) || 0, parseFloat(bottom) || 0];
  context.fillStyle = borderLeftColor;
  context.fillRect(
    box.left + box.width / 2, box.top + above, parseFloat(borderLeftWidth), box.height - above - below,
  );
}

/**
 * The only gradient is a legend's ramp, from left to right with evenly spaced stops.
 * @param {CanvasRenderingContext2D} context
 * @param {CSSStyleDeclaration} style
 * @param {DOMRect} box
 */
function fillOf(context, style, box) {
  if (!style.backgroundImage.startsWith("linear-gradient(to right")) return style.backgroundColor;
  const colors = style.backgroundImage.match(/rgba?\([^)]*\)/g) ?? [];
  const gradient = context.createLinearGradient(box.left, 0, box.right, 0);
  colors.forEach((color, i) => gradient.addColorStop(i / (colors.length - 1), color));
  return gradient;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {DOMRect} box
 * @param {CSSStyleDeclaration} style
 * @param {number} radius
 */
function paintBorders(context, box, style, radius) {
  const width = (/** @type {string} */ side) =>
    valueOf(style, `border-${side}-style`) === "none" ? 0 : parseFloat(valueOf(style, `border-${side}-width`));
  const [top, right, bottom, left] = ["top", "right", "bottom", "left"].map(width);
  if (top && top === right && top === bottom && top === left) {
    context.save();
    context.strokeStyle = style.borderTopColor;
    context.lineWidth = top;
    if (style.borderTopStyle === "dashed") context.setLineDash([3 * top, 2 * top]);
    context.beginPath();
    const inset = style.borderCollapse === "collapse" ? 0 : top / 2; // neighbouring cells share a line then
    context.roundRect(
      box.left + inset, box.top + inset, box.width - 2 * inset, box.height - 2 * inset, radius,
    );
    context.stroke();
    context.restore();
    return;
  }
  /** @type {[string, number, number, number, number, number][]} */
  const sides = [
    ["top", top, box.left, box.top, box.width, top],
    ["right", right, box.right - right, box.top, right, box.height],
    ["bottom", bottom, box.left, box.bottom - bottom, box.width, bottom],
    ["left", left, box.left, box.top, left, box.height],
  ];
  for (const [side, size, x, y, across, down] of sides) {
    if (!size) continue;
    context.fillStyle = valueOf(style, `border-${side}-color`);
    context.fillRect(x, y, across, down);
  }
}

/**
 * Copied in whole pixels, so that the edges of cells stay sharp.
 * @param {Pen} pen
 * @param {HTMLCanvasElement} canvas
 */
function copyCanvas({ context, left, top }, canvas) {
  if (!canvas.width || !canvas.height) return;
  const box = canvas.getBoundingClientRect();
  const per = SCALE / (window.devicePixelRatio || 1);
  const same = Math.abs(canvas.width * per - box.width * SCALE) < SCALE;
  const [width, height] = same
    ? [canvas.width * per, canvas.height * per]
    : [box.width * SCALE, box.height * SCALE];
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.imageSmoothingEnabled = !Number.isInteger(per);
  const [x, y] = [Math.round((box.left - left) * SCALE), Math.round((box.top - top) * SCALE)];
  context.drawImage(canvas, x, y, width, height);
  context.restore();
}

/**
 * @param {Pen} pen
 * @param {Text} node
 */
function writeText(pen, node) {
  if (!node.data.trim() || !node.parentElement) return;
  const style = getComputedStyle(node.parentElement);
  const range = document.createRange();
  for (const { index, 0: word } of node.data.matchAll(/\S+/g)) {
    range.setStart(node, index);
    range.setEnd(node, index + word.length);
    const boxes = range.getClientRects();
    if (boxes.length === 1) writeWord(pen, word, boxes[0], style);
    else {
      // A word that is broken over lines is drawn letter by letter.
      for (let i = 0; i < word.length; i += 1) {
        range.setStart(node, index + i);
        range.setEnd(node, index + i + 1);
        const [box] = range.getClientRects();
        if (box) writeWord(pen, word[i], box, style);
      }
    }
  }
  if (!style.textDecorationLine.includes("underline")) return;
  range.selectNodeContents(node);
  pen.context.fillStyle = style.textDecorationColor;
  for (const { left, bottom, width } of range.getClientRects()) {
    pen.context.fillRect(left, bottom - 2, width, 2);
  }
}

/**
 * @param {Pen} pen
 * @param {string} word
 * @param {DOMRect} box
 * @param {CSSStyleDeclaration} style
 */
function writeWord({ context }, word, box, style) {
  setType(context, style);
  const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = context.measureText(word);
  const baseline = box.top + (box.height - up - down) / 2 + up;
  context.fillText(word, box.left, baseline);
}

/**
 * The value of a list or a text field.
 * @param {Pen} pen
 * @param {HTMLSelectElement | HTMLInputElement} node
 * @param {CSSStyleDeclaration} style
 */
function writeValue({ context }, node, style) {
  const text = node instanceof HTMLSelectElement ? node.selectedOptions[0]?.label : node.value;
  if (!text || node.type === "checkbox" || node.type === "radio") return;
  const box = node.getBoundingClientRect();
  setType(context, style);
  context.textBaseline = "middle";
  const inset = (/** @type {string} */ side) =>
    parseFloat(valueOf(style, `padding-${side}`)) + parseFloat(valueOf(style, `border-${side}-width`));
  const centered = style.textAlign === "center";
  context.textAlign = centered ? "center" : "left";
  const x = centered ? box.left + box.width / 2 : box.left + inset("left");
  context.beginPath();
  context.rect(box.left, box.top, box.width, box.height);
  context.clip();
  context.fillText(text, x, box.top + box.height / 2);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {CSSStyleDeclaration} style
 */
function setType(context, style) {
  context.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  context.fillStyle = style.color;
  context.textBaseline = "alphabetic";
  context.textAlign = "left";
}

/**
 * @param {CSSStyleDeclaration} style
 * @param {string} name
 */
const valueOf = (style, name) => style.getPropertyValue(name);

/**
 * @param {Element} node
 * @returns {node is HTMLSelectElement | HTMLInputElement}
 */
const isControl = (node) => node instanceof HTMLSelectElement || node instanceof HTMLInputElement;
