"""Lessons as data: every file in assets/lessons, read and checked; a faulty one is named, not run.

What can be written in a file is told in assets/lessons/README.md. Pure: no Streamlit here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pages.ui.lessons.goal_search import is_reachable
from pages.ui.lessons.task_reader import read_task
from pages.ui.lessons.tasks import Goal, Prediction, Task, solution_of
from pages.ui.lessons.toml_lines import line_of
from pages.ui.lessons.toml_table import LessonError, TomlTable
from pages.ui.scene.scene import Scene
from pages.ui.scene.workspaces import leads_to_a_stage, scene_at
from rfcore.errors import RfcoreError

LESSON_FOLDER = Path(__file__).parents[3] / "assets" / "lessons"

MAX_STEPS = 12
"""Steps of one lesson; three to five minutes have room for no more."""


_NAME = re.compile(r"[a-z0-9-]{1,80}")


@dataclass(frozen=True)
class LessonStep:
    """One screen of a lesson.

    name: what a learner's progress knows it by, from its title. scene: what is on the stage first.
    task: what the learner is to do, if anything. notes: for the speaker alone. key: whether it is
    one of the moments that a presentation of the walkthrough shows.
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
    """A lesson; name: that of its file without the number. idea: it in one sentence."""

    name: str
    title: str
    idea: str
    minutes: int
    steps: tuple[LessonStep, ...]


@dataclass(frozen=True)
class LessonFault:
    """What is wrong in a lesson's file: where, in lines from 1 and by the field's name, and why."""

    file: str
    line: int
    field: str
    problem: str

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.file}, line {self.line}, {self.field}: {self.problem}"


@dataclass(frozen=True)
class LessonSet:
    """All lessons that can be run, in order, and what kept others out."""

    lessons: tuple[Lesson, ...]
    faults: tuple[LessonFault, ...]

    def find(self, name: str) -> Lesson | None:
        """Return the lesson of a name, if there is one."""
        return next((lesson for lesson in self.lessons if lesson.name == name), None)


def load_lessons(folder: Path | None = None) -> LessonSet:
    """Return the lessons of a folder, the app's own if none is named, in the order of their files.

    A file is read again when it has changed. What needs heads or grids to be trained is not
    computed here; `read_lesson` does it when asked to.
    """
    files = sorted((folder or LESSON_FOLDER).glob("*.toml"))
    found: list[Lesson] = []
    faults: list[LessonFault] = []
    for file in files:
        lesson, wrong = _remembered(file, file.stat().st_mtime_ns)
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
def _remembered(file: Path, _: int) -> tuple[Lesson | None, tuple[LessonFault, ...]]:
    return read_lesson(file)


def read_lesson(
    file: Path, *, train: bool = False
) -> tuple[Lesson | None, tuple[LessonFault, ...]]:
    """Read one file; returns its lesson, or None and all that is wrong with it.

    train: whether to compute, too, what heads or grids must be trained for.
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
            _check(table, step, train)
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
    if not leads_to_a_stage(link):
        problems = [f"\u201c{link[:60]}\u201d is no link to a page with a stage."]
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


def _check(fields: TomlTable, step: LessonStep, train: bool) -> None:
    """Compute what a step asks for, so that no learner is asked what has no answer."""
    task = step.task
    if task is None or (task.needs_training and not train):
        return
    inside = fields.table("task")
    try:
        if isinstance(task, Prediction):
            solution_of(task, step.scene)
        elif isinstance(task, Goal):
            if task.reached(step.scene):
                raise inside.error("until", "the scene has reached this goal before anyone moves")
            if not is_reachable(task, step.scene):
                raise inside.error("until", f"no {_MOVES[task.by]} reaches this goal")
    except RfcoreError as error:
        raise inside.error(_FIELD_OF.get(type(task).__name__, "move"), str(error)) from None


_MOVES = {
    "drag": "place of the pattern",
    "pin": "unit that can be pinned",
    "layers": "stack with up to five layers more",
}
_FIELD_OF = {"Choice": "options", "Goal": "until", "Number": "measure", "Mark": "map"}


def _fault(file: Path, lines: Sequence[str], error: LessonError) -> LessonFault:
    return LessonFault(file.name, line_of(lines, error.path), _name_of(error.path), error.problem)


def _name_of(path: Sequence[Any]) -> str:
    name = ""
    for part in path:
        name += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return name.lstrip(".") or "file"
