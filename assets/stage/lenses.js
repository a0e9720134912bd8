// What a page's stage does beyond picture and maps, by the lens's name in a scene.
//
// A lens may have any of these; each gets the stage first:
//   panels(stage)           its own panels: [{ panel, sheet?, beforeMaps?, wide? }], made when the maps are;
//                           on a phone nothing stands beside a wide one, nor beside a map then
//   bar(stage)              its controls in the bar below the maps, as elements
//   message(stage)          what it adds to every message to the server
//   adopt(stage, header)    take over what another control, or a link, has changed
//   received(stage, header, planes)   a frame has come, nothing is drawn yet
//   overInput(stage, sheet, theme, unit), overMap(stage, map, index, theme, unit)   marks on them
//   after(stage, theme, unit)         when all is drawn: its own panels
//   unit(stage)             the unit that is looked at when none is pointed at or pinned
//   interrupted(stage)      the hand has moved, pointed or pinned: what plays by itself stops
//   words(stage, unit)      the line about the unit, when it has its own
//   phoneColumns            panels side by side on a phone

import { fields } from "./lens-fields.js";
import { pool } from "./lens-pool.js";
import { roads } from "./lens-roads.js";
import { sharing } from "./lens-sharing.js";
import { windowLens } from "./lens-window.js";

export const LENSES = { maps: {}, pool, window: windowLens, roads, sharing, fields };
