"""The heads lens: planes and figures of a frame are those of rfcore, before training and after."""

import hashlib
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pages.ui.render import heads
from pages.ui.render.heads import UNTRAINED_HEADS, quarter_of
from pages.ui.render.lens import FULL_SCALE
from pages.ui.scene.head_training import Training
from pages.ui.scene.scene import Scene
from pages.ui.scene.workspaces import HEADS_WORKSPACE
from pages.ui.text.format import percent
from pages.ui.training.heads import HeadStore
from rfcore.heads.experiment import Experiment
from rfcore.heads.head import HEADS
from rfcore.heads.head_analysis import quarter_accuracy
from rfcore.heads.run_experiment import position_maps, train_heads
from rfcore.network import Network
from rfcore.ops import softmax
from rfcore.pictures.backgrounds import draw_background
from rfcore.pictures.patterns import draw_pattern, place
from rfcore.stack import Stack
from tests.support.frames import Decoded, rendered

SCENE = (
    replace(
        HEADS_WORKSPACE.scene,
        size=32,
        position=(2, 3),
        start=(2, 3),
        image="meadow",
        padding_mode="circular",
    )
    .with_stack(Stack.parse("C5x5/1p2 -> R -> M2x2/2 -> C3x3/1p1c6"))
    .with_training(Training(classes=("cat", "ring"), noise=0.2, examples=60))
)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> HeadStore:
    """A store for this test alone."""
    own = HeadStore()
    monkeypatch.setattr(heads, "HEAD_STORE", own)
    return own


def experiment_of(scene: Scene) -> Experiment:
    assert scene.experiment is not None
    return scene.experiment


def at(scene: Scene, row: int, col: int) -> Scene:
    return replace(scene, position=(row, col))


