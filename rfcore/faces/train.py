"""Train classifiers to tell faces from scrambled faces while pooling discards more positions.

Frozen features are pooled into grids, from one cell to no pooling at all. For each grid a dense
layer learns to tell faces from scrambled ones. A `PartsSpec` describes the examples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from rfcore.checks import check_choice, describe_array, short_repr
from rfcore.errors import ShapeError, TrainingError
from rfcore.faces.spec import (
    FACE_CLASSES,
    PartsSpec,
    checked_parts_spec,
    example_pictures,
    moves_of,
)
from rfcore.heads.classifier import Classifier
from rfcore.heads.head import GridHead
from rfcore.heads.softmax_regression import train_softmax_regression
from rfcore.ops import Array
from rfcore.receptive_field import receptive_fields

PartsProgress = Callable[[int, int], bool | None]
"""Called with (rounds done, rounds in all), also many times within a round; it stops the work when
it returns False."""

_TO_LEARN, _FRESH = 0, 1  # independent streams of examples
_BATCH = 32  # pictures that the network runs on at once


@dataclass(frozen=True, eq=False)
class TrainedParts:
    """A classifier for every grid of a spec, and the accuracy of each.

    classifiers: one for each of `spec.grids`. averages: for each, the mean of its pooled
    features over the training examples, (channels, grid, grid). accuracy: read-only float64
    (grids, distances), the share of right answers on fresh examples whose whole face is moved by
    each of `spec.distances`. Up to `spec.trained_jitter` it measures how well a grid tells faces
    from scrambled ones; beyond it, how well it tolerates moves that training did not contain.
    Chance is a half. Made by `train_parts`.
    Raises TrainingError when `spec` is not a PartsSpec or the other fields do not fit it.

    >>> spec = PartsSpec(grids=(1, 4), distances=(0,), examples=16, fresh=8, steps=5)
    >>> trained = train_parts(spec)
    >>> trained.accuracy.shape
    (2, 1)
    """

    spec: PartsSpec
    classifiers: tuple[Classifier, ...]
    averages: tuple[Array, ...]
    accuracy: Array

    def __post_init__(self) -> None:
        checked_parts_spec(self.spec)
        grids, distances = len(self.spec.grids), len(self.spec.distances)
        counts = len(self.classifiers), len(self.averages), np.shape(self.accuracy)
        if counts != (grids, grids, (grids, distances)):
            raise TrainingError(
                f"a spec of {grids} grids and {distances} distances needs {grids} classifiers and "
                f"averages, and accuracy ({grids}, {distances}), got {counts[0]}, {counts[1]} "
                f"and {counts[2]}"
            )
        self.accuracy.setflags(write=False)

    def best_grid(self, distance: int) -> int:
        """Return the most accurate grid at one of `spec.distances`; in a tie the coarsest.

        Raises TrainingError for a distance that is not one of them.
        """
        column = _place_of(distance, "distance", self.spec.distances)
        return self.spec.grids[int(self.accuracy[:, column].argmax())]

    def face_probabilities(self, picture: Array) -> Array:
        """Return each grid's probability that a picture shows a face, float64 (grids,).

        picture: (1, size, size), as `face_picture` gives, with the noise of the training examples.
        Above one half the answer is "face". Raises ShapeError for a picture of another size.
        """
        activation = self._activation(picture)
        answers = [classifier.probabilities(activation)[0, 1] for classifier in self.classifiers]
        return np.array(answers)

    def noticing_grids(self, before: Array, after: Array) -> tuple[int, ...]:
        """Return the grids whose answers for `before` and `after` differ.

        before, after: pictures (1, size, size), such as a face and the same face with its mouth
        moved. Raises ShapeError for a picture of another size.
        """
        changed = (self.face_probabilities(before) > 0.5) != (self.face_probabilities(after) > 0.5)
        return tuple(grid for grid, has in zip(self.spec.grids, changed, strict=True) if has)

    def evidence(
        self, grid: int, picture: Array, label: str = "face", *, from_average: bool = True
    ) -> Array:
        """Return what each cell of a grid adds to an answer's logit, float64 (grid, grid).

        A cell adds its pooled features times their weights, summed over channels. The features are
        measured from their average over the training examples: a cell above 0 supports the answer
        more than it does in the average example. Without `from_average` they are measured from 0.
        All cells and the bias then add up to the logit, but a plain bright cell adds to it too.
        label: one of FACE_CLASSES. `cell_boxes` tells where the cells lie.
        Raises TrainingError for a grid that was not trained or an unknown label, ShapeError for a
        picture of another size.
        """
        check_choice(label, "label", FACE_CLASSES, error=TrainingError)
        row = _place_of(grid, "grid", self.spec.grids)
        activation = self._activation(picture)
        head, averages = self.classifiers[row].head, self.averages[row]
        pooled = head.pooled(activation)[0].astype(np.float64)
        weights = self.classifiers[row].weights_by_place(activation.shape)[
            FACE_CLASSES.index(label)
        ]
        parts: Array = (weights * (pooled - averages if from_average else pooled)).sum(axis=0)
        return parts

    def _activation(self, picture: Array) -> Array:
        want = (1, self.spec.size, self.spec.size)
        if np.shape(picture) != want:
            raise ShapeError(f"a picture must have shape {want}, got {describe_array(picture)}")
        return self.spec.network().forward(picture)[-1]


def train_parts(spec: PartsSpec, *, progress: PartsProgress | None = None) -> TrainedParts | None:
    """Train every grid to tell faces from scrambled ones, and measure the accuracy of each.

    All grids learn from the same training examples and are tested on the same fresh ones: at every
    distance the same faces with the same noise, moved further in the same direction. progress:
    called before the first round, after each, and at every step of a round; a round trains one grid
    or tests one distance.
    Returns None when `progress` stopped it, for partial results cannot be compared. The same spec
    gives the same bits, on one machine with one number of BLAS threads.
    Raises TrainingError when `spec` is not a PartsSpec.

    >>> train_parts(PartsSpec(grids=(1,)), progress=lambda done, total: False) is None
    True
    """
    checked_parts_spec(spec)
    classifiers: list[Classifier] = []
    averages: list[Array] = []
    accuracy = np.zeros((len(spec.grids), len(spec.distances)))
    total = len(spec.grids) + len(spec.distances)
    done, stopped = 0, False

    def goes_on() -> bool:
        nonlocal stopped
        stopped = stopped or (progress is not None and progress(done, total) is False)
        return not stopped

    # The generator does one round at a time, so that `progress` can stop it between two.
    rounds = _rounds(spec, classifiers, averages, accuracy, goes_on)
    while goes_on() and next(rounds, False):
        done += 1
    if stopped:
        return None
    return TrainedParts(spec, tuple(classifiers), tuple(averages), accuracy)


def cell_boxes(spec: PartsSpec, grid: int) -> Array:
    """Return where the cells of a grid lie on the picture: float64 (grid, grid, 4), in pixels.

    Each box is (row0, row1, col0, col1). A unit of the last map is as wide as the jump and lies in
    the middle of its field; a cell spans the units that it pools.
    Raises TrainingError when `spec` is not a PartsSpec, ShapeError for a grid finer than the map.

    >>> cell_boxes(PartsSpec(), 2)[0, 1]
    array([ 0., 32., 32., 64.])
    """
    checked_parts_spec(spec)
    head = GridHead(grid)
    head.cells(spec.map_shape())
    field = receptive_fields(spec.stack, (spec.size, spec.size))[-1]
    edges = []
    for axis in (0, 1):
        first = field.start[axis] + (field.size[axis] - field.jump[axis]) / 2
        bands = np.array(head.bands(spec.map_shape()[axis + 1]))
        edges.append(first + bands * field.jump[axis])
    rows, cols = edges
    shape = (head.grid, head.grid, 2)
    return np.concatenate(
        [np.broadcast_to(rows[:, None], shape), np.broadcast_to(cols, shape)], axis=2
    )


def _rounds(
    spec: PartsSpec,
    classifiers: list[Classifier],
    averages: list[Array],
    accuracy: Array,
    goes_on: Callable[[], bool],
) -> Iterator[bool]:
    """Fill classifiers and averages, then the accuracy, one grid or distance at a time.

    goes_on: called many times a round; once it returns False, nothing more is to be done.
    """
    within = [move for nearer in range(spec.trained_jitter + 1) for move in moves_of(nearer)]
    pictures, labels = example_pictures(spec, spec.examples, within, _TO_LEARN)
    maps = _last_maps(spec, pictures, goes_on)
    if maps is None:
        return
    for grid in spec.grids:
        head = GridHead(grid, spec.kind)
        pooled = head.pooled(maps)
        averages.append(pooled.mean(axis=0, dtype=np.float64))
        classifier = train_softmax_regression(
            pooled.reshape(len(pooled), -1),
            labels,
            len(FACE_CLASSES),
            head=head,
            steps=spec.steps,
            center=True,
            progress=lambda *_: goes_on(),
        )
        classifiers.append(classifier)
        yield True
    for column, distance in enumerate(spec.distances):
        pictures, labels = example_pictures(spec, spec.fresh, moves_of(distance), _FRESH)
        maps = _last_maps(spec, pictures, goes_on)
        if maps is None:
            return
        for row, classifier in enumerate(classifiers):
            accuracy[row, column] = (classifier.logits(maps).argmax(axis=1) == labels).mean()
        yield True


def _last_maps(spec: PartsSpec, pictures: Array, goes_on: Callable[[], bool]) -> Array | None:
    """Return the last maps of pictures, a few at a time; None if the work is to be stopped."""
    network, parts = spec.network(), []
    for first in range(0, len(pictures), _BATCH):
        if not goes_on():
            return None
        parts.append(network.forward(pictures[first : first + _BATCH])[-1])
    return np.concatenate(parts)


def _place_of(value: int, name: str, known: tuple[int, ...]) -> int:
    if value not in known:
        listed = ", ".join(map(str, known))
        raise TrainingError(f"{name} must be one of {listed}, got {short_repr(value)}")
    return known.index(value)
