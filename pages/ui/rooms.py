"""The rooms of the app: each keeps one scene of the learner's, for one page or for several.

Pages that show the same scene through other lenses share a room, so that a stack built on one is
there on the other. Pure: no Streamlit here.
"""

from __future__ import annotations

from dataclasses import dataclass

from pages.ui.pool_examples import EXAMPLES, FIRST
from pages.ui.scene import Scene
from rfcore.stack import Stack


@dataclass(frozen=True)
class Room:
    """A name, and the scene that a learner finds on coming in for the first time."""

    name: str
    scene: Scene


STACK = Room("stack", Scene())

POOL = Room("pool", EXAMPLES[FIRST])

CONVOLUTION = Room(
    "convolution",
    Scene(
        image="black",
        size=32,
        pattern="letter",
        position=(12, 6),
        start=(12, 6),
        stack=Stack.parse("C3x3/1p1c1"),
        kernels=("vertical edge",),
        channels=(0,),
        lens="window",
    ),
)
