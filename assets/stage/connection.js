// The connection to the server: one request in flight at a time, always for the newest state.
//
// Requests go over a WebSocket. While it is not open they go through the Streamlit component, which
// is slower. Commits, the states on which a drag ends, always reach the page through the component.

const FIRST_TIMEOUT = 1000; // ms without an answer until the request is sent again
const MAX_TIMEOUT = 8000; // ms; the timeout doubles with each lost request up to this
const MAX_SILENCE = 10_000; // ms without any answer after which an open socket is closed
const RECONNECT_DELAYS = [500, 2000, 8000, 30_000]; // ms; the last one is repeated
const WAS_IDLE = 4001; // the close code of a socket whose place another stage needed

/** @import { Envelope, Request, SceneFields, StageMessage } from "./protocol.d.ts" */

export class Connection {
  /** @type {WebSocket} */
  socket;
  closed = false;
  wasDown = false; // since the scene was last changed from outside
  failures = 0; // attempts to connect since the last answer

  /**
   * @param {object} options
   * @param {string} options.address of the socket
   * @param {() => Request} options.makeMessage returns what to request now
   * @param {() => SceneFields} options.makeSceneFields returns the scene as a link, for a socket
   *   that does not know it yet
   * @param {(bytes: Uint8Array) => void} options.receive gets each frame that the socket brings
   * @param {(isDown: boolean) => void} options.reportOutage gets true when nobody answers any more,
   *   and false when somebody does again
   */
  constructor({ address, makeMessage, makeSceneFields, receive, reportOutage }) {
    this.address = address;
    this.makeMessage = makeMessage;
    this.makeSceneFields = makeSceneFields;
    this.receive = receive;
    this.reportOutage = reportOutage;
    this.mount = Math.random().toString(36).slice(2, 12);
    this.token = 0; // of the last message
    this.requests = 0; // how many states were requested
    this.requestToken = 0; // of the last request
    this.lastAnswer = 0; // token of the last answer
    this.timeout = FIRST_TIMEOUT;
    /** @type {"socket" | "component" | null} which one carries the request in flight */
    this.inFlight = null;
    /** @type {number | null} ms since which nobody answers */
    this.silentSince = null;
    this.isWanted = false; // whether the next request waits for the one in flight
    this.committed = false; // whether the newest state is a commit
    this.unacked = false; // whether the page has not yet answered the newest state
    this.unsentCommit = false; // whether the page has to be sent a commit
    this.commitInFlight = false; // whether the request in flight carries one to the page
    this.sceneSent = false; // whether the socket knows the scene
    this.waitsForRequest = false; // whether the socket was closed for being idle
    /** @type {(message: StageMessage) => void} */
    this.sendToPage = () => {};
    this.open();
  }

  /**
   * Request a frame of the present state.
   * @param {boolean} committed whether the drag, or the key, has ended with it
   */
  ask(committed = false) {
    this.requests += 1;
    if (this.waitsForRequest) this.reconnectNow();
    this.isWanted = true;
    this.committed = committed;
    this.unsentCommit ||= committed;
    this.unacked = true;
    this.flush();
    this.sendCommit();
  }

  // Request a frame, and have the page take the state into the link and the session.
  commit() {
    this.ask(true);
  }

  // The page does not see what the socket carries; a request by the component it sees anyway.
  sendCommit() {
    if (!this.unsentCommit || !this.socketIsOpen) return;
    this.unsentCommit = false;
    this.sendToPage(this.message(true));
  }

  // The scene was changed from outside: the socket needs it before the next frame.
  sceneChanged() {
    this.sceneSent = false;
    this.wasDown = false;
  }

  /**
   * A frame has come. If it answers the newest request, late or not, the next one can go.
   * @param {Envelope} header
   */
  answered({ mount, token }) {
    if (mount !== this.mount || token <= this.lastAnswer) return;
    this.lastAnswer = token;
    this.timeout = FIRST_TIMEOUT;
    this.silentSince = null;
    this.reportOutage(false);
    if (this.inFlight === "socket") this.failures = 0;
    this.stopWaiting();
    this.flush();
  }

