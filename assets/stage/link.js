// The line to the server: one request in flight, always the newest wish, never a wish lost.

const PATIENCE = 1000; // ms without an answer until the wish is sent again

export class Line {
  constructor(makeMessage) {
    this.makeMessage = makeMessage;
    this.mount = Math.random().toString(36).slice(2, 12);
    this.token = 0;
    this.waitingFor = null;
    this.wanted = false;
    this.settled = true;
    this.send = () => {};
  }

  // Ask for a frame of the present state; `settled` once the hand has come to rest.
  ask(settled) {
    this.wanted = true;
    this.settled = settled;
    this.flush();
  }

  // Take note of an answer. Returns whether it is the newest one that was asked for.
  answered(header) {
    if (header.mount !== this.mount || header.token !== this.waitingFor) return false;
    this.stopWaiting();
    this.flush();
    return true;
  }

  get busy() {
    return this.wanted || this.waitingFor !== null;
  }

  flush() {
    if (!this.wanted || this.waitingFor !== null) return;
    this.wanted = false;
    this.token += 1;
    this.waitingFor = this.token;
    this.watchdog = setTimeout(() => {
      this.stopWaiting();
      this.ask(this.settled);
    }, PATIENCE);
    const { mount, token, settled } = this;
    this.send({ mount, token, settled, ...this.makeMessage() });
  }

  stopWaiting() {
    clearTimeout(this.watchdog);
    this.waitingFor = null;
  }

  close() {
    this.stopWaiting();
    this.send = () => {};
  }
}
