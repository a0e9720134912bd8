"""Scenes made by hand, and how one differs from another."""

from dataclasses import fields, replace

from pages.ui.scene import photos
from pages.ui.scene.choices import UPLOAD
from pages.ui.scene.scene import Scene
from pages.ui.scene.scene_fields import Unit
from rfcore.stack import Stack

PHOTO = photos.keep(bytes(range(256)) * 256)
FIVE = Stack.parse("M2x2/1 -> C3x3/1c3 -> R -> C3x3/1c5 -> A2x2/2")
"""Five layers: two convolutions with all that may stand around them."""


def busy_scene() -> Scene:
    """A scene in which nothing is as it is by default."""
    return Scene(
        image=UPLOAD,
        size=96,
        pattern="dog",
        position=(30, 40),
        start=(20, 10),
        stack=FIVE,
        kernels=("spot", "random"),
        padding_mode="circular",
        channels=(0, 2, 2, 4, 4),
        unit=Unit(1, 5, 6),
        view="difference",
        photo=PHOTO,
        moves="wrap",
        pixel=(7, 8),
        rings=("effective", "used"),
    )


def moved(scene: Scene, rows: int, cols: int) -> Scene:
    """The scene with its pattern so many pixels below and to the right of its start."""
    return replace(scene, position=(scene.start[0] + rows, scene.start[1] + cols))


def stacked(scene: Scene, stack: str) -> Scene:
    """The scene with the stack of a notation."""
    return scene.with_stack(Stack.parse(stack))


def differing(before: Scene, after: Scene) -> set[str]:
    """The names of the parts in which two scenes differ."""
    return {f.name for f in fields(Scene) if getattr(before, f.name) != getattr(after, f.name)}