  /**
   * The page has answered a message. Only an answer to the newest one counts.
   * @param {Envelope} header
   */
  pageAnswered({ mount, token }) {
    if (mount === this.mount && token === this.token) this.unacked = false;
  }

  get socketIsOpen() {
    return this.socket.readyState === WebSocket.OPEN;
  }

  /**
   * @param {boolean} committed
   * @returns {StageMessage}
   */
  message(committed) {
    this.token += 1;
    return { mount: this.mount, token: this.token, committed, ...this.makeMessage() };
  }

  flush() {
    if (!this.isWanted || this.inFlight || this.closed) return;
    this.isWanted = false;
    const message = this.message(this.committed || this.unsentCommit);
    this.requestToken = message.token;
    this.inFlight = this.socketIsOpen ? "socket" : "component";
    this.silentSince ??= performance.now();
    this.watchdog = setTimeout(() => this.timedOut(), this.timeout);
    if (this.inFlight === "socket") {
      const scene = this.sceneSent ? {} : this.makeSceneFields();
      this.sceneSent = true;
      this.socket.send(JSON.stringify({ ...message, ...scene }));
      this.sendCommit();
    } else {
      this.commitInFlight = this.unsentCommit;
      this.unsentCommit = false;
      this.sendToPage(message);
    }
  }

  timedOut() {
    this.unsentCommit ||= this.commitInFlight; // it may never have arrived
    this.stopWaiting();
    if (!this.socketIsOpen) this.reportOutage(true);
    // A busy server answers late; asking it more often would only make that worse.
    this.timeout = Math.min(2 * this.timeout, MAX_TIMEOUT);
    const silence = performance.now() - (this.silentSince ?? 0);
    if (silence > MAX_SILENCE && this.socketIsOpen) {
      this.silentSince = null;
      this.socket.close();
    }
    this.isWanted = true;
    this.flush();
  }

  stopWaiting() {
    clearTimeout(this.watchdog);
    this.inFlight = null;
    this.commitInFlight = false;
  }

  open() {
    this.closed = false;
    this.wasDown = false;
    this.failures = 0;
    this.socket = this.connect();
    globalThis.addEventListener?.("online", this.reconnectNow);
  }

  // A device that has slept, or was offline, must not wait for the next attempt: it may be 30 s away.
  reconnectNow = () => {
    if (this.closed || this.socket.readyState !== WebSocket.CLOSED) return;
    clearTimeout(this.reconnecting);
    this.failures = 0;
    this.socket = this.connect();
  };

  connect() {
    const socket = new WebSocket(this.address);
    socket.binaryType = "arraybuffer";
    this.sceneSent = false;
    this.waitsForRequest = false;
    socket.onmessage = (event) => this.receive(new Uint8Array(event.data));
    socket.onclose = ({ code }) => {
      // One that was left for another, or on purpose, may end late.
      if (this.closed || socket !== this.socket) return;
      this.waitsForRequest = code === WAS_IDLE && !this.inFlight;
      if (this.waitsForRequest) return;
      this.wasDown = true;
      if (this.inFlight === "socket") {
        this.stopWaiting();
        this.ask(this.committed);
      }
      const last = RECONNECT_DELAYS.length - 1;
      const delay = RECONNECT_DELAYS[Math.min(this.failures, last)];
      this.reconnecting = setTimeout(() => (this.socket = this.connect()), delay);
      this.failures += 1;
    };
    return socket;
  }

  close() {
    this.closed = true;
    this.isWanted = false;
    this.stopWaiting();
    clearTimeout(this.reconnecting);
    globalThis.removeEventListener?.("online", this.reconnectNow);
    this.sendToPage = () => {};
    this.socket.close();
  }
}
