// The weights of the kernel, in fields that the learner can type into.

import { write } from "../../readouts.js";

/**
 * @import { Kernel } from "../../protocol.d.ts"
 * @import { Stage } from "../../stage.js"
 * @import { ProductsPanel } from "./panel.js"
 * @import { Playback } from "./playback.js"
 */

const JUDGE_AFTER = 500; // ms until text that is not a number counts as an error

export class KernelWeights {
  /**
   * @param {Stage} stage
   * @param {ProductsPanel} panel
   * @param {Playback} playback
   */
  constructor(stage, { cells, problem }, playback) {
    this.stage = stage;
    this.problem = problem;
    this.playback = playback;
    // The weights as text, from the first one that is typed until another control changes the scene.
    /** @type {string[] | null} */
    this.typed = null;
    this.valid = new RegExp(`^(?:${this.kernel.pattern})$`);
    this.fields = cells.map(({ field }) => field);
    this.fields.forEach((field, index) => this.listen(field, index));
  }

  get kernel() {
    return /** @type {Kernel} */ (this.stage.setting.kernel);
  }

  // Take over the kernel of a scene that another control has changed.
  adopt() {
    this.typed = null;
    this.fields.forEach((field, i) => this.set(field, this.kernel.weights[i]));
    write(this.problem, "");
  }

  // Show the weights of a frame. A field that has the focus, or holds an error, is left alone.
  fill() {
    this.fields.forEach((field, i) => {
      if (!field.matches(":focus, [aria-invalid]")) this.set(field, this.kernel.weights[i]);
    });
  }

  /**
   * @param {HTMLInputElement} field
   * @param {string} text
   */
  set(field, text) {
    if (field.value !== text) field.value = text;
    field.removeAttribute("aria-invalid");
  }

  /**
   * Put the weight in force back.
   * @param {HTMLInputElement} field
   * @param {number} index
   */
  restore(field, index) {
    this.set(field, (this.typed ?? this.kernel.weights)[index]);
  }

  /** @param {HTMLInputElement} field */
  judge(field) {
    if (!this.valid.test(readField(field))) field.setAttribute("aria-invalid", "true");
    const isWrong = this.fields.some((other) => other.matches("[aria-invalid]"));
    write(this.problem, isWrong ? `${this.kernel.rule} The last good kernel stays in force.` : "");
  }

  /**
   * @param {HTMLInputElement} field
   * @param {number} index
   */
  listen(field, index) {
    const { actions } = this.stage;
    field.addEventListener("input", () => this.read(field, index));
    field.addEventListener("focus", () => field.select());
    field.addEventListener("blur", () => {
      clearTimeout(this.judging);
      this.judge(field);
      // The sentence about the error stays: it tells why the old weight is back.
      if (field.matches("[aria-invalid]")) this.restore(field, index);
      actions.commitNow();
    });
    field.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        event.stopPropagation(); // it would end the presenting mode
        clearTimeout(this.judging);
        this.restore(field, index);
        this.judge(field);
        field.select();
      } else if (event.key === "Enter") {
        this.judge(field);
        actions.commitNow();
      }
    });
  }

  /**
   * @param {HTMLInputElement} field
   * @param {number} index
   */
  read(field, index) {
    this.playback.stop();
    clearTimeout(this.judging);
    if (!this.valid.test(readField(field))) {
      // Half a number, say a minus, is no error yet.
      this.judging = setTimeout(() => this.judge(field), JUDGE_AFTER);
      return;
    }
    field.removeAttribute("aria-invalid");
    this.judge(field);
    this.typed = (this.typed ?? this.kernel.weights).with(index, readField(field));
    this.stage.connection.ask();
    this.stage.actions.commitSoon();
  }
}

/**
 * Many countries write a decimal comma.
 * @param {HTMLInputElement} field
 */
const readField = (field) => field.value.trim().replace("\u2212", "-").replace(",", ".");
