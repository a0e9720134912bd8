"""Lessons: every step of every file holds, and every mistake is named with file, line and field."""

import os
import re
from pathlib import Path

import pytest

from pages.ui.lessons import check
from pages.ui.lessons.check import check_lesson
from pages.ui.lessons.goal_search import is_reachable
from pages.ui.lessons.grading import grade
from pages.ui.lessons.measures import MEASURES
from pages.ui.lessons.reader import LESSON_FOLDER, load_lessons, read_lesson
from pages.ui.lessons.tasks import Choice, Goal, Prediction, solution_of
from pages.ui.text.prose import terms_in
from tests.support.lesson_files import GOOD, written

PLANTED = {
    # what is replaced by what, where the fault is (the text of its line), field, words of it
    "missing scene": (
        'text = "Look."\nscene = "/pooling_forgives?at=2,2"\n',
        'text = "Look."\n',
        "[[steps]]",
        "steps[1].scene",
        "missing",
    ),
    "unknown task": (
        'kind = "choice"',
        'kind = "guess"',
        'kind = "guess"',
        "steps[2].task.kind",
        "mark, number",
    ),
    "broken notation": (
        "stack=C3x3/1,M2x2/2",
        "stack=C3x3/1,Q2",
        'scene = "/feature_map_shifts?stack=C3x3/1,Q2&at=24,12"',
        "steps[3].scene",
        "Q2",
    ),
    "goal that cannot be reached": (
        '"pinned", is = "= 2"',
        '"pinned", is = "= 7"',
        "until = [",
        "steps[3].task.until",
        "no unit that can be pinned",
    ),
    "goal reached before": (
        '"pinned", is = "= 2"',
        '"pinned", is = "= 0"',
        "until = [",
        "steps[3].task.until",
        "before anyone moves",
    ),
    "two right answers": (
        'is = "> 0"',
        'is = ">= 0"',
        "options = [",
        "steps[2].task.options",
        "1, 2",
    ),
    "no right answer": (
        'is = "= 0"',
        'is = "= 5"',
        "options = [",
        "steps[2].task.options",
        "none",
    ),
    "unknown measure": (
        'measure = "changed"',
        'measure = "change"',
        'measure = "change"',
        "steps[2].task.options[1].measure",
        "changed",
    ),
    "measure that needs no head": (
        'measure = "changed"\n',
        'measure = "changed"\nhead = "flatten"\n',
        'head = "flatten"',
        "steps[2].task.options[1].head",
        "does not ask for it",
    ),
    "a map that is not there": (
        'measure = "changed"\n',
        'measure = "changed"\nmap = 4\n',
        "map = 4",
        "steps[2].task.options[1].map",
        "0 to 1",
    ),
    "a move off the picture": (
        "move = [0, 1]",
        "move = [0, 90]",
        "options = [",
        "steps[2].task.options",
        "92",
    ),
    "a move that is none": (
        "move = [0, 1]",
        'move = "right"',
        'move = "right"',
        "steps[2].task.move",
        "[0, 1]",
    ),
    "a condition that is none": (
        'is = "> 0"',
        'is = "many"',
        '  { text = "Something.", is = "many" },',
        "steps[2].task.options[2].is",
        ">=",
    ),
    "misspelled field": (
        'ask = "Pin',
        'aks = "Pin',
        'aks = "Pin one."',
        "steps[3].task.aks",
        "no such field",
    ),
    "empty text": ('text = "Drag."', 'text = " "', 'text = " "', "steps[3].text", "not empty"),
    "minutes in words": ("minutes = 3", 'minutes = "three"', "minutes =", "minutes", "1 to 10"),
    "the same title twice": (
        'title = "Second"',
        'title = "First!"',
        'title = "First!"',
        "steps[2].title",
        "another",
    ),
    "a page that is not there": (
        "/feature_map_shifts?",
        "/nowhere?",
        'scene = "/nowhere?',
        "steps[3].scene",
        "no link to a page with a stage",
    ),
    "a title without letters": (
        'title = "Third"',
        'title = "???"',
        'title = "???"',
        "steps[3].title",
        "letters a-z or digits",
    ),
    "not TOML": ("minutes = 3", "minutes = ", "minutes =", "TOML", "line 3"),
}


def test_a_good_file_is_read(tmp_path: Path) -> None:
    lesson, faults = check_lesson(written(tmp_path, GOOD))
    assert faults == ()
    assert lesson is not None
    assert (lesson.name, len(lesson.steps)) == ("a-good-one", 3)


@pytest.mark.parametrize("mistake", PLANTED)
def test_a_planted_mistake_is_named(tmp_path: Path, mistake: str) -> None:
    before, after, marker, field, words = PLANTED[mistake]
    assert before in GOOD
    text = GOOD.replace(before, after, 1)
    line = 1 + [part.startswith(marker) for part in text.splitlines()].index(True)
    lesson, faults = check_lesson(written(tmp_path, text))
    assert lesson is None
    assert [(fault.file, fault.line, fault.field) for fault in faults] == [
        ("05-a-good-one.toml", line, field)
    ]
    assert words in faults[0].problem


