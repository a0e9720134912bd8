"""Measures of trained heads and grids, which are trained first if they are not yet. Pure."""

from __future__ import annotations

from pages.ui.lessons.quantity import Quantity
from pages.ui.render.context import render_context
from pages.ui.scene.limits import SceneError
from pages.ui.scene.scene import Scene
from pages.ui.training import faces, heads
from rfcore.claims.heads import logits_at_places
from rfcore.heads.experiment import QUARTERS
from rfcore.heads.head import HEADS
from rfcore.heads.head_analysis import softmax_at

_TEMPERATURES = (0.25, 1.0, 4.0)
"""The temperatures of the softmax that are tried."""

EVERY = 6
"""Pixels between neighbouring places that are tried; to try all places would take seconds."""


def _heads(scene: Scene) -> heads.TrainedHeads:
    if scene.experiment is None:
        raise SceneError("there are no heads here; take a scene of the page on heads")
    return heads.HEAD_STORE.train(scene.experiment)


def _head(asked: Quantity) -> int:
    return [head.name for head in HEADS].index(asked.head)


def right(scene: Scene, asked: Quantity) -> float:
    """Return 100 when a head classifies the pattern correctly at its place, else 0."""
    maps, training = _heads(scene).maps, scene.training
    assert training is not None  # _heads has raised if the scene has none
    label = training.classes.index(scene.pattern)
    shares = maps[_head(asked), label, scene.position[0], scene.position[1]]
    return 100.0 * float(shares.argmax() == label)


def accuracy(scene: Scene, asked: Quantity) -> float:
    """Return the accuracy of a head in a quarter of the picture, in percent."""
    found = _heads(scene).accuracy[_head(asked)]
    return 100.0 * float(found.flat[QUARTERS.index(asked.quarter)])


def head_weights(scene: Scene, asked: Quantity) -> float:
    """Return the number of weights of a head's dense layer."""
    return float(_heads(scene).classifiers[_head(asked)].weights.size)


def zero_weights(scene: Scene, asked: Quantity) -> float:
    """Return the share of a head's weights that are exactly zero, in percent."""
    return 100.0 * float((_heads(scene).classifiers[_head(asked)].weights == 0).mean())


def answers_softmax_moves(scene: Scene, asked: Quantity) -> float:
    """Return at how many of 9 x 9 places the softmax predicts another class than the logits."""
    found = _heads(scene)
    along = range(0, found.experiment.places, EVERY)
    head = found.classifiers[_head(asked)]
    (logits,) = logits_at_places(found.experiment, (head,), along)
    answers = softmax_at(logits, _TEMPERATURES).argmax(axis=-1)
    return float((answers != logits.argmax(axis=-1)).any(axis=0).sum())


def face(scene: Scene, asked: Quantity) -> float:
    """Return a grid's probability that the picture is a face, in percent."""
    found = _grids(scene)
    grids = found.parts.spec.grids
    if asked.grid not in grids:
        raise SceneError(f"the grids are {', '.join(map(str, grids))}, got {asked.grid}")
    picture = render_context(scene.without_drag()).picture_of(scene)
    return 100.0 * float(found.parts.face_probabilities(picture)[grids.index(asked.grid)])


def _grids(scene: Scene) -> faces.TrainedGrids:
    if scene.parts is None:
        raise SceneError("there is no face here; take a scene of the page on parts and places")
    store, spec = faces.GRID_STORE, scene.parts.spec
    while (found := store.find(spec)) is None:
        store.start(spec)
        store.wait()
    return found
