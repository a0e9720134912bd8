"""A store of values with arrays that is bounded by what they weigh, not by their number. Pure."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from rfcore.ops import Array

ENTRY_BYTES = 4_096
"""Bytes counted for whatever of an entry is no array, its key included."""


class WeighedStore:
    """Values with arrays by their keys, up to a budget in bytes. Thread-safe.

    What was used longest ago goes first. A value that is heavier than the budget is not stored.

    >>> store = WeighedStore(budget=20_000)
    >>> for name in ("one", "two", "three"):
    ...     store.store(name, np.zeros(1_000))
    >>> "one" in store, "three" in store, store.weight
    (False, True, 12096)
    """

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.weight = 0
        self._stored: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._lock = threading.RLock()  # a photo may be collected, and forgotten, at any time

    def __contains__(self, key: Hashable) -> bool:
        return key in self._stored

    def find(self, key: Hashable, default: object = None) -> Any:
        """Return the value of a key, or the default if none is stored."""
        with self._lock:
            if key not in self._stored:
                return default
            self._stored.move_to_end(key)
            return self._stored[key][0]

    def store(self, key: Hashable, value: object) -> None:
        """Store a value in place of what the key had."""
        weight = weigh(value)
        with self._lock:
            self._drop(key)
            if weight > self.budget:
                return
            self._stored[key] = value, weight
            self.weight += weight
            while self.weight > self.budget:
                self._drop(next(iter(self._stored)))

    def drop_all(self, condition: Callable[[Hashable], bool] = lambda _: True) -> None:
        """Drop the values whose key meets a condition; all of them without one."""
        with self._lock:
            for key in filter(condition, list(self._stored)):
                self._drop(key)

    def _drop(self, key: Hashable) -> None:
        _, weight = self._stored.pop(key, (None, 0))
        self.weight -= weight


def weigh(value: object) -> int:
    """Return the bytes that an entry takes: its arrays, each counted once, and something for it.

    >>> weigh((np.zeros(1_000), "a name"))
    12096
    """
    owners = {id(owner): owner.nbytes for owner in map(_owner, _arrays(value))}
    return ENTRY_BYTES + sum(owners.values())


def _arrays(value: object) -> Iterator[Array]:
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _arrays(part)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _arrays(getattr(value, field.name))


def _owner(array: Array) -> Array:
    """Return the array whose memory an array is a view of: a view keeps all of it."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array