@pytest.mark.parametrize("name", ["05-My-Lesson.toml", "05-größe.toml", "05-.toml", "a b.toml"])
def test_a_name_that_progress_cannot_keep_is_named(tmp_path: Path, name: str) -> None:
    lesson, faults = read_lesson(written(tmp_path, GOOD, name))
    assert lesson is None
    assert "a-z, 0-9 or dashes" in faults[0].problem


def test_all_mistakes_of_a_file_are_named_at_once(tmp_path: Path) -> None:
    text = GOOD.replace('is = "> 0"', 'is = "many"').replace("= 2", "= 7").replace('"Look."', "3")
    _, faults = check_lesson(written(tmp_path, text))
    assert [fault.field for fault in faults] == [
        "steps[1].text",
        "steps[2].task.options[2].is",
        "steps[3].task.until",
    ]


def test_a_faulty_file_keeps_no_other_out(tmp_path: Path) -> None:
    written(tmp_path, GOOD, "01-good.toml")
    written(tmp_path, GOOD.replace('kind = "choice"', 'kind = "guess"'), "02-faulty.toml")
    written(tmp_path, GOOD, "03-fine.toml")
    written(tmp_path, GOOD, "04-good.toml")
    (tmp_path / "05-bytes.toml").write_bytes(b"\xff\xfe")
    lesson_set = load_lessons(tmp_path)
    assert [lesson.name for lesson in lesson_set.lessons] == ["good", "fine"]
    assert [fault.file for fault in lesson_set.faults] == [
        "02-faulty.toml",
        "04-good.toml",
        "05-bytes.toml",
    ]


def test_a_mended_file_is_read_again(tmp_path: Path) -> None:
    file = written(tmp_path, GOOD.replace("minutes = 3", "minutes = 99"))
    assert load_lessons(tmp_path).lessons == ()
    written(tmp_path, GOOD)
    # A file system may count time in steps longer than this test.
    os.utime(file, ns=(1, file.stat().st_mtime_ns + 1_000_000))
    assert len(load_lessons(tmp_path).lessons) == 1


def test_the_command_names_mistakes_and_counts_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = written(tmp_path, GOOD, "01-good.toml")
    bad = written(tmp_path, GOOD.replace("by = ", "yb = "), "02-bad.toml")
    assert check.main([str(good), str(bad)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "01-good.toml: 3 steps, no mistake",
        "02-bad.toml, line 33, steps[3].task.yb: there is no such field; there are kind, ask, why, "
        "by, until",
    ]


# ---- the lessons of the app


@pytest.mark.trains
def test_every_step_of_every_lesson_holds() -> None:
    """The contract: each prediction has one answer, each goal can be reached; all measured."""
    files = sorted(LESSON_FOLDER.glob("*.toml"))
    assert len(files) >= 8
    kinds = set()
    for file in files:
        lesson, faults = check_lesson(file)
        assert faults == ()
        assert lesson is not None
        assert 3 <= lesson.minutes <= 5
        tasks = [step.task for step in lesson.steps if step.task is not None]
        assert len(tasks) >= len(lesson.steps) - 1  # mostly a task
        for step in lesson.steps:
            kinds.add(type(step.task).__name__)
            if isinstance(step.task, Prediction):
                answer = solution_of(step.task, step.scene)
                assert grade(step.task, answer, answer).right
            elif isinstance(step.task, Goal):
                assert not step.task.reached(step.scene)
                assert is_reachable(step.task, step.scene)
    assert kinds == {"Mark", "Number", "Choice", "Goal", "NoneType"}
    assert load_lessons().faults == ()
    assert len(load_lessons().lessons) == len(files)


def test_no_answer_is_given_away_in_words() -> None:
    """A choice of which all options but one are nonsense asks nothing: each can be measured."""
    for lesson in load_lessons().lessons:
        for step in lesson.steps:
            if isinstance(step.task, Choice):
                assert len({option.text for option in step.task.options}) == len(step.task.options)


def test_no_term_comes_before_it_is_introduced() -> None:
    """Where a term of the glossary is first used, in lessons read in order, it stands in bold."""
    known: set[str] = set()
    for lesson in load_lessons().lessons:
        for step in lesson.steps:
            bold = re.findall(r"\*\*(.+?)\*\*", f"{step.text} {step.task.why if step.task else ''}")
            known |= {term.name for words in bold for term in terms_in(words)}
            texts = [step.title, step.text]
            if step.task is not None:
                texts += [step.task.ask, step.task.why]
            if isinstance(step.task, Choice):
                texts += [option.text for option in step.task.options]
            for text in texts:
                used = {term.name for term in terms_in(text)}
                assert used <= known, f"{lesson.name}, {step.name}: {sorted(used - known)}"


def test_the_guide_lists_every_measure() -> None:
    guide = (LESSON_FOLDER / "README.md").read_text(encoding="utf-8")
    for name, measure in MEASURES.items():
        needs = ", ".join(f"`{part}`" for part in measure.needs)
        assert f"| `{name}` | {measure.means} | {needs} |" in guide
