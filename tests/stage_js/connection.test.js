import assert from "node:assert/strict";
import { test } from "node:test";

import { Connection } from "../../assets/stage/connection.js";

class FakeSocket {
  static OPEN = 1;
  static CLOSED = 3;
  static made = [];

  constructor(address) {
    Object.assign(this, { address, readyState: 0, sent: [] });
    FakeSocket.made.push(this);
  }

  open() {
    this.readyState = FakeSocket.OPEN;
  }

  send(text) {
    assert.equal(this.readyState, FakeSocket.OPEN, "a browser throws at this");
    this.sent.push(JSON.parse(text));
  }

  // Called by the connection; the browser tells of the end only later.
  close() {
    this.readyState = 2;
  }

  end(code = 1006) {
    this.readyState = 3;
    this.onclose({ code });
  }
}

// A connection with all that it has told, and a clock that stands until it is moved.
function connected(t, { open = true } = {}) {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  t.mock.method(performance, "now", () => Date.now());
  FakeSocket.made = [];
  globalThis.WebSocket = FakeSocket;
  const told = { page: [], received: [], outages: [], state: 0 };
  const connection = new Connection({
    address: "ws://host/frames",
    makeMessage: () => ({ state: told.state }),
    makeSceneFields: () => ({ query: "stack=C3" }),
    receive: (bytes) => told.received.push(bytes),
    reportOutage: (isOut) => told.outages.push(isOut),
  });
  connection.sendToPage = (message) => told.page.push(message);
  if (open) connection.socket.open();
  const wait = (time) => t.mock.timers.tick(time);
  const ask = (state, committed = false) => {
    told.state = state;
    connection.ask(committed);
  };
  const answer = ({ mount, token }) => connection.answered({ mount, token });
  return { connection, told, wait, ask, answer, socket: connection.socket };
}

const states = (messages) => messages.map((message) => message.state);

test("one request is in flight, and the next is for the newest state", (t) => {
  const { ask, answer, socket } = connected(t);
  for (const state of [1, 2, 3, 4]) ask(state);
  assert.deepEqual(states(socket.sent), [1]);
  answer(socket.sent[0]);
  assert.deepEqual(states(socket.sent), [1, 4]);
  answer(socket.sent[1]);
  assert.deepEqual(states(socket.sent), [1, 4]);
});

test("messages of one mount are numbered, and other stages have other mounts", (t) => {
  const { connection, ask, answer, socket } = connected(t);
  ask(1);
  ask(2);
  answer(socket.sent[0]);
  assert.deepEqual(socket.sent.map(({ token }) => token), [1, 2]);
  assert.deepEqual(socket.sent.map(({ mount }) => mount), [connection.mount, connection.mount]);
  t.mock.timers.reset();
  assert.notEqual(connected(t).connection.mount, connection.mount);
});

test("while no socket is open the page is asked, and is not told a second time", (t) => {
  const { ask, answer, told, socket } = connected(t, { open: false });
  ask(1, true);
  ask(2);
  assert.deepEqual(states(told.page), [1]);
  socket.open();
  answer(told.page[0]);
  assert.deepEqual(states(told.page), [1]);
  assert.deepEqual(states(socket.sent), [2]);
});

test("a socket hears the scene once, and again when it is another or the socket is new", (t) => {
  const { connection, ask, answer, wait, socket } = connected(t);
  const send = (state, over) => {
    ask(state);
    answer(over.sent.at(-1));
    return over.sent.at(-1).query;
  };
  assert.equal(send(1, socket), "stack=C3");
  assert.equal(send(2, socket), undefined);
  connection.sceneChanged();
  assert.equal(send(3, socket), "stack=C3");
  assert.equal(send(4, socket), undefined);
  socket.end();
  wait(500);
  connection.socket.open();
  assert.equal(send(5, connection.socket), "stack=C3");
});

test("a commit goes over the socket and to the page, each time once", (t) => {
  const { ask, answer, told, socket } = connected(t);
  ask(1);
  answer(socket.sent[0]);
  assert.deepEqual(told.page, []);
  ask(2, true);
  assert.deepEqual(states(told.page), [2]);
  assert.equal(told.page[0].committed, true);
  assert.deepEqual(socket.sent.map(({ committed }) => committed), [false, true]);
  answer(socket.sent[1]);
  ask(3);
  assert.deepEqual(states(told.page), [2]);
  assert.equal(socket.sent.at(-1).committed, false);
});

test("the page hears a commit at once, even while the socket waits for a frame", (t) => {
  const { ask, told, socket } = connected(t);
  ask(1);
  ask(2, true);
  assert.deepEqual(states(socket.sent), [1]);
  assert.deepEqual(states(told.page), [2]);
});

