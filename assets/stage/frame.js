// A frame as the server packs it: a length, a JSON header, then the planes of the maps.
// The layout is described where it is written, in pages/ui/render/frame.py.

const PLANE_TYPES = { u1: Uint8Array, i2: Int16Array };

export const FULL_SCALE = 32767;

/**
 * @import { Frame, Header, Planes } from "./protocol.d.ts"
 * @param {Uint8Array} data
 * @returns {Frame}
 */
export function readFrame(data) {
  // A copy that begins at offset 0, so that every plane is aligned for its type.
  const bytes = Uint8Array.from(data);
  const length = new DataView(bytes.buffer).getUint32(0, true);
  /** @type {Header} */
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  /** @type {Planes} */
  const planes = {};
  for (const [name, type, rows, cols, offset] of header.planes) {
    const values = new PLANE_TYPES[type](bytes.buffer, 4 + length + offset, rows * cols);
    planes[name] = { rows, cols, values };
  }
  return { header, planes };
}
