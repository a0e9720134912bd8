// The line to the server: one request in flight, always the newest wish, never a wish lost.
//
// Frames are asked for over a socket of their own. Where it cannot be opened, or while it is down,
// they are asked for through the component. What the hand settles on always goes there.

const PATIENCE = 1000; // ms without an answer until the wish is sent again
const RETRY = [500, 2000, 8000, 30000]; // ms until the socket is tried again, then the last one

export class Line {
  // makeMessage: what to ask now. tellScene: the scene as a link, for a socket that is new to it.
  constructor({ address, makeMessage, tellScene, receive }) {
    Object.assign(this, { address, makeMessage, tellScene, receive });
    this.mount = Math.random().toString(36).slice(2, 12);
    this.token = 0;
    this.waitingFor = null;
    this.wanted = false;
    this.failures = 0;
    this.toComponent = () => {};
    this.open();
  }

  // Ask for a frame of the present state; `settled` once the hand has come to rest.
  ask(settled) {
    this.wanted = true;
    this.settled = settled;
    this.flush();
    if (settled && this.socketIsOpen) this.toComponent(this.message(true));
  }

  // The scene was changed from outside: the socket has to hear of it before the next frame.
  sceneChanged() {
    this.told = false;
  }

  // Take note of an answer, so that the next wish can go.
  answered(header) {
    if (header.mount !== this.mount || header.token !== this.waitingFor) return;
    this.stopWaiting();
    this.failures = 0;
    this.flush();
  }

  get socketIsOpen() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  message(settled) {
    this.token += 1;
    return { mount: this.mount, token: this.token, settled, ...this.makeMessage() };
  }

  flush() {
    if (!this.wanted || this.waitingFor !== null) return;
    this.wanted = false;
    const message = this.message(this.settled);
    this.waitingFor = message.token;
    this.watchdog = setTimeout(() => this.lost(), PATIENCE);
    if (this.socketIsOpen) {
      const scene = this.told ? {} : this.tellScene();
      this.told = true;
      this.socket.send(JSON.stringify({ ...message, ...scene }));
    } else {
      this.toComponent(message);
    }
  }

  lost() {
    this.stopWaiting();
    // Twice in a row: the socket is open but leads nowhere.
    this.failures += 1;
    if (this.failures > 1 && this.socketIsOpen) this.socket.close();
    this.ask(this.settled);
  }

  stopWaiting() {
    clearTimeout(this.watchdog);
    this.waitingFor = null;
  }

  open() {
    let tries = 0;
    const connect = () => {
      if (this.closed) return;
      this.socket = new WebSocket(this.address);
      this.socket.binaryType = "arraybuffer";
      this.told = false;
      this.socket.onopen = () => {
        tries = 0;
      };
      this.socket.onmessage = (event) => this.receive(new Uint8Array(event.data));
      this.socket.onclose = () => {
        if (this.waitingFor !== null) {
          this.stopWaiting();
          this.ask(this.settled);
        }
        setTimeout(connect, RETRY[Math.min(tries, RETRY.length - 1)]);
        tries += 1;
      };
    };
    connect();
  }

  close() {
    this.closed = true;
    this.stopWaiting();
    this.toComponent = () => {};
    this.socket.close();
  }
}
