// What a stage says about a frame: in writing below its maps, and to a screen reader.

/**
 * @import { Header } from "./protocol.d.ts"
 * @import { Stage } from "./stage.js"
 */

/**
 * Writing the same text again would make the browser lay out the page anew.
 * @param {Node} node
 * @param {string} text
 */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * @param {Stage} stage
 * @param {Header} header
 */
export function say({ extras, input, maps, parts }, header) {
  const { notice, sentence } = parts;
  const { position, moved, readings } = header;
  write(notice, header.notice);
  notice.hidden = !header.notice;
  write(sentence, header.sentence);
  write(input.values.place, `row ${position[0]}, column ${position[1]}`);
  write(input.values.moved, moved);
  for (const [key, text] of Object.entries(header.pictureReadings ?? {})) {
    write(input.values[key], text);
  }
  const panels = [...maps, ...extras];
  readings.forEach((reading, i) => {
    for (const [key, node] of Object.entries(panels[i].values)) write(node, reading[key] ?? "");
  });
  const [layer, reason] = header.break ?? [-1, ""];
  maps.forEach((map, i) => {
    map.broken.hidden = layer !== i;
    map.broken.title = layer === i ? `The first map that does not follow exactly: ${reason}` : "";
    map.panel.classList.toggle("broken", layer === i);
  });
}

const ANNOUNCE_AFTER = 500; // ms of rest

// Tells a screen reader what has changed, once it has stopped changing.
export class Announcer {
  /** @param {Stage} stage */
  constructor(stage) {
    this.stage = stage;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  announceSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.announce(), ANNOUNCE_AFTER);
  }

  announce() {
    const { cursor, header, parts: { spoken, unitText }, task } = this.stage;
    // What a locked stage knows already would give the answer away.
    if (task.isLocked) write(spoken, task.describeMark(cursor));
    else write(spoken, [header?.sentence, unitText.textContent].join(" ").trim());
  }
}
