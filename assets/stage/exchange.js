// What the stage and the server send each other: messages out, frames in.
//
// Frames come with the page (the first one, one after another control has changed the scene, the
// answer to a message) and, while a drag is on, over the socket. All carry a revision, which grows
// with each change from outside the stage: a frame of another revision shows another scene.

import { Connection } from "./connection.js";
import { readFrame } from "./frame.js";
import { samePlace } from "./geometry.js";
import { write } from "./readouts.js";

/**
 * @import { Frame, Header } from "./protocol.d.ts"
 * @import { Stage } from "./stage.js"
 */

const OUTAGE = "Reconnecting. The maps follow once the server answers.";

export class Exchange {
  /** @param {Stage} stage */
  constructor(stage) {
    this.stage = stage;
    this.revision = -1; // of the scene that is shown
    /** @type {Header["order"]} */
    this.order = ["", 0]; // of the newest frame that came with the page
    /** @type {string | null} link of the scene that the session is known to have */
    this.pageQuery = null;
    this.query = ""; // the link of the newest frame that brought one
    this.linkedAt = 0; // how many states had been requested when that frame answered the newest
    /** @type {() => void} is called once the link is that of the present scene */
    this.onLink = () => {};
    const address = new URL("../../frames", import.meta.url);
    address.protocol = address.protocol.replace("http", "ws");
    this.connection = new Connection({
      address: address.href,
      makeMessage: () => this.makeMessage(),
      makeSceneFields: () => ({ query: this.query, photo: stage.setting.photo }),
      receive: (bytes) => this.receiveFromSocket(readFrame(bytes)),
      reportOutage: (isDown) => write(stage.parts.outage, isDown ? OUTAGE : ""),
    });
  }

  makeMessage() {
    const { chosenUnit, lens, scene, setting, settingId, started } = this.stage;
    const { position, start, unit, channels, view } = scene;
    return {
      revision: this.revision,
      knownScene: settingId,
      knownStart: started && samePlace(started.place, start) ? start : null,
      position,
      start,
      unit,
      channels,
      view,
      ...(setting.probes ? { probe: chosenUnit } : {}),
      ...lens.message(),
    };
  }

  /** @param {Frame} frame */
  receiveFromPage(frame) {
    const { connection, stage } = this;
    const { header } = frame;
    // While this module loads, Streamlit keeps all frames, and may show an older one last.
    const [process, number] = header.order;
    if (process === this.order[0] && number < this.order[1]) return false;
    this.order = header.order;
    const isForeign = !stage.scene || header.revision !== this.revision;
    if (isForeign && this.isAheadOf(header)) this.resend(header);
    // An answer shows nothing new while the socket brings the frames.
    else if (isForeign || header.notice || !connection.socketIsOpen) this.receive(frame, isForeign);
    // The page has computed this meanwhile; the pattern may be elsewhere by now.
    else if (header.scene !== stage.settingId) connection.ask();
    if (!isForeign) connection.pageAnswered(header);
    this.pageQuery = header.query ?? this.pageQuery;
    return true;
  }

  /**
   * Whether a session, begun anew after a lost connection, has its scene from the link, so that only
   * this stage knows what was done since the link was written.
   * @param {Header} header
   */
  isAheadOf({ query, scene }) {
    const isSameScene = query === this.pageQuery && scene === this.stage.settingId;
    return this.connection.wasDown && this.connection.unacked && isSameScene;
  }

  /** @param {Header} header */
  resend(header) {
    this.revision = header.revision;
    this.connection.sceneChanged();
    this.connection.answered(header);
    this.connection.ask(this.connection.committed);
  }

  /** @param {Frame} frame */
  receiveFromSocket(frame) {
    // One of another revision was requested before another control changed the scene.
    if (frame.header.revision === this.revision) this.receive(frame, false);
    else this.connection.answered(frame.header);
  }

  /**
   * @param {Frame} frame
   * @param {boolean} isForeign
   */
  receive({ header, planes }, isForeign) {
    const { connection, stage } = this;
    if (header.setting) stage.set(header.setting, header.scene, planes);
    if (header.scene !== stage.settingId) {
      connection.answered(header);
      connection.ask(); // the static part of this frame was lost on the way
      return;
    }
    if (isForeign) {
      this.revision = header.revision;
      stage.adopt(header);
      connection.sceneChanged();
    }
    stage.take(header, planes);
    this.takeLink(header, isForeign);
    connection.answered(header);
    stage.showFrame();
  }

  /**
   * Only a static part, or the answer to a commit, brings the link.
   * @param {Header} header
   * @param {boolean} isForeign
   */
  takeLink({ query, token }, isForeign) {
    if (query === undefined) return;
    const { connection } = this;
    this.query = query;
    if (!isForeign && (connection.isWanted || token < connection.requestToken)) return;
    this.linkedAt = connection.requests;
    this.onLink();
  }

  get isLinkCurrent() {
    return this.linkedAt === this.connection.requests;
  }

  /**
   * Commit the scene if its link has not come yet, and wait for it.
   * @returns {Promise<string>} the query of its link
   */
  async currentQuery() {
    if (!this.isLinkCurrent) {
      /** @type {Promise<void>} */
      const linked = new Promise((resolve) => (this.onLink = resolve));
      if (!this.connection.committed) this.connection.commit();
      await linked;
    }
    return this.query;
  }
}
