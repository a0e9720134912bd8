"""Labelled examples of an experiment, and their frozen features, drawn a few at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rfcore.checks import check_instance, whole_number_within
from rfcore.errors import TrainingError
from rfcore.heads.experiment import Experiment, checked_experiment
from rfcore.heads.head import HEADS, Head, checked_heads
from rfcore.layers import Pair
from rfcore.ops import Array
from rfcore.pictures.backgrounds import draw_background
from rfcore.pictures.patterns import Pattern, draw_pattern, place

Drawn = Callable[[int, int], bool | None]
"""Called with (examples done, examples in all); it stops the work when it returns False."""

_BATCH = 32  # few enough pictures that their maps stay in the cache


@dataclass(frozen=True, eq=False)
class Examples:
    """The class, place and size of every training example; pictures are drawn on demand.

    labels: (n,), 0 or 1: which of the experiment's patterns. places: (n, 2), the (row, col) of the
    top-left corner, in pixels, that the pattern would have at `pattern_size`; a pattern of another
    size has the same middle. sizes: (n,), pixels a side. Made by `draw_examples`.

    >>> examples = draw_examples(Experiment(examples=4))
    >>> examples.labels, examples.image(2).shape
    (array([0, 1, 0, 1]), (1, 64, 64))
    """

    experiment: Experiment
    labels: NDArray[np.int64]
    places: NDArray[np.int64]
    sizes: NDArray[np.int64]

    def image(self, index: int) -> NDArray[np.float32]:
        """Return the picture (1, rows, cols) of one example, in [0, 1]; always the same.

        Raises TrainingError for an index out of range.
        """
        most = len(self.labels) - 1
        index = whole_number_within(index, "index", 0, most, error=TrainingError)
        experiment = self.experiment
        pattern = _drawn(experiment.patterns[self.labels[index]], int(self.sizes[index]))
        if experiment.noise:
            # A generator per example: its noise does not depend on which others were drawn before.
            generator = np.random.default_rng((experiment.seed, index))
            noisy = pattern.values + experiment.noise * generator.standard_normal(
                pattern.values.shape
            )
            values = np.clip(noisy, 0, 1).astype(np.float32)
            pattern = Pattern(pattern.name, values, pattern.alpha)
        down, across = inset(experiment, pattern)
        row, col = (int(at) for at in self.places[index])
        picture = place(class_background(experiment), pattern, row + down, col + across)
        return picture.astype(np.float32, copy=False)


def draw_examples(experiment: Experiment) -> Examples:
    """Draw the examples of an experiment: alternating classes, each over all allowed places.

    A class does not repeat a place before it has used all of them.
    Raises TrainingError when `experiment` is not an Experiment.

    >>> examples = draw_examples(Experiment())
    >>> np.bincount(examples.labels), examples.places.max()
    (array([300, 300]), np.int64(23))
    """
    checked_experiment(experiment)
    generator = np.random.default_rng(experiment.seed)
    count, allowed = experiment.examples, np.argwhere(experiment.allowed)
    labels = np.arange(count) % 2
    places = np.empty((count, 2), np.int64)
    for label in (0, 1):
        wanted = int((labels == label).sum())
        rounds = -(-wanted // len(allowed))
        order = np.concatenate([generator.permutation(len(allowed)) for _ in range(rounds)])
        places[labels == label] = allowed[order[:wanted]]
    jitter, size = experiment.size_jitter, experiment.pattern_size
    sizes = generator.integers(size - jitter, size + jitter, count, endpoint=True)
    return Examples(experiment, labels, places, sizes)


def example_features(
    examples: Examples, heads: Sequence[Head] = HEADS, *, drawn: Drawn | None = None
) -> tuple[Array, ...]:
    """Return the features of every example for each head: float32 arrays (n, features).

    Only one batch of pictures and their maps is in memory at a time. drawn: called after each
    batch; when it returns False, only the examples so far are returned.
    Raises TrainingError when `examples` is not an Examples or there is no head.

    >>> features = example_features(draw_examples(Experiment(examples=4)))
    >>> [part.shape for part in features]
    [(4, 8192), (4, 32), (4, 32)]
    """
    check_instance(examples, Examples, "examples", "as draw_examples gives", error=TrainingError)
    heads = checked_heads(heads)
    network, count = examples.experiment.network, len(examples.labels)
    shape = examples.experiment.last_shape
    features = [np.empty((count, head.feature_count(shape)), np.float32) for head in heads]
    for first in range(0, count, _BATCH):
        done = min(first + _BATCH, count)
        images = np.stack([examples.image(index) for index in range(first, done)])
        activations = network.forward(images)[-1]
        for head, into in zip(heads, features, strict=True):
            into[first:done] = head.features(activations)
        if drawn is not None and drawn(done, count) is False:
            return tuple(part[:done] for part in features)
    return tuple(features)


def class_pattern(experiment: Experiment, label: int) -> Pattern:
    """Return the pattern of a class at `pattern_size`, without noise."""
    return _drawn(experiment.patterns[label], experiment.pattern_size)


def class_background(experiment: Experiment) -> NDArray[np.float32]:
    """Return the background (1, rows, cols), the same for every class."""
    return _background(experiment.background, experiment.image_size)


def inset(experiment: Experiment, pattern: Pattern) -> Pair:
    """Return how far inside a place, (rows, cols), a pattern of any size begins.

    Its middle is then that of a pattern of `pattern_size`, to the nearest whole pixel.
    """
    rows, cols = pattern.alpha.shape
    return (experiment.pattern_size - rows) // 2, (experiment.pattern_size - cols) // 2


@lru_cache(maxsize=256)
def _drawn(name: str, size: int) -> Pattern:
    return draw_pattern(name, size)


@lru_cache(maxsize=16)
def _background(name: str, size: int) -> NDArray[np.float32]:
    background = draw_background(name, size)
    background.setflags(write=False)
    return background
