"""Check lessons thoroughly: each file, step, answer and goal, training what has to be trained.

python -m pages.ui.lessons.check                  # the lessons of the app
python -m pages.ui.lessons.check my-lesson.toml   # another file
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from pages.ui.lessons.goal_search import is_reachable
from pages.ui.lessons.reader import (
    LESSON_FOLDER,
    Lesson,
    LessonFault,
    LessonStep,
    check_answer,
    read_lesson,
)
from pages.ui.lessons.tasks import Goal
from pages.ui.lessons.toml_table import TomlTable
from rfcore.errors import RfcoreError

_MOVES = {
    "drag": "place of the pattern",
    "pin": "unit that can be pinned",
    "layers": "stack with up to five layers more",
}
"""What a goal search tries, by the action that the goal asks for."""


def check_lesson(file: Path) -> tuple[Lesson | None, tuple[LessonFault, ...]]:
    """Read one file and check it thoroughly; return its lesson, or None and all its faults."""
    return read_lesson(file, check=_check_step)


def _check_step(table: TomlTable, step: LessonStep) -> None:
    check_answer(table, step, train=True)
    if isinstance(step.task, Goal):
        problem = f"no {_MOVES[step.task.by]} reaches this goal"
        try:
            if is_reachable(step.task, step.scene):
                return
        except RfcoreError as error:
            problem = str(error)
        raise table.table("task").error("until", problem)


def main(arguments: Sequence[str]) -> int:
    """Check the named files, or all lessons of the app; return how many have a fault."""
    files = [Path(name) for name in arguments] or sorted(LESSON_FOLDER.glob("*.toml"))
    faulty = 0
    for file in files:
        lesson, faults = check_lesson(file)
        faulty += bool(faults)
        for fault in faults:
            sys.stdout.write(f"{fault}\n")
        if lesson is not None:
            sys.stdout.write(f"{file.name}: {len(lesson.steps)} steps, no mistake\n")
    return faulty


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
