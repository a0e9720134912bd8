"""The walkthrough's page: lessons, predictions right and wrong, goals, progress, the summary."""

import html
import json
import re
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from pages.ui.lessons.progress import LearnerProgress, progress_to_code, progress_to_text
from pages.ui.lessons.reader import load_lessons
from pages.ui.lessons.summary import as_page, summary_lines
from tests.support.lesson_files import GOOD, written
from tests.support.page_driver import (
    Page,
    as_read,
    click,
    header,
    new_page,
    plain,
    run_clean,
)

BOOK = load_lessons()
FIRST = BOOK.lessons[0]
POOL = "a-pool-forgives"


def open_learn(**query: str) -> Page:
    """The page in a browser that has sent that it stores nothing yet."""
    page = new_page("learn.py", query, seconds=60)
    page.session_state["memory_progress"] = {"stored": ""}
    return run_clean(page)


def step(lesson: str, number: int, **query: str) -> Page:
    return open_learn(lesson=lesson, step=str(number), **query)


def texts(page: Page) -> list[str]:
    found = [*page.markdown, *page.success, *page.info, *page.warning, *page.caption, *page.title]
    return [as_read(element.value) for element in found]


def says(page: Page, words: str) -> bool:
    return any(words in re.sub(r"\\(.)", r"\1", text) for text in texts(page))


def task(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = header(page)["task"]
    return found


def ways_in(page: Page) -> list[Any]:
    """The buttons of the map that lead into the lessons, in order."""
    return [button for button in page.button if (button.key or "").startswith("lesson_")]


def progress(page: Page) -> LearnerProgress:
    found: LearnerProgress = page.session_state["progress"]
    return found


def kept(page: Page) -> Any:
    """What the page gives the browser to keep."""
    (text,) = (
        json.loads(component.proto.json)["text"]
        for component in page.get("bidi_component")
        if component.proto.component_name == "shift_lab_memory"
    )
    return json.loads(text)


def place(page: Page) -> tuple[str, ...]:
    params = page.query_params
    return tuple(params[key] for key in ("lesson", "step") if key in params)


# ---- the map


def test_the_map_shows_every_lesson_and_where_to_start() -> None:
    page = open_learn()
    shown = " ".join(texts(page))
    for number, lesson in enumerate(BOOK.lessons, 1):
        assert f"**{number}. {lesson.title}**" in shown
    assert [b.label for b in ways_in(page)] == ["Start"] * len(BOOK.lessons)
    ways_in(page)[0].click()
    run_clean(page)
    assert place(page) == (FIRST.name, "1")
    assert page.title[0].value == FIRST.steps[0].title


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"lesson": "alchemy"}, "There is no lesson \u201calchemy\u201d"),
        ({"lesson": FIRST.name, "step": "99"}, "This lesson has steps 1 to 5, not \u201c99\u201d."),
        ({"lesson": FIRST.name, "step": "0000012"}, "not \u201c0000012\u201d"),
        ({"lesson": FIRST.name, "step": "-1"}, "not \u201c-1\u201d"),
        ({"lesson": FIRST.name, "step": "\u0663\u00b2"}, "This lesson has steps 1 to 5"),
        ({"lesson": "<script>**", "step": "1"}, "There is no lesson"),
        ({"progress": "nonsense"}, "\u201cprogress\u201d was left out"),
    ],
)
def test_a_link_to_nowhere_says_so(query: dict[str, str], words: str) -> None:
    page = open_learn(**query)
    assert any(words in plain(warning.value) for warning in page.warning)


def test_a_faulty_file_is_named_and_all_others_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.ui.lessons.reader.LESSON_FOLDER", tmp_path)
    written(tmp_path, GOOD, "01-good.toml")
    written(tmp_path, GOOD.replace("C3x3/1,M2x2/2", "C3x3/1,Q2"), "02-broken.toml")
    written(tmp_path, GOOD.replace("= 2", "= 0"), "03-reached.toml")
    page = open_learn()
    named = plain(page.warning[0].value.split(":\n")[1].replace("- ", "")).splitlines()
    assert [line.split(",")[0] for line in named] == ["02-broken.toml", "03-reached.toml"]
    assert "line 29, steps[3].scene" in named[0]
    assert [b.label for b in ways_in(page)] == ["Start"]
    ways_in(page)[0].click()
    run_clean(page)
    assert page.title[0].value == "First"