def independent_logits(scene: Scene) -> list[Any]:
    """The logits of every head, straight from rfcore."""
    picture = place(
        draw_background(scene.image, scene.size),
        draw_pattern(scene.pattern, scene.size // 4),
        *scene.position,
    )
    network = Network.with_filters(
        scene.stack, filters=scene.kernels, padding_mode=scene.padding_mode
    )
    last = network.forward(picture)[-1]
    return [classifier.logits(last)[0] for classifier in train_heads(experiment_of(scene))]


def heads_of(frame: Decoded) -> dict[str, Any]:
    found: dict[str, Any] = frame.header["setting"]["heads"]
    return found


def test_an_untrained_frame_says_so_and_trains_nothing(store: HeadStore) -> None:
    frame = rendered(SCENE)
    assert frame.header["sentence"] == UNTRAINED_HEADS
    assert frame.header["answers"] == []
    assert heads_of(frame)["trained"] is False
    assert [name for name in frame.planes if name.startswith("right")] == []
    assert [panel["quarters"] for panel in heads_of(frame)["panels"]] == [None] * 3
    assert store.find(SCENE.experiment) is None


@pytest.mark.trains
@pytest.mark.parametrize("pattern", ["cat", "ring"])
def test_planes_are_the_position_maps_of_rfcore(store: HeadStore, pattern: str) -> None:
    scene = SCENE.with_pattern(pattern)
    store.train(experiment_of(scene))
    frame = rendered(scene)
    maps = position_maps(experiment_of(scene), train_heads(experiment_of(scene)))
    label = ("cat", "ring").index(pattern)
    for index in range(len(HEADS)):
        plane = frame.planes[f"right{index}"]
        right = 0.5 + plane / FULL_SCALE / 2
        np.testing.assert_allclose(right, maps[index, label, :, :, label], atol=1e-4)
        # The sign of the plane is the answer: right above one half.
        clear = np.abs(right - 0.5) > 1e-3
        np.testing.assert_array_equal(
            (plane > 0)[clear], (maps[index, label].argmax(axis=-1) == label)[clear]
        )
    np.testing.assert_array_equal(frame.planes["allowed"], experiment_of(scene).allowed)
    quarters = [[percent(float(share)) for share in head.flat] for head in quarter_accuracy(maps)]
    panels = heads_of(frame)["panels"]
    assert [panel["quarters"] for panel in panels] == quarters
    shape = (6, 16, 16)
    for panel, head in zip(panels, HEADS, strict=True):
        count = head.feature_count(shape)
        assert (panel["title"], panel["features"], panel["weights"]) == (
            f"{head.name} + dense",
            f"{count:,}",
            f"{2 * count:,}",
        )


def answer_errors(store: HeadStore) -> float:
    """How far the answers of a frame are from rfcore's, at several places of both classes."""
    worst = 0.0
    for pattern in ("cat", "ring"):
        for row, col in ((0, 0), (2, 3), (13, 24), (24, 24)):
            scene = at(SCENE.with_pattern(pattern), row, col)
            store.train(experiment_of(scene))
            answers = rendered(scene).header["answers"]
            for answer, logits in zip(answers, independent_logits(scene), strict=True):
                worst = max(worst, np.abs(np.array(answer["logits"]) - logits).max())
                worst = max(worst, np.abs(np.array(answer["shares"]) - softmax(logits)).max())
                name = ("cat", "ring")[int(logits.argmax())]
                assert answer["right"] == (name == pattern)
                wrong = "" if name == pattern else ", wrong"
                assert answer["text"] == f"{name}, {percent(softmax(logits).max())}{wrong}"
    return worst


@pytest.mark.trains
def test_answers_are_those_of_rfcore(store: HeadStore) -> None:
    assert answer_errors(store) < 1e-9


def test_an_answer_from_the_start_of_the_drag_is_caught(
    store: HeadStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    dynamic_part = heads.HeadsLens.dynamic_part
    monkeypatch.setattr(
        heads.HeadsLens,
        "dynamic_part",
        lambda self, inputs: dynamic_part(self, replace(inputs, now=inputs.start)),
    )
    with pytest.raises(AssertionError):
        assert answer_errors(store) < 1e-9


def test_only_the_last_map_travels(store: HeadStore) -> None:
    frame = rendered(SCENE)
    assert frame.header["setting"]["shown"] == [3]
    assert [name for name in frame.planes if name.startswith(("now", "start"))] == [
        "now3",
        "start3",
    ]


def test_a_frame_knows_when_the_heads_are_trained_anew(store: HeadStore) -> None:
    before = rendered(SCENE).header["scene"]
    assert "setting" not in rendered(SCENE, known_scene=before, known_start=(2, 3)).header
    store.train(experiment_of(SCENE))
    after = rendered(SCENE, known_scene=before, known_start=(2, 3))
    assert after.header["scene"] != before
    assert heads_of(after)["trained"] is True
    drag = rendered(at(SCENE, 9, 9), known_scene=after.header["scene"], known_start=(2, 3))
    assert sorted(drag.planes) == ["now3"]


@pytest.mark.trains
def test_the_claim_of_the_page_is_what_its_sentence_says(store: HeadStore) -> None:
    scene = at(HEADS_WORKSPACE.scene, 44, 44)
    store.train(experiment_of(scene))
    header = rendered(scene).header
    dense, average, largest = header["answers"]
    assert [dense["right"], average["right"], largest["right"]] == [False, True, True]
    assert header["sentence"] == (
        "The cat is in the lower right, where no example was. Flatten + dense says dog "
        f"({percent(max(dense['shares']))}); both global heads say cat."
    )
    seen = rendered(at(scene, 8, 8)).header["sentence"]
    assert seen == "The cat is in the upper left, where examples were. All three heads say cat."


def test_frames_do_not_leave_traces_in_each_other(store: HeadStore) -> None:
    store.train(experiment_of(SCENE))

    def digest(scene: Scene) -> str:
        frame = rendered(scene)
        planes = b"".join(plane.tobytes() for plane in frame.planes.values())
        return hashlib.sha256(repr(frame.header).encode() + planes).hexdigest()

    scenes = [SCENE, at(SCENE, 20, 1), SCENE.with_pattern("ring")]
    first = [digest(scene) for scene in scenes]
    assert [digest(scene) for scene in reversed(scenes)] == first[::-1]
    assert len(set(first)) == 3


def test_the_quarter_is_that_of_the_middle() -> None:
    assert [quarter_of(place, 49) for place in ((23, 23), (23, 24), (24, 23), (24, 24))] == [
        "upper left",
        "upper right",
        "lower left",
        "lower right",
    ]
