"""The sentences and readouts about trained heads, made from what rfcore computed. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pages.ui.scene.head_training import Training
from pages.ui.scene.scene import Scene
from pages.ui.text.format import percent
from pages.ui.training.heads import TrainedHeads
from rfcore.heads.experiment import QUARTERS, first_half
from rfcore.heads.head import HEADS, Head
from rfcore.layers import Pair
from rfcore.ops import Array

UNTRAINED = "The heads are not trained on this yet. Once they are, they answer here."


def head_name(head: Head) -> str:
    """Return a head with its dense layer, as a reader calls both."""
    return f"{head.name} + dense"


def signed(number: float) -> str:
    """Return a logit with its sign, to two places."""
    text = f"{number:+.2f}"
    return "0.00" if text in ("+0.00", "-0.00") else text.replace("-", "\u2212")


def quarter_of(place: Pair, places: int) -> str:
    """Return the quarter of the picture in which the pattern's middle lies at a place.

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


def answer_text(name: str, share: float, *, right: bool) -> str:
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
    told = "; ".join(
        f"{head.name} says {name} ({figure})"
        for head, name, figure in zip(HEADS[1:], others, sure[1:], strict=True)
    )
    return f"{place} {dense}; {told}."
