"""A learner's progress in the walkthrough, and its text for the browser's storage and for links.

It stores the answers; their grades are computed again. The text is untrusted input. Pure.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any

from pages.ui.lessons.grading import validate_answer
from pages.ui.lessons.reader import Lesson, LessonSet, LessonStep
from pages.ui.lessons.tasks import Answer

MAX_PROGRESS_CHARACTERS = 20_000
"""The longest text that is read, ten times that of a complete progress."""

MAX_UNKNOWN = MAX_PROGRESS_CHARACTERS // 4
"""The longest text in which answers to unknown lessons stay."""

MAX_RESETS = 10_000
"""The largest number of resets that is accepted."""

_NAME = re.compile(r"[a-z0-9-]{1,80}")


class ProgressError(ValueError):
    """A text is no progress."""


@dataclass(frozen=True)
class LearnerProgress:
    """A learner's answers, and the step that they saw last.

    done: the answer by lesson name and step name; None for a step without a task that was read.
    last: (lesson, step), or empty strings. since: the number of resets, so that another tab
    which still holds the progress from before a reset does not restore it.
    """

    done: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    last: tuple[str, str] = ("", "")
    since: int = 0

    def answer(self, lesson: Lesson, step: LessonStep) -> Answer | None:
        """Return the answer in a step, if there is one that is valid for its task."""
        known = self.done.get(lesson.name, {})
        if step.task is None or step.name not in known:
            return None
        return validate_answer(step.task, step.scene, known[step.name])

    def has_done(self, lesson: Lesson, step: LessonStep) -> bool:
        """Whether a step was read, predicted, or its goal reached."""
        if step.task is None:
            return step.name in self.done.get(lesson.name, {})
        return self.answer(lesson, step) is not None

    def count(self, lesson: Lesson) -> int:
        """Return how many steps of a lesson are done."""
        return sum(self.has_done(lesson, step) for step in lesson.steps)

    def with_step(self, lesson: Lesson, step: LessonStep, answer: Answer | None) -> LearnerProgress:
        """Return the progress with a step done; a second answer does not replace the first."""
        if self.has_done(lesson, step):
            return self
        steps = {**self.done.get(lesson.name, {}), step.name: answer}
        return replace(self, done={**self.done, lesson.name: steps})

    def at(self, lesson: Lesson, step: LessonStep) -> LearnerProgress:
        """Return the progress of a learner who is at a step now."""
        return replace(self, last=(lesson.name, step.name))

    def without(self, lesson: Lesson) -> LearnerProgress:
        """Return the progress without the answers of one lesson."""
        done = {name: steps for name, steps in self.done.items() if name != lesson.name}
        return replace(self, done=done, since=min(self.since + 1, MAX_RESETS))

    def reset(self) -> LearnerProgress:
        """Return the empty progress after a reset."""
        return LearnerProgress(since=min(self.since + 1, MAX_RESETS))

    def known(self, lesson_set: LessonSet) -> LearnerProgress:
        """Return the progress without invalid answers.

        Answers to unknown lessons stay until the text has grown long: a lesson may be missing only
        until its file is corrected.
        """
        is_short = len(progress_to_text(self)) <= MAX_UNKNOWN
        are_done = {
            (lesson.name, step.name): self.has_done(lesson, step)
            for lesson in lesson_set.lessons
            for step in lesson.steps
        }
        done = {}
        for lesson, steps in self.done.items():
            kept = {
                step: answer
                for step, answer in steps.items()
                if are_done.get((lesson, step), is_short)
            }
            if kept:
                done[lesson] = kept
        return replace(self, done=done)

    def merged(self, other: LearnerProgress) -> LearnerProgress:
        """Return this progress and another tab's together; the one with more resets wins."""
        if other.since != self.since:
            return self if self.since > other.since else other
        names = {*self.done, *other.done}
        done = {name: {**other.done.get(name, {}), **self.done.get(name, {})} for name in names}
        return replace(self, done=done, last=self.last if any(self.last) else other.last)


def progress_to_text(progress: LearnerProgress) -> str:
    """Return a progress as text for the browser's storage.

    >>> progress_from_text(progress_to_text(LearnerProgress({"a": {"b": 3}}, ("a", "b"), 1))).done
    {'a': {'b': 3}}
    """
    parts = {"done": progress.done, "last": progress.last, "since": progress.since}
    return json.dumps(parts, separators=(",", ":"))


def progress_from_text(text: str) -> LearnerProgress:
    """Parse the text of a progress; raises ProgressError if it is none."""
    if len(text) > MAX_PROGRESS_CHARACTERS:
        raise ProgressError(
            f"it has {len(text)} characters; at most {MAX_PROGRESS_CHARACTERS} are read"
        )
    try:
        parts = json.loads(text, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError):
        raise ProgressError("it is not what this app has written") from None
    if not isinstance(parts, dict):
        raise ProgressError("it is not what this app has written")
    done, last, since = parts.get("done"), parts.get("last"), parts.get("since")
    if not isinstance(done, dict) or not all(isinstance(steps, dict) for steps in done.values()):
        raise ProgressError("its lessons are not what this app has written")
    names = [*done, *(name for steps in done.values() for name in steps)]
    if not all(_NAME.fullmatch(name) for name in names):
        raise ProgressError("its lessons are not what this app has written")
    place = ("", "")
    if isinstance(last, list) and len(last) == 2 and all(isinstance(name, str) for name in last):
        place = last[0][:80], last[1][:80]
    is_count = isinstance(since, int) and not isinstance(since, bool) and 0 <= since <= MAX_RESETS
    return LearnerProgress(done, place, since if is_count else 0)  # type: ignore[arg-type]


def _no_number(name: str) -> None:
    """Reject what is not JSON, such as Infinity."""
    raise ValueError(name)


def _finite(digits: str) -> float:
    """Parse a number; reject one that overflows, such as 1e999: JSON has no infinity."""
    number = float(digits)
    if not isfinite(number):
        raise ValueError(digits)
    return number


def progress_to_code(progress: LearnerProgress) -> str:
    """Return a progress as the value of a link's parameter.

    >>> progress_from_code(progress_to_code(LearnerProgress({"a": {"b": 3}}))).done
    {'a': {'b': 3}}
    """
    packed = zlib.compress(progress_to_text(progress).encode(), 9)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def progress_from_code(code: str) -> LearnerProgress:
    """Parse the progress of a link; raises ProgressError if it has none."""
    if len(code) > MAX_PROGRESS_CHARACTERS:
        raise ProgressError(
            f"it has {len(code)} characters; at most {MAX_PROGRESS_CHARACTERS} are read"
        )
    try:
        packed = base64.urlsafe_b64decode(code.encode() + b"=" * (-len(code) % 4))
        # A few bytes can unpack to gigabytes: stop at the longest text that is read.
        text = zlib.decompressobj().decompress(packed, MAX_PROGRESS_CHARACTERS + 1).decode()
    except (binascii.Error, ValueError, zlib.error):
        raise ProgressError("it was cut off, or is not what this app has written") from None
    return progress_from_text(text)
