"""Results of trainings, shared by all learners: equal settings are trained once. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from itertools import count
from typing import Generic, TypeVar

from pages.ui.training.training_queue import TrainingQueue
from pages.ui.training.weighed_store import WeighedStore

_Settings = TypeVar("_Settings", bound=Hashable)
_Made = TypeVar("_Made")


class JobStore(Generic[_Settings, _Made]):
    """Results of trainings by their settings, up to a budget in bytes.

    queue: where each training waits for its turn.

    >>> squares = JobStore[int, int](budget=10_000, queue=TrainingQueue())
    >>> squares.run(3, lambda serial: 3**2), squares.find(3), squares.find(4)
    (9, 9, None)
    """

    def __init__(self, budget: int, queue: TrainingQueue) -> None:
        self._results = WeighedStore(budget)
        self._queue = queue
        self._serials = count(1)

    def find(self, settings: _Settings) -> _Made | None:
        """Return the result for some settings, or None if it is not stored."""
        found: _Made | None = self._results.find(settings)
        return found

    def has_others(self, settings: _Settings) -> bool:
        """Whether the queue has trainings, but none with these settings."""
        return self._queue.has_others((self, settings))

    def run(
        self,
        settings: _Settings,
        job: Callable[[int], _Made],
        *,
        client: str = "",
        on_wait: Callable[[int], None] = lambda _: None,
    ) -> _Made:
        """Return the stored result for some settings; if there is none, run the job and store it.

        job: called with a serial number that is unique in this store. client, on_wait: as for
        `TrainingQueue.turn`. Raises what the job or on_wait raises; then nothing is stored.
        """
        result = self.find(settings)
        if result is not None:
            return result
        with self._queue.turn(
            (self, settings),
            client,
            on_wait=on_wait,
            is_over=lambda: self.find(settings) is not None,
        ):
            result = self.find(settings)
            if result is None:
                result = job(next(self._serials))
                self._results.store(settings, result)
            return result
