// What takes the pointer and the keys for one part of a face.

import { placeHandle } from "../../draw/handle.js";
import { listenToDrag, stepOf } from "../../gestures.js";
import { element } from "../../panels.js";

/**
 * @import { MapCanvas } from "../../draw/map-canvas.js"
 * @import { Box } from "../../protocol.d.ts"
 * @import { Stage } from "../../stage.js"
 * @import { PartsLens } from "../parts.js"
 */

const FAR = 4; // pixels that Shift with an arrow moves a part

export class PartHandle {
  /**
   * lens: knows places and held, see parts.js.
   * @param {Stage} stage
   * @param {PartsLens} lens
   * @param {number} index
   */
  constructor(stage, lens, index) {
    this.stage = stage;
    this.lens = lens;
    this.index = index;
    this.handle = element("div", {
      class: "part-handle",
      tabindex: "0",
      role: "application",
      "aria-roledescription": "movable part",
      "data-part": lens.face.names[index],
    });
    this.listen();
  }

  listen() {
    const { handle, index, lens, stage } = this;
    const hold = (/** @type {boolean} */ isHeld) => {
      lens.held = isHeld ? index : -1;
      stage.painter.drawSoon();
      if (isHeld) stage.announcer.announceSoon();
    };
    const isDragged = listenToDrag(handle, {
      placeOf: (event) => stage.input.mapCanvas.place(event),
      position: () => lens.places[index],
      begin: () => hold(true),
      move: (row, col) => lens.movePart(index, [row, col]),
      end: () => stage.connection.commit(),
    });
    handle.addEventListener("pointerenter", () => hold(true));
    handle.addEventListener("pointerleave", () => hold(isDragged() || handle.matches(":focus")));
    handle.addEventListener("focus", () => hold(true));
    handle.addEventListener("blur", () => {
      hold(false);
      stage.actions.commitNow();
    });
    handle.addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { index, lens, stage } = this;
    const step = stepOf(event);
    const [row, col] = lens.places[index];
    const far = event.shiftKey ? FAR : 1;
    if (event.key === "Home") lens.movePart(index, lens.face.home[index]);
    else if (step) lens.movePart(index, [row + far * step[0], col + far * step[1]]);
    else return;
    event.preventDefault();
    stage.actions.commitSoon();
  }

  /**
   * box: of the part, in pixels of the picture.
   * @param {MapCanvas} mapCanvas
   * @param {Box} box
   */
  place(mapCanvas, box) {
    const { index, lens } = this;
    const [row, col] = lens.places[index];
    placeHandle(
      this.handle,
      mapCanvas,
      box,
      `${lens.face.names[index]} at row ${row}, column ${col} of the face. Arrow keys move it by 1, ` +
        `with Shift by ${FAR}; Home puts it back.`,
    );
  }
}
