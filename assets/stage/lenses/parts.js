// The parts lens: a face whose parts can be dragged away, one grid's cells over it, and what every
// grid answers. The picture comes from the server with each frame, noise and all, so that the grids
// are asked about exactly what is shown.

import { Bitmap } from "../draw/bitmap.js";
import { FULL_SCALE } from "../frame.js";
import { clamp, samePlace } from "../geometry.js";
import { element, rename } from "../panels.js";
import { BY_TOUCH } from "../touch.js";
import { Lens } from "./lens.js";
import { AnswersPanel } from "./parts/answers.js";
import { PartHandle } from "./parts/handles.js";

/**
 * @import { MapCanvas } from "../draw/map-canvas.js"
 * @import { Box, Face, Header, Pair, Plane, Planes } from "../protocol.d.ts"
 * @import { Stage } from "../stage.js"
 */

// Orange speaks for a face and blue against it, as in the maps. Packed as blue, green, red.
const FOR_FACE = (30 << 16) | (120 << 8) | 245;
const AGAINST = (235 << 16) | (100 << 8) | 20;
const MAX_ALPHA = 215; // of 255, so that the face shows through the strongest cell
const HINT =
  "Drag an eye, the nose or the mouth. Drag the head between them, and the whole face moves." +
  (BY_TOUCH ? "" : " Tab goes from part to part, arrow keys move it, Home puts it back.");

export class PartsLens extends Lens {
  onlyNow = true;
  /** @type {[number, number]} */
  maxMapHeight = [0.46, 0.36];
  /** @type {number | null} the grid that the learner has chosen */
  chosen = null;
  /** @type {Plane["values"] | null} of the picture */
  pixels = null;
  /** @type {Plane | null} with a cell for each cell of the shown grid */
  evidence = null;
  /** @type {Pair[]} of the parts' middles, within the face */
  places;
  held = -1; // index of the part that is held, pointed at or focused

  /**
   * @param {Stage} stage
   * @param {PartsLens | null} before
   */
  constructor(stage, before) {
    super(stage);
    const { face } = this;
    const { size } = stage.setting;
    const { panel, plot } = stage.input;
    rename(panel, ".name", "face");
    rename(panel, "dt", "face at");
    this.places = face.home;
    this.showsCells = before?.showsCells ?? true;
    this.cells = new Bitmap(size, size);
    this.answers = new AnswersPanel(face.grids, (grid) => this.choose(grid));
    this.panels = [this.answers];
    this.bar = [this.buildSwitch()];
    this.handles = face.names.map((_, index) => new PartHandle(stage, this, index));
    plot.append(...this.handles.map(({ handle }) => handle));
  }

  get face() {
    return /** @type {Face} */ (this.stage.setting.face);
  }

  buildSwitch() {
    const box = element("input", { type: "checkbox" });
    box.checked = this.showsCells;
    box.addEventListener("change", () => {
      this.showsCells = box.checked;
      this.stage.painter.drawSoon();
    });
    return element("label", { class: "own-heat" }, box, " cells over the face");
  }

  message() {
    return { parts: this.places, ...(this.chosen === null ? {} : { grid: this.chosen }) };
  }

  /** @param {Header} header */
  adopt({ parts, chosen }) {
    this.places = parts ?? this.face.home;
    this.chosen = chosen ?? null;
  }

  /**
   * @param {Header} header
   * @param {Planes} planes
   */
  received(header, planes) {
    this.pixels = planes.face.values;
    this.evidence = planes.evidence ?? null;
  }

  picture() {
    return this.pixels;
  }

  /** @param {MapCanvas} mapCanvas */
  drawOverInput(mapCanvas) {
    this.drawCells(mapCanvas);
    const { home, sides } = this.face;
    this.handles.forEach((handle, index) => {
      const isAway = !samePlace(this.places[index], home[index]);
      if (isAway) mapCanvas.box(this.boxOf(home[index], sides[index]), { dashed: true, width: 1 });
      const box = this.boxOf(this.places[index], sides[index]);
      const isHeld = this.held === index;
      if (isAway || isHeld) mapCanvas.box(box, { width: isHeld ? 2 : 1.5 });
      handle.place(mapCanvas, box);
    });
  }

  drawPanels() {
    const { header } = this.stage;
    this.answers.fill(header, this.chosen ?? header.grid);
  }

  unitText() {
    if (this.held < 0) return HINT;
    const [row, col] = this.places[this.held];
    const name = this.face.names[this.held];
    return `The ${name}, its middle at row ${row}, column ${col} of the face.`;
  }

  /**
   * The square of a part on the picture. place: of its middle, within the face.
   * @param {Pair} place
   * @param {number} side
   * @returns {Box}
   */
  boxOf([row, col], side) {
    const [top, left] = this.stage.scene.position;
    const [row0, col0] = [top + row - (side >> 1), left + col - (side >> 1)];
    return [row0, row0 + side, col0, col0 + side];
  }

  /**
   * Move the middle of a part, as far as the face allows.
   * @param {number} index
   * @param {Pair} wanted
   */
  movePart(index, wanted) {
    const { connection, painter, parts } = this.stage;
    const [min, max] = this.face.limits[index];
    /** @type {Pair} */
    const place = [clamp(wanted[0], min, max), clamp(wanted[1], min, max)];
    if (samePlace(place, this.places[index])) return;
    this.places = this.places.with(index, place);
    parts.linkText.replaceChildren(); // a link that was copied shows another face now
    connection.ask();
    painter.drawPictureSoon();
  }

  /** @param {number} grid */
  choose(grid) {
    this.chosen = grid;
    this.stage.connection.commit();
    this.drawPanels();
  }

  /**
   * What each cell of the shown grid says, over the face.
   * @param {MapCanvas} mapCanvas
   */
  drawCells(mapCanvas) {
    const { evidence, face: { boxes, grids }, stage: { setting: { size } } } = this;
    if (!this.showsCells || !evidence || !boxes) return;
    const count = evidence.rows;
    const edges = boxes[grids.findIndex(({ grid }) => grid === count)];
    const { pixels, image, context } = this.cells;
    edges.forEach(([row0, row1], row) => {
      edges.forEach(([col0, col1], col) => {
        const share = evidence.values[row * count + col] / FULL_SCALE;
        const alpha = Math.round(MAX_ALPHA * Math.sqrt(Math.abs(share)));
        const color = ((alpha << 24) | (share > 0 ? FOR_FACE : AGAINST)) >>> 0;
        for (let r = row0; r < row1; r += 1) pixels.fill(color, r * size + col0, r * size + col1);
      });
    });
    context.putImageData(image, 0, 0);
    /** @type {Box} */
    const whole = [0, size, 0, size];
    mapCanvas.bitmap(this.cells, whole);
    mapCanvas.grid(whole, count, count);
  }
}
