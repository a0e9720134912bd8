// What the stage and the server say to each other; docs/architecture.md tells what is sent when.
// Only tsc reads this file, no browser. The server's side: pages/ui/render/ packs the frames,
// pages/ui/scene/stage_message.py reads the messages.

// ---- values

/** (row, col) */
export type Pair = [number, number];

/** Of a map's neuron: layer (from 0), row, col. */
export type Unit = [number, number, number];

/** Half-open: row0, row1, col0, col1. */
export type Box = [number, number, number, number];

export type View = "now" | "start" | "difference";
export type Moves = "pattern" | "zeros" | "wrap";
export type Ring = "box" | "effective" | "used";

/** A readout under a panel: its key in the readings, its name on the screen, and a tip or none. */
export type Label = [string, string, string];

/** The receptive field of a layer's units, in pixels of the picture. */
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
  /** the name of each */
  channels: string[];
  /** layers of one group show the same channel */
  group: number;
  /** the value at which a map's colour is full */
  scale: number;
  field: Field;
  /** the fields of its units on each map before it, in cells of that map */
  within: Field[];
}

/** A panel beside the maps, which looks like the map of a layer (from 0). */
export interface Extra {
  layer: number;
  title: string;
  note: string;
  /** the value of a full step of its plane */
  scale: number;
  /** the value at which its colour is full */
  full: number;
  /** its own readouts, unless they are those of the maps */
  labels: Label[] | null;
}

/** What a lesson asks on the stage. */
export interface StageTask {
  /** of the lesson's step */
  id: string;
  /** whether the stage has to wait for a prediction */
  locked: boolean;
  /** whether the maps have to wait, too */
  veiled: boolean;
  /** the layer whose cells are to be marked, from 0 */
  map: number | null;
  marks: Pair[];
  /** the cells that changed, once the learner may know */
  changed: Pair[] | null;
}

// ---- from the server: a frame

/** i2: whole steps of scale / 32767. u1: 255 is white, opaque, or the most. */
export interface Plane {
  rows: number;
  cols: number;
  values: Uint8Array | Int16Array;
}

/**
 * By name. With the static part: picture, pattern, alpha, and start0, start1, …: the maps where the
 * drag began. In each frame: now0, now1, … and extra0, …; the others belong to one lens.
 */
export type Planes = Record<string, Plane>;

/** name, type, rows, cols, and the byte at which it begins */
export type PlaneEntry = [string, "u1" | "i2", number, number, number];

/** Says to which message a frame answers. */
export interface Envelope {
  /** which stage on which screen */
  mount: string;
  /** the number of its message, rising */
  token: number;
}

/** What stays while a pattern is dragged: sent when the browser does not know it yet. */
export interface Setting {
  size: number;
  /** the number of a white pixel */
  full: number;
  /** the digits of a grid's cells, row by row; none when the picture is no grid */
  cells: string | null;
  lens: string;
  pattern: { name: string; size: number };
  /** the upload's id, if the picture is one */
  photo: string | null;
  layers: Layer[];
  /** the layers, from 0, whose maps are shown */
  shown: number[];
  labels: Label[];
  /** whether the stage asks anew when another unit is pointed at */
  probes: boolean;
  /** whether cells that are large enough show their number */
  numbers: boolean;
  titles?: (string | null)[];
  pictureLabels?: Label[];
  extras?: Extra[];
  /** pool: what a step of a single peak does, or "" */
  peak?: string;
  /** window: the kernel as it may be written; null where its products do not fit a panel */
  kernel?: Kernel | null;
  heads?: Heads;
  /** parts */
  face?: Face;
}

export interface Kernel {
  rows: number;
  cols: number;
  weights: string[];
  /** of a weight, as a regular expression */
  pattern: string;
  rule: string;
  /** what lies beyond the border, where something does */
  border: string | null;
}

export interface Heads {
  classes: string[];
  /** the index of the pattern's own class */
  label: number;
  /** where examples may lie, in words */
  where: string;
  /** the same as blocks: digits 0 to f */
  blocks: string;
  trained: boolean;
  panels: HeadSetting[];
}

export interface HeadSetting {
  title: string;
  features: string;
  weights: string;
  /** accuracy by quarter of the picture */
  quarters: string[] | null;
  /** the largest logit */
  largest: number;
}

