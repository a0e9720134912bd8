"""The cache of frames, bounded by the bytes of its arrays. Pure.

One scene's maps take kilobytes and another's megabytes, and a stranger chooses the scene. So one
budget bounds all cached arrays together, and those used longest ago are dropped first.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import wraps
from typing import TypeVar, cast
from weakref import finalize

from pages.ui.render.remembered import not_on_demand
from pages.ui.scene.link import to_query_string
from pages.ui.scene.scene import Scene
from pages.ui.training.weighed_store import WeighedStore

FRAME_BUDGET = 64 * 2**20
"""Bytes of all cached arrays together."""

_T = TypeVar("_T")
_NOTHING = object()  # what is not stored; None may be

FRAMES = WeighedStore(FRAME_BUDGET)
"""The cache of all frames."""


def cached_arrays(make: Callable[..., _T]) -> Callable[..., _T]:
    """Cache the results of a function by its positional arguments, in the cache of frames."""
    return _cached(make, lambda *arguments: (make.__module__, make.__qualname__, *arguments))


def cached_by_scene(make: Callable[..., _T]) -> Callable[..., _T]:
    """Cache the results of a function of a scene without its drag; those of a photo go with it."""
    return _cached(make, lambda scene, *others: scene_key(scene, make.__name__, *others))


def _cached(make: Callable[..., _T], key_of: Callable[..., Hashable]) -> Callable[..., _T]:
    guarded = not_on_demand(make)

    @wraps(make)
    def recall(*arguments: Hashable) -> _T:
        key = key_of(*arguments)
        made = FRAMES.find(key, _NOTHING)
        if made is _NOTHING:
            made = guarded(*arguments)
            FRAMES.store(key, made)
        return cast("_T", made)

    return recall


class _PhotoKey(tuple[object, ...]):
    """A key with the id of a photo, so that the cache holds no reference to the photo."""


def scene_key(scene: Scene, *parts: Hashable) -> Hashable:
    """Return a cache key for a scene; entries of a photo are dropped when the photo is freed."""
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
