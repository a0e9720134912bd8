// What a lens is: all that a page's stage does beyond its picture and its maps.

import { grow } from "../draw/field-growth.js";

/**
 * @import { ExtraPanel, MapPanel } from "../assembly.js"
 * @import { Theme } from "../draw/colors.js"
 * @import { MapCanvas } from "../draw/map-canvas.js"
 * @import { Header, Plane, Planes, Request, Unit } from "../protocol.d.ts"
 * @import { Stage } from "../stage.js"
 */

/**
 * A panel that a lens puts beside the maps.
 * @typedef {object} LensPanel
 * @property {HTMLElement} panel
 * @property {import("../draw/map-canvas.js").MapCanvas} [mapCanvas] sized with the maps, if it has one
 * @property {boolean} [beforeMaps] whether it stands between the picture and the maps
 * @property {boolean} [wide] whether a phone shows the panels and the maps one below the other
 */

/**
 * The hooks of all lenses. This class does nothing in them, which is the lens "maps".
 *
 * A stage makes a new lens each time it builds its panels, when picture and maps are there and no
 * scene is known yet. So a lens keeps its state in fields of its own, and draws only what it has.
 */
export class Lens {
  /**
   * stage: see stage.js. before: the lens that this one replaces, if it is of the same kind; or null.
   * @param {Stage} stage
   * @param {Lens | null} [before]
   */
  constructor(stage, before) {
    this.stage = stage;

    /** @type {LensPanel[]} */
    this.panels = [];
    /** @type {HTMLElement[]} controls in the bar below the maps */
    this.bar = [];

    // ---- layout
    this.flush = false; // whether the picture has no margin for fields beyond its border
    this.onlyNow = false; // whether its maps have no start and no difference to show
    this.minPanelWidth = 168; // CSS pixels of a panel before the row wraps
    this.phoneColumns = 3; // panels side by side on a phone
    /** @type {[number, number]} */
    this.maxMapHeight = [0.5, 0.36]; // of the window, on a desk and on a phone
  }

  // The stage has other panels now: stop the playback.
  removed() {}

  // ---- messages and frames

  /**
   * Returns what the lens adds to each message to the server.
   * @returns {Partial<Request>}
   */
  message() {
    return {};
  }

  /**
   * Take over what another control, or a link, has changed.
   * @param {Header} header
   */
  adopt(header) {}

  /**
   * A frame has come, and is not drawn yet. planes: by name, see frame.js.
   * @param {Header} header
   * @param {Planes} planes
   */
  received(header, planes) {}

  // ---- units, as [layer, row, col]

  /**
   * The unit to show when none is pointed at or pinned, or null.
   * @returns {Unit | null}
   */
  defaultUnit() {
    return null;
  }

  /**
   * A unit is pointed at.
   * @param {Unit} unit
   */
  pointed(unit) {}

  /**
   * A unit is pinned. before: the unit that was shown, or null.
   * @param {Unit} unit
   * @param {Unit | null} before
   */
  pinned(unit, before) {
    grow(this.stage, unit);
  }

  // The learner drags, points or pins: stop the playback.
  interrupted() {}

  /**
   * How the field of a unit is marked on a map (-1: on the picture): { fill }, or null for not at all.
   * @param {number} index
   * @param {Unit} unit
   * @returns {{ fill?: boolean } | null}
   */
  unitMark(index, unit) {
    return {};
  }

  /**
   * Where the mark of a unit is while it moves: [layer, row, col] with fractions; null when at rest.
   * @param {Unit} unit
   * @returns {Unit | null}
   */
  movingUnit(unit) {
    return null;
  }

  /**
   * The line about a unit, or about none; null for the usual text.
   * @param {Unit | null} unit
   * @returns {string | null}
   */
  unitText(unit) {
    return null;
  }

  // ---- drawing; theme: "light" or "dark"

  /**
   * The pixels of the picture where the server sends them with each frame; null where it does not.
   * @returns {Plane["values"] | null}
   */
  picture() {
    return null;
  }

  /**
   * @param {MapCanvas} mapCanvas
   * @param {Theme} theme
   * @param {Unit | null} unit
   */
  drawOverInput(mapCanvas, theme, unit) {}

  /**
   * @param {MapPanel} map
   * @param {number} index
   * @param {Theme} theme
   * @param {Unit | null} unit
   */
  drawOverMap(map, index, theme, unit) {}

  /**
   * @param {ExtraPanel} map
   * @param {number} index
   * @param {Theme} theme
   */
  drawOverExtra(map, index, theme) {}

  /**
   * Whether a cell of an extra map has no number.
   * @param {number} index
   * @param {number} cell
   */
  isBlank(index, cell) {
    return false;
  }

  /**
   * Picture and maps are drawn; the panels of the lens come last.
   * @param {Theme} theme
   * @param {Unit | null} unit
   */
  drawPanels(theme, unit) {}
}
