"""The choices for a scene: pictures, patterns, sizes, views, lenses and preset stacks."""

from __future__ import annotations

from typing import Literal, get_args

from pages.ui.scene.face import FACE_SIZE, FACES, PICTURE_SIZE, WHOLE_FACE
from pages.ui.scene.grid import GRID, GRID_SIZES, MARKS, mark_size
from pages.ui.scene.limits import SceneError
from rfcore.pictures.patterns import PATTERNS

View = Literal["now", "start", "difference"]
VIEWS: tuple[View, ...] = get_args(View)

Moves = Literal["pattern", "zeros", "wrap"]
MOVES: tuple[Moves, ...] = get_args(Moves)

Ring = Literal["box", "effective", "used"]
RINGS: tuple[Ring, ...] = get_args(Ring)

UPLOAD = "photo"
"""The name of the learner's own photo, beside the names of the drawn backgrounds."""

PICTURE_SIZES = (32, 48, 64, 96, 128, 192, 256)
"""Working sizes of the picture, pixels per side."""

DEFAULT_SIZE = 64
DEFAULT_GRID_SIZE = 8

PRESETS: dict[str, str] = {
    "convolve, pool, convolve": "C3x3/1 -> M2x2/2 -> C3x3/1",
    "convolutions only": "C3x3/1 -> C3x3/1 -> C3x3/1",
    "two pools": "C3x3/1p1 -> R -> M2x2/2 -> C3x3/1p1 -> R -> M2x2/2",
    "strided convolutions": "C3x3/2p1 -> C3x3/2p1",
    "average instead of max": "C3x3/1 -> A2x2/2 -> C3x3/1",
    "max, then blur": "C3x3/1 -> M2x2/1 -> B3x3/2 -> C3x3/1",
    "dilated": "C3x3/1 -> C3x3/1d2 -> C3x3/1d4",
}


def pattern_size(pattern: str, size: int) -> int:
    """Return the pixels per side of a pattern on a picture of `size`."""
    if pattern == WHOLE_FACE:
        return FACE_SIZE
    if size in GRID_SIZES:
        return mark_size(pattern)
    return 1 if pattern == "pixel" else size // 4


def sizes_of(image: str) -> tuple[int, ...]:
    """Return the sizes that a picture can have."""
    if image == FACES:
        return (PICTURE_SIZE,)
    return GRID_SIZES if image == GRID else PICTURE_SIZES


def patterns_of(image: str) -> tuple[str, ...]:
    """Return the patterns that can be dragged over a picture."""
    if image == FACES:
        return (WHOLE_FACE,)
    return MARKS if image == GRID else PATTERNS


def check_one_of(name: str, value: object, choices: tuple[object, ...]) -> None:
    """Raise SceneError unless a value is one of its choices; the message lists them."""
    if value not in choices:
        shown = str(value)[:40]
        raise SceneError(
            f"there is no {name} \u201c{shown}\u201d; choose {', '.join(map(str, choices))}"
        )
