"""The heads lens: the answers of three heads, and for each a map of where it is right. Pure.

A frame shows the heads that are trained already; it never trains any.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pages.ui.render.context import RenderContext
from pages.ui.render.lens import FrameInputs, FramePart, Lens, as_plane
from pages.ui.scene.head_training import Training, blocks_of, painted
from pages.ui.scene.scene import Scene
from pages.ui.text.format import percent
from pages.ui.training.heads import HEAD_STORE, TrainedHeads
from rfcore.heads.experiment import QUARTERS, first_half
from rfcore.heads.head import HEADS, Head
from rfcore.heads.head_analysis import right_probabilities
from rfcore.layers import Pair
from rfcore.ops import Array, softmax

UNTRAINED_HEADS = "The heads are not trained on this yet. Once they are, they answer here."
NONE_HERE = "This picture has no heads to train."


class HeadsLens(Lens):
    """The last map, and the answers of three heads for it, here and at every other place."""

    responses = False

    def visible_layers(self, scene: Scene) -> tuple[int, ...]:
        return (len(scene.stack) - 1,)

    def cache_key(self, scene: Scene) -> str:
        trained = HEAD_STORE.find(scene.experiment)
        return f".{trained.serial}" if trained else ""

    def static_part(self, scene: Scene, context: RenderContext) -> FramePart:
        """Return where examples may lie, and where each head is right."""
        experiment, training = scene.experiment, scene.training
        if experiment is None or training is None:
            return FramePart()
        trained, allowed = HEAD_STORE.find(experiment), experiment.allowed
        header: dict[str, Any] = {
            "classes": training.classes,
            "label": training.classes.index(scene.pattern),
            "where": where_text(training),
            "blocks": painted(blocks_of(allowed)),
            "trained": trained is not None,
            "panels": [_panel(at, experiment.last_shape, trained) for at in range(len(HEADS))],
        }
        planes = {"allowed": allowed.astype("u1")}
        if trained is not None:
            rights = right_probabilities(trained.maps)[:, header["label"]]
            for index, right in enumerate(rights):
                # A probability of 0.5 is 0, so that the sign says whether the head is right.
                planes[f"right{index}"] = as_plane(right - 0.5, 0.5)
        titles = [None] * (len(scene.stack) - 1) + ["last map"]
        return FramePart({"heads": header, "titles": titles}, planes)

    def dynamic_part(self, inputs: FrameInputs) -> FramePart:
        """Return the answer of each head now: logits, probabilities and text."""
        scene = inputs.scene
        header: dict[str, Any] = {"readings": [{} for _ in scene.stack], "answers": []}
        trained = HEAD_STORE.find(scene.experiment)
        if scene.training is None or trained is None:
            header["sentence"] = NONE_HERE if scene.training is None else UNTRAINED_HEADS
            return FramePart(header)
        assert inputs.now.last is not None  # only those of the drag's start have none
        logits = [head.logits(inputs.now.last)[0] for head in trained.classifiers]
        shares = [softmax(row) for row in logits]
        header["sentence"] = heads_sentence(scene, trained, shares)
        header["answers"] = [
            _answer(scene.pattern, scene.training, row, share)
            for row, share in zip(logits, shares, strict=True)
        ]
        return FramePart(header)


LENS = HeadsLens()


def _panel(index: int, shape: tuple[int, int, int], trained: TrainedHeads | None) -> dict[str, Any]:
    head = HEADS[index]
    features = head.feature_count(shape)
    panel: dict[str, Any] = {
        "title": head_name(head),
        "features": f"{features:,}",
        "weights": f"{2 * features:,}",
        "quarters": None,
        "largest": 1.0,
    }
    if trained is not None:
        panel["weights"] = f"{trained.classifiers[index].weights.size:,}"
        panel["quarters"] = [percent(float(share)) for share in trained.accuracy[index].flat]
        panel["largest"] = float(trained.largest_logits[index]) or 1.0
    return panel


def _answer(pattern: str, training: Training, logits: Array, shares: Array) -> dict[str, Any]:
    chosen = int(np.argmax(shares))
    right = training.classes[chosen] == pattern
    return {
        "logits": [float(logit) for logit in logits],
        "shares": [float(share) for share in shares],
        "logitTexts": [logit_text(float(logit)) for logit in logits],
        "shareTexts": [percent(float(share)) for share in shares],
        "text": head_answer_text(training.classes[chosen], float(shares[chosen]), right=right),
        "right": right,
    }


def head_name(head: Head) -> str:
    """Return the name of a head, its dense layer included."""
    return f"{head.name} + dense"


def logit_text(number: float) -> str:
    """Format a logit with its sign and two decimals."""
    text = f"{number:+.2f}"
    return "0.00" if text in ("+0.00", "-0.00") else text.replace("-", "\u2212")


def quarter_of(place: Pair, places: int) -> str:
    """Return the quarter of the picture that contains the pattern's middle at a place.

    >>> quarter_of((24, 23), 49)
    'lower left'
    """
    first = first_half(places)
    return QUARTERS[2 * (not first[place[0]]) + (not first[place[1]])]


def where_text(training: Training) -> str:
    """Say where the examples of a training lie."""
    if training.is_painted:
        return "in the painted blocks"
    return training.where if training.where == "everywhere" else f"in the {training.where}"


def head_answer_text(name: str, share: float, *, right: bool) -> str:
    """Say what a head answers, in short."""
    return f"{name}, {percent(share)}" + ("" if right else ", wrong")


def heads_sentence(scene: Scene, trained: TrainedHeads, shares: Sequence[Array]) -> str:
    """Say where the pattern is, and which head says what.

    shares: (classes,) for each of HEADS.
    """
    assert scene.training is not None
    experiment = trained.experiment
    quarter = quarter_of(scene.position, experiment.places)
    seen = experiment.allowed[scene.position]
    lies = "where examples were" if seen else "where no example was"
    place = f"The {scene.pattern} is in the {quarter}, {lies}."
    names = [scene.training.classes[int(np.argmax(share))] for share in shares]
    sure = [percent(float(share.max())) for share in shares]
    first, *others = names
    if len(set(names)) == 1:
        return f"{place} All three heads say {first}."
    dense = f"{head_name(HEADS[0]).capitalize()} says {first} ({sure[0]})"
    if len(set(others)) == 1:
        return f"{place} {dense}; both global heads say {others[0]}."
    answers = "; ".join(
        f"{head.name} says {name} ({figure})"
        for head, name, figure in zip(HEADS[1:], others, sure[1:], strict=True)
    )
    return f"{place} {dense}; {answers}."