# ---- predictions


def predict_number(page: Page, number: float | None) -> None:
    page.number_input[0].set_value(number)
    click(page, "Predict")
    run_clean(page)


def test_a_wrong_prediction_is_set_beside_the_answer_and_the_stage_is_free() -> None:
    page = step(FIRST.name, 2)
    assert (task(page)["locked"], task(page)["veiled"]) == (True, True)
    predict_number(page, 1)
    assert says(page, "Not this time.")
    assert says(page, "You said: 1 cell")
    assert says(page, "Measured: **25 cells**")
    assert (task(page)["locked"], task(page)["veiled"]) == (False, False)
    assert [b.label for b in page.button if b.key == "lesson_next"] == ["Next"]


def test_a_right_prediction_is_said_to_be_right() -> None:
    page = step(FIRST.name, 2)
    predict_number(page, 25)
    assert says(page, "Right.")
    assert not says(page, "Not this time.")
    assert progress(page).answer(FIRST, FIRST.steps[1]) == 25


def test_nothing_typed_is_no_prediction() -> None:
    page = step(FIRST.name, 2)
    predict_number(page, None)
    assert says(page, "Type a number first.")
    assert task(page)["locked"]
    assert progress(page).count(FIRST) == 0


def test_a_choice_is_judged() -> None:
    page = step(FIRST.name, 3)
    click(page, "Predict")
    run_clean(page)
    assert says(page, "Choose an answer first.")
    page.radio[0].set_value(1)
    click(page, "Predict")
    run_clean(page)
    assert says(page, "You said: It moves 2 cells to the right")
    assert says(page, "Measured: **It moves 4 cells to the right**")


def test_marked_cells_are_judged_and_shown_beside_what_changes() -> None:
    page = step(POOL, 2)
    asked = task(page)
    assert (asked["locked"], asked["map"], asked["changed"]) == (True, 0, None)
    page.session_state["stage"] = {"marks": {"task": asked["id"], "cells": [[1, 1], [1, 3]]}}
    click(page, "Predict")
    run_clean(page)
    assert says(page, "You said: 2 marked, 1 of them right")
    assert says(page, "Measured: **2 changed**")
    assert task(page)["marks"] == [[1, 1], [1, 3]]
    assert task(page)["changed"] == [[1, 1], [1, 2]]


def test_marks_of_another_step_are_none_of_this_one() -> None:
    page = step(POOL, 2)
    page.session_state["stage"] = {"marks": {"task": "lesson x y", "cells": [[0, 0]]}}
    click(page, "Predict")
    run_clean(page)
    assert says(page, "You said: none will change")


@pytest.mark.parametrize("cells", ["no list", [[9, 9]], [[0]], 7, None, [["a", 1]]])
def test_forged_marks_are_no_prediction(cells: object) -> None:
    page = step(POOL, 2)
    page.session_state["stage"] = {"marks": {"task": task(page)["id"], "cells": cells}}
    click(page, "Predict")
    run_clean(page)
    assert task(page)["locked"]
    assert page.warning


def test_the_prediction_stays_when_one_comes_back() -> None:
    page = step(FIRST.name, 2)
    predict_number(page, 4)
    click(page, "Next")
    run_clean(page)
    assert place(page) == (FIRST.name, "3")
    click(page, "Back")
    run_clean(page)
    assert says(page, "You said: 4 cells")
    assert not task(page)["locked"]


# ---- goals


def hand(page: Page, **changes: Any) -> None:
    shown = header(page)
    message = {
        "mount": "browser",
        "token": 1,
        "revision": shown["revision"],
        "position": shown["position"],
        "start": shown["start"],
        "unit": None,
        "channels": [0] * len(shown["setting"]["layers"]),
        "committed": True,
    }
    page.session_state["stage"] = {"message": {**message, **changes}}
    run_clean(page)  # a browser runs the stage first, then the card; here the card comes first


