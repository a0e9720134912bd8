"""The heads' page as Streamlit runs it: training, what changes it, and figures below the stage."""

from dataclasses import replace
from itertools import count
from typing import Any

import numpy as np
import pytest

from pages.ui.controls import heads_training
from pages.ui.render.heads import UNTRAINED_HEADS
from pages.ui.scene.head_training import Training, to_text
from pages.ui.scene.link import from_query
from pages.ui.scene.workspaces import HEADS_WORKSPACE
from pages.ui.sections.heads_findings import TEMPERATURES
from pages.ui.text.format import percent
from pages.ui.training.heads import HEAD_STORE
from pages.ui.training.training_queue import TRAINING_QUEUE
from rfcore.heads.head import HEADS
from rfcore.heads.head_analysis import one_pixel_sensitivity, right_probabilities, shortest_flip
from rfcore.ops import softmax
from tests.support.page_driver import (
    STAYS,
    Page,
    button_labels,
    choose,
    errors,
    header,
    open_page,
    press,
    prose,
    run_clean,
)
from tests.support.trainings import until_nobody_trains

TITLE = r"Does it matter where the \w+ is\?"
SMALL = {"size": "32", "stack": "C5x5/1p2,M2x2/2,C3x3/1p1c4", "at": "3,3"}
_seeds = count(1000)


def small(**changes: Any) -> dict[str, str]:
    """A link to a small experiment that nobody has trained yet."""
    training = replace(Training(examples=20, seed=next(_seeds)), **changes)
    return {**SMALL, "train": to_text(training)}


READY = small()
"""The link of an experiment for the tests that only look at trained heads."""


@pytest.fixture(autouse=True)
def _nobody_else_trains() -> None:
    until_nobody_trains()


