"""A store for a limited number of results, by their settings. Pure."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Generic, TypeVar

_Settings = TypeVar("_Settings")
_Made = TypeVar("_Made")


class LruStore(Generic[_Settings, _Made]):
    """Results by their settings; the least recently used one is dropped first. Thread-safe.

    capacity: the number of stored results.

    >>> squares = LruStore[int, int](2)
    >>> for number in (1, 2, 1, 3):
    ...     squares.find(number) or squares.keep(number, number**2)
    1
    >>> [squares.find(number) for number in (1, 2, 3)]
    [1, None, 9]
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._made: OrderedDict[_Settings, _Made] = OrderedDict()
        self._lock = Lock()

    def find(self, settings: _Settings) -> _Made | None:
        """Return the result of these settings, or None if it is not stored."""
        with self._lock:
            if settings in self._made:
                self._made.move_to_end(settings)
            return self._made.get(settings)

    def keep(self, settings: _Settings, made: _Made) -> None:
        """Store the result of these settings."""
        with self._lock:
            self._made[settings] = made
            while len(self._made) > self._capacity:
                self._made.popitem(last=False)
