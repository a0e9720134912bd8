// The stage as a PNG for slides, at twice its size on the screen.
//
// Canvases are copied pixel by pixel. Backgrounds, borders and texts are drawn where the browser has
// laid them out on the page. The bar is left out, since nobody can press it in a picture; a line of
// text tells what it has chosen.

const SCALE = 2; // pixels of the PNG per CSS pixel
const MARGIN = 16; // CSS pixels round the panels
const LINE = 24; // CSS pixels of the line that stands for the bar
const LEFT_OUT = ".steps, .handle, .paint-layer, .spoken, script, style, link";

export async function savePng(stage) {
  await document.fonts.ready;
  const canvas = drawStage(stage);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `shift-lab-${stage.setting.lens}.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000); // until then a slow disk may still read it
}

export function drawStage(stage) {
  const { root, panels } = stage.parts;
  const box = panels.getBoundingClientRect();
  const text = chosenText(stage);
  const below = text ? LINE : 0;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(SCALE * (box.width + 2 * MARGIN));
  canvas.height = Math.round(SCALE * (box.height + 2 * MARGIN + below));
  const context = canvas.getContext("2d");
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

// What the bar has chosen, where it differs from the defaults.
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

function paint(pen, node) {
  if (node.nodeType === Node.TEXT_NODE) {
    writeText(pen, node);
    return;
  }
  if (node.nodeType !== Node.ELEMENT_NODE || node.matches(LEFT_OUT)) return;
  const style = getComputedStyle(node);
  if (style.display === "none" || style.visibility === "hidden") return;
  const { context } = pen;
  context.save();
  context.globalAlpha *= Number(style.opacity);
  if (style.display !== "contents") paintBox(pen, node, style);
  if (node.tagName === "CANVAS") copyCanvas(pen, node);
  else if (node.tagName === "SELECT" || node.tagName === "INPUT") writeValue(pen, node, style);
  else node.childNodes.forEach((child) => paint(pen, child));
  if (node.matches(".logit, .track")) paintMiddle(pen, node);
  context.restore();
}

// Background and border of an element. Its content is clipped to it where its style says so.
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

// The vertical line in the middle of a bar: a pseudo-element, whose box scripts cannot measure.
function paintMiddle({ context }, node) {
  const { borderLeftColor, borderLeftWidth, top, bottom } = getComputedStyle(node, "::after");
  const box = node.getBoundingClientRect();
  const [above, below] = [parseFloat(top) || 0, parseFloat(bottom) || 0];
  context.fillStyle = borderLeftColor;
  context.fillRect(
    box.left + box.width / 2, box.top + above, parseFloat(borderLeftWidth), box.height - above - below,
  );
}

// The only gradient is a legend's ramp, from left to right with evenly spaced stops.
function fillOf(context, style, box) {
  if (!style.backgroundImage.startsWith("linear-gradient(to right")) return style.backgroundColor;
  const colors = style.backgroundImage.match(/rgba?\([^)]*\)/g);
  const gradient = context.createLinearGradient(box.left, 0, box.right, 0);
  colors.forEach((color, i) => gradient.addColorStop(i / (colors.length - 1), color));
  return gradient;
}

function paintBorders(context, box, style, radius) {
  const width = (side) => (style[`border${side}Style`] === "none" ? 0 : parseFloat(style[`border${side}Width`]));
  const [top, right, bottom, left] = ["Top", "Right", "Bottom", "Left"].map(width);
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
  for (const [side, size, x, y, across, down] of [
    ["Top", top, box.left, box.top, box.width, top],
    ["Right", right, box.right - right, box.top, right, box.height],
    ["Bottom", bottom, box.left, box.bottom - bottom, box.width, bottom],
    ["Left", left, box.left, box.top, left, box.height],
  ]) {
    if (!size) continue;
    context.fillStyle = style[`border${side}Color`];
    context.fillRect(x, y, across, down);
  }
}

// Copied in whole pixels, so that the edges of cells stay sharp.
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

function writeText(pen, node) {
  if (!node.data.trim()) return;
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

function writeWord({ context }, word, box, style) {
  setType(context, style);
  const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = context.measureText(word);
  const baseline = box.top + (box.height - up - down) / 2 + up;
  context.fillText(word, box.left, baseline);
}

// The value of a list or a text field.
function writeValue({ context }, node, style) {
  const text = node.tagName === "SELECT" ? node.selectedOptions[0]?.label : node.value;
  if (!text || node.type === "checkbox" || node.type === "radio") return;
  const box = node.getBoundingClientRect();
  setType(context, style);
  context.textBaseline = "middle";
  const inset = (side) => parseFloat(style[`padding${side}`]) + parseFloat(style[`border${side}Width`]);
  const centered = style.textAlign === "center";
  context.textAlign = centered ? "center" : "left";
  const x = centered ? box.left + box.width / 2 : box.left + inset("Left");
  context.beginPath();
  context.rect(box.left, box.top, box.width, box.height);
  context.clip();
  context.fillText(text, x, box.top + box.height / 2);
}

function setType(context, style) {
  context.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  context.fillStyle = style.color;
  context.textBaseline = "alphabetic";
  context.textAlign = "left";
}
