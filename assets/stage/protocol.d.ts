// What the stage and the server say to each other. No browser loads this file: it is for tsc.

/** (row, col) */
export type Pair = [number, number];

/** layer (from 0), row, col */
export type Unit = [number, number, number];

/** The receptive field of a layer's units, in pixels of the picture: (rows, cols) each. */
export interface Field {
  size: Pair;
  /** how far the fields of neighbouring units lie apart */
  jump: Pair;
  /** where the field of unit (0, 0) begins */
  start: Pair;
  /** whether some pixels in it do not count */
  holes: boolean;
}

export interface Layer {
  /** as a link writes it */
  text: string;
  name: string;
  rows: number;
  cols: number;
  /** the one shown, from 0 */
  channel: number;
  /** layers of one group show the same channel */
  group: number;
  /** the name of each */
  channels: string[];
  /** the value at which its colour is full */
  scale: number;
  field: Field;
  /** the fields of its units on each map before it, in cells of that map */
  within: Field[];
}

export interface Plane {
  rows: number;
  cols: number;
  values: Uint8Array | Int16Array;
}

/** name, type, rows, cols, and the byte at which it begins */
export type PlaneEntry = [string, "u1" | "i2", number, number, number];

export interface Header {
  planes: PlaneEntry[];
}

export interface Frame {
  header: Header;
  planes: Record<string, Plane>;
}
