// What a learner does to the scene, whichever control or pointer it came from.

import { clamp, samePlace } from "./geometry.js";

/**
 * @import { Pair, Unit, View } from "./protocol.d.ts"
 * @import { Stage } from "./stage.js"
 */

const COMMIT_AFTER = 400; // ms after the last key until the scene is committed

export class Actions {
  /** @param {Stage} stage */
  constructor(stage) {
    this.stage = stage;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /**
   * Move the pattern, as far as the picture allows. committed: whether the drag ends with it.
   * @param {number} row
   * @param {number} col
   * @param {boolean} [committed]
   */
  moveTo(row, col, committed = false) {
    const { connection, lens, motion, parts, scene, setting } = this.stage;
    const limit = setting.size - setting.pattern.size;
    /** @type {Pair} */
    const place = [clamp(row, 0, limit), clamp(col, 0, limit)];
    const isMoved = !samePlace(place, scene.position);
    if (isMoved) scene.position = place;
    if (isMoved || committed) connection.ask(committed);
    if (isMoved) {
      motion.end();
      lens.interrupted();
      parts.linkText.replaceChildren(); // a link that was copied shows another scene now
      this.stage.painter.drawPictureSoon();
    }
  }

  /**
   * Count all moves from here on from this place.
   * @param {Pair} place
   */
  startFrom(place) {
    const { connection, now, scene } = this.stage;
    if (samePlace(place, scene.start)) return;
    scene.start = place;
    if (now && samePlace(now.place, place)) this.stage.started = { place, maps: now.maps };
    connection.ask();
    this.stage.painter.drawSoon();
  }

  commitSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.commitNow(), COMMIT_AFTER);
  }

  // Also when the focus leaves: the next control starts from what the server knows.
  commitNow() {
    if (!this.timer) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.stage.connection.commit();
  }

  // The stage's hover or cursor is another unit now, or none.
  pointed() {
    const { connection, lens, setting } = this.stage;
    const unit = this.stage.hover ?? this.stage.cursor;
    if (unit) {
      lens.interrupted();
      lens.pointed(unit);
    }
    if (setting.probes) connection.ask();
    this.stage.painter.drawSoon();
  }

  /**
   * Pin a unit, or release the pinned one. In a task that asks for marks, mark it instead.
   * @param {Unit | null} unit
   */
  pin(unit) {
    const { announcer, connection, lens, scene, task } = this.stage;
    if (task.mark(unit)) {
      announcer.announceSoon();
      return;
    }
    lens.interrupted();
    const before = this.stage.shownUnit;
    scene.unit = samePlace(unit, scene.unit) ? null : unit;
    if (scene.unit) lens.pinned(scene.unit, before);
    connection.commit();
    this.stage.painter.drawSoon();
    announcer.announceSoon();
  }

  /**
   * Show another channel of a layer, and of those that share its channels.
   * @param {number} index
   * @param {number} chosen
   */
  chooseChannel(index, chosen) {
    const { connection, scene, setting: { layers } } = this.stage;
    const { group } = layers[index];
    scene.channels = scene.channels.map((channel, i) => (layers[i].group === group ? chosen : channel));
    this.stage.showChannels();
    connection.commit();
  }

  /**
   * view: "now", "start" or "difference".
   * @param {View} view
   */
  chooseView(view) {
    this.stage.scene.view = view;
    this.stage.connection.commit();
    this.stage.painter.drawSoon();
  }
}
