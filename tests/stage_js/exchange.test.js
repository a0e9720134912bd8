import assert from "node:assert/strict";
import { test } from "node:test";

import { Exchange } from "../../assets/stage/exchange.js";

// An exchange without a socket, which notes the frames that it lets the stage show.
function exchange() {
  const shown = [];
  const made = Object.create(Exchange.prototype);
  Object.assign(made, {
    order: ["", 0],
    revision: -1,
    stage: { scene: null },
    connection: { wasDown: false, socketIsOpen: false, pageAnswered: () => {} },
    receive: ({ header }) => shown.push(header.order),
  });
  const fromPage = (...order) => made.receiveFromPage({ header: { order, revision: 0 } });
  return { fromPage, shown };
}

test("an older frame of the page is not shown after a newer one", () => {
  const { fromPage, shown } = exchange();
  assert.deepEqual(
    [fromPage("a", 3), fromPage("a", 2), fromPage("a", 3), fromPage("a", 4)],
    [true, false, true, true],
  );
  assert.deepEqual(shown, [["a", 3], ["a", 3], ["a", 4]]);
});

test("the frames of a server that was started again count from one", () => {
  const { fromPage, shown } = exchange();
  fromPage("a", 900);
  fromPage("b", 1);
  assert.equal(fromPage("b", 0), false);
  assert.deepEqual(shown, [["a", 900], ["b", 1]]);
});
