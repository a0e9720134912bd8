"""Two processes behind nginx in Chromium: one is killed, and its learner goes on at the other."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack

import numpy as np
import pytest
from playwright.sync_api import Browser

from benchmarks.app_server import AppServer
from tests.support.nginx import Nginx
from tests.support.page_scripts import COUNT_FRAMES
from tests.support.stage_driver import Stage

pytestmark = pytest.mark.slow

QUERY = {"picture": "flat", "kernels": "identity,bank"}


class Together:
    """Processes behind one address."""

    def __init__(self, url: str, processes: list[AppServer]) -> None:
        self.url = url
        self.processes = processes
        self.dead: AppServer | None = None

    def log(self) -> str:
        """Return what the processes have printed so far."""
        return "".join(process.log() for process in self.processes)

    def kill(self, port: int) -> None:
        """End a process with no chance to say goodbye."""
        self.dead = next(process for process in self.processes if process.port == port)
        os.kill(self.dead.pid, signal.SIGKILL)

    def revive(self) -> None:
        """Start what was killed anew."""
        if self.dead:
            self.dead.restart()
            while "URL" not in self.dead.log():  # it greets a moment after it is healthy
                time.sleep(0.05)
        self.dead = None


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Together]:
    with ExitStack() as stack:
        processes = [stack.enter_context(AppServer()) for _ in range(2)]
        ports = [process.port for process in processes]
        nginx = stack.enter_context(Nginx(ports, tmp_path_factory.mktemp("nginx")))
        yield Together(nginx.url, processes)


@pytest.fixture
def site(two: Together) -> Together:
    """Both processes, whatever a test before has done to them."""
    two.revive()
    return two


def port_of(stage: Stage) -> int:
    """The process that the learner's session lives in, by the cookie."""
    cookie = next(it for it in stage.page.context.cookies() if it["name"] == "shiftlab")
    return int(cookie["value"].split(".")[0])


def frames_heard(stage: Stage) -> int:
    return int(stage.page.evaluate("window.framesHeard ?? 0"))


def wait_for_new_frame_socket(stage: Stage) -> None:
    """Wait until the frame socket that was cut has a successor."""
    stage.page.wait_for_function(
        "window.frameSockets.length > 1 && window.frameSockets.at(-1).readyState === 1"
    )


def test_a_killed_process_leaves_its_learner_at_the_other_with_the_same_scene(
    browser: Browser, site: Together
) -> None:
    with (
        Stage(browser, site, QUERY, init_script=COUNT_FRAMES) as one,
        Stage(browser, site, QUERY, init_script=COUNT_FRAMES) as other,
    ):
        assert {port_of(one), port_of(other)} == {process.port for process in site.processes}
        for stage in (one, other):
            stage.drag(-3, 5)
            assert frames_heard(stage) >= 1
        shown, link = one.cells(1), one.page.url

        with one.page.expect_websocket(lambda it: it.url.endswith("/_stcore/stream")):
            site.kill(port_of(one))
        wait_for_new_frame_socket(one)
        one.wait_until_run()
        assert one.page.url == link
        assert one.position == (21, 17)
        np.testing.assert_array_equal(one.cells(1), shown)

        heard = frames_heard(one)
        one.drag(2, 1)
        assert frames_heard(one) > heard
        assert one.readouts(1)[:2] == ("↓ 2 → 1 cells", "↓ 2 → 1 cells")
        assert port_of(one) == port_of(other)

        assert other.page.evaluate("window.frameSockets.map((it) => it.readyState)") == [1]
        other.drag(1, 0)
        assert other.position == (22, 17)


def test_what_is_dropped_while_nobody_listens_is_not_lost(browser: Browser, site: Together) -> None:
    with Stage(browser, site, QUERY, init_script=COUNT_FRAMES) as stage:
        stage.drag(-3, 5)
        killed = port_of(stage)
        with stage.held():
            stage.pull(1, 1)
            stage.wait_for_maps_at((22, 18))
            stage.wait_until_run()  # the page has heard of the drag before
            site.kill(killed)
            stage.page.wait_for_function("window.frameSockets[0].readyState === 3")
            stage.pull(3, 3)
        wait_for_new_frame_socket(stage)
        stage.wait_until_settled((24, 20))
        stage.drag(0, 1)
        assert stage.position == (24, 21)
        assert port_of(stage) != killed
        # The browser and Streamlit say on the console, each in its words, that a server is away.
        stage.complaints[:] = [it for it in stage.complaints if not it.startswith("console:")]