def test_a_goal_is_watched_and_kept() -> None:
    page = step(FIRST.name, 1)
    assert not task(page)["locked"]
    assert says(page, "Not reached yet.")
    hand(page, position=[12, 15])
    run_clean(page)
    assert says(page, "Not reached yet.")
    hand(page, position=[12, 16], token=2)
    run_clean(page)
    assert says(page, "Reached.")
    assert progress(page).answer(FIRST, FIRST.steps[0]) is True


def test_the_message_of_an_earlier_step_leaves_nothing_out_of_a_later_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    revisions = count(step=100)  # each workspace begins with another one
    monkeypatch.setattr(
        "pages.ui.session.tab_state.secrets.randbelow", lambda bound: next(revisions)
    )
    page = step(FIRST.name, 1)
    known = header(page)["scene"]
    hand(page, position=[12, 9], knownScene=known)
    for _ in range(2):
        click(page, "Skip")
        run_clean(page)
    assert place(page) == (FIRST.name, "3")
    assert header(page)["scene"] == known  # else the browser could not take one for the other
    assert "setting" in header(page)


def test_a_unit_is_pinned_for_a_goal() -> None:
    page = step("how-far-one-neuron-sees", 1)
    hand(page, unit=[0, 5, 5])
    run_clean(page)
    assert says(page, "Reached.")


def test_layers_are_built_for_a_goal() -> None:
    page = step("build-a-stack", 3)
    for layer in ("M2x2/2", "C3x3/1", "M2x2/2"):
        click(page, f"Add {layer}")
        run_clean(page)
    assert says(page, "Now: C3x3/1 -> M2x2/2 -> C3x3/1 -> M2x2/2")
    click(page, "Take the last away")
    run_clean(page)
    assert says(page, "Not reached yet.")
    for layer in ("M2x2/2", "C3x3/1"):
        click(page, f"Add {layer}")
        run_clean(page)
    assert not says(page, "Reached.")  # 18 pixels
    click(page, "Take the last away")
    run_clean(page)
    click(page, "Add M2x2/2")
    run_clean(page)
    assert not says(page, "Reached.")


def test_too_many_layers_are_refused_in_words() -> None:
    page = step("build-a-stack", 2)
    for _ in range(6):
        click(page, "Add M2x2/2")
        run_clean(page)
    assert page.error
    assert "The scene stays as it was." in plain(page.error[0].value)


def test_a_step_without_a_task_is_done_when_it_was_read() -> None:
    lesson = next(lesson for lesson in BOOK.lessons if lesson.steps[-1].task is None)
    page = step(lesson.name, len(lesson.steps))
    click(page, "Finish")
    run_clean(page)
    assert place(page) == ()
    assert progress(page).has_done(lesson, lesson.steps[-1])


def test_heads_are_asked_for_a_prediction() -> None:
    page = step("the-head-decides", 2)
    page.radio[0].set_value(1)
    click(page, "Predict")
    run_clean(page)
    assert says(page, "Measured: **Flatten**")


# ---- progress


def some_progress() -> LearnerProgress:
    made = LearnerProgress()
    for lesson, number, given in ((0, 1, 25.0), (0, 2, 1), (2, 1, [[1, 1]])):
        lesson_, step_ = BOOK.lessons[lesson], BOOK.lessons[lesson].steps[number]
        made = made.with_step(lesson_, step_, given)  # type: ignore[arg-type]
    return made


def test_what_the_browser_has_kept_is_there_again() -> None:
    page = new_page("learn.py", {})
    page.session_state["memory_progress"] = {"stored": progress_to_text(some_progress())}
    run_clean(page)
    assert says(page, "2 of 5 done")
    assert [b.label for b in ways_in(page)][:3] == ["Go on", "Start", "Go on"]


def test_kept_nonsense_is_left_out_in_words() -> None:
    page = new_page("learn.py", {})
    page.session_state["memory_progress"] = {"stored": "{nonsense"}
    run_clean(page)
    assert any("this browser stored was left out" in plain(w.value) for w in page.warning)
    assert ways_in(page)[0].label == "Start"


