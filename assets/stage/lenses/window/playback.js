// Adding up the products of a window tap by tap, then those of the next window.

import { samePlace } from "../../geometry.js";

/**
 * @import { Unit } from "../../protocol.d.ts"
 * @import { Stage } from "../../stage.js"
 */

const TAP_TIME = 500; // ms that a tap takes in the first window that is played
const LATER_TAP_TIME = 110; // ms in the windows after it, when it is clear what happens
const SLIDE_TIME = 150; // ms that a window takes from cell to cell
const LATER_SLIDE_TIME = 0.8 * LATER_TAP_TIME; // ms while it plays: over before the next tap

/**
 * Let the window move from one unit to another of the same map.
 * @param {Stage} stage
 * @param {Unit | null} from
 * @param {Unit} unit
 * @param {number} [time]
 */
export function slideFrom(stage, from, unit, time = SLIDE_TIME) {
  if (from?.[0] === unit[0] && !samePlace(from, unit)) stage.motion.begin("slide", time, { from, unit });
}

export class Playback {
  /**
   * count: of the taps of a window.
   * @param {Stage} stage
   * @param {number} count
   */
  constructor(stage, count) {
    this.stage = stage;
    this.count = count;
    /** @type {number | null} taps added so far, count + 1 once the sum is written; null: the whole sum */
    this.taps = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} of the next tap, while it plays */
    this.timer = undefined;
    this.isLater = false; // whether the first window is over
  }

  get isPlaying() {
    return this.timer !== undefined;
  }

  get isAdding() {
    return this.taps !== null && this.taps <= this.count;
  }

  toggle() {
    if (this.isPlaying) this.rest();
    else this.play();
  }

  play() {
    this.isLater = false;
    const tick = () => {
      if (!this.stage.parts.root.isConnected || !this.step(1)) this.rest();
      else this.timer = setTimeout(tick, this.isLater ? LATER_TAP_TIME : TAP_TIME);
    };
    tick();
  }

  pause() {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  // Pause, and commit the unit at which it has come to rest.
  rest() {
    this.pause();
    this.stage.actions.commitSoon();
    this.stage.painter.drawSoon();
  }

  // Show the whole sum again, since the learner does something else.
  stop() {
    if (this.taps === null) return;
    this.taps = null;
    this.rest();
  }

  /** @param {number} by */
  stepByHand(by) {
    this.pause();
    this.step(by);
    this.stage.actions.commitSoon();
    this.stage.announcer.announceSoon();
  }

  /**
   * Go one tap on (1) or back (-1). Returns whether there was one to go.
   * @param {number} by
   */
  step(by) {
    const { header, motion, painter, scene, shownUnit } = this.stage;
    if (!shownUnit || !samePlace(header.products?.unit, shownUnit)) return true; // its numbers are on their way
    motion.end(); // a window that still moves has arrived
    this.stage.hover = this.stage.cursor = null;
    scene.unit = shownUnit; // pinned, so that it stays when the pointer moves away
    const end = this.count + 1;
    /** @type {number} */
    const taps = (this.taps ?? (by > 0 ? 0 : end)) + by;
    if (taps >= 0 && taps <= end) this.taps = taps;
    else if (!this.slide(shownUnit, by)) return false;
    painter.drawSoon();
    return true;
  }

  /**
   * Go to the next window, or the one before. Returns whether there is one.
   * @param {Unit} unit
   * @param {number} by
   */
  slide([index, row, col], by) {
    const { connection, scene, setting } = this.stage;
    const { rows, cols } = setting.layers[index];
    const next = row * cols + col + by;
    if (next < 0 || next >= rows * cols) return false;
    this.taps = by > 0 ? 0 : this.count + 1;
    this.isLater = true;
    scene.unit = [index, Math.floor(next / cols), next % cols];
    connection.ask();
    slideFrom(this.stage, [index, row, col], scene.unit, this.isPlaying ? LATER_SLIDE_TIME : SLIDE_TIME);
    return true;
  }
}
