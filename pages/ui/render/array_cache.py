"""What frames remember, in one cache that is weighed in bytes, not counted. Pure.

One scene's maps take kilobytes and another's megabytes, and a stranger chooses which. So all that
frames keep between them shares one budget, and what was used longest ago goes first.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import fields, is_dataclass
from functools import wraps
from typing import TypeVar, cast
from weakref import finalize

import numpy as np

from pages.ui.render.remembered import not_on_demand
from pages.ui.scene.link import to_query_string
from pages.ui.scene.scene import Scene
from rfcore.ops import Array

FRAME_BUDGET = 64 * 2**20
"""Bytes that all arrays take which frames keep between them."""

ENTRY_BYTES = 4_096
"""Bytes counted for whatever of an entry is no array, its key included."""

_T = TypeVar("_T")


class ArrayCache:
    """Values with arrays by their keys, up to a budget in bytes. Thread-safe.

    Of a value that is heavier than the budget nothing is kept.

    >>> cache = ArrayCache(budget=20_000)
    >>> for name in ("one", "two", "three"):
    ...     _ = cache.recall(name, lambda: np.zeros(1_000))
    >>> "one" in cache, "three" in cache, cache.weight
    (False, True, 12096)
    """

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.weight = 0
        self._kept: OrderedDict[Hashable, tuple[object, int]] = OrderedDict()
        self._lock = threading.RLock()  # a photo may be collected, and forgotten, at any time

    def __contains__(self, key: Hashable) -> bool:
        return key in self._kept

    def recall(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """Return the value of a key; made now, and kept, if there is none."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return cast("_T", self._kept[key][0])
        made = make()
        self.keep(key, made)
        return made

    def keep(self, key: Hashable, value: object) -> None:
        """Keep a value in place of what the key had."""
        weight = weigh(value)
        with self._lock:
            self._drop(key)
            if weight > self.budget:
                return
            self._kept[key] = value, weight
            self.weight += weight
            while self.weight > self.budget:
                self._drop(next(iter(self._kept)))

    def drop_all(self, condition: Callable[[Hashable], bool] = lambda _: True) -> None:
        """Forget what has a key of which a condition holds; everything if there is none."""
        with self._lock:
            for key in filter(condition, list(self._kept)):
                self._drop(key)

    def _drop(self, key: Hashable) -> None:
        _, weight = self._kept.pop(key, (None, 0))
        self.weight -= weight


FRAMES = ArrayCache(FRAME_BUDGET)
"""The cache of all frames."""


def cached_arrays(make: Callable[..., _T]) -> Callable[..., _T]:
    """Remember what a function makes of its positional arguments, in the cache of frames."""
    return _cached(make, lambda *arguments: (make.__module__, make.__qualname__, *arguments))


def cached_by_scene(make: Callable[..., _T]) -> Callable[..., _T]:
    """Remember what a function makes of a scene without its drag; of a photo it goes with it."""
    return _cached(make, lambda scene, *others: scene_key(scene, make.__name__, *others))


def _cached(make: Callable[..., _T], key_of: Callable[..., Hashable]) -> Callable[..., _T]:
    guarded = not_on_demand(make)

    @wraps(make)
    def recall(*arguments: Hashable) -> _T:
        return FRAMES.recall(key_of(*arguments), lambda: guarded(*arguments))

    return recall


class _PhotoKey(tuple[object, ...]):
    """A key that names a photo by its id, so that the cache does not keep the photo."""


def scene_key(scene: Scene, *parts: Hashable) -> Hashable:
    """Return a key for what is made of a scene; of a photo it goes when the photo does."""
    photo = scene.photo
    if photo is None:
        return scene, *parts
    if photo.id not in _awaited:
        _awaited.add(photo.id)
        finalize(photo, _forget_photo, photo.id)
    return _PhotoKey((photo.id, to_query_string(scene), *parts))


_awaited: set[str] = set()


def _forget_photo(identity: str) -> None:
    _awaited.discard(identity)
    FRAMES.drop_all(lambda key: isinstance(key, _PhotoKey) and key[0] == identity)


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
