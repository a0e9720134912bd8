"""The rooms of the app: each keeps one scene of the learner's, for one page or for several.

Pages that show the same scene through other lenses share a room, so that a stack built on one is
there on the other. Pure: no Streamlit here.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from pages.ui.face_parts import (
    FACES,
    FEATURES,
    KERNELS,
    MIDDLE,
    PICTURE_SIZE,
    WHOLE_FACE,
    FaceParts,
)
from pages.ui.pool_examples import EXAMPLES, FIRST
from pages.ui.scene import Scene, Unit
from rfcore.layers import Conv2d
from rfcore.stack import Stack


@dataclass(frozen=True)
class Room:
    """A name, and the scene that a learner finds on coming in for the first time.

    stacks: those that the room's pages can show, any when there are none.
    """

    name: str
    scene: Scene
    stacks: tuple[Stack, ...] = ()

    def admits(self, scene: Scene) -> bool:
        """Whether the room's pages can show the layers of a scene."""
        return not self.stacks or scene.stack in self.stacks


STACK = Room("stack", Scene())

POOL = Room("pool", EXAMPLES[FIRST])

KERNEL_SIZES, STRIDES, PADDINGS = (3, 5), (1, 2, 3), (0, 1, 2)
"""What the one convolution of its room can be made of."""


def one_convolution(kernel_size: int, stride: int, padding: int) -> Stack:
    """Return the stack of one convolution with one output channel."""
    return Stack((Conv2d(kernel_size, stride, padding=padding, out_channels=1),))


CONVOLUTION = Room(
    "convolution",
    Scene(
        image="black",
        size=32,
        pattern="letter",
        position=(12, 6),
        start=(12, 6),
        stack=one_convolution(3, 1, 1),
        kernels=("vertical edge",),
        channels=(0,),
        unit=Unit(0, 14, 9),
        lens="window",
    ),
    stacks=tuple(one_convolution(*sizes) for sizes in product(KERNEL_SIZES, STRIDES, PADDINGS)),
)

PARTS = Room(
    "parts",
    Scene(
        image=FACES,
        size=PICTURE_SIZE,
        pattern=WHOLE_FACE,
        position=MIDDLE,
        start=MIDDLE,
        stack=FEATURES,
        kernels=KERNELS,
        channels=(0,) * len(FEATURES),
        lens="parts",
        parts=FaceParts(),
    ),
)
