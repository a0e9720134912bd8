// The line to the server: one request in flight, always the newest wish, never a wish lost.
//
// Frames are asked for over a socket of their own. Where it cannot be opened, or while it is down,
// they are asked for through the component. What the hand settles on always goes there.

const PATIENCE = 1000; // ms without an answer until the newest wish is sent; doubles with each loss
const LONGEST = 8000; // ms that patience grows to
const SILENCE = 10000; // ms without any answer after which a socket that looks open is given up
const RETRY = [500, 2000, 8000, 30000]; // ms until the socket is tried again, then the last one

export class Line {
  // makeMessage: what to ask now. tellScene: the scene as a link, for a socket that is new to it.
  // tellCut: called with true when nobody answers any more, with false once somebody does again.
  constructor({ address, makeMessage, tellScene, receive, tellCut }) {
    Object.assign(this, { address, makeMessage, tellScene, receive, tellCut });
    this.mount = Math.random().toString(36).slice(2, 12);
    this.token = 0;
    this.lastAnswer = 0;
    this.patience = PATIENCE;
    this.waiting = null; // "socket" or "component": the way of the request in flight
    this.wanted = false;
    this.unheard = false; // whether anything was asked that the page has not taken in
    this.untold = false; // whether the page still has to be told what the hand has settled on
    this.telling = false; // whether the request in flight tells it
    this.toComponent = () => {};
    this.open();
  }

  // Ask for a frame of the present state; `settled` once the hand has come to rest.
  ask(settled) {
    this.wanted = true;
    this.settled = settled;
    this.untold ||= settled;
    this.unheard = true;
    this.flush();
    this.tellPage();
  }

  // What goes over the socket the page does not hear; by the component it hears it anyway.
  tellPage() {
    if (!this.untold || !this.socketIsOpen) return;
    this.untold = false;
    this.toComponent(this.message(true));
  }

  // The scene was changed from outside: the socket has to hear of it before the next frame.
  sceneChanged() {
    this.told = false;
    this.wasCut = false;
  }

  // Take note of an answer, late or not, so that the next wish can go.
  answered(header) {
    if (header.mount !== this.mount || header.token <= this.lastAnswer) return;
    this.lastAnswer = header.token;
    this.patience = PATIENCE;
    this.silentSince = null;
    this.tellCut(false);
    if (this.waiting === "socket") this.tries = 0;
    this.stopWaiting();
    this.flush();
  }

  // The page has answered this: what it says goes for the newest wish only.
  heard({ mount, token }) {
    if (mount === this.mount && token === this.token) this.unheard = false;
  }

  get socketIsOpen() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  message(settled) {
    this.token += 1;
    return { mount: this.mount, token: this.token, settled, ...this.makeMessage() };
  }

  flush() {
    if (!this.wanted || this.waiting || this.closed) return;
    this.wanted = false;
    const message = this.message(this.settled || this.untold);
    this.waiting = this.socketIsOpen ? "socket" : "component";
    this.silentSince ??= performance.now();
    this.watchdog = setTimeout(() => this.lost(), this.patience);
    if (this.waiting === "socket") {
      const scene = this.told ? {} : this.tellScene();
      this.told = true;
      this.socket.send(JSON.stringify({ ...message, ...scene }));
      this.tellPage();
    } else {
      this.telling = this.untold;
      this.untold = false;
      this.toComponent(message);
    }
  }

  lost() {
    this.untold ||= this.telling; // it may never have arrived
    this.stopWaiting();
    if (!this.socketIsOpen) this.tellCut(true);
    // A server with much to do answers late; asking it more often would only make that worse.
    this.patience = Math.min(2 * this.patience, LONGEST);
    if (performance.now() - this.silentSince > SILENCE && this.socketIsOpen) {
      this.silentSince = null;
      this.socket.close();
    }
    this.wanted = true;
    this.flush();
  }

  stopWaiting() {
    clearTimeout(this.watchdog);
    this.waiting = null;
    this.telling = false;
  }

  open() {
    this.closed = false;
    this.wasCut = false; // since the scene was last taken over from outside
    this.tries = 0;
    this.connect();
  }

  connect() {
    if (this.closed) return;
    const socket = new WebSocket(this.address);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.told = false;
    socket.onmessage = (event) => this.receive(new Uint8Array(event.data));
    socket.onclose = () => {
      this.wasCut = true;
      if (this.waiting === "socket") {
        this.stopWaiting();
        this.ask(this.settled);
      }
      setTimeout(() => this.connect(), RETRY[Math.min(this.tries, RETRY.length - 1)]);
      this.tries += 1;
    };
  }

  close() {
    this.closed = true;
    this.wanted = false;
    this.stopWaiting();
    this.toComponent = () => {};
    this.socket.close();
  }
}
