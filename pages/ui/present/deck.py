"""Decks: scenes to present one after the other, with the speaker's notes. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from pages.ui.lessons.reader import load_lessons
from pages.ui.scene.limits import SceneError
from pages.ui.scene.link import to_query_string
from pages.ui.scene.scene import Scene
from pages.ui.scene.workspaces import (
    Workspace,
    custom_workspace,
    question_of,
    scene_at,
    workspace_of,
)

DeckName = Literal["walkthrough", "own"]
DECKS: tuple[DeckName, ...] = get_args(DeckName)

MAX_SLIDES = 100
"""Slides that a lecturer's own list may have."""

MAX_NAMED = 20
"""Faulty lines that are reported one by one; the others are only counted."""


@dataclass(frozen=True)
class Slide:
    """A scene to present.

    notes: plain text for the speaker. ask: a question to the class, or empty.
    """

    title: str
    scene: Scene
    notes: str = ""
    ask: str = ""

    def workspace(self, place: int) -> Workspace:
        """Return the workspace that keeps the scene as it was left; place: index in the deck."""
        return custom_workspace(self.scene, f"slide {place} {to_query_string(self.scene)}")


@dataclass(frozen=True)
class Deck:
    """Slides in their order, and a sentence for every faulty line."""

    slides: tuple[Slide, ...]
    problems: tuple[str, ...] = ()


def read_deck(text: str) -> Deck:
    """Return the deck that a text describes: one link a line, followed by its notes.

    Empty lines and lines that begin with # are skipped. A faulty line becomes a problem with its
    number, and the other lines become slides. Never raises.

    >>> deck = read_deck("/pooling_forgives?at=3,4 Ask first: what changes?")
    >>> deck.slides[0].title, deck.slides[0].notes
    ('What does a pool notice of a small move?', 'Ask first: what changes?')
    >>> read_deck("hello").problems
    ('Line 1 makes no slide: “hello” is no link to a page with a stage.',)
    """
    slides: list[Slide] = []
    problems: list[str] = []
    for number, link, notes in _lines(text):
        try:
            if len(slides) == MAX_SLIDES:
                raise SceneError(f"{MAX_SLIDES} slides are the most, and there are so many above")
            scene = scene_of_line(link)
        except SceneError as error:
            problems.append(f"Line {number} makes no slide: {error}.")
        else:
            slides.append(Slide(question_of(scene), scene, notes))
    more = len(problems) - MAX_NAMED
    if more > 0:
        problems[MAX_NAMED:] = [f"{more} more lines make no slide."]
    return Deck(tuple(slides), tuple(problems))


def scene_of_line(link: str) -> Scene:
    """Return the scene of a link; raises SceneError if any part of it cannot be shown."""
    scene, notices = scene_at(link)
    if notices:
        # A slide that shows another scene than its author meant would surprise them in class.
        problem = notices[0].removeprefix("The link\u2019s ").rstrip(".")
        raise SceneError(problem.replace(" was left out", " cannot be used", 1))
    workspace = workspace_of(scene.lens)
    if not workspace.admits(scene.stack):
        raise SceneError(
            f"the page of its lens has {workspace.stacks}, not {str(scene.stack)[:40]}"
        )
    return scene


def _lines(text: str) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        link, _, notes = re.sub(r"\s+", " ", line).strip().partition(" ")
        if link and not link.startswith("#"):
            yield number, link, notes


def walkthrough_deck() -> Deck:
    """Return the key moments of the walkthrough."""
    steps = (step for lesson in load_lessons().lessons for step in lesson.steps if step.key)
    return Deck(
        tuple(
            Slide(step.title, step.scene, step.notes, step.task.ask if step.task else "")
            for step in steps
        )
    )