def test_progress_comes_by_link_and_leaves_the_address() -> None:
    page = open_learn(progress=progress_to_code(some_progress()))
    assert says(page, "2 of 5 done")
    assert "progress" not in page.query_params


def test_a_lesson_goes_on_at_the_first_step_not_done() -> None:
    page = open_learn(progress=progress_to_code(some_progress()))
    ways_in(page)[0].click()
    run_clean(page)
    assert place(page) == (FIRST.name, "1")


@pytest.mark.parametrize("since", [(0, 1), (1, 0), (3, 3)])
def test_a_link_adds_to_what_the_browser_keeps(since: tuple[int, int]) -> None:
    """Whoever has begun anew more often: a stranger's link takes nothing away, and comes in."""
    own = LearnerProgress(since=since[0]).with_step(BOOK.lessons[1], BOOK.lessons[1].steps[0], 0)
    brought = replace(some_progress(), since=since[1])
    page = new_page("learn.py", {"progress": progress_to_code(brought)})
    run_clean(page)  # the browser has not sent its text yet
    page.session_state["memory_progress"] = {"stored": progress_to_text(own)}
    run_clean(page)
    assert [progress(page).count(lesson) for lesson in BOOK.lessons[:3]] == [2, 1, 1]


def test_what_no_lesson_asks_for_is_not_kept() -> None:
    junk = LearnerProgress(
        {"z": {"q": "y" * 9000}, FIRST.name: {"how-many-cells-notice-it": "many"}}
    )
    page = open_learn(progress=progress_to_code(junk))
    assert progress(page).done == {}


def test_a_link_does_not_move_what_is_yet_to_be_predicted() -> None:
    page = step(FIRST.name, 3, at="12,12", **{"from": "12,8"}, view="difference")
    shown = header(page)
    assert (shown["position"], shown["view"]) == ([12, 8], "now")
    assert "at" not in page.query_params
    assert not page.warning


def test_progress_can_be_forgotten() -> None:
    page = open_learn(progress=progress_to_code(some_progress()))
    click(page, "Forget it")
    run_clean(page)
    assert progress(page).done == {}
    assert progress(page).since == 1


# ---- the summary


def test_the_summary_lists_right_and_wrong() -> None:
    page = open_learn(progress=progress_to_code(some_progress()))
    click(page, "What I predicted")
    run_clean(page)
    assert says(page, "1 of 3 predictions were right.")
    cards = [text for text in texts(page) if "You said:" in text]
    assert [re.search(r"\*\*(.*?)\.\*\*", card)[1] for card in cards] == [  # type: ignore[index]
        "Right",
        "Not right",
        "Not right",
    ]
    for measured in ("25 cells", "It moves 4 cells to the right", "2 changed"):
        assert says(page, f"Measured: **{measured}**")


def test_the_downloaded_page_says_the_same_and_cannot_be_broken() -> None:
    lines = summary_lines(BOOK, some_progress())
    text = as_page(lines)
    assert text.count("<tr>") == 1 + len(lines)
    assert "1 of 3 predictions were right." in text
    for line in lines:
        assert html.escape(line.grade.said) in text
        assert html.escape(line.ask) in text
    assert "http" not in text


def test_without_predictions_the_summary_says_so() -> None:
    page = open_learn(lesson="summary")
    assert says(page, "There is no prediction yet.")


def test_progress_is_kept_by_the_browser_as_text() -> None:
    page = new_page("learn.py", {"lesson": FIRST.name, "step": "2"})
    page.session_state["memory_progress"] = {"stored": ""}
    run_clean(page)
    predict_number(page, 25)
    assert kept(page)["done"] == {FIRST.name: {"how-many-cells-notice-it": 25.0}}


def test_a_mistake_in_a_lesson_takes_nothing_from_what_the_browser_keeps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.ui.lessons.reader.LESSON_FOLDER", tmp_path)
    written(tmp_path, GOOD, "01-good.toml")
    page = new_page("learn.py", {"progress": progress_to_code(some_progress())})
    page.session_state["memory_progress"] = {"stored": ""}
    run_clean(page)
    assert kept(page)["done"] == some_progress().done
