"""Presenting as Streamlit runs it: every page on a projector, and the page that prepares slides."""

import pytest

from pages.ui.present.deck import walkthrough_deck
from pages.ui.session.browser_storage import MAX_STORED_CHARACTERS
from pages.ui.site import SITE
from tests.support.page_driver import (
    Page,
    button_labels,
    click,
    new_page,
    open_page,
    plain,
    run_clean,
)

ON = {"present": "1"}
BAR = ["Previous", "Next", "Leave"]
WITH_STAGE = ["home", "feature_map_shifts", "convolution_follows", "pooling_forgives"]
WITH_STAGE += ["how_far_a_neuron_sees", "parts_and_places"]


def open_presented(path: str, **query: str) -> Page:
    return open_page(f"{path}.py", query)


def texts(page: Page) -> list[str]:
    return [markdown.value for markdown in page.markdown]


@pytest.mark.parametrize("path", [entry.path for entry in SITE if entry.path != "the_head_decides"])
def test_every_page_has_a_bar_to_turn_and_to_leave(path: str) -> None:
    page = open_presented(path, **ON)
    assert [label for label in button_labels(page) if label in BAR] == BAR
    assert "Present" not in button_labels(page)
    assert len(page.title) == 1


@pytest.mark.parametrize("path", WITH_STAGE)
def test_a_page_on_a_projector_ends_with_its_stage(path: str) -> None:
    page = open_presented(path, **ON)
    assert [page.selectbox, page.text_input, page.header] == [[], [], []]
    assert len(page.get("bidi_component")) == 1
    usual = open_presented(path)
    assert "Present" in button_labels(usual)
    assert not set(BAR) & set(button_labels(usual))


def test_the_button_and_leave_change_the_mode_and_keep_the_scene() -> None:
    page = open_presented("pooling_forgives", at="3,4")
    click(page, "Present")
    run_clean(page)
    assert "Leave" in button_labels(page)
    assert page.query_params["present"] == "1"
    assert page.query_params["at"] == "3,4"
    click(page, "Leave")
    run_clean(page)
    assert "present" not in page.query_params
    assert page.query_params["at"] == "3,4"
    assert page.selectbox


def test_a_lesson_turns_from_step_to_step() -> None:
    page = open_presented("learn", lesson="where-did-the-pixel-go", **ON)
    first = page.title[0].value
    click(page, "Next")
    run_clean(page)
    assert page.title[0].value != first
    assert page.query_params["step"] == "2"
    assert page.query_params["present"] == "1"


def own_list(text: str, **query: str) -> Page:
    """The page with a list that this browser keeps."""
    page = new_page("present.py", query)
    page.session_state["memory_deck"] = {"stored": text}
    return run_clean(page)


def test_bad_lines_are_named_without_their_markdown() -> None:
    page = own_list("/pooling_forgives\n![x](http://example.com/x.png) hello")
    (warning,) = page.warning
    sentence = plain(warning.value.removeprefix("- "))
    assert sentence.startswith("Line 2 makes no slide: “![x](http://example.com/x.png)” is no link")
    assert "1. What does a pool notice of a small move?" in texts(page)


def test_the_list_is_what_was_written_last_and_can_be_started() -> None:
    page = own_list("/pooling_forgives")
    page.text_area(key="deck_area").set_value("/parts_and_places\n/pooling_forgives?at=3,4 Wait.")
    run_clean(page)
    page.button(key="start_own").click()
    run_clean(page)
    assert page.query_params == {"present": "1", "deck": "own", "slide": "1"}
    assert page.title[0].value == "How much pooling is too much?"
    click(page, "Next")
    run_clean(page)
    assert page.title[0].value == "What does a pool notice of a small move?"
    assert "Wait." not in " ".join(texts(page))  # notes are for the other window
    click(page, "Next")
    run_clean(page)
    assert "2 of 2. This is the last." in texts(page)
    click(page, "Previous")
    run_clean(page)
    assert "1 of 2" in texts(page)


def test_notes_are_shown_as_written_with_what_comes_next() -> None:
    text = "/pooling_forgives **Wait** <b>here</b>.\n/parts_and_places"
    page = own_list(text, notes="1", deck="own")
    assert [plain(shown) for shown in texts(page) if "Wait" in shown] == ["**Wait** <b>here</b>."]
    assert "**Next:** How much pooling is too much?" in texts(page)
    assert "Leave" not in button_labels(page)
    click(page, "Next")
    run_clean(page)
    assert "There are no notes for this slide." in texts(page)
    assert "This is the last slide." in texts(page)


@pytest.mark.parametrize("slide", ["999", "0", "x", "-1", "9" * 5000])
def test_a_slide_that_is_none_ends_at_one_that_is(slide: str) -> None:
    page = own_list("/pooling_forgives\n/parts_and_places", deck="own", slide=slide, **ON)
    assert ("2 of 2" if slide == "999" else "1 of 2") in texts(page)


def test_an_empty_list_and_an_unknown_deck_are_no_dead_ends() -> None:
    assert "no slides yet" in own_list("", deck="own", **ON).info[0].value
    page = own_list("x" * (MAX_STORED_CHARACTERS + 9), deck="other", **ON)
    assert page.title[0].value == "Present"


def test_the_walkthrough_is_listed() -> None:
    titles = [f"1. {slide.title}" for slide in walkthrough_deck().slides]
    assert "\n".join(titles) in texts(run_clean(new_page("present.py", {})))
