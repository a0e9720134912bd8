// When a stage is drawn: at most once per display frame, and in a drag only the picture at once.

import { whenChartIsNear } from "../charts.js";
import { write } from "../readouts.js";
import { themeOf } from "./colors.js";
import { dress, paintExtra, paintInput, paintMap } from "./paint.js";

/**
 * @import { Stage } from "../stage.js"
 * @import { Theme } from "./colors.js"
 */

const THEME_AGE = 500; // ms after which the page's theme is looked at again

export class Painter {
  /** @type {(() => void) | undefined} */
  stopWatchingCharts;
  drawnLook = ""; // what the maps were dressed for
  /** @type {Theme} */
  knownTheme = "light";

  /** @param {Stage} stage */
  constructor(stage) {
    this.stage = stage;
    this.drawing = 0; // the display frame in which all is drawn, 0 for none
    this.drawingPicture = 0; // the display frame in which the picture is
    this.themeAt = -Infinity; // ms: when the theme was looked at
  }

  drawSoon() {
    if (!this.drawing) this.drawing = requestAnimationFrame(() => this.draw());
  }

  // During a drag the picture changes at once; the maps wait for their frame.
  drawPictureSoon() {
    if (this.drawing || this.drawingPicture) return;
    this.drawingPicture = requestAnimationFrame(() => {
      this.drawingPicture = 0;
      if (this.stage.now) paintInput(this.stage, this.theme, this.stage.shownUnit);
    });
  }

  draw() {
    cancelAnimationFrame(this.drawing);
    cancelAnimationFrame(this.drawingPicture);
    this.drawing = this.drawingPicture = 0;
    const { stage } = this;
    const { extras, input, lens, maps, motion, now, setting } = stage;
    if (!setting || !now || !input.mapCanvas.zoom) return;
    const { theme } = this;
    const look = `${theme} ${stage.view} ${stage.settingId}`;
    if (look !== this.drawnLook) dress(stage, theme);
    this.drawnLook = look;
    const unit = stage.shownUnit;
    motion.endUnlessOf(unit);
    paintInput(stage, theme, unit);
    for (const index of setting.shown) paintMap(stage, maps[index], index, theme, unit);
    extras.forEach((map, index) => paintExtra(stage, map, index, theme));
    lens.drawPanels(theme, unit);
    this.stopWatchingCharts ??= whenChartIsNear(() => stage.requestCharts());
    write(stage.parts.unitText, stage.unitText);
    motion.drawn();
  }

  // The page's own light or dark. Reading a style is slow, so the answer is kept for a while.
  get theme() {
    if (performance.now() - this.themeAt < THEME_AGE) return this.knownTheme;
    this.themeAt = performance.now();
    this.knownTheme = themeOf(this.stage.parts.root);
    return this.knownTheme;
  }

  forgetTheme() {
    this.themeAt = -Infinity;
  }

  leave() {
    this.stopWatchingCharts?.();
    this.stopWatchingCharts = undefined;
  }
}
