// Three heads on one last map: where each is right, what each answers now, and where its examples lay.

import { HeadPanel } from "./heads-panel.js";
import { Paint } from "./heads-region.js";

export const heads = {
  onlyNow: true,
  flush: true,
  narrowest: 150,
  phoneColumns: 3,
  tallest: [0.42, 0.28],

  panels(stage) {
    const { panels } = stage.setting.heads ?? { panels: [] };
    stage.heads = { panels: panels.map((_, index) => new HeadPanel(stage, index)), allowed: null };
    stage.heads.paint = new Paint(stage);
    return stage.heads.panels;
  },

  bar: (stage) => stage.heads.paint.buttons,

  message: (stage) => {
    const { painted } = stage.heads.paint;
    return painted === null ? {} : { painted };
  },

  adopt(stage) {
    stage.heads.paint.forget();
  },

  received(stage, header, planes) {
    if (!header.setting || !stage.setting.heads) return;
    stage.heads.allowed = planes.allowed;
    stage.heads.paint.take(planes.allowed);
    stage.heads.panels.forEach((panel, index) => panel.take(planes[`right${index}`]));
  },

  overInput(stage, mapCanvas) {
    stage.heads.paint.draw(mapCanvas);
  },

  after(stage, theme) {
    stage.heads.panels.forEach((panel, index) => panel.draw(theme, stage.header.answers[index]));
  },

  words(stage, unit) {
    const { paint, panels } = stage.heads;
    const told = paint.words() ?? panels.map((panel) => panel.words()).find(Boolean);
    return told ?? (unit ? stage.describe(unit) : paint.hint);
  },
};
