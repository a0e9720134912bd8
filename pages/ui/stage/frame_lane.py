"""A thread beside the event loop that computes frames, fairly among connections.

The connection that has used the least CPU time is next, so nobody gets more by asking more often.
One thread, for several would only take the interpreter from the event loop more often.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pages.ui.server.heavy_work import HEAVY, Share
from rfcore.errors import RfcoreError

_T = TypeVar("_T")


class LaneError(RfcoreError):
    """The system starts no more threads."""


@dataclass(eq=False)
class _Job:
    share: Share
    make: Callable[[], Any]
    result: Future[Any] = field(default_factory=Future)


class Lane:
    """One thread that computes one frame after the other, fairly among connections."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._waiting: list[_Job] = []
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._clock = 0.0  # what the connection served last had used

    async def run(self, share: Share, make: Callable[[], _T]) -> _T:
        """Return `make()`, computed when it is this connection's turn.

        If the caller is cancelled while it waits, nothing is computed. Raises what `make` raises,
        and LaneError where the system starts no more threads.
        """
        job = _Job(share, make)
        with self._changed:
            if self._thread is None:
                thread = threading.Thread(target=self._work, name=self._name, daemon=True)
                try:
                    thread.start()
                except RuntimeError:
                    raise LaneError("the server can start no more threads now") from None
                self._thread = thread
            share.used = max(share.used, self._clock)
            self._waiting.append(job)
            self._changed.notify()
        result: _T = await asyncio.wrap_future(job.result)
        return result

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    self._changed.wait()
                job = min(self._waiting, key=lambda job: job.share.used)  # the first of several
                self._waiting.remove(job)
                self._clock = max(self._clock, job.share.used)
            if not job.result.set_running_or_notify_cancel():
                continue
            try:
                with HEAVY.turn(job.share):
                    made = job.make()
            except BaseException as error:
                job.result.set_exception(error)
            else:
                job.result.set_result(made)
            del job  # a frame is megabytes, and the next one may be long in coming
