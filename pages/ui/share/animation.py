"""A sweep: the pattern moving along a line, one step after the other. Pure: no Streamlit here."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pages.ui.scene.limits import SceneError
from pages.ui.scene.scene import Scene
from rfcore.layers import Pair

DIRECTIONS: dict[str, Pair] = {"to the right": (0, 1), "down": (1, 0), "diagonally": (1, 1)}
"""The step of each direction, (rows, cols) in pixels."""

MOST_FRAMES = 64

MOST_COST = 2_000_000_000
"""Multiply-adds of all frames: about a second on one core."""


@dataclass(frozen=True)
class Sweep:
    """A scene whose pattern goes so many steps of one pixel into a direction.

    Raises SceneError for a way that does not fit the picture, or that costs too much.
    """

    scene: Scene
    direction: str
    steps: int

    def __post_init__(self) -> None:
        longest = longest_way(self.scene, self.direction)
        if not 1 <= self.steps <= longest:
            raise SceneError(
                f"from row {self.scene.position[0]}, column {self.scene.position[1]} the "
                f"{self.scene.pattern} can go 1 to {longest} px {self.direction}, got {self.steps}"
                if longest
                else f"the {self.scene.pattern} is at the border already and cannot go "
                f"{self.direction}; choose another direction or another place to begin"
            )
        cost = self.frames * self.scene.stack.cost((1, self.scene.size, self.scene.size))
        if cost > MOST_COST:
            raise SceneError(
                f"{self.frames} frames of these layers need {cost:,} multiply-adds, and a GIF may "
                f"take {MOST_COST:,}; go fewer steps, or take a smaller picture or fewer channels"
            )

    @property
    def frames(self) -> int:
        """How many frames there are: one before the first step, and one after each."""
        return self.steps + 1

    def scenes(self) -> list[Scene]:
        """Return the scene of every frame."""
        (row, col), (down, right) = self.scene.position, DIRECTIONS[self.direction]
        return [
            replace(self.scene, position=(row + step * down, col + step * right))
            for step in range(self.frames)
        ]


def beginning(scene: Scene, *, here: bool) -> Scene:
    """Return the scene at the beginning of a sweep: where the drag began, or where it is now.

    >>> beginning(Scene(position=(30, 12)), here=False).position
    (24, 12)
    """
    place = scene.position if here else scene.start
    return replace(scene, position=place, start=place)


def longest_way(scene: Scene, direction: str) -> int:
    """Return the most steps that a sweep can have from here.

    >>> longest_way(Scene(), "to the right")  # 64 pixels less the cat's 16 and the 12 before it
    36
    """
    limit = scene.size - scene.pattern_size
    room = [
        limit - at for at, step in zip(scene.position, DIRECTIONS[direction], strict=True) if step
    ]
    return min(*room, MOST_FRAMES - 1)
