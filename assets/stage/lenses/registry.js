// What a page's stage does beyond picture and maps, by the lens's name in a scene.
//
// A lens may have any of these; each gets the stage first:
//   built(stage)            picture and maps are there, to listen to
//   unit(stage)             the unit to show when none is pointed at or pinned
//   unitMark(stage, index)  how its field is marked on a map (-1: the picture): { fill }, or null
//   markedUnit(stage, unit) where a unit's marks are while they move: [layer, row, col], or null
//   panels(stage)           its own panels: [{ panel, mapCanvas?, beforeMaps?, wide? }], made when the maps are;
//                           on a phone nothing stands beside a wide one, nor beside a map then
//   bar(stage)              its controls in the bar below the maps, as elements
//   message(stage)          what it adds to every message to the server
//   adopt(stage, header)    take over what another control, or a link, has changed
//   received(stage, header, planes)   a frame has come, nothing is drawn yet
//   picture(stage)          the pixels of the picture, when the server sends them with each frame
//   overInput(stage, mapCanvas, theme, unit), overMap(stage, map, index, theme, unit)   marks on them
//   isBlank(stage, index, cell)       whether a cell of an extra map has no number
//   overExtra(stage, map, index, theme)                   marks on an extra map
//   after(stage, theme, unit)         when all is drawn: its own panels
//   interrupted(stage)      the hand has moved, pointed or pinned: what plays by itself stops
//   pointed(stage, unit)    the hand points at a unit
//   pinned(stage, unit, before)       it has pinned one; before: the unit that was shown, or null;
//                           without this the field grows back to the picture
//   words(stage, unit)      the line about the unit, when it has its own
//   flush                   its picture has no strip round it for fields that reach beyond the border
//   onlyNow                 its maps have no start and no difference to show
//   narrowest               CSS pixels of a panel before the row wraps
//   phoneColumns            panels side by side on a phone
//   tallest                 [desk, phone]: the largest part of the window's height that a map takes

import { equivariance } from "./equivariance.js";
import { fields } from "./fields.js";
import { heads } from "./heads.js";
import { parts } from "./parts.js";
import { pool } from "./pool.js";
import { weightSharing } from "./weight-sharing.js";
import { windowLens } from "./window.js";

export const LENSES = {
  maps: {},
  pool,
  window: windowLens,
  roads: equivariance,
  sharing: weightSharing,
  fields,
  heads,
  parts,
};
