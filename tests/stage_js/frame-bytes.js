// The bytes of a frame, packed by the layout that pages/ui/render/frame.py documents.

const PLANE_TYPES = [["u1", Uint8Array], ["i2", Int16Array]];

const filledUp = (length) => Math.ceil(length / 4) * 4;

// planes: name -> { rows, cols, values }; values is a Uint8Array or an Int16Array.
export function frameBytes(header, planes) {
  const listed = [];
  let end = 0;
  for (const [name, { rows, cols, values }] of Object.entries(planes)) {
    const [type] = PLANE_TYPES.find(([, Type]) => values instanceof Type);
    listed.push([name, type, rows, cols, end]);
    end += filledUp(values.byteLength);
  }
  const json = new TextEncoder().encode(JSON.stringify({ ...header, planes: listed }));
  const start = 4 + filledUp(json.length);
  const bytes = new Uint8Array(start + end).fill(0x20, 4 + json.length, start);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, start - 4, true);
  bytes.set(json, 4);
  for (const [name, type, , , offset] of listed) {
    planes[name].values.forEach((value, i) => {
      if (type === "u1") view.setUint8(start + offset + i, value);
      else view.setInt16(start + offset + 2 * i, value, true);
    });
  }
  return bytes;
}
