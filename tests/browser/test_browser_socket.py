"""The two ways of a frame in Chromium: its own socket, or the component where that is shut."""

import pytest
from playwright.sync_api import Browser

from benchmarks.app_server import AppServer
from tests.support.page_scripts import COUNT_FRAMES
from tests.support.stage_driver import Stage

# A browser behind a proxy that lets only Streamlit's own socket through.
SHUT = """
const Open = window.WebSocket;
class Shut {
  constructor() { this.readyState = Open.CLOSED; setTimeout(() => this.onclose?.({}), 5); }
  send() { throw new Error("sent over a socket that is shut"); }
  close() {}
}
window.WebSocket = new Proxy(Open, {
  construct(target, [url, ...rest]) {
    return String(url).endsWith("/frames") ? new Shut() : new target(url, ...rest);
  },
});
"""


def test_a_drag_goes_over_the_socket(browser: Browser, server: AppServer) -> None:
    with Stage(browser, server, {"picture": "flat"}, init_script=COUNT_FRAMES) as stage:
        stage.drag(0, 3)
        assert stage.page.evaluate("window.framesHeard") >= 1
        assert stage.readouts(1)[0] == "→ 3 cells"


@pytest.mark.slow
def test_without_the_socket_the_component_brings_the_same_frames(
    browser: Browser, server: AppServer
) -> None:
    seen = []
    for script in (COUNT_FRAMES, SHUT):
        with Stage(browser, server, {"picture": "flat"}, init_script=script) as stage:
            stage.drag(1, 3)
            seen.append([stage.readouts(layer) for layer in (1, 2, 3)])
            stage.wait_for_link(at="25,15")
    assert seen[0] == seen[1]
    assert seen[0][0][0] == "↓ 1 → 3 cells"


def test_a_socket_that_breaks_in_a_drag_loses_no_move(browser: Browser, server: AppServer) -> None:
    with Stage(browser, server, {"picture": "flat"}, init_script=COUNT_FRAMES) as stage:
        stage.drag(0, 1)
        stage.page.evaluate("window.frameSockets.at(-1).close()")
        stage.drag(0, 2)
        assert stage.readouts(1)[0] == "→ 2 cells"
        stage.page.wait_for_function("window.frameSockets.at(-1).readyState === 1")
        assert stage.page.evaluate("window.frameSockets.length") == 2
        stage.drag(0, 3)
        assert stage.readouts(1)[0] == "→ 3 cells"


# A connection by itself: its socket opens when the test says so, and the component never answers.
LATE_SOCKET = """async (address) => {
  const { Connection } = await import(address);
  class Late {
    static OPEN = 1;
    readyState = 0;
    sent = [];
    send(text) { this.sent.push(JSON.parse(text)); }
    close() {}
  }
  const real = window.WebSocket;
  window.WebSocket = Late;
  const told = [];
  const connection = new Connection({
    address: "ws://nowhere",
    makeMessage: () => ({}),
    makeSceneFields: () => ({}),
    receive: () => {},
    reportOutage: () => {},
  });
  connection.sendToPage = (message) => told.push(message);
  connection.ask();
  connection.commit();
  connection.ask();
  connection.socket.readyState = Late.OPEN;
  connection.timedOut();
  connection.answered({ mount: connection.mount, token: connection.token });
  window.WebSocket = real;
  connection.close();
  return [told.map((it) => it.committed), connection.socket.sent.length];
}"""


def test_what_the_hand_settles_on_reaches_the_page_though_the_socket_opens_late(
    browser: Browser, server: AppServer
) -> None:
    with Stage(browser, server, {"picture": "flat"}) as stage:
        address = next(url for url in stage.requests if url.endswith("connection.js"))
        told, sent = stage.page.evaluate(LATE_SOCKET, address)
        assert told == [False, True]  # by the component while it is shut, and when it has opened
        assert sent == 1
