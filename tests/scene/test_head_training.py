"""What heads are trained on: its parts in a scene, in a link, and in painted blocks."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from pages.ui.scene import head_training as module
from pages.ui.scene.grid import GRID
from pages.ui.scene.head_training import (
    BLOCKS,
    CLASSES,
    SIZES,
    Training,
    blocks_from,
    blocks_of,
    from_text,
    is_quick,
    painted,
    places_of,
    to_text,
)
from pages.ui.scene.limits import MAX_TRAINING, SceneError
from pages.ui.scene.link import from_query, to_query
from pages.ui.scene.scene import Scene
from pages.ui.scene.stage_message import parse_message
from pages.ui.scene.workspaces import HEADS_WORKSPACE
from rfcore.errors import RfcoreError
from rfcore.heads.depth_study import DEPTHS
from rfcore.heads.experiment import QUARTERS, REGIONS, Experiment
from rfcore.pictures.backgrounds import BACKGROUNDS
from rfcore.stack import Stack
from tests.support.random_scenes import PAINTED_REGIONS, TRAININGS
from tests.support.stage_messages import drag_message

SCENE = HEADS_WORKSPACE.scene


def of(**changes: Any) -> Scene:
    """The workspace's scene, trained in another way."""
    return SCENE.with_training(replace(Training(), **changes))


@given(TRAININGS)
def test_a_training_comes_back_from_a_link(training: Training) -> None:
    assert from_text(to_text(training)) == training
    scene = SCENE.with_training(training)
    # Read with the workspace's scene as the base, whose classes may be others.
    assert from_query(to_query(scene), base=SCENE) == (scene, [])


def test_a_link_can_be_read() -> None:
    assert to_query(SCENE)["train"] == "cat,dog,upper-left,noise0.1,sizes0,examples600,seed0"
    assert "train" not in to_query(Scene())


AS_IN = "it must be as in cat,dog,upper-left,noise0.1,sizes0,examples600,seed0, got “{}”"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", AS_IN.format("")),
        ("cat,dog", AS_IN.format("cat,dog")),
        ("x" * 99, AS_IN.format("x" * 40)),
        (
            "cat,dog,upper-left,noise-1,sizes0,examples600,seed0",
            AS_IN.format("cat,dog,upper-left,noise-1,sizes0,exampl"),
        ),
        (
            "cat,cat,upper-left,noise0.1,sizes0,examples600,seed0",
            "two classes need two different patterns, got cat twice; choose another",
        ),
        (
            "cat,pixel,upper-left,noise0.1,sizes0,examples600,seed0",
            f"there is no class “pixel”; choose {', '.join(CLASSES)}",
        ),
        (
            "cat,dog,middle,noise0.1,sizes0,examples600,seed0",
            f"examples lie in a region, {', '.join(REGIONS)}, or in painted blocks, 16 digits 0 to "
            "f, got “middle”",
        ),
        (
            "cat,dog,0000000000000000,noise0.1,sizes0,examples600,seed0",
            "the region has no place in it where an example could lie; paint at least one",
        ),
        (
            "cat,dog,upper-left,noise0.1,sizes99,examples600,seed0",
            "size_jitter must be a whole number from 0 to 8 with a pattern of 16 pixels, got 99",
        ),
        (
            "cat,dog,upper-left,noise0.1,sizes0,examples999999,seed0",
            "examples must be a whole number from 2 to 2000, got 999999",
        ),
    ],
)
def test_nonsense_in_a_link_is_told_and_left_out(value: str, reason: str) -> None:
    scene, problems = from_query({"train": value}, base=SCENE)
    assert (scene, problems) == (SCENE, [f"The link’s “train” was left out: {reason}."])


def test_an_experiment_has_all_parts_of_its_scene() -> None:
    scene = replace(
        of(classes=("ring", "cat"), where="everywhere", noise=0.2, size_jitter=2, examples=50),
        image="meadow",
        padding_mode="circular",
        kernels=("spot", "random", "bank"),
    )
    assert scene.experiment == Experiment(
        patterns=("ring", "cat"),
        pattern_size=16,
        image_size=64,
        background="meadow",
        stack=scene.stack,
        filters=("spot", "random", "bank"),
        padding_mode="circular",
        where="everywhere",
        noise=0.2,
        size_jitter=2,
        examples=50,
    )
    # A drag asks again and again.
    assert replace(scene, position=(1, 2)).experiment is scene.experiment
    assert Scene().experiment is None


def test_what_would_take_minutes_is_refused_with_its_work_and_the_limit() -> None:
    """Few multiply-adds, but as many features as pixels and more, at each of 9,409 places twice."""
    large = of(examples=38).with_picture("black", 128)
    with pytest.raises(SceneError) as refused:
        large.with_stack(Stack.parse("C1c32"))
    [work, most] = [int(n.replace(",", "")) for n in re.findall(r"[\d,]{9,}\d", str(refused.value))]
    assert work > most == MAX_TRAINING
    assert large.with_stack(Stack.parse("C1c32,M2,M2")).experiment is not None


