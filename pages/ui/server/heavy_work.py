"""Heavy work beside the event loop: one piece at a time, and pauses for whoever asks for much.

Two threads that compute frames at once are slower than one after the other: each NumPy call lets
go of the interpreter, and has to wait for it again. The event loop, which makes the quick
frames of all drags, would wait for both. Pure: no Streamlit here.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

FREE_SECONDS = 1.0
"""Seconds of CPU time that the scripts of a session may use without a pause."""

REFILL = 0.25
"""Share of a core that a session gets beyond that, while the event loop is busy."""

BUSY = 0.2
"""Share of a core that quick frames take on the event loop when it is busy."""

MAX_PAUSE = 0.5
"""Seconds that a pause lasts at most: a script whose tab has closed ends after it."""


@dataclass(eq=False)
class Share:
    """What one connection or session has used of the process.

    used: s of CPU time in turns of heavy work. Whoever comes late starts where the others are, so
    that having been idle gives no right to hold them up. Source: start-time fair queueing, Goyal,
    Vin and Cheng 1996. credit: s of CPU time that its scripts could still use without a pause, when
    they last ended: at `noted` of the monotonic clock.
    """

    used: float = 0.0
    credit: float = FREE_SECONDS
    noted: float = field(default_factory=time.monotonic)

    @property
    def pause(self) -> float:
        """Seconds to wait before the next script runs."""
        credit = self._credit_now()
        if credit >= 0 or QUICK_FRAMES.load() < BUSY:
            return 0.0
        return min(MAX_PAUSE, -credit / REFILL)

    def spend(self, took: float) -> None:
        """Note s of CPU time that a script used; what was owed before is forgiven by then."""
        self.credit = max(0.0, self._credit_now()) - took
        self.noted = time.monotonic()

    def _credit_now(self) -> float:
        return min(FREE_SECONDS, self.credit + REFILL * (time.monotonic() - self.noted))


class FrameLoad:
    """Which share of a core the quick frames of all drags took in the last second or two.

    They are made on the event loop. Frames that scripts make do not count: a tab that drags by
    itself through its component has nobody to pause for.
    """

    def __init__(self) -> None:
        self._load, self._taken, self._began = 0.0, 0.0, time.monotonic()

    def note(self, took: float) -> None:
        """Note s of CPU time of one frame; the event loop alone calls this."""
        self._taken += took
        passed = time.monotonic() - self._began
        if passed >= 1:
            self._load, self._taken, self._began = self._taken / passed, 0.0, time.monotonic()

    def load(self) -> float:
        """Return the share, from 0 to 1."""
        return self._load if time.monotonic() - self._began < 2 else 0.0


QUICK_FRAMES = FrameLoad()
"""The load of this process."""


class HeavyWork:
    """Lets one thread at a time compute; whoever has used least is next."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.waiting: list[Share] = []
        self._holder: int | None = None
        self._clock = 0.0  # what the one served last had used

    @contextmanager
    def turn(self, share: Share) -> Iterator[None]:
        """Wait for a turn and have it for a block; within it the same thread may take another."""
        if self.is_mine():
            yield
            return
        with self._changed:
            share.used = max(share.used, self._clock)
            self.waiting.append(share)
            while self._holder is not None or share is not self._next():
                self._changed.wait()
            self.waiting.remove(share)
            self._holder = threading.get_ident()
            self._clock = share.used
        began = time.thread_time()
        try:
            yield
        finally:
            with self._changed:
                share.used += time.thread_time() - began
                self._holder = None
                self._changed.notify_all()

    def is_mine(self) -> bool:
        """Whether this thread has the turn."""
        return self._holder == threading.get_ident()

    def _next(self) -> Share:
        return min(self.waiting, key=lambda share: share.used)  # the first of several


HEAVY = HeavyWork()
"""The turns of this process; the event loop never waits for one."""

_this_thread = threading.local()


@contextmanager
def paced(share: Share) -> Iterator[None]:
    """Run a block after the pause that its share has; blocks within it do not pause.

    All that the thread has done since its last such block counts, so Streamlit's own part does too.
    """
    if getattr(_this_thread, "is_paced", False):
        yield
        return
    time.sleep(share.pause)
    _this_thread.is_paced = True
    try:
        yield
    finally:
        _this_thread.is_paced = False
        now = time.thread_time()
        share.spend(now - getattr(_this_thread, "counted", 0.0))
        _this_thread.counted = now
