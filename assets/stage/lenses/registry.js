// The lenses by the names that scenes have for them.

import { EquivarianceLens } from "./equivariance.js";
import { FieldsLens } from "./fields.js";
import { HeadsLens } from "./heads.js";
import { Lens } from "./lens.js";
import { PartsLens } from "./parts.js";
import { PoolLens } from "./pool.js";
import { WeightSharingLens } from "./weight-sharing.js";
import { WindowLens } from "./window.js";

/** @import { Stage } from "../stage.js" */

/** @type {Record<string, new (stage: Stage, before: any) => Lens>} a class for each name; what it can do is told in lens.js */
export const LENSES = {
  maps: Lens,
  pool: PoolLens,
  window: WindowLens,
  equivariance: EquivarianceLens,
  weight_sharing: WeightSharingLens,
  fields: FieldsLens,
  heads: HeadsLens,
  parts: PartsLens,
};
