"""Decks: slides from lines of links, and what is said of lines that make none."""

import pytest

from pages.ui.lessons.reader import load_lessons
from pages.ui.present.deck import MAX_SLIDES, read_deck, walkthrough_deck
from pages.ui.scene.link import to_query_string
from pages.ui.scene.workspaces import HEADS_WORKSPACE, PARTS_WORKSPACE, POOL_WORKSPACE, scene_at

LIST = """
# the lecture of Monday
/pooling_forgives?at=3,4   Ask first:  what changes?
http://lab.example/lab/convolution_follows?lens=equivariance&at=12,9&from=12,6

?lens=fields&unit=2,3,4\tPoint at the unit.
/the_head_decides
"""


def test_every_line_with_a_link_is_a_slide_with_the_rest_as_notes() -> None:
    deck = read_deck(LIST)
    assert deck.problems == ()
    assert [slide.scene.lens for slide in deck.slides] == [
        "pool",
        "equivariance",
        "fields",
        "heads",
    ]
    notes = [slide.notes for slide in deck.slides]
    assert notes == ["Ask first: what changes?", "", "Point at the unit.", ""]
    assert deck.slides[0].scene.position == (3, 4)
    assert deck.slides[3].scene == HEADS_WORKSPACE.scene
    titles = [slide.title for slide in deck.slides]
    assert titles[0] == "What does a pool notice of a small move?"
    assert titles[3] == "Does it matter where the cat is?"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("hello everyone", "“hello” is no link to a page with a stage"),
        ("/glossary?term=stride", "is no link to a page with a stage"),
        ("http://[x", "is no link to a page with a stage"),
        ("/pooling_forgives?at=99,1", "“at” cannot be used: "),
        ("/feature_map_shifts?stack=Q9 and notes", "“stack” cannot be used: "),
        ("/feature_map_shifts?picture=photo", "“picture” cannot be used: a photo does not travel"),
        ("?lens=pool&stack=C3", f"the page of its lens has {POOL_WORKSPACE.stacks}, not C3x3/1"),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_slides(line: str, complaint: str) -> None:
    deck = read_deck(f"/pooling_forgives\n\n{line}\n/parts_and_places")
    (problem,) = deck.problems
    assert problem.startswith("Line 3 makes no slide: ")
    assert complaint in problem
    assert [slide.scene for slide in deck.slides] == [POOL_WORKSPACE.scene, PARTS_WORKSPACE.scene]


def test_a_list_without_end_is_cut() -> None:
    deck = read_deck("/pooling_forgives\n" * (MAX_SLIDES + 1))
    assert len(deck.slides) == MAX_SLIDES
    assert deck.problems == (
        f"Line {MAX_SLIDES + 1} makes no slide: {MAX_SLIDES} slides are the most, and there are "
        "so many above.",
    )


def test_equal_slides_are_kept_apart_and_open_the_scene_of_their_link() -> None:
    first, second = read_deck("/pooling_forgives?at=3,4\n/pooling_forgives?at=3,4").slides
    assert first.workspace(0).name != second.workspace(1).name
    assert first.workspace(0).scene == scene_at("/pooling_forgives?at=3,4")[0]
    assert not first.workspace(0).admits(PARTS_WORKSPACE.scene.stack)


def test_the_walkthrough_shows_the_key_moments_in_order() -> None:
    steps = [step for lesson in load_lessons().lessons for step in lesson.steps if step.key]
    shown = walkthrough_deck().slides
    assert len(steps) > 5
    assert [slide.title for slide in shown] == [step.title for step in steps]
    assert [slide.notes for slide in shown] == [step.notes for step in steps]
    assert [to_query_string(slide.scene) for slide in shown] == [
        to_query_string(step.scene) for step in steps
    ]
