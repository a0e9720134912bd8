// Where the panels of a stage stand, and how large its maps are.

import { fitMaps, roomFor } from "./presenting.js";

const NARROWEST = 168; // CSS pixels of a panel before the row wraps
const NARROW = 256; // CSS pixels of a panel below which a readout needs lines of its own
const PHONE = 640; // CSS pixels of stage below which the picture has a row of its own
const PHONE_OF_FEW = 540; // the same where at most two panels stand beside it
const GAP = 16;

/**
 * How panels stand in a stage of so many CSS pixels: the picture, and so many answers to it.
 * @param {number} width
 * @param {number} answers
 * @param {{ narrowest?: number, phoneColumns?: number }} limits CSS pixels of a panel before the row
 *   wraps; panels side by side on a phone
 */
export function arrangement(width, answers, { narrowest = NARROWEST, phoneColumns = 3 }) {
  const count = answers + 1;
  const phone = width < (count < 4 ? PHONE_OF_FEW : PHONE);
  // There the picture has a row of its own.
  if (phone) return { phone, columns: Math.min(answers, phoneColumns) };
  const fit = Math.max(1, Math.floor((width + GAP) / (narrowest + GAP)));
  // Rows of equal length: seven panels and one below would waste the screen.
  const rows = Math.ceil(count / Math.min(count, fit));
  return { phone, columns: Math.ceil(count / rows) };
}

export function layOut(stage) {
  const { input, lens, lensPanels, parts: { root } } = stage;
  const width = root.clientWidth;
  const answers = [...stage.shownMaps, ...stage.extras, ...lensPanels];
  const { narrowest } = lens;
  const phoneColumns = lensPanels.some((panel) => panel.wide) ? 1 : lens.phoneColumns;
  const { columns, phone } = arrangement(width, answers.length, { narrowest, phoneColumns });
  stage.room = roomFor(root);
  const isFitted = stage.room.isPresenting && !phone;
  root.classList.toggle("phone", phone);
  root.classList.toggle("presenting", stage.room.isPresenting);
  for (const { mapCanvas } of [input, ...answers]) mapCanvas?.setWeight(isFitted ? 1.6 : 1);
  const panels = { answers, phone, width };
  if (isFitted) {
    const count = answers.length + 1;
    fitMaps(root, stage.room.height, count, (...of) => size(stage, panels, ...of));
  } else {
    // A picture larger than this would push the maps or the sentence off the first screen.
    const [onDesk, onPhone] = lens.tallest ?? [0.5, 0.36];
    const largest = Math.max(220, window.innerHeight * (phone ? onPhone : onDesk));
    size(stage, panels, columns, largest);
  }
}

// Put the panels into so many columns, no map larger than so many CSS pixels; return the size of
// the largest one.
function size({ input, margin, parts, room, setting }, { answers, phone, width }, columns, largest) {
  const { classList, style } = parts.panels;
  const rows = Math.ceil((answers.length + 1) / columns);
  const cell = (width - (columns - 1) * GAP) / columns;
  // In one row the panels fall apart into captions, maps and readouts, so that the sentence can
  // stand right under the maps.
  classList.toggle("one-row", phone ? answers.length <= columns : rows === 1);
  classList.toggle("narrow", cell < NARROW * room.type);
  style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
  const fit = ({ panel, mapCanvas }, most) => {
    const side = mapCanvas?.resize(most, setting.size, margin);
    // Words stand where the picture begins, not where what lies beyond its border may be drawn.
    panel.style.setProperty("--inset", `${mapCanvas ? margin * mapCanvas.zoom : 0}px`);
    return side;
  };
  for (const answer of answers) fit(answer, Math.min(cell, largest));
  return fit(input, Math.min(phone ? width : cell, largest));
}
