"""Results of long jobs, shared by all learners: each job runs once, one at a time. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from threading import BoundedSemaphore
from typing import Generic, TypeVar

from pages.ui.training.lru_store import LruStore

_Settings = TypeVar("_Settings")
_Made = TypeVar("_Made")

POLL_SECONDS = 0.2
"""Seconds between checks whether another job has ended."""


class JobQueue:
    """Lets one job run at a time; the threads of all other jobs wait."""

    def __init__(self) -> None:
        self._free = BoundedSemaphore()

    @contextmanager
    def turn(self, on_wait: Callable[[], None]) -> Iterator[None]:
        """Wait until no other job runs; until the context ends, all others wait.

        on_wait: called repeatedly while another job runs; an exception from it ends the wait.
        """
        while not self._free.acquire(timeout=POLL_SECONDS):
            on_wait()
        try:
            yield
        finally:
            self._free.release()


class JobStore(Generic[_Settings, _Made]):
    """An LRU store of the results of jobs, by the jobs' settings.

    capacity: the number of stored results. queue: the queue of another store, whose jobs must not
    run at the same time; by default this store has its own.

    >>> squares = JobStore[int, int](capacity=2)
    >>> squares.run(3, lambda serial: 3**2), squares.find(3), squares.find(4)
    (9, 9, None)
    """

    def __init__(self, capacity: int, queue: JobQueue | None = None) -> None:
        self._results = LruStore[_Settings, _Made](capacity)
        self.queue = queue or JobQueue()
        self._serials = count(1)

    def find(self, settings: _Settings) -> _Made | None:
        """Return the result of the job with these settings, or None if it is not stored."""
        return self._results.find(settings)

    def run(
        self,
        settings: _Settings,
        job: Callable[[int], _Made],
        on_wait: Callable[[], None] = lambda: None,
    ) -> _Made:
        """Return the stored result of these settings, or run the job and store its result.

        job: called with a serial number that is unique in this store. on_wait: see `JobQueue`.
        Raises what the job or on_wait raises; then nothing is stored.
        """
        with self.queue.turn(on_wait):
            result = self.find(settings)
            if result is None:
                result = job(next(self._serials))
                self._results.keep(settings, result)
            return result
