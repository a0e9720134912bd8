"""A face with movable parts: the positions of the parts, and how its grids are trained. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

from pages.ui.scene.limits import SceneError
from rfcore.faces.parts import FACE_PARTS, Places, face_places, part_box
from rfcore.faces.spec import PartsSpec
from rfcore.layers import Pair

FACES = "faces"
"""The name of the picture whose parts can be moved; no background has it."""

WHOLE_FACE = "whole face"
"""The name of the face's pattern, which moves all parts together."""

Pooling = Literal["avg", "max"]
POOLINGS: tuple[Pooling, ...] = get_args(Pooling)

SPECS: dict[Pooling, PartsSpec] = {"avg": PartsSpec(), "max": PartsSpec(kind="max")}
"""The spec of the trained grids for each way in which a cell pools."""

_OF_STAGE = SPECS["avg"]
FACE_SIZE, PICTURE_SIZE, FEATURES = _OF_STAGE.face_size, _OF_STAGE.size, _OF_STAGE.stack
FACE_KERNELS = _OF_STAGE.filters
HOME_PLACES = face_places(FACE_SIZE)
"""The correct position of each part: the (row, col) of its middle, relative to the face."""

MIDDLE: Pair = (_OF_STAGE.margin(), _OF_STAGE.margin())
"""The upper left pixel of a face in the middle of the picture."""


@dataclass(frozen=True)
class FaceParts:
    """The fields of a scene that only a face with movable parts has.

    places: the (row, col) of the middle of each of FACE_PARTS, relative to the face. pooling: how a
    cell of a grid pools. grid: the grid whose cells are shown over the face; None for the grid with
    the best accuracy on moves that were not in the training examples.
    Raises SceneError if a part is not fully on the face, or the pooling or the grid is unknown.
    """

    places: Places = HOME_PLACES
    pooling: Pooling = "avg"
    grid: int | None = None

    def __post_init__(self) -> None:
        if self.pooling not in POOLINGS:
            raise SceneError(
                f"a cell pools by {' or '.join(POOLINGS)}, got \u201c{str(self.pooling)[:40]}\u201d"
            )
        grids = self.spec.grids
        if self.grid is not None and self.grid not in grids:
            raise SceneError(f"there are grids of {', '.join(map(str, grids))}, got {self.grid}")
        if len(self.places) != len(FACE_PARTS):
            raise SceneError(
                f"a face has a {', a '.join(FACE_PARTS)}; got {len(self.places)} places"
            )
        for part, place in zip(FACE_PARTS, self.places, strict=True):
            if place != fitting(part, place):
                least, most = limits(part)
                raise SceneError(
                    f"the {part} must stay on the face: its middle is a row and a column from "
                    f"{least} to {most}, got {place[0]}, {place[1]}"
                )

    @property
    def spec(self) -> PartsSpec:
        """The spec with which the grids of this face are trained."""
        return SPECS[self.pooling]

    def without_drag(self) -> FaceParts:
        """Return the face with its first places and grid: one value for a whole drag."""
        return FaceParts(pooling=self.pooling)

    def dragged_to(self, places: Places) -> FaceParts:
        """Return the face with its parts moved to some places, or as near as they fit."""
        if len(places) != len(FACE_PARTS):
            raise SceneError(f"a face has a {', a '.join(FACE_PARTS)}; got {len(places)} places")
        fitted = (fitting(part, place) for part, place in zip(FACE_PARTS, places, strict=True))
        return replace(self, places=tuple(fitted))


def limits(part: str) -> Pair:
    """Return the smallest and the largest row or column that a part's middle can have.

    >>> limits("mouth")
    (6, 41)
    """
    first, end, _, _ = part_box(part, (0, 0), FACE_SIZE)
    return -first, FACE_SIZE - end


def fitting(part: str, place: Pair) -> Pair:
    """Return the place nearest to `place` at which all of a part lies on the face."""
    least, most = limits(part)
    row, col = (min(most, max(least, at)) for at in place)
    return row, col
