// Three heads on one last map: where each is right, what each answers, and where its examples lay.

import { HeadPanel } from "./heads/panel.js";
import { RegionEditor } from "./heads/region.js";
import { Lens } from "./lens.js";

/**
 * @import { Theme } from "../draw/colors.js"
 * @import { MapCanvas } from "../draw/map-canvas.js"
 * @import { Header, Planes, Unit } from "../protocol.d.ts"
 * @import { Stage } from "../stage.js"
 */

export class HeadsLens extends Lens {
  onlyNow = true;
  flush = true;
  minPanelWidth = 150;
  phoneColumns = 3;
  /** @type {[number, number]} */
  maxMapHeight = [0.42, 0.28];

  /** @param {Stage} stage */
  constructor(stage) {
    super(stage);
    this.region = new RegionEditor(stage);
    const { panels } = stage.setting.heads ?? { panels: [] };
    this.panels = panels.map((_, index) => new HeadPanel(stage, index, this.region));
    this.bar = this.region.buttons;
  }

  message() {
    const { painted } = this.region;
    return painted === null ? {} : { painted };
  }

  adopt() {
    this.region.forget();
  }

  /**
   * @param {Header} header
   * @param {Planes} planes
   */
  received(header, planes) {
    if (!header.setting || !this.stage.setting.heads) return;
    this.region.take(planes.allowed);
    this.panels.forEach((panel, index) => panel.take(planes[`right${index}`]));
  }

  /** @param {MapCanvas} mapCanvas */
  drawOverInput(mapCanvas) {
    this.region.draw(mapCanvas);
  }

  /** @param {Theme} theme */
  drawPanels(theme) {
    this.panels.forEach((panel, index) => panel.draw(theme, this.stage.header.answers?.[index]));
  }

  /** @param {Unit | null} unit */
  unitText(unit) {
    const { panels, region, stage } = this;
    const text = region.describe() ?? panels.map((panel) => panel.describe()).find(Boolean);
    return text ?? (unit ? stage.describe(unit) : region.hint);
  }
}
