"""Learners' own photos: in memory only, and only while a scene refers to them. Pure."""

from __future__ import annotations

import hashlib
from weakref import WeakValueDictionary

PHOTO_SIZE = 256
"""Pixels per side of a stored photo; it is resized to the working size of a scene."""


class Photo:
    """A photo: PHOTO_SIZE x PHOTO_SIZE gray bytes, identified by their digest."""

    def __init__(self, pixels: bytes) -> None:
        self.pixels = pixels
        self.id = hashlib.blake2b(pixels, digest_size=16).hexdigest()

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