test("a commit that waits for the page is not lost to a later move", (t) => {
  const { ask, answer, told } = connected(t, { open: false });
  ask(1);
  ask(2, true);
  ask(3);
  answer(told.page[0]);
  assert.deepEqual(states(told.page), [1, 3]);
  assert.equal(told.page[1].committed, true);
});

test("a commit that was lost on its way to the page is sent again as one", (t) => {
  const { ask, wait, told } = connected(t, { open: false });
  ask(1, true);
  ask(2);
  wait(1000);
  assert.deepEqual(states(told.page), [1, 2]);
  assert.equal(told.page[1].committed, true);
});

test("a commit that waited for a lost answer reaches the page over the socket that opened since", (t) => {
  const { ask, wait, told, socket } = connected(t, { open: false });
  ask(1, true);
  socket.open();
  wait(1000);
  assert.deepEqual(states(socket.sent), [1]);
  assert.deepEqual(states(told.page), [1, 1]);
  assert.equal(told.page[1].committed, true);
});

test("without an answer the newest state is asked for again, each time later", (t) => {
  const { ask, wait, socket } = connected(t);
  // So that silence alone does not close the socket while the times are counted.
  t.mock.method(performance, "now", () => 0);
  ask(1);
  const times = [];
  for (let time = 100; time <= 32_000; time += 100) {
    const before = socket.sent.length;
    wait(100);
    if (socket.sent.length > before) times.push(time);
  }
  assert.deepEqual(times, [1000, 3000, 7000, 15_000, 23_000, 31_000]);
});

test("an answer makes the connection patient for a second again", (t) => {
  const { ask, answer, wait, socket } = connected(t);
  ask(1);
  wait(1000);
  wait(2000);
  assert.equal(socket.sent.length, 3);
  answer(socket.sent.at(-1));
  ask(2);
  wait(999);
  assert.equal(socket.sent.length, 4);
  wait(1);
  assert.equal(socket.sent.length, 5);
});

test("a late answer counts; one to another stage, or an older one, does not", (t) => {
  const { ask, answer, wait, socket } = connected(t);
  ask(1);
  wait(1000); // asked again
  ask(2);
  answer({ mount: "another", token: 99 });
  assert.equal(socket.sent.length, 2);
  answer(socket.sent[0]);
  assert.deepEqual(states(socket.sent), [1, 1, 2]);
  ask(3);
  answer(socket.sent[0]);
  assert.equal(socket.sent.length, 3);
});

test("a socket that is silent for ten seconds is given up, and the page is asked", (t) => {
  const { connection, ask, wait, told, socket } = connected(t);
  ask(1);
  wait(1000);
  wait(2000);
  wait(4000);
  assert.equal(socket.readyState, FakeSocket.OPEN);
  wait(8000);
  assert.equal(socket.readyState, 2);
  assert.deepEqual(states(told.page), [1]);
  socket.end();
  wait(500);
  assert.equal(FakeSocket.made.length, 2);
  assert.equal(connection.socket, FakeSocket.made[1]);
});

test("an outage is reported while neither way answers, and its end", (t) => {
  const { ask, answer, wait, told, socket } = connected(t);
  ask(1);
  wait(1000);
  assert.deepEqual(told.outages, []); // a socket is open: the server may just be busy
  socket.end();
  wait(2000);
  assert.deepEqual(told.outages, [true]);
  answer(told.page.at(-1));
  assert.deepEqual(told.outages, [true, false]);
});

test("what the socket was asked when it broke is asked of the page at once", (t) => {
  const { ask, told, socket } = connected(t);
  ask(1);
  told.state = 2;
  socket.end();
  assert.deepEqual(states(told.page), [2]);
  assert.equal(told.page[0].committed, false);
});

test("a commit in flight over a socket that breaks is still a commit", (t) => {
  const { ask, told, socket } = connected(t);
  ask(1, true);
  socket.end();
  assert.deepEqual(told.page.map(({ committed }) => committed), [true, true]);
});

test("nothing is asked when a socket breaks that had nothing to answer", (t) => {
  const { connection, ask, answer, told, socket } = connected(t);
  ask(1);
  answer(socket.sent[0]);
  socket.end();
  assert.deepEqual(told.page, []);
  assert.equal(connection.wasDown, true);
  connection.sceneChanged();
  assert.equal(connection.wasDown, false);
});

