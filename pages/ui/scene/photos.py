"""Learners' own photos: in memory only, and only as long as a scene shows them. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar, cast
from weakref import WeakValueDictionary

PHOTO_SIZE = 256
"""Pixels per side at which a photo is kept; every working size is made from it."""

MADE = 8
"""Things made of one photo that are remembered: scenes and starts of drags, the last ones."""

_T = TypeVar("_T")


class Photo:
    """A photo as the app keeps it: PHOTO_SIZE x PHOTO_SIZE gray bytes, known by their digest."""

    def __init__(self, pixels: bytes) -> None:
        self.pixels = pixels
        self.id = hashlib.blake2b(pixels, digest_size=16).hexdigest()
        self._made: dict[object, Any] = {}

    def made(self, key: object, make: Callable[[], _T]) -> _T:
        """Return what `make` made of the photo under a key; kept here, so that it goes with it."""
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
    """Return the photo of these pixels; it can be found by its id while anything shows it."""
    photo = Photo(pixels)
    return _shown.setdefault(photo.id, photo)


def find(identity: str) -> Photo | None:
    """Return a photo that is shown now, or None."""
    return _shown.get(identity)
