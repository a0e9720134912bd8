"""The thread that computes frames: whose turn it is, what is left out, and what goes wrong."""

import asyncio
import threading
import time

import pytest

from pages.ui.server.heavy_work import Share
from pages.ui.stage.frame_lane import Lane, LaneError


def busy(seconds: float) -> None:
    """Use so much CPU time."""
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def test_the_connection_that_has_used_least_is_next() -> None:
    served: list[str] = []

    async def greedy_and_modest() -> None:
        lane, greedy = Lane("test"), Share()
        gate = threading.Event()

        def make(name: str, seconds: float) -> None:
            gate.wait(10)
            busy(seconds)
            served.append(name)

        asked = [asyncio.create_task(lane.run(greedy, lambda: make("greedy", 0.02)))]
        await asyncio.sleep(0.05)  # it is being computed when the others come
        asked += [
            asyncio.create_task(lane.run(greedy, lambda: make("greedy", 0.02))) for _ in range(3)
        ]
        for number in range(2):
            share, name = Share(), f"modest {number}"
            asked.append(
                asyncio.create_task(lane.run(share, lambda name=name: make(name, 0.001)))  # type: ignore[misc]
            )
        await asyncio.sleep(0.05)
        gate.set()
        await asyncio.gather(*asked)

    asyncio.run(greedy_and_modest())
    assert served == ["greedy", "modest 0", "modest 1", "greedy", "greedy", "greedy"]


def test_having_been_idle_gives_no_right_to_hold_others_up() -> None:
    async def late() -> float:
        lane, early, idle = Lane("test"), Share(), Share()
        for _ in range(3):
            await lane.run(early, lambda: busy(0.01))
        await lane.run(idle, lambda: None)
        return early.used - idle.used

    assert asyncio.run(late()) < 0.02


def test_who_has_left_costs_nothing() -> None:
    served: list[int] = []

    async def leave() -> None:
        lane, gate = Lane("test"), threading.Event()
        first = asyncio.create_task(lane.run(Share(), lambda: gate.wait(10)))
        await asyncio.sleep(0.05)
        gone = asyncio.create_task(lane.run(Share(), lambda: served.append(1)))
        stays = asyncio.create_task(lane.run(Share(), lambda: served.append(2)))
        await asyncio.sleep(0.05)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        gate.set()
        await asyncio.gather(first, stays)

    asyncio.run(leave())
    assert served == [2]


def test_an_error_reaches_who_asked_and_the_lane_goes_on() -> None:
    async def fail() -> int:
        lane = Lane("test")
        with pytest.raises(ZeroDivisionError):
            await lane.run(Share(), lambda: 1 // 0)
        return await lane.run(Share(), lambda: 7)

    assert asyncio.run(fail()) == 7


def test_a_thread_that_cannot_start_is_told_and_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    async def later() -> int:
        lane = Lane("test")
        with monkeypatch.context() as patched:
            patched.setattr(threading.Thread, "start", refuse)
            with pytest.raises(LaneError, match="no more threads"):
                await lane.run(Share(), lambda: 1)
        return await lane.run(Share(), lambda: 2)

    assert asyncio.run(later()) == 2