test("a broken socket is tried again, each time later, until one answers", (t) => {
  const { connection, ask, answer, wait } = connected(t, { open: false });
  for (const delay of [500, 2000, 8000, 30_000, 30_000]) {
    const { length } = FakeSocket.made;
    connection.socket.end();
    wait(delay - 1);
    assert.equal(FakeSocket.made.length, length, `before ${delay} ms`);
    wait(1);
    assert.equal(FakeSocket.made.length, length + 1, `after ${delay} ms`);
  }
  connection.socket.open();
  ask(1);
  answer(connection.socket.sent[0]);
  const { length } = FakeSocket.made;
  connection.socket.end();
  wait(500);
  assert.equal(FakeSocket.made.length, length + 1);
});

test("a device that comes back online tries a broken socket at once, and no other", (t) => {
  const device = new EventTarget();
  globalThis.addEventListener = device.addEventListener.bind(device);
  globalThis.removeEventListener = device.removeEventListener.bind(device);
  t.after(() => {
    delete globalThis.addEventListener;
    delete globalThis.removeEventListener;
  });
  const { connection, socket, wait } = connected(t);
  const comeBack = () => device.dispatchEvent(new Event("online"));
  comeBack();
  assert.equal(FakeSocket.made.length, 1, "an open socket stays");
  socket.end();
  for (const delay of [500, 2000, 8000]) {
    wait(delay);
    FakeSocket.made.at(-1).end();
  }
  assert.equal(FakeSocket.made.length, 4);
  comeBack();
  assert.equal(FakeSocket.made.length, 5);
  wait(60_000);
  assert.equal(FakeSocket.made.length, 5, "the attempt that it waited for is off");
  FakeSocket.made.at(-1).end();
  wait(500);
  assert.equal(FakeSocket.made.length, 6, "the delays begin anew");
  FakeSocket.made.at(-1).end();
  connection.close();
  comeBack();
  assert.equal(FakeSocket.made.length, 6, "a closed connection stays closed");
});

test("the page has answered only once it answers the newest message", (t) => {
  const { connection, ask, socket } = connected(t);
  assert.equal(connection.unacked, false);
  ask(1, true);
  const [first] = socket.sent;
  connection.pageAnswered({ ...first, token: 1 });
  assert.equal(connection.unacked, true);
  connection.pageAnswered({ mount: "another", token: 2 });
  assert.equal(connection.unacked, true);
  connection.pageAnswered({ ...first, token: 2 }); // what the page was sent
  assert.equal(connection.unacked, false);
});

test("bytes of a socket are handed on", (t) => {
  const { told, socket } = connected(t);
  assert.equal(socket.binaryType, "arraybuffer");
  socket.onmessage({ data: Uint8Array.of(1, 2, 3).buffer });
  assert.deepEqual(told.received, [Uint8Array.of(1, 2, 3)]);
});

test("a connection that is closed says nothing more, to nobody", (t) => {
  const { connection, ask, wait, told, socket } = connected(t);
  ask(1);
  ask(2);
  connection.close();
  socket.end();
  ask(3, true);
  wait(60_000);
  assert.deepEqual(states(socket.sent), [1]);
  assert.deepEqual(told.page, []);
  assert.equal(FakeSocket.made.length, 1);
});

for (const [when, isDropped, endsLate] of [
  ["has ended before", true, false],
  ["ends at once", false, false],
  ["ends late", false, true],
]) {
  test(`a connection that is opened again has one socket; the old one ${when}`, (t) => {
    const { connection, ask, wait, socket } = connected(t);
    if (isDropped) socket.end();
    connection.close();
    if (!isDropped && !endsLate) socket.end();
    connection.open();
    connection.socket.open();
    if (endsLate) socket.end();
    wait(60_000);
    assert.equal(FakeSocket.made.length, 2);
    ask(1);
    assert.deepEqual(states(FakeSocket.made[1].sent), [1]);
  });
}

test("a socket that was closed for being idle is opened again by the next request alone", (t) => {
  const { connection, told, wait, ask, answer, socket } = connected(t);
  ask(1);
  answer(socket.sent[0]);
  socket.end(4001);
  wait(120_000);
  assert.equal(FakeSocket.made.length, 1);
  ask(2);
  assert.equal(FakeSocket.made.length, 2);
  assert.deepEqual(states(told.page), [2]); // nobody waits until the new one is open
  connection.socket.open();
  answer(told.page[0]);
  ask(3);
  const [message] = connection.socket.sent;
  assert.deepEqual([message.state, message.query], [3, "stack=C3"]);
  // One that was dropped with a request in flight is asked again as always.
  connection.socket.end(4001);
  wait(500);
  assert.equal(FakeSocket.made.length, 3);
  assert.equal(told.page.at(-1).state, 3);
});
