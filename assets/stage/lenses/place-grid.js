// A panel with a cell for every place of the pattern: point at one, and a click or Enter goes there.
//
// The panel has: stage, plot, canMove, size ([rows, cols] of the places), placeAt(event). It gets:
// hover and cursor, the place that is pointed at by a pointer or by keys.

import { clamp, samePlace } from "../geometry.js";
import { stepOf } from "../input.js";

export function listenToPlaces(panel) {
  const { plot, stage } = panel;
  const go = (place) => {
    if (!place) return;
    stage.moveTo(...place, true);
    panel.cursor = panel.hover = null; // what was said of the place has come to pass
  };
  const point = (place) => {
    if (place === panel.hover || samePlace(place, panel.hover)) return;
    panel.hover = place;
    stage.drawSoon();
  };
  plot.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "touch") point(panel.placeAt(event));
  });
  plot.addEventListener("pointerleave", () => point(null));
  plot.addEventListener("click", (event) => go(panel.placeAt(event)));
  plot.addEventListener("focus", () => {
    if (!panel.canMove || !plot.matches(":focus-visible")) return;
    panel.cursor = stage.scene.position;
    stage.drawSoon();
    stage.speakSoon();
  });
  plot.addEventListener("blur", () => {
    panel.cursor = null;
    stage.drawSoon();
  });
  plot.addEventListener("keydown", (event) => {
    const step = stepOf(event);
    if (!panel.canMove) return;
    const place = panel.cursor ?? stage.scene.position;
    if (event.key === "Enter" || event.key === " ") go(place);
    else if (step) {
      panel.cursor = place.map((at, axis) => clamp(at + step[axis], 0, panel.size[axis] - 1));
      stage.drawSoon();
      stage.speakSoon();
    } else return;
    event.preventDefault();
  });
}
