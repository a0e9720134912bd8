// The values of the maps: as frames bring them, and as a view shows them.

import { samePlace } from "./geometry.js";

/**
 * @import { Plane, Planes, View } from "./protocol.d.ts"
 * @import { Stage } from "./stage.js"
 *
 * Of maps, by their index; none of a map that is not shown, because it is not sent.
 * @typedef {(Plane["values"] | undefined)[]} Values
 */

/**
 * The values of as many planes as a list has entries: `name0`, `name1`, …
 * @param {Planes} planes
 * @param {string} name
 * @param {{ length: number }} list
 * @returns {Values}
 */
export const valuesIn = (planes, name, { length }) =>
  Array.from({ length }, (_, i) => planes[`${name}${i}`]?.values);

/**
 * The values of a map in a view; null while they are not there.
 * @param {Pick<Stage, "now" | "started" | "scene">} stage
 * @param {number} index
 * @param {View} view
 * @returns {ArrayLike<number> | null}
 */
export function mapValues({ now, started, scene }, index, view) {
  const present = now?.maps[index] ?? null;
  if (view === "now") return present;
  const isStart = samePlace(started?.place, scene.start);
  const before = (isStart && started?.maps[index]) || null;
  if (view === "start") return before;
  return present && before && Int32Array.from(present, (value, i) => value - before[i]);
}
