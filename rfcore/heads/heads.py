"""Heads: how a last activation becomes a few features, and what a dense layer makes of them.

A head flattens a map or pools it over places; a dense layer then gives every class a logit. Here
are the heads, the trained `Classifier`, and where it works and looks; `training` learns its
weights.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from rfcore.checks import instance, items, kind_of, map_shape, one_of, shown, whole_number
from rfcore.errors import LayerError, ShapeError, TrainingError
from rfcore.layers import Pair, Shape
from rfcore.ops import Array, checked_map, global_avg_pool2d, global_max_pool2d, softmax

SweepProgress = Callable[[int, int], bool | None]
"""Called with (places done, places in all); the answer False stops."""


class Head:
    """What every head can be asked; the kinds below are frozen and say how a map is pooled."""

    @property
    def name(self) -> str:
        """What a reader calls it, as in "global max"."""
        raise NotImplementedError

    def cells(self, shape: Shape) -> Pair:
        """Return the (rows, cols) of places that are left of a map of `shape`."""
        raise NotImplementedError

    def pooled(self, activations: Array) -> Array:
        """Return (n, channels, *cells) for a map (channels, rows, cols) or a batch of n of them.

        Raises ShapeError for another rank, or for a map with fewer cells than the head needs.
        """
        raise NotImplementedError

    def features(self, activations: Array) -> Array:
        """Return a new (n, features) array in the order channel, row, col, of the same dtype.

        activations: (channels, rows, cols), which gives n = 1, or (n, channels, rows, cols).
        Raises ShapeError for another rank, or for a map with fewer cells than the head needs.

        >>> FlattenHead().features(np.array([[[1.0, 2.0], [3.0, 4.0]]]))
        array([[1., 2., 3., 4.]])
        """
        pooled = self.pooled(activations)
        return pooled.reshape(len(pooled), -1)

    def feature_count(self, shape: Shape) -> int:
        """Return how many features a map of `shape` (channels, rows, cols) gives.

        Raises ShapeError for what is no such shape, or fewer cells than the head needs.

        >>> FlattenHead().feature_count((8, 29, 29)), GlobalMaxHead().feature_count((8, 29, 29))
        (6728, 8)
        """
        shape = map_shape(shape)
        rows, cols = self.cells(shape)
        return shape[0] * rows * cols


@dataclass(frozen=True)
class FlattenHead(Head):
    """Keep every cell: the dense layer has a weight of its own for each place.

    >>> FlattenHead().features(np.array([[[1.0, 2.0], [3.0, 4.0]]]))
    array([[1., 2., 3., 4.]])
    """

    name = "flatten"

    def cells(self, shape: Shape) -> Pair:
        return shape[1:]

    def pooled(self, activations: Array) -> Array:
        return _batch(activations).copy()  # whoever keeps it may get the next map in the same array


@dataclass(frozen=True)
class GlobalAvgHead(Head):
    """Average each channel over all places: how much of it there is, not where.

    >>> GlobalAvgHead().features(np.array([[[1.0, 2.0], [3.0, 4.0]]]))
    array([[2.5]])
    """

    name = "global average"

    def cells(self, shape: Shape) -> Pair:
        return 1, 1

    def pooled(self, activations: Array) -> Array:
        return global_avg_pool2d(_batch(activations))


@dataclass(frozen=True)
class GlobalMaxHead(Head):
    """Take each channel's largest value: whether it is anywhere, not where or how often.

    >>> GlobalMaxHead().features(np.array([[[1.0, 2.0], [3.0, 4.0]]]))
    array([[4.]])
    """

    name = "global max"

    def cells(self, shape: Shape) -> Pair:
        return 1, 1

    def pooled(self, activations: Array) -> Array:
        return global_max_pool2d(_batch(activations))


@dataclass(frozen=True)
class GridHead(Head):
    """Pool a map into `grid` x `grid` cells of (nearly) equal size: 1 is global.

    kind: "avg" or "max". Cell i of an axis of `size` cells spans floor(i * size / grid) up to, not
    including, ceil((i + 1) * size / grid), so that cells overlap by one where they don't divide it.
    Raises LayerError for another grid or kind.
    Source: PyTorch's AdaptiveAvgPool2d and AdaptiveMaxPool2d.

    >>> GridHead(2, "max").features(np.arange(9.0).reshape(1, 3, 3))
    array([[4., 5., 7., 8.]])
    """

    grid: int
    kind: Literal["avg", "max"] = "avg"

    def __post_init__(self) -> None:
        object.__setattr__(self, "grid", whole_number(self.grid, "grid", 1, error=LayerError))
        one_of(self.kind, "kind", ("avg", "max"), error=LayerError)

    @property
    def name(self) -> str:
        return f"{self.grid}x{self.grid} grid {'average' if self.kind == 'avg' else 'max'}"

    def cells(self, shape: Shape) -> Pair:
        if self.grid > min(shape[1:]):
            raise ShapeError(
                f"grid must be at most the map's {min(shape[1:])} cells a side "
                f"(map {shape}), got {self.grid}"
            )
        return self.grid, self.grid

    def bands(self, size: int) -> tuple[tuple[int, int], ...]:
        """Return what each cell spans of an axis of `size` cells, (first, end), half-open.

        >>> GridHead(2).bands(5)
        ((0, 3), (2, 5))
        """
        return tuple(
            (index * size // self.grid, -(-(index + 1) * size // self.grid))
            for index in range(self.grid)
        )

    def pooled(self, activations: Array) -> Array:
        x = _batch(activations)
        self.cells(x.shape[1:])
        # Every cell is a full rectangle, so rows and columns can be pooled one after the other.
        return self._pool_rows(self._pool_rows(x).swapaxes(2, 3)).swapaxes(2, 3)

    def _pool_rows(self, x: Array) -> Array:
        pool = np.mean if self.kind == "avg" else np.max
        if x.shape[2] % self.grid == 0:  # one call for all cells, not one for each
            cells = x.reshape(*x.shape[:2], self.grid, -1, x.shape[3])
            pooled: Array = pool(cells, axis=3)
            return pooled
        bands = self.bands(x.shape[2])
        return np.stack([pool(x[:, :, first:end], axis=2) for first, end in bands], axis=2)


@dataclass(frozen=True, eq=False)
class Classifier:
    """A head and the dense layer trained on it.

    weights: read-only float64 (features, classes). bias: (classes,). loss: mean cross-entropy over
    the training examples, in nats. accuracy: the share of them that it gets right.
    Raises ShapeError for weights and a bias that do not fit each other or are not finite,
    LayerError for what is no head.

    >>> weights = np.array([[0.0, 1.0], [2.0, 0.0]])
    >>> classifier = Classifier(FlattenHead(), weights, np.zeros(2), loss=0.0, accuracy=1.0)
    >>> classifier.logits(np.array([[[3.0, 4.0]]]))
    array([[8., 3.]])
    """

    head: Head
    weights: Array
    bias: Array
    loss: float
    accuracy: float

    def __post_init__(self) -> None:
        instance(self.head, Head, "head", "as FlattenHead() is", error=LayerError)
        for name, array, axes in (
            ("weights", self.weights, ("features", "classes")),
            ("bias", self.bias, ("classes",)),
        ):
            if not isinstance(array, np.ndarray) or array.ndim != len(axes) or array.size == 0:
                raise ShapeError(
                    f"{name} must be an array ({', '.join(axes)}), got {kind_of(array)}"
                )
            if array.dtype.kind not in "iuf" or not np.isfinite(array).all():
                raise ShapeError(
                    f"{name} must hold finite numbers, got NaN, infinity or no numbers"
                )
        if self.bias.shape != self.weights.shape[1:]:
            raise ShapeError(
                f"bias must have one number for each of the {self.weights.shape[1]} classes, "
                f"got {kind_of(self.bias)}"
            )
        self.weights.setflags(write=False)
        self.bias.setflags(write=False)

    def logits(self, activations: Array) -> Array:
        """Return (n, classes) for a map (channels, rows, cols), n = 1, or a batch of n of them.

        Raises ShapeError for maps that give another number of features than it was trained on.
        """
        features = self.head.features(activations)
        self._check_count(features.shape[1], activations.shape[-3:])
        logits: Array = features @ self.weights + self.bias
        return logits

    def probabilities(self, activations: Array) -> Array:
        """Return the softmax of the logits, (n, classes); see `logits`."""
        return softmax(self.logits(activations))

    def weights_by_place(self, shape: Shape) -> Array:
        """Return the weights as (classes, channels, *cells) for a last map of `shape`.

        Times `head.pooled(activation)`, summed over channels, that is each place's part in the
        logits. Raises ShapeError when such maps don't fit.
        """
        shape = map_shape(shape)
        self._check_count(self.head.feature_count(shape), shape)
        return self.weights.T.reshape(-1, shape[0], *self.head.cells(shape))

    def _check_count(self, count: int, shape: tuple[int, ...]) -> None:
        if count != len(self.weights):
            raise ShapeError(
                f"the {self.head.name} head was trained on {len(self.weights)} features, "
                f"a map {shape} gives {count}"
            )


_TRAINED = "as train_softmax_regression gives"


def weight_maps(
    classifier: Classifier, shape: Shape, *, over_channels: Literal["sum", "norm"] = "sum"
) -> Array:
    """Return a dense layer's weights as one map per class, (classes, rows, cols).

    shape: (channels, rows, cols) of the last activation; the maps are as large as what the head
    leaves of it, one cell for a global head. over_channels: "sum" is what the class's logit gains
    when every channel there rises by 1; "norm" is the most that it can change when they change by
    a length of 1, and unlike the sum it is zero only where every weight is.
    Raises ShapeError when such maps don't fit the classifier, TrainingError for what is no
    Classifier, or another choice.

    >>> weights = np.array([[3.0, 0.0], [0.0, 0.0], [-4.0, 1.0], [0.0, 0.0]])  # 2 channels of 1x2
    >>> classifier = Classifier(FlattenHead(), weights, np.zeros(2), loss=0.0, accuracy=1.0)
    >>> weight_maps(classifier, (2, 1, 2), over_channels="norm")
    array([[[5., 0.]],
    <BLANKLINE>
           [[1., 0.]]])
    """
    instance(classifier, Classifier, "classifier", _TRAINED, error=TrainingError)
    one_of(over_channels, "over_channels", ("sum", "norm"), error=TrainingError)
    weights = classifier.weights_by_place(shape)
    if over_channels == "sum":
        maps: Array = weights.sum(axis=1)
    else:
        maps = np.sqrt(np.square(weights).sum(axis=1))
    return maps


def position_sweep(
    activation_at: Callable[[int, int], Array],
    classifiers: Sequence[Classifier],
    rows: Sequence[int],
    cols: Sequence[int],
    *,
    progress: SweepProgress | None = None,
) -> Array:
    """Return the probability of every class with the pattern at every place.

    activation_at: gives the last activation (channels, rows, cols) with the pattern's top-left
    corner at (row, col), in pixels; it may hand out the same array again and again. Places are
    asked for in reading order. classifiers: with the same number of classes. progress: called
    after each row of places; where it answers False, the rows not reached stay NaN.
    Returns float64 (classifiers, rows, cols, classes); where it is right: `.argmax(-1) == label`.
    Raises TrainingError for no classifier or no place, ShapeError for an activation that doesn't
    fit.

    >>> weights = np.array([[0.0, np.log(3)]])
    >>> classifier = Classifier(GlobalMaxHead(), weights, np.zeros(2), loss=0.0, accuracy=1.0)
    >>> position_sweep(lambda row, col: np.full((1, 2, 2), float(col)), [classifier], [0], [0, 1])
    array([[[[0.5 , 0.5 ],
             [0.25, 0.75]]]])
    """
    if not callable(activation_at):
        raise TrainingError(f"activation_at must be a function, got {shown(activation_at)}")
    for name, given in (("classifiers", classifiers), ("rows", rows), ("cols", cols)):
        if items(given) is None:
            raise TrainingError(f"{name} must be a sequence, got {shown(given)}")
    for classifier in classifiers:
        instance(classifier, Classifier, "each of classifiers", _TRAINED, error=TrainingError)
    counts = sorted({len(classifier.bias) for classifier in classifiers})
    if len(counts) != 1:
        raise TrainingError(f"classifiers must have one same number of classes, got {counts}")
    if len(rows) == 0 or len(cols) == 0:
        raise TrainingError(f"places need at least one row and col, got {len(rows)}x{len(cols)}")
    probabilities = np.full((len(classifiers), len(rows), len(cols), counts[0]), np.nan)
    for index, row in enumerate(rows):
        activations = np.stack([checked_map(activation_at(row, col)).copy() for col in cols])
        for classifier, out in zip(classifiers, probabilities, strict=True):
            out[index] = classifier.probabilities(activations)
        done = (index + 1) * len(cols)
        if progress is not None and progress(done, len(rows) * len(cols)) is False:
            break
    return probabilities


def _batch(activations: Array) -> Array:
    activations = checked_map(activations)
    return activations if activations.ndim == 4 else activations[None]
