// What moves by itself on a stage: one motion at a time, short, and over at once when a hand comes.
//
// A motion is only the way to what the stage shows anyway. Whoever draws asks `running(name)` for
// the motion under way: { share, ...details }, share being the part of its time that has passed.

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

export class Motion {
  constructor(stage) {
    this.stage = stage;
    this.now = null;
    this.untold = null; // the motion that was drawn last, until its end is drawn
  }

  running(name) {
    return this.now?.name === name ? this.now : null;
  }

  // time: ms from the first drawing to the last. details.unit: the motion ends once another is shown.
  begin(name, time, details) {
    this.end();
    if (isReduced() || this.stage.isHeld) return;
    this.now = { ...details, name, share: 0 };
    this.listening = new AbortController();
    const options = { capture: true, passive: true, signal: this.listening.signal };
    for (const kind of ["pointerdown", "keydown", "wheel"]) {
      addEventListener(kind, () => this.interrupt(), options);
    }
    let first = null;
    const tick = (at) => {
      first ??= at; // what came before it was no drawing time
      this.now.share = (at - first) / time;
      if (this.now.share < 1) this.asked = requestAnimationFrame(tick);
      else this.end();
      this.stage.draw();
    };
    this.asked = requestAnimationFrame(tick);
  }

  end() {
    if (!this.now) return;
    cancelAnimationFrame(this.asked);
    this.listening.abort();
    this.now = null;
    this.stage.drawSoon();
  }

  // Before what the hand does is done, so that it meets what it sees.
  interrupt() {
    this.end();
    this.stage.draw();
  }

  endUnlessOf(unit) {
    if (this.now?.unit && this.now.unit.join() !== unit?.join()) this.end();
  }

  // All is drawn: tell how far the motion on the canvases is, 1 when it is over.
  drawn() {
    const told = this.now ?? this.untold;
    if (!told) return;
    this.untold = this.now;
    const detail = { motion: told.name, share: this.now ? told.share : 1 };
    this.stage.parts.root.dispatchEvent(
      new CustomEvent("stage-moved", { bubbles: true, composed: true, detail }),
    );
  }
}