@pytest.fixture
def untrained(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the heads wait for the learner, as those do whose training takes long."""
    monkeypatch.setattr(heads_training, "is_quick", lambda experiment: False)


def open_heads(**query: str) -> Page:
    return open_page("the_head_decides.py", query, title=TITLE, with_charts=True, seconds=60)


def scene_of(page: Page) -> Any:
    query = dict(page.query_params.items())
    return from_query(query, base=HEADS_WORKSPACE.scene)[0]


def kept(page: Page) -> Any:
    found = HEAD_STORE.find(scene_of(page).experiment)
    assert found is not None
    return found


def test_the_first_visit_is_trained_at_once_and_a_change_only_when_asked() -> None:
    page = open_heads(**small())
    assert "Trained in" in prose(page)
    assert header(page)["answers"] != []
    accuracy = [classifier.accuracy for classifier in kept(page).classifiers]
    assert ("all heads get all of them right" in prose(page)) == (min(accuracy) == 1)
    choose(page, "examples", 100)
    assert header(page)["sentence"] == UNTRAINED_HEADS
    assert "Train the heads first." in prose(page)
    press(page, "Train the three heads")
    assert "on 100 examples, in the upper left" in prose(page)
    assert header(page)["setting"]["heads"]["trained"] is True


def test_one_click_trains_everywhere_and_one_goes_back_to_the_quarter() -> None:
    page = open_heads(**small(examples=300))
    quarter = kept(page).accuracy[0]
    press(page, "Train everywhere")
    assert scene_of(page).training.where == "everywhere"
    assert "on 300 examples, everywhere" in prose(page)
    everywhere = kept(page).accuracy[0]
    assert np.ptp(everywhere) < 0.1 < np.ptp(quarter)  # all quarters alike, or one that stands out
    press(page, "Train in the upper left only")
    assert scene_of(page).training.where == "upper left"
    np.testing.assert_array_equal(kept(page).accuracy[0], quarter)


def test_settings_that_cannot_be_trained_leave_the_scene_as_it_was() -> None:
    page = open_heads(**READY)
    before = page.query_params
    choose(page, "class_1", "cat")
    assert errors(page) == [
        "Two classes need two different patterns, got cat twice; choose another." + STAYS
    ]
    assert page.query_params == before
    assert page.selectbox(key="choose_class_1").value == "dog"
    choose(page, "class_0", "ring")
    assert errors(page) == []
    assert scene_of(page).pattern == "ring"


def test_a_painted_region_comes_by_link() -> None:
    page = open_heads(**small(where="00000000ffffffff"))
    assert page.selectbox(key="choose_where").value == "00000000ffffffff"
    assert "examples, in the painted blocks" in prose(page)
    empty = small()
    empty["train"] = empty["train"].replace("upper-left", "0" * 16)
    page = open_heads(**empty)
    assert "the region has no place in it" in page.warning[0].value.replace("\\", "")


def test_the_class_on_the_stage_is_switched() -> None:
    page = open_heads(**READY)
    page.segmented_control(key="class_on_stage").set_value("dog")
    run_clean(page)
    assert page.title[0].value == "Does it matter where the dog is?"
    assert header(page)["setting"]["heads"]["label"] == 1


def test_a_link_to_a_long_training_waits_for_the_learner() -> None:
    query = {"size": "128", "train": to_text(Training(seed=next(_seeds)))}
    page = open_heads(**query)
    assert "it waits for you" in prose(page)
    assert "Train the three heads" in button_labels(page)
    assert HEAD_STORE.find(from_query(query, base=HEADS_WORKSPACE.scene)[0].experiment) is None


def test_a_link_starts_no_training_while_others_are_trained() -> None:
    query = small()
    with TRAINING_QUEUE.turn("another", "somebody"):
        page = open_heads(**query)
        assert "The server trains for others now, so this training waits for you." in prose(page)
        assert "Train the three heads" in button_labels(page)
    press(page, "Train the three heads")
    assert "Trained in" in prose(page)


def test_stop_keeps_nothing_and_the_way_back_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_heads(**READY)
    trained = scene_of(page)
    choose(page, "noise", 0.4)
    page.session_state["heads_wanted"] = scene_of(page).experiment
    monkeypatch.setattr(heads_training, "train_wanted", lambda spot: None)
    training_box_stop(page)
    assert "Training was stopped; nothing of it was kept." in prose(page)
    assert HEAD_STORE.find(scene_of(page).experiment) is None
    press(page, "Back to the trained settings")
    assert scene_of(page) == trained
    assert "Trained in" in prose(page)


def training_box_stop(page: Page) -> None:
    """Press Stop as it is pressed while the page trains: by what it calls."""
    page.session_state["heads_stopped"] = page.session_state["heads_wanted"]
    page.session_state["heads_wanted"] = None
    run_clean(page)


def test_exact_zeros_are_counted() -> None:
    page = open_heads(**READY)
    weights = kept(page).classifiers[0].weights
    zeros = int((weights == 0).all(axis=1).sum())
    assert 0 < zeros < len(weights)
    assert f"**{zeros:,} of {len(weights):,} features: weight exactly 0.**" in prose(page)


def test_temperatures_are_those_of_rfcore_and_never_change_the_answer() -> None:
    page = open_heads(**READY | {"at": "20,20"})
    answers = header(page)["answers"]
    table = page.table[0].value
    for (_, line), answer in zip(table.iterrows(), answers, strict=True):
        for temperature in TEMPERATURES:
            share = softmax(np.array(answer["logits"]) / temperature)[0]
            assert line[f"T = {temperature:g}"] == percent(float(share))
    lower_right = percent(float(kept(page).accuracy[0, 1, 1]))
    assert (
        f"At 5 temperatures the order of the classes never changes. Flatten + dense is right in "
        f"{lower_right} of the lower right, at every temperature"
    ) in prose(page)


def test_the_smallest_flip_is_made_and_unmade() -> None:
    page = open_heads(**READY | {"at": "3,3"})
    flips = [shortest_flip(kept(page).maps[head, 0], (3, 3)) for head in range(3)]
    assert any(flips)
    first = next(head for head, flip in enumerate(flips) if flip)
    flip: Any = flips[first]
    told = f"{HEADS[first].name} + dense".capitalize()
    assert f"{told}: {flip.distance:.1f} pixels" in prose(page)
    near = one_pixel_sensitivity(right_probabilities(kept(page).maps)[first, 0])
    assert f"by {percent(float(near[3, 3]))} here" in prose(page)
    before = header(page)["answers"][first]["right"]
    press(page, "Make this move", first)
    assert header(page)["position"] == list(flip.place)
    assert header(page)["start"] == [3, 3]
    assert header(page)["answers"][first]["right"] != before
    press(page, "Go back")
    assert header(page)["position"] == [3, 3]
    assert "Go back" not in button_labels(page)


def test_depths_are_compared_on_a_click(untrained: None) -> None:
    page = open_heads(**small(examples=8))
    press(page, "Compare the depths")
    found: Any = HEAD_STORE.find_depths(scene_of(page).experiment)
    covering = next(result for result in found if result.field_share == 1)
    assert f"a last field of {covering.field[0]} pixels, which covers the picture" in prose(page)
    right = percent(float(covering.untrained_right[0]))
    assert f"flatten + dense {right}" in prose(page)


@pytest.mark.parametrize(
    ("size", "examples", "sentence"),
    [
        ("128", 8, "multiply-adds; a page does up to 300,000,000,000: take a smaller picture."),
        ("64", 1000, "1000 examples must have at most 20000000 features together"),
    ],
)
def test_depths_that_would_take_too_long_are_refused_in_words(
    untrained: None, size: str, examples: int, sentence: str
) -> None:
    page = open_heads(**(small(examples=examples) | {"size": size}))
    [refusal] = [info.value for info in page.info if "compared" in info.value]
    assert refusal.startswith("These settings cannot be compared: ")
    assert sentence in refusal
    assert "Compare the depths" not in button_labels(page)


def test_depths_are_compared_on_pictures_of_up_to_96_pixels(untrained: None) -> None:
    for size, offered in (("96", True), ("128", False)):
        page = open_heads(**(small(examples=100) | {"size": size}))
        assert ("Compare the depths" in button_labels(page)) == offered
