// Animations on a stage: one at a time, short, and over as soon as a pointer or a key is pressed.
//
// A motion ends in what the stage shows anyway. Code that draws asks `running(name)` for the motion
// under way: { share, ...details }, where share is the part of its time that has passed.

/**
 * @import { Unit } from "./protocol.d.ts"
 * @import { Stage } from "./stage.js"
 */

const isReduced = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/**
 * Slow at both ends.
 * @param {number} share from 0 to 1
 */
export const ease = (share) => share * share * (3 - 2 * share);

/**
 * @param {number[]} from
 * @param {number[]} to
 * @param {number} share from 0 to 1
 */
export const between = (from, to, share) => from.map((at, i) => at + (to[i] - at) * share);

/**
 * A motion under way. share: the part of its time that has passed; the rest belongs to its name.
 * @typedef {{ name: string, share: number, unit?: Unit, [detail: string]: any }} Running
 */

export class Motion {
  /** @param {Stage} stage */
  constructor(stage) {
    this.stage = stage;
    /** @type {Running | null} */
    this.now = null;
    /** @type {Running | null} the motion that was drawn last, until its end is drawn */
    this.drawnLast = null;
    this.asked = 0; // the display frame in which it goes on
    this.listening = new AbortController();
  }

  /** @param {string} name */
  running(name) {
    return this.now?.name === name ? this.now : null;
  }

  /**
   * time: ms from the first drawing to the last. details.unit: the motion ends once another is shown.
   * @param {string} name
   * @param {number} time
   * @param {{ unit?: Unit, [detail: string]: any }} details
   */
  begin(name, time, details) {
    this.end();
    if (isReduced() || this.stage.isDragging) return;
    this.now = { ...details, name, share: 0 };
    this.listening = new AbortController();
    const options = { capture: true, passive: true, signal: this.listening.signal };
    for (const kind of ["pointerdown", "keydown", "wheel"]) {
      addEventListener(kind, () => this.interrupt(), options);
    }
    /** @type {number | null} */
    let first = null;
    const tick = (/** @type {number} */ at) => {
      if (!this.now) return;
      first ??= at; // counted from the first frame, however long that took to come
      this.now.share = (at - first) / time;
      if (this.now.share < 1) this.asked = requestAnimationFrame(tick);
      else this.end();
      this.stage.painter.draw();
    };
    this.asked = requestAnimationFrame(tick);
  }

  end() {
    if (!this.now) return;
    cancelAnimationFrame(this.asked);
    this.listening.abort();
    this.now = null;
    this.stage.painter.drawSoon();
  }

  // Before the press is handled, so that it acts on what is seen.
  interrupt() {
    this.end();
    this.stage.painter.draw();
  }

  /** @param {Unit | null} unit */
  endUnlessOf(unit) {
    if (this.now?.unit && this.now.unit.join() !== unit?.join()) this.end();
  }

  // Everything is drawn: tell how far the motion has come, with 1 when it is over.
  drawn() {
    const drawn = this.now ?? this.drawnLast;
    if (!drawn) return;
    this.drawnLast = this.now;
    const detail = { motion: drawn.name, share: this.now ? drawn.share : 1 };
    this.stage.parts.root.dispatchEvent(
      new CustomEvent("stage-moved", { bubbles: true, composed: true, detail }),
    );
  }
}
