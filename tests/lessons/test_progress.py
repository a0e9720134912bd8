"""Progress: stored, written into a link, merged with another tab's, and always validated."""

import base64
import json
import zlib
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.ui.lessons.progress import (
    MAX_UNKNOWN,
    LearnerProgress,
    ProgressError,
    progress_from_code,
    progress_from_text,
    progress_to_code,
    progress_to_text,
)
from pages.ui.lessons.reader import LessonStep, load_lessons
from pages.ui.lessons.tasks import Answer, Choice, Mark, Number
from pages.ui.scene.limits import map_shapes

BOOK = load_lessons()
FIRST, SECOND = BOOK.lessons[:2]
NUMBER = FIRST.steps[1]

NAMES = st.from_regex(r"[a-z0-9-]{1,8}", fullmatch=True)
GIVEN = st.none() | st.booleans() | st.integers(-9, 9) | st.lists(st.lists(st.integers(0, 9)))
PROGRESS = st.builds(
    LearnerProgress,
    st.dictionaries(NAMES, st.dictionaries(NAMES, GIVEN, max_size=3), max_size=3),
    st.tuples(NAMES, NAMES),
    st.integers(0, 5),
)


@given(PROGRESS)
def test_what_is_kept_comes_back(progress: LearnerProgress) -> None:
    assert progress_from_text(progress_to_text(progress)) == progress
    assert progress_from_code(progress_to_code(progress)) == progress


def test_all_lessons_done_fit_into_a_link() -> None:
    done = LearnerProgress()
    for lesson in BOOK.lessons:
        for step in lesson.steps:
            done = done.with_step(lesson, step, 0)
    assert len(progress_to_code(done)) < 2_000


def test_the_first_prediction_counts() -> None:
    once = LearnerProgress().with_step(FIRST, NUMBER, 7.0)
    assert once.with_step(FIRST, NUMBER, 9.0).answer(FIRST, NUMBER) == 7.0
    assert once.count(FIRST) == 1
    assert LearnerProgress().answer(FIRST, NUMBER) is None


def test_a_prediction_that_no_longer_fits_is_none() -> None:
    odd = LearnerProgress({FIRST.name: {NUMBER.name: "nine"}})
    assert odd.answer(FIRST, NUMBER) is None
    assert not odd.has_done(FIRST, NUMBER)
    assert odd.with_step(FIRST, NUMBER, 9.0).answer(FIRST, NUMBER) == 9.0


def test_two_tabs_know_what_either_has_done() -> None:
    one = LearnerProgress().with_step(FIRST, NUMBER, 7.0).at(FIRST, NUMBER)
    other = LearnerProgress().with_step(SECOND, SECOND.steps[0], 1)
    both = one.merged(other)
    assert (both.count(FIRST), both.count(SECOND)) == (1, 1)
    assert both.last == (FIRST.name, NUMBER.name)
    assert one.merged(LearnerProgress().with_step(FIRST, NUMBER, 9.0)).answer(FIRST, NUMBER) == 7.0


def test_a_reset_is_not_undone_by_another_tab() -> None:
    old = LearnerProgress().with_step(FIRST, NUMBER, 7.0)
    new = old.reset()
    assert new.merged(old) == new
    assert old.merged(new) == new


def test_a_lesson_that_is_away_for_a_moment_is_not_forgotten() -> None:
    done = LearnerProgress().with_step(FIRST, NUMBER, 7.0).with_step(SECOND, SECOND.steps[0], 1)
    without = replace(BOOK, lessons=BOOK.lessons[1:])
    assert done.known(without).known(BOOK) == done
    assert done.known(without).count(FIRST) == 1


def test_what_no_lesson_asks_for_is_let_go_before_it_fills_the_browser() -> None:
    done = LearnerProgress().with_step(FIRST, NUMBER, 7.0)
    odd = replace(done, done={**done.done, "gone": {"step": "x" * MAX_UNKNOWN}})
    assert odd.known(BOOK) == done
    for lesson in BOOK.lessons:
        for step in lesson.steps:
            done = done.with_step(lesson, step, longest(step))
            assert done.has_done(lesson, step)
    assert len(progress_to_text(done)) < MAX_UNKNOWN


def longest(step: LessonStep) -> Answer | None:
    """An answer that takes as many characters as one can."""
    if isinstance(step.task, Mark):
        rows, cols = map_shapes(step.scene.stack, step.scene.size)[step.task.map - 1][1:]
        return tuple((row, col) for row in range(rows) for col in range(cols))
    if isinstance(step.task, Number):
        return -123456789.123456
    if isinstance(step.task, Choice):
        return len(step.task.options) - 1
    return None if step.task is None else True


def test_an_answer_that_does_not_fit_is_let_go() -> None:
    odd = LearnerProgress({FIRST.name: {NUMBER.name: "nine"}}).known(BOOK)
    good = LearnerProgress().with_step(FIRST, NUMBER, 9.0)
    assert odd.merged(good).answer(FIRST, NUMBER) == 9.0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        "{}",
        '{"done": 3}',
        '{"done": {"a": 3}}',
        '{"done": {"<b>": {}}}',
        '{"done": {"a": {"A b": 1}}}',
        '{"done": {"a": {"b": 1e999}}, "last": ["", ""], "since": 0}',
        "[" * 5000,
        '{"done": {"a": {"b": Infinity}}}',
        json.dumps({"done": {"a": {"b": "x" * 20_001}}}),
    ],
)
def test_what_holds_no_progress_is_refused_in_words(text: str) -> None:
    with pytest.raises(ProgressError, match=r"is not what|are not what|are read"):
        progress_from_text(text)


def test_resets_are_counted_only_so_far() -> None:
    worn = LearnerProgress(since=10_000)
    assert progress_from_text(progress_to_text(worn.reset())) == worn.reset() == worn
    assert progress_from_text('{"done": {}, "since": 2147483647}').since == 0


@pytest.mark.parametrize("code", ["%%%", "abc", "é", "A" * 20_001, "eJw"])
def test_a_broken_link_is_refused_in_words(code: str) -> None:
    with pytest.raises(ProgressError):
        progress_from_code(code)


def test_a_link_that_would_unpack_to_gigabytes_is_not_unpacked() -> None:
    bomb = base64.urlsafe_b64encode(zlib.compress(b" " * 14_000_000, 9)).decode()
    assert len(bomb) < 20_000
    with pytest.raises(ProgressError, match="at most 20000 are read"):
        progress_from_code(bomb)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (progress_from_text, progress_from_code):
        with suppress(ProgressError):
            assert isinstance(read(text), LearnerProgress)
