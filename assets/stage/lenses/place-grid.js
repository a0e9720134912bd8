// A panel with a cell for each place of the pattern: a click on a cell, or Enter, moves it there.

import { clamp, samePlace } from "../geometry.js";
import { stepOf } from "../gestures.js";

/**
 * @import { Pair } from "../protocol.d.ts"
 * @import { Stage } from "../stage.js"
 *
 * size: (rows, cols) of the places.
 * @typedef {object} PlacePanel
 * @property {Stage} stage
 * @property {HTMLElement} plot
 * @property {boolean} canMove
 * @property {Pair} size
 * @property {(event: MouseEvent) => Pair | null} placeAt
 * @property {Pair | null} hover set here: the place that the pointer is on
 * @property {Pair | null} cursor set here: the place that the keyboard has chosen
 */

/** @param {PlacePanel} panel */
export function listenToPlaces(panel) {
  const { plot, stage } = panel;
  const { actions, announcer, painter } = stage;
  const go = (/** @type {Pair | null} */ place) => {
    if (!place) return;
    actions.moveTo(...place, true);
    panel.cursor = panel.hover = null; // the text about the place is out of date now
  };
  const point = (/** @type {Pair | null} */ place) => {
    if (place === panel.hover || samePlace(place, panel.hover)) return;
    panel.hover = place;
    painter.drawSoon();
  };
  plot.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "touch") point(panel.placeAt(event));
  });
  plot.addEventListener("pointerleave", () => point(null));
  plot.addEventListener("click", (event) => go(panel.placeAt(event)));
  plot.addEventListener("focus", () => {
    if (!panel.canMove || !plot.matches(":focus-visible")) return;
    panel.cursor = stage.scene.position;
    painter.drawSoon();
    announcer.announceSoon();
  });
  plot.addEventListener("blur", () => {
    panel.cursor = null;
    painter.drawSoon();
  });
  plot.addEventListener("keydown", (event) => {
    const step = stepOf(event);
    if (!panel.canMove) return;
    const place = panel.cursor ?? stage.scene.position;
    if (event.key === "Enter" || event.key === " ") go(place);
    else if (step) {
      const [row, col] = [0, 1].map((axis) => clamp(place[axis] + step[axis], 0, panel.size[axis] - 1));
      panel.cursor = [row, col];
      painter.drawSoon();
      announcer.announceSoon();
    } else return;
    event.preventDefault();
  });
}
