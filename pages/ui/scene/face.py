"""A face of movable parts: where a scene's parts are, and what its grids learn from. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

from pages.ui.scene.limits import SceneError
from rfcore.faces.parts import FACE_PARTS, Places, face_places, part_box
from rfcore.faces.spec import PartsSpec
from rfcore.layers import Pair

FACES = "faces"
"""The name of the picture whose parts can be moved, beside the names of the drawn backgrounds."""

WHOLE_FACE = "whole face"
"""The name of its pattern, which moves all parts together."""

Pooling = Literal["avg", "max"]
POOLINGS: tuple[Pooling, ...] = get_args(Pooling)

SPECS: dict[Pooling, PartsSpec] = {"avg": PartsSpec(), "max": PartsSpec(kind="max")}
"""What is trained, by how a cell pools."""

_OF_STAGE = SPECS["avg"]
FACE_SIZE, PICTURE_SIZE, FEATURES = _OF_STAGE.face_size, _OF_STAGE.size, _OF_STAGE.stack
FACE_KERNELS = _OF_STAGE.filters
HOME_PLACES = face_places(FACE_SIZE)
"""Where the parts belong, each by the (row, col) of its middle in the face's own square."""

MIDDLE: Pair = (_OF_STAGE.margin(), _OF_STAGE.margin())
"""The upper left pixel of a face in the middle of the picture."""


@dataclass(frozen=True)
class FaceParts:
    """What is special about a scene with a face of parts.

    places: the (row, col) of the middle of each of FACE_PARTS, in the face's own square. pooling:
    how a cell of a grid pools. grid: whose cells are shown over the face; None: the one that is
    best at a move that no example made.
    Raises SceneError for a part that is not all on the face, another pooling, or another grid.
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
        """What the grids of this face are trained for."""
        return SPECS[self.pooling]

    def without_drag(self) -> FaceParts:
        """Return what a hand on the face does not change."""
        return FaceParts(pooling=self.pooling)

    def dragged_to(self, places: Places) -> FaceParts:
        """Return the face with its parts as near to some places as they fit."""
        if len(places) != len(FACE_PARTS):
            raise SceneError(f"a face has a {', a '.join(FACE_PARTS)}; got {len(places)} places")
        fitted = (fitting(part, place) for part, place in zip(FACE_PARTS, places, strict=True))
        return replace(self, places=tuple(fitted))


def limits(part: str) -> Pair:
    """Return the least and the most that the row and the column of a part's middle can be.

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
