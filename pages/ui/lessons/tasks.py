"""The tasks of a lesson. Every correct answer is measured in the step's scene. Pure."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np

from pages.ui.lessons.measures import MEASURES, measured
from pages.ui.lessons.measures_maps import changed_cells_of
from pages.ui.lessons.quantity import Quantity
from pages.ui.scene.limits import SceneError
from pages.ui.scene.scene import Scene
from pages.ui.text.format import decimal
from rfcore.layers import Pair

GoalAction = Literal["drag", "pin", "layers"]

COMPARE: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

ROUNDING = 1e-6
"""The difference up to which two numbers count as equal."""


@dataclass(frozen=True)
class Condition:
    """What must be true of a scene: a quantity, one of COMPARE, and a number."""

    quantity: Quantity
    sign: str
    value: float

    def holds(self, scene: Scene) -> bool:
        """Whether a scene fulfils the condition; False while the quantity has no value."""
        found = measured(self.quantity, scene)
        if found is None:
            return False
        close = abs(found - self.value) <= ROUNDING
        return COMPARE[self.sign](self.value if close else found, self.value)


@dataclass(frozen=True, kw_only=True)
class Task:
    """The base of all tasks. ask: the question. why: one sentence that explains the answer."""

    ask: str
    why: str

    @property
    def needs_training(self) -> bool:
        """Whether heads or grids must be trained to compute the answer."""
        return any(MEASURES[quantity.measure].needs_training for quantity in self.quantities)

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """The quantities that are measured for the solution."""
        return ()


@dataclass(frozen=True, kw_only=True)
class Prediction(Task):
    """A task that is answered before the learner may drag.

    move: (rows, cols) in pixels by which the pattern moves before the answer is measured.
    hide_maps: whether the maps stay hidden until then, because they would show the answer.
    """

    move: Pair = (0, 0)
    hide_maps: bool = False

    def after(self, scene: Scene) -> Scene:
        """Return the scene after the move in the question; raises SceneError if impossible."""
        (row, col), (down, right) = scene.start, self.move
        return replace(scene, position=(row + down, col + right))


@dataclass(frozen=True, kw_only=True)
class Mark(Prediction):
    """Mark the cells of a map that a move will change. map: the layer, from 1; 0 is the last."""

    map: int = 0


@dataclass(frozen=True, kw_only=True)
class Number(Prediction):
    """State a number.

    unit: what is counted, in the plural. tolerance: the largest error that counts as right.
    """

    quantity: Quantity
    unit: str = ""
    tolerance: float = 0.0

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        return (self.quantity,)


@dataclass(frozen=True)
class Option:
    """One of the answers to choose from. when: the condition under which it is right."""

    text: str
    when: Condition


@dataclass(frozen=True, kw_only=True)
class Choice(Prediction):
    """Choose one of several answers, of which exactly one is right."""

    options: tuple[Option, ...]

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        return tuple(option.when.quantity for option in self.options)


@dataclass(frozen=True, kw_only=True)
class Goal(Task):
    """Drag, pin, or add layers until all conditions are true of the scene."""

    by: GoalAction = "drag"
    until: tuple[Condition, ...]

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        return tuple(condition.quantity for condition in self.until)

    def reached(self, scene: Scene) -> bool:
        """Whether a scene fulfils all conditions of the goal."""
        return all(condition.holds(scene) for condition in self.until)


Answer = float | int | bool | tuple[Pair, ...]
"""A learner's answer: a number, the index of an option, the marked cells, or True for a goal."""

Solution = float | int | tuple[Pair, ...]
"""The correct answer: a number, the index of an option, or the cells that change."""


@lru_cache(maxsize=256)
def solution_of(task: Prediction, scene: Scene) -> Solution:
    """Return the correct answer to a task in the scene of its step.

    Raises SceneError, or what rfcore raises, if there is none, or if a choice has several.
    """
    after = task.after(scene)
    if isinstance(task, Mark):
        cells = np.argwhere(changed_cells_of(after, task.map))
        return tuple((int(row), int(col)) for row, col in cells)
    if isinstance(task, Number):
        found = measured(task.quantity, after)
        if found is None:
            raise SceneError(f"\u201c{task.quantity.measure}\u201d has no value in this scene")
        return found
    assert isinstance(task, Choice)
    right = [at for at, option in enumerate(task.options) if option.when.holds(after)]
    if len(right) != 1:
        numbers = ", ".join(str(at + 1) for at in right) or "none"
        values = [value_text(measured(option.when.quantity, after)) for option in task.options]
        raise SceneError(
            f"exactly one option must be right, but of {len(task.options)} it is "
            f"{numbers}; measured: {', '.join(values)}"
        )
    return right[0]


def value_text(value: float | None) -> str:
    """Return a measured number as short text, "none" for None.

    >>> value_text(8.0), value_text(12.346), value_text(None)
    ('8', '12.3', 'none')
    """
    if value is None:
        return "none"
    return decimal(value) if abs(value) < 10 else f"{round(value, 1):,g}"
