"""Learners' own photos: in memory only, and only while a scene refers to them. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar, cast
from weakref import WeakValueDictionary

PHOTO_SIZE = 256
"""Pixels per side of a stored photo; it is resized to the working size of a scene."""

MADE = 8
"""Cached results per photo: those of the scenes and starts of a drag that were used last."""

_T = TypeVar("_T")


class Photo:
    """A photo: PHOTO_SIZE x PHOTO_SIZE gray bytes, identified by their digest."""

    def __init__(self, pixels: bytes) -> None:
        self.pixels = pixels
        self.id = hashlib.blake2b(pixels, digest_size=16).hexdigest()
        self._made: dict[object, Any] = {}

    def made(self, key: object, make: Callable[[], _T]) -> _T:
        """Return the cached result of `make` for a key; the cache is freed with the photo."""
        found = self._made.get(key)
        if found is None:
            while len(self._made) >= MADE:
                self._made.pop(next(iter(self._made)), None)
            found = self._made[key] = make()
        return cast("_T", found)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Photo) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"<Photo {self.id}>"


_shown: WeakValueDictionary[str, Photo] = WeakValueDictionary()


def keep(pixels: bytes) -> Photo:
    """Return the photo of these pixels; `find` returns it while anything refers to it."""
    photo = Photo(pixels)
    return _shown.setdefault(photo.id, photo)


def find(identity: str) -> Photo | None:
    """Return the photo with this id, or None if nothing refers to it any more."""
    return _shown.get(identity)
