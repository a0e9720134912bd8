// Where the panels of a stage stand, and how large its maps are.

import { fitMaps, spaceFor } from "./presenting.js";

/**
 * @import { LensPanel } from "./lenses/lens.js"
 * @import { Stage } from "./stage.js"
 */

const NARROW = 256; // CSS pixels of a panel below which a readout needs lines of its own
const PHONE = 640; // CSS pixels of stage below which the picture has a row of its own
const PHONE_OF_FEW = 540; // the same where at most two panels stand beside it
const GAP = 16; // CSS pixels between panels
const MIN_LARGEST = 220; // CSS pixels that a map may take however low the window is
const PRESENTING_WEIGHT = 1.6; // how many times as thick lines are on a projector

/**
 * How the picture and the panels beside it stand in a stage.
 * @param {number} width of the stage, in CSS pixels
 * @param {number} answers panels beside the picture
 * @param {{ minPanelWidth: number, phoneColumns: number }} limits see lenses/lens.js
 */
export function arrangement(width, answers, { minPanelWidth, phoneColumns }) {
  const count = answers + 1;
  const phone = width < (count < 4 ? PHONE_OF_FEW : PHONE);
  // On a phone the picture has a row of its own.
  if (phone) return { phone, columns: Math.min(answers, phoneColumns) };
  const fit = Math.max(1, Math.floor((width + GAP) / (minPanelWidth + GAP)));
  // Rows of equal length: seven panels in one row and one below it would waste the screen.
  const rows = Math.ceil(count / Math.min(count, fit));
  return { phone, columns: Math.ceil(count / rows) };
}

/** @param {Stage} stage */
export function layOut(stage) {
  const { input, lens, parts: { root } } = stage;
  const width = root.clientWidth;
  /** @type {LensPanel[]} */
  const answers = [...stage.shownMaps, ...stage.extras, ...lens.panels];
  const { minPanelWidth } = lens;
  const phoneColumns = lens.panels.some((panel) => panel.wide) ? 1 : lens.phoneColumns;
  const { columns, phone } = arrangement(width, answers.length, { minPanelWidth, phoneColumns });
  stage.space = spaceFor(root);
  const { height } = stage.space;
  const isFitted = height !== null && !phone;
  root.classList.toggle("phone", phone);
  root.classList.toggle("presenting", stage.space.isPresenting);
  for (const { mapCanvas } of [input, ...answers]) mapCanvas?.setWeight(isFitted ? PRESENTING_WEIGHT : 1);
  const panels = { answers, phone, width };
  if (isFitted) {
    const count = answers.length + 1;
    fitMaps(root, height, count, (...of) => size(stage, panels, ...of));
  } else {
    // A larger picture would push the maps or the sentence off the first screen.
    const [onDesk, onPhone] = lens.maxMapHeight;
    const largest = Math.max(MIN_LARGEST, window.innerHeight * (phone ? onPhone : onDesk));
    size(stage, panels, columns, largest);
  }
}

/**
 * Put the panels into so many columns, with no map larger than so many CSS pixels. Returns the size
 * of the largest map.
 * @param {Stage} stage
 * @param {{ answers: LensPanel[], phone: boolean, width: number }} panels
 * @param {number} columns
 * @param {number} largest
 */
function size({ input, margin, parts, setting, space }, { answers, phone, width }, columns, largest) {
  const { classList, style } = parts.panels;
  const rows = Math.ceil((answers.length + 1) / columns);
  const cell = (width - (columns - 1) * GAP) / columns;
  // In one row the style sheet puts captions, maps and readouts on lines of their own, so that the
  // sentence can stand right under the maps.
  classList.toggle("one-row", phone ? answers.length <= columns : rows === 1);
  classList.toggle("narrow", cell < NARROW * space.typeScale);
  style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
  /**
   * @param {LensPanel} panel
   * @param {number} most
   */
  const fit = ({ panel, mapCanvas }, most) => {
    const side = mapCanvas?.resize(most, setting.size, margin) ?? 0;
    // Texts begin where the picture begins, not at the margin round it.
    panel.style.setProperty("--inset", `${mapCanvas ? margin * mapCanvas.zoom : 0}px`);
    return side;
  };
  for (const answer of answers) fit(answer, Math.min(cell, largest));
  return fit(input, Math.min(phone ? width : cell, largest));
}
