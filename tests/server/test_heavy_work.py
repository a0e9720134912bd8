"""Heavy work beside the event loop: whose turn it is, and who pauses for how long."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

import pytest

from pages.ui.sections import shift_errors
from pages.ui.server import heavy_work
from pages.ui.server.heavy_work import (
    BUSY,
    FREE_SECONDS,
    MAX_PAUSE,
    REFILL,
    FrameLoad,
    HeavyWork,
    Share,
    paced,
)
from pages.ui.session import own_work
from pages.ui.stage import frame_lane, stage
from pages.ui.stage.frame_lane import Lane
from tests.support.page_driver import open_page
from tests.support.trainings import until


class FixedLoad:
    """An event loop that is always as busy."""

    def __init__(self, load: float) -> None:
        self._load = load

    def load(self) -> float:
        return self._load


@pytest.fixture
def busy_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heavy_work, "QUICK_FRAMES", FixedLoad(0.5))


def test_one_piece_at_a_time_and_the_one_that_has_used_least_is_next() -> None:
    heavy, served, inside = HeavyWork(), [], []
    shares = {"much": Share(used=3.0), "little": Share(used=1.0), "some": Share(used=2.0)}

    def work(name: str) -> None:
        with heavy.turn(shares[name]):
            inside.append(name)
            assert len(inside) == 1
            served.append(name)
            time.sleep(0.002)  # the others would come in now
            inside.remove(name)

    threads = [threading.Thread(target=work, args=(name,)) for name in shares]
    with heavy.turn(Share()):
        for thread in threads:
            thread.start()
        until(lambda: len(heavy.waiting) == 3)
    for thread in threads:
        thread.join(10)
    assert served == ["little", "some", "much"]


def test_a_turn_within_a_turn_does_not_wait_and_a_failure_gives_the_turn_back() -> None:
    heavy = HeavyWork()
    with pytest.raises(ValueError, match="planted"), heavy.turn(Share()), heavy.turn(Share()):
        raise ValueError("planted")
    with heavy.turn(Share()):
        pass


def test_the_thread_of_frames_waits_for_the_work_of_scripts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heavy = HeavyWork()
    monkeypatch.setattr(frame_lane, "HEAVY", heavy)

    async def ask() -> list[str]:
        order = []
        with heavy.turn(Share()):
            frame = asyncio.create_task(Lane("test").run(Share(), lambda: order.append("frame")))
            while not heavy.waiting:
                await asyncio.sleep(0.001)
            order.append("script")
        await frame
        return order

    assert asyncio.run(ask()) == ["script", "frame"]


@pytest.mark.usefixtures("busy_loop")
def test_a_session_that_asks_for_much_pauses_while_the_event_loop_is_busy() -> None:
    share = Share()
    share.spend(FREE_SECONDS)
    assert share.pause == 0
    share.spend(0.1)
    assert 0.3 < share.pause <= 0.1 / REFILL
    share.spend(100.0)
    assert share.pause == MAX_PAUSE


def test_no_session_pauses_while_the_event_loop_is_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heavy_work, "QUICK_FRAMES", FixedLoad(BUSY / 2))
    share = Share()
    share.spend(100.0)
    assert share.pause == 0


@pytest.mark.usefixtures("busy_loop")
def test_a_session_that_asks_now_and_then_never_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    share, now = Share(), time.monotonic()
    for second in range(100):
        monkeypatch.setattr(time, "monotonic", lambda second=second: now + second)
        assert share.pause == 0
        share.spend(0.2)  # a learner who lets go of the pattern once a second


@pytest.mark.usefixtures("busy_loop")
def test_a_long_script_is_not_held_against_a_session_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    share, now = Share(), time.monotonic()
    share.spend(100.0)
    monkeypatch.setattr(time, "monotonic", lambda: now + 0.5)
    share.spend(0.01)
    assert share.pause <= 0.04


@pytest.mark.usefixtures("busy_loop")
def test_a_block_begins_after_the_pause_and_those_within_it_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slept: list[float] = []
    share = Share()
    share.spend(FREE_SECONDS + 0.1)
    monkeypatch.setattr(time, "sleep", slept.append)
    with paced(share), paced(share):
        pass
    assert len(slept) == 1
    assert 0.3 < slept[0] <= 0.1 / REFILL


def test_what_a_thread_does_between_its_blocks_counts_too() -> None:
    shares = Share(), Share()

    def script() -> None:
        for share in shares:
            until_busy = time.thread_time() + 0.1
            while time.thread_time() < until_busy:
                pass
            with paced(share):
                pass

    thread = threading.Thread(target=script)
    thread.start()
    thread.join(10)
    for share in shares:
        assert FREE_SECONDS - 0.2 < share.credit <= FREE_SECONDS - 0.1


def test_the_load_is_that_of_the_frames_of_the_last_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    load, now = FrameLoad(), time.monotonic()
    for step in range(1, 301):  # 100 frames a second of 3 ms each
        monkeypatch.setattr(time, "monotonic", lambda step=step: now + step / 100)
        load.note(0.003)
    assert 0.28 < load.load() < 0.32
    monkeypatch.setattr(time, "monotonic", lambda: now + 6)
    assert load.load() == 0


def test_the_frame_and_the_charts_of_a_page_are_made_in_turns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heavy = HeavyWork()
    made: list[tuple[str, bool]] = []
    monkeypatch.setattr(own_work, "HEAVY", heavy)
    for module, name in ((stage, "render_frame"), (shift_errors, "layer_offsets")):
        monkeypatch.setattr(module, name, noting(made, heavy, getattr(module, name)))
    open_page("feature_map_shifts.py", {})
    assert made == [("render_frame", True), ("layer_offsets", True)]


def noting(
    made: list[tuple[str, bool]], heavy: HeavyWork, make: Callable[..., object]
) -> Callable[..., object]:
    """The function; it notes its name, and whether its thread has the turn."""

    def noted(*arguments: object) -> object:
        made.append((make.__name__, heavy.is_mine()))
        return make(*arguments)

    return noted
