"""Grading: whether an answer is valid for its task, and whether it is right. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from pages.ui.lessons.tasks import (
    ROUNDING,
    Answer,
    Choice,
    Goal,
    Mark,
    Number,
    Prediction,
    Solution,
    Task,
    value_text,
)
from pages.ui.scene.limits import map_shapes
from pages.ui.scene.scene import Scene
from rfcore.layers import Pair


@dataclass(frozen=True)
class Grade:
    """A learner's answer beside the correct one, in words."""

    right: bool
    said: str
    found: str
    why: str


def grade(task: Prediction, answer: Answer, solution: Solution) -> Grade:
    """Compare a learner's answer with the solution of the task."""
    if isinstance(task, Mark):
        assert isinstance(answer, tuple)
        assert isinstance(solution, tuple)
        right = set(answer) == set(solution)
        hits = len(set(answer) & set(solution))
        said = f"{len(answer)} marked, {hits} of them right" if answer else "none will change"
        found = f"{len(solution)} changed" if solution else "none changes"
    elif isinstance(task, Number):
        assert not isinstance(answer, tuple)
        assert not isinstance(solution, tuple)
        right = abs(answer - solution) <= task.tolerance + ROUNDING
        said, found = (f"{value_text(n)} {_of(task.unit, n)}".rstrip() for n in (answer, solution))
    else:
        assert isinstance(task, Choice)
        assert isinstance(answer, int)
        assert isinstance(solution, int)
        right = answer == solution
        said, found = (task.options[at].text.rstrip(".") for at in (answer, solution))
    return Grade(right, said, found, task.why.replace("{answer}", found))


def _of(unit: str, number: float) -> str:
    """Return the unit for a number; for 1, in the singular."""
    return unit.removesuffix("s") if number == 1 else unit


def validate_answer(task: Task, scene: Scene, answer: object) -> Answer | None:
    """Return an answer from a browser or a link in its own type; None if it is invalid."""
    if isinstance(task, Goal):
        return True if answer is True else None
    if isinstance(answer, bool):
        return None
    if isinstance(task, Number):
        is_number = isinstance(answer, int | float) and abs(answer) < 1e9
        return float(answer) if is_number else None  # type: ignore[arg-type]
    if isinstance(task, Choice):
        return answer if isinstance(answer, int) and 0 <= answer < len(task.options) else None
    assert isinstance(task, Mark)
    return _validate_cells(task, scene, answer)


def _validate_cells(task: Mark, scene: Scene, answer: object) -> tuple[Pair, ...] | None:
    shape = map_shapes(scene.stack, scene.size)[task.map - 1]
    if not isinstance(answer, list | tuple) or len(answer) > shape[1] * shape[2]:
        return None
    cells = set()
    for cell in answer:
        if not isinstance(cell, list | tuple) or len(cell) != 2:
            return None
        for at, count in zip(cell, shape[1:], strict=True):
            if isinstance(at, bool) or not isinstance(at, int) or not 0 <= at < count:
                return None
        cells.add((cell[0], cell[1]))
    return tuple(sorted(cells))
