// What a stage makes of the frames. Only tsc reads this file, no browser.

import type { Extra, Header, Setting } from "./protocol.d.ts";

/** What the learner has chosen. */
export interface Scene extends Pick<Header, "position" | "start" | "unit" | "view" | "moves"> {
  /** the one shown of each layer */
  channels: number[];
}

export interface BuiltSetting extends Setting {
  extras: Extra[];
}