export interface Face {
  names: string[];
  /** (row, col) of each part's middle in a face */
  home: Pair[];
  /** of each part: the first and the last row, and column, of its middle */
  limits: [number, number][];
  /** pixels a side of each part's picture */
  sides: number[];
  grids: { grid: number; name: string }[];
  trained: boolean;
  /** of each grid, of each of its rows, and columns: where it begins and ends */
  boxes?: [number, number][][];
  /** of each grid, the evidence at which its colour is full */
  full?: number[];
}

/** What every frame says. */
export interface Header extends Envelope {
  planes: PlaneEntry[];
  /** names the static part that it goes with */
  scene: string;
  /** counts what other controls, or a link, have changed */
  revision: number;
  /** what could not be done, or "" */
  notice: string;
  /** the server process, and the number of the frame among those that it sent with pages */
  order: [string, number];
  position: Pair;
  start: Pair;
  unit: Unit | null;
  view: View;
  moves: Moves;
  /** the pinned one */
  pixel: Pair | null;
  rings: Ring[];
  /** the scene as a link's query: with the static part, and in answer to a commit */
  query?: string;
  /** how far the pattern has moved, in words */
  moved: string;
  sentence: string;
  /** of each map and extra: the readouts, by a label's key */
  readings: Record<string, string>[];
  pictureReadings?: Record<string, string>;
  task?: StageTask;
  setting?: Setting;
  /** maps, window: the first layer that does not follow exactly, and why */
  break?: [number, string] | null;
  /** window */
  products?: Products | null;
  /** pool: how many of the next steps change nothing, in words */
  steps?: string;
  /** equivariance: the cells of the difference that can be compared */
  there?: Box;
  /** fields: the unit whose field is drawn */
  probe?: Unit | null;
  /** fields: the pixel whose reach is drawn */
  reach?: Pair | null;
  /** fields: where the planes of these names lie */
  effective?: Box;
  used?: Box;
  /** heads and parts: one of each head, or grid */
  answers?: (HeadAnswer & GridAnswer)[];
  /** parts: where each of them is */
  parts?: Pair[];
  /** parts: the grid that was chosen, and the one shown */
  chosen?: number | null;
  grid?: number;
  note?: string;
}

/** A window tap by tap, row by row, as texts. */
export interface Products {
  unit: Unit;
  /** in the picture */
  at: Pair[];
  beyond: boolean[];
  /** how many inputs lie beyond the border, in words */
  outside: string;
  inputs: string[];
  weights: string[];
  products: string[];
  /** running sums */
  sums: string[];
  total: string;
  /** each product as a part of the full colour, -1 to 1 */
  shares: number[];
}

export interface HeadAnswer {
  logits: number[];
  shares: number[];
  logitTexts: string[];
  shareTexts: string[];
  text: string;
  right: boolean;
}

export interface GridAnswer {
  /** the probability of a face */
  face: number;
  says: string;
  text: string;
}

export interface Frame {
  header: Header;
  planes: Planes;
}

// ---- from the stage: a message

/** What the stage asks for, and what it has already, so that it is not sent again. */
export interface Request {
  revision: number;
  knownScene: string;
  /** the place whose maps it has as "start" */
  knownStart: Pair | null;
  position: Pair;
  start: Pair;
  unit: Unit | null;
  channels: number[];
  view: View;
  /** the unit that is pointed at or pinned, where the lens asks for it */
  probe?: Unit | null;
  /** fields: the pinned pixel, and the one that is pointed at or pinned */
  pixel?: Pair | null;
  pointed?: Pair | null;
  rings?: Ring[];
  /** pool: the digits of the grid's cells */
  cells?: string;
  /** window: the kernel that is being written */
  weights?: string[];
  /** heads: the blocks in which examples may lie */
  painted?: string;
  /** parts: where each of them is, and the chosen grid */
  parts?: Pair[];
  grid?: number;
}

export interface StageMessage extends Envelope, Request {
  /** whether the drag has ended with it, so that the link and the session take it over */
  committed: boolean;
}

/** What the first message over a new socket adds, and the first of a new scene. */
export interface SceneFields {
  query: string;
  photo: string | null;
}
