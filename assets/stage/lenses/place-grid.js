// A panel with a cell for each place of the pattern: a click on a cell, or Enter, moves it there.
//
// The panel has: stage, plot, canMove, size ([rows, cols] of the places), placeAt(event). Its hover
// and cursor are set here: the place that the pointer is on, or that the keyboard has chosen.

import { clamp, samePlace } from "../geometry.js";
import { stepOf } from "../gestures.js";

export function listenToPlaces(panel) {
  const { plot, stage } = panel;
  const { actions, announcer, painter } = stage;
  const go = (place) => {
    if (!place) return;
    actions.moveTo(...place, true);
    panel.cursor = panel.hover = null; // the text about the place is out of date now
  };
  const point = (place) => {
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
      panel.cursor = place.map((at, axis) => clamp(at + step[axis], 0, panel.size[axis] - 1));
      painter.drawSoon();
      announcer.announceSoon();
    } else return;
    event.preventDefault();
  });
}