def test_all_that_the_controls_offer_may_be_trained_and_what_a_visit_begins_with_at_once() -> None:
    assert is_quick(SCENE.experiment)
    for size in SIZES:
        for stack in DEPTHS[2:4]:  # those before leave too many features, or are less work
            experiment = SCENE.with_picture("black", size).with_stack(stack).experiment
            assert experiment is not None
            assert is_quick(experiment) == (size <= 64)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda: replace(SCENE, pattern="ring"), "the heads tell a cat from a dog; the pattern is"),
        (lambda: replace(SCENE, moves="wrap"), "the heads are asked about a pattern that moves"),
        (lambda: SCENE.with_picture(GRID, 8), "heads are trained on a drawn picture, "),
        (lambda: SCENE.with_picture("black", 192), "heads are trained on pictures of 32, 48, 64, "),
        (lambda: SCENE.with_weights(["1"] * 25), "heads are trained on named kernels, not on"),
    ],
)
def test_a_scene_whose_heads_could_not_be_trained_is_refused(change: Any, reason: str) -> None:
    with pytest.raises(RfcoreError, match="^" + re.escape(reason)):
        change()


def test_other_classes_bring_one_of_them_on_the_stage() -> None:
    assert of(classes=("dog", "cat")).pattern == "cat"
    other = of(classes=("ring", "square"))
    assert (other.pattern, other.position) == ("ring", SCENE.position)


# Painted blocks


@given(PAINTED_REGIONS)
def test_blocks_come_back_from_their_digits(text: str) -> None:
    assert painted(blocks_from(text)) == text
    assert blocks_from(text).sum() == bin(int(text, 16)).count("1")


@pytest.mark.parametrize("size", SIZES)
def test_every_block_has_places_and_four_by_four_are_a_quarter(size: int) -> None:
    places = size - size // 4 + 1
    corners = [(0, 0), (0, 4), (4, 0), (4, 4)]
    for name, (row, col) in zip(QUARTERS, corners, strict=True):
        blocks = np.zeros((BLOCKS, BLOCKS), bool)
        blocks[row : row + 4, col : col + 4] = True
        wanted = Experiment(image_size=size, pattern_size=size // 4, where=name).allowed
        np.testing.assert_array_equal(places_of(blocks, places), wanted)
        np.testing.assert_array_equal(blocks_of(wanted), blocks)
    for index in range(BLOCKS * BLOCKS):
        one = (np.arange(BLOCKS * BLOCKS) == index).reshape(BLOCKS, BLOCKS)
        np.testing.assert_array_equal(blocks_of(places_of(one, places)), one)


def test_a_painted_region_is_where_examples_lie() -> None:
    scene = of(where="8000000000000001")
    experiment: Any = scene.experiment
    rows, cols = np.nonzero(experiment.allowed)
    assert {*zip((rows // 6).clip(max=7), (cols // 6).clip(max=7), strict=True)} == {(0, 0), (7, 7)}


def test_blocks_that_are_off_by_one_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "block_of", lambda places: np.arange(places) * BLOCKS // places)
    with pytest.raises(AssertionError):
        test_every_block_has_places_and_four_by_four_are_a_quarter(32)


# Stage messages


def by_hand(scene: Scene, **changes: object) -> Scene:
    told = {"unit": None, "channels": [], "view": "now", **changes}
    return parse_message(drag_message(**told)).applied_to(scene)


def test_a_hand_paints_where_examples_lie() -> None:
    scene = by_hand(SCENE, painted="00000000000000ff")
    assert scene.training == replace(Training(), where="00000000000000ff")
    assert by_hand(SCENE).training == Training()


@pytest.mark.parametrize("value", [7, "", "ff", "g" * 16, "F" * 16, ["0" * 16], "0" * 17])
def test_a_hand_that_paints_nonsense_is_refused(value: object) -> None:
    with pytest.raises(SceneError, match=r"^painted blocks are 16 digits 0 to f, got "):
        by_hand(SCENE, painted=value)


def test_a_hand_paints_only_where_there_are_heads_and_never_nothing() -> None:
    with pytest.raises(SceneError, match=r"^there are no heads here whose examples could be paint"):
        by_hand(Scene(), painted="f" * 16)
    with pytest.raises(SceneError, match=r"^the region has no place in it where an example could"):
        by_hand(SCENE, painted="0" * 16)


def test_every_background_can_be_trained_on() -> None:
    for image in BACKGROUNDS:
        experiment: Any = SCENE.with_picture(image, 64).experiment
        assert experiment.background == image
