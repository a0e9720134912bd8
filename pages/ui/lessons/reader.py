"""Lessons as data: the files in assets/lessons, read and checked; a faulty file is left out. Pure.

assets/lessons/README.md describes the format.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pages.ui.lessons.task_reader import read_task
from pages.ui.lessons.tasks import Goal, Prediction, Task, solution_of
from pages.ui.lessons.toml_table import LessonError, TomlTable, line_of
from pages.ui.scene.scene import Scene
from pages.ui.scene.workspaces import scene_at
from rfcore.errors import RfcoreError

LESSON_FOLDER = Path(__file__).parents[3] / "assets" / "lessons"

MAX_STEPS = 12
"""Steps of one lesson, which takes three to five minutes."""

_NAME = re.compile(r"[a-z0-9-]{1,80}")


@dataclass(frozen=True)
class LessonStep:
    """One screen of a lesson.

    name: identifies it in a learner's progress; made from its title. scene: what the stage shows
    first. task: what the learner is asked to do, if anything. notes: for the speaker. key: whether
    a presentation of the walkthrough shows it.
    """

    name: str
    title: str
    text: str
    scene: Scene
    task: Task | None
    notes: str
    key: bool


@dataclass(frozen=True)
class Lesson:
    """A lesson. name: its file's name without the number. idea: one sentence."""

    name: str
    title: str
    idea: str
    minutes: int
    steps: tuple[LessonStep, ...]


StepCheck = Callable[[TomlTable, LessonStep], None]


@dataclass(frozen=True)
class LessonFault:
    """A fault in a lesson's file: line (from 1), field and problem."""

    file: str
    line: int
    field: str
    problem: str

    def __str__(self) -> str:
        """Return the fault as one line of text."""
        return f"{self.file}, line {self.line}, {self.field}: {self.problem}"


@dataclass(frozen=True)
class LessonSet:
    """All lessons without faults, in order, and the faults of the other files."""

    lessons: tuple[Lesson, ...]
    faults: tuple[LessonFault, ...]

    def find(self, name: str) -> Lesson | None:
        """Return the lesson with this name, if there is one."""
        return next((lesson for lesson in self.lessons if lesson.name == name), None)


def check_answer(table: TomlTable, step: LessonStep, *, train: bool = False) -> None:
    """Raise LessonError if a step's question has no answer, or its goal is reached at the start.

    train: whether to train the heads and grids that the answer needs; without, it is not computed.
    """
    task = step.task
    if task is None or (task.needs_training and not train):
        return
    try:
        if isinstance(task, Prediction):
            solution_of(task, step.scene)
        elif isinstance(task, Goal) and task.reached(step.scene):
            problem = "the scene has reached this goal before anyone moves"
            raise table.table("task").error("until", problem)
    except RfcoreError as error:
        field = _FIELD_OF.get(type(task).__name__, "move")
        raise table.table("task").error(field, str(error)) from None


_FIELD_OF = {"Choice": "options", "Goal": "until", "Number": "measure", "Mark": "map"}


def load_lessons(folder: Path | None = None) -> LessonSet:
    """Return the lessons of a folder (by default the app's own) in the order of their files.

    A file is read again when it has changed. Answers that need trained heads or grids, and whether
    goals can be reached, are not computed here but by `pages.ui.lessons.check`.
    """
    files = sorted((folder or LESSON_FOLDER).glob("*.toml"))
    found: list[Lesson] = []
    faults: list[LessonFault] = []
    for file in files:
        lesson, wrong = _cached_lesson(file, file.stat().st_mtime_ns)
        if lesson is not None and any(lesson.name == other.name for other in found):
            wrong = (
                LessonFault(
                    file.name, 1, "file", f"there is another lesson \u201c{lesson.name}\u201d"
                ),
            )
        faults += wrong
        if lesson is not None and not wrong:
            found.append(lesson)
    return LessonSet(tuple(found), tuple(faults))


@lru_cache(maxsize=64)
def _cached_lesson(file: Path, _: int) -> tuple[Lesson | None, tuple[LessonFault, ...]]:
    return read_lesson(file)


def read_lesson(
    file: Path, check: StepCheck = check_answer
) -> tuple[Lesson | None, tuple[LessonFault, ...]]:
    """Read one file; return its lesson, or None and all its faults.

    check: called with each step's table and step; raises LessonError for a fault.
    """
    try:
        text = file.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except (UnicodeDecodeError, OSError) as error:
        return None, (LessonFault(file.name, 1, "file", f"it cannot be read: {error}"),)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        line = int(at.group(1)) if at else len(text.splitlines())
        return None, (LessonFault(file.name, line, "TOML", str(error)),)
    lines = text.splitlines()
    faults: list[LessonFault] = []
    steps: list[LessonStep] = []
    fields = TomlTable(data, ())
    head: tuple[str, str, int] = ("", "", 0)
    try:
        head = fields.text("title"), fields.text("idea"), fields.whole("minutes", 1, 10)
        fields.only("title", "idea", "minutes", "steps")
        tables = fields.tables("steps", MAX_STEPS)
    except LessonError as error:
        return None, (_fault(file, lines, error),)
    for table in tables:
        try:
            step = _step(table)
            if any(step.name == other.name for other in steps):
                raise table.error("title", "another step of this lesson has it")
            check(table, step)
            steps.append(step)
        except LessonError as error:
            faults.append(_fault(file, lines, error))
    if faults:
        return None, tuple(faults)
    name = re.sub(r"^\d+-", "", file.stem)
    if not _NAME.fullmatch(name):
        problem = f"its name must be a number, a dash, and a-z, 0-9 or dashes, got {file.name}"
        return None, (LessonFault(file.name, 1, "file", problem),)
    return Lesson(name, *head, tuple(steps)), ()


def _step(fields: TomlTable) -> LessonStep:
    title = fields.text("title")
    fields.only("title", "text", "scene", "task", "notes", "key")
    link = fields.text("scene")
    scene, problems = scene_at(link)
    if problems:
        raise fields.error("scene", " ".join(problems))
    task = fields.table("task") if "task" in fields else None
    name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    if not _NAME.fullmatch(name):
        raise fields.error("title", f"it needs letters a-z or digits, up to 80, got {title!r}")
    return LessonStep(
        name=name,
        title=title,
        text=fields.text("text"),
        scene=scene,
        task=None if task is None else read_task(task, scene),
        notes=fields.text("notes", ""),
        key=fields.flag("key"),
    )


def _fault(file: Path, lines: Sequence[str], error: LessonError) -> LessonFault:
    return LessonFault(file.name, line_of(lines, error.path), _name_of(error.path), error.problem)


def _name_of(path: Sequence[Any]) -> str:
    name = ""
    for part in path:
        name += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return name.lstrip(".") or "file"
