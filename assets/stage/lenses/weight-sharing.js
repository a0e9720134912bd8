// One kernel for all places, beside another kernel for each place.

import { Lens } from "./lens.js";

export class WeightSharingLens extends Lens {
  onlyNow = true;
}
