"""An animation: the pattern moves along a line, one pixel a frame. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pages.ui.scene.limits import SceneError
from pages.ui.scene.scene import Scene
from rfcore.layers import Pair

DIRECTIONS: dict[str, Pair] = {"to the right": (0, 1), "down": (1, 0), "diagonally": (1, 1)}
"""The step of each direction, (rows, cols) in pixels."""

MAX_FRAMES = 64

MAX_GIF_COST = 2_000_000_000
"""Multiply-adds of all frames together; they take about one second on one core."""


@dataclass(frozen=True)
class Animation:
    """A scene whose pattern moves `steps` pixels in a direction, one pixel a frame.

    direction: a name in DIRECTIONS. Raises SceneError when the way does not fit the picture or when
    the frames cost more than MAX_GIF_COST.
    """

    scene: Scene
    direction: str
    steps: int

    def __post_init__(self) -> None:
        most = max_steps(self.scene, self.direction)
        if not 1 <= self.steps <= most:
            raise SceneError(
                f"from row {self.scene.position[0]}, column {self.scene.position[1]} the "
                f"{self.scene.pattern} can go 1 to {most} px {self.direction}, got {self.steps}"
                if most
                else f"the {self.scene.pattern} is at the border already and cannot go "
                f"{self.direction}; choose another direction or another place to begin"
            )
        cost = self.frames * self.scene.stack.cost((1, self.scene.size, self.scene.size))
        if cost > MAX_GIF_COST:
            raise SceneError(
                f"{self.frames} frames of these layers need {cost:,} multiply-adds, and a GIF may "
                f"take {MAX_GIF_COST:,}; go fewer steps, or take a smaller picture or fewer "
                "channels"
            )

    @property
    def frames(self) -> int:
        """Number of frames: one before the first step and one after each step."""
        return self.steps + 1

    def scenes(self) -> list[Scene]:
        """Return the scene of every frame."""
        (row, col), (down, right) = self.scene.position, DIRECTIONS[self.direction]
        return [
            replace(self.scene, position=(row + step * down, col + step * right))
            for step in range(self.frames)
        ]


def animation_start(scene: Scene, *, here: bool) -> Scene:
    """Return the first scene of an animation.

    here: whether the pattern starts where it is now; otherwise it starts where the drag began.

    >>> animation_start(Scene(position=(30, 12)), here=False).position
    (24, 12)
    """
    place = scene.position if here else scene.start
    return replace(scene, position=place, start=place)


def max_steps(scene: Scene, direction: str) -> int:
    """Return how many steps an animation can have at most from where the pattern is.

    >>> max_steps(Scene(), "to the right")  # 64 pixels less the cat's 16 and the 12 before it
    36
    """
    limit = scene.size - scene.pattern_size
    free = [
        limit - at for at, step in zip(scene.position, DIRECTIONS[direction], strict=True) if step
    ]
    return min(*free, MAX_FRAMES - 1)
