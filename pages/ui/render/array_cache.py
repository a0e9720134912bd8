"""What frames remember, in one cache that is weighed in bytes, not counted. Pure.

One scene's maps take kilobytes and another's megabytes, and a stranger chooses which. So all that
frames keep between them shares one budget, and what was used longest ago goes first.
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
"""Bytes that all arrays take which frames keep between them."""

_T = TypeVar("_T")
_NOTHING = object()  # what is not stored; None may be

FRAMES = WeighedStore(FRAME_BUDGET)
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
        key = key_of(*arguments)
        made = FRAMES.find(key, _NOTHING)
        if made is _NOTHING:
            made = guarded(*arguments)
            FRAMES.store(key, made)
        return cast("_T", made)

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
