"""Heads: how the last map becomes the features of a dense layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from rfcore.checks import (
    as_sequence,
    check_choice,
    check_instance,
    map_shape,
    short_repr,
    whole_number,
)
from rfcore.errors import LayerError, ShapeError, TrainingError
from rfcore.layers import Pair, Shape
from rfcore.ops import Array, checked_map, global_avg_pool2d, global_max_pool2d


class Head:
    """The interface of every head; the kinds below are frozen and differ in how they pool a map."""

    @property
    def name(self) -> str:
        """The name of the kind, for example "global max"."""
        raise NotImplementedError

    def cells(self, shape: Shape) -> Pair:
        """Return the (rows, cols) of cells into which a map of `shape` is pooled."""
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

        Raises ShapeError for an invalid shape, or one with fewer cells than the head needs.

        >>> FlattenHead().feature_count((8, 29, 29)), GlobalMaxHead().feature_count((8, 29, 29))
        (6728, 8)
        """
        shape = map_shape(shape)
        rows, cols = self.cells(shape)
        return shape[0] * rows * cols


@dataclass(frozen=True)
class FlattenHead(Head):
    """Keep every cell: the dense layer has separate weights for each place.

    >>> FlattenHead().features(np.array([[[1.0, 2.0], [3.0, 4.0]]]))
    array([[1., 2., 3., 4.]])
    """

    name = "flatten"

    def cells(self, shape: Shape) -> Pair:
        return shape[1:]

    def pooled(self, activations: Array) -> Array:
        return _batch(activations).copy()  # the caller may reuse the array for its next map


@dataclass(frozen=True)
class GlobalAvgHead(Head):
    """Average each channel over all places: it keeps how much there is, not where.

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
    """Take each channel's largest value: it keeps whether it occurs, not where or how often.

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
    including, ceil((i + 1) * size / grid): cells overlap by one if `grid` does not divide `size`.
    Raises LayerError for an invalid grid or kind.
    Source: PyTorch's AdaptiveAvgPool2d and AdaptiveMaxPool2d.

    >>> GridHead(2, "max").features(np.arange(9.0).reshape(1, 3, 3))
    array([[4., 5., 7., 8.]])
    """

    grid: int
    kind: Literal["avg", "max"] = "avg"

    def __post_init__(self) -> None:
        object.__setattr__(self, "grid", whole_number(self.grid, "grid", 1, error=LayerError))
        check_choice(self.kind, "kind", ("avg", "max"), error=LayerError)

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
        """Return the half-open (first, end) of each grid cell along an axis of `size` cells.

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


HEADS: tuple[Head, ...] = (FlattenHead(), GlobalAvgHead(), GlobalMaxHead())
"""The heads that are compared: one with a weight for every place, two that discard the place."""


def checked_heads(heads: Sequence[Head]) -> tuple[Head, ...]:
    """Return heads as a tuple; raises TrainingError for none, LayerError for another type."""
    found = as_sequence(heads)
    if not found:
        raise TrainingError(
            f"heads must be a sequence of at least one head, got {short_repr(heads)}"
        )
    for head in found:
        check_instance(head, Head, "each of heads", "as FlattenHead() is", error=LayerError)
    return found


def _batch(activations: Array) -> Array:
    activations = checked_map(activations)
    return activations if activations.ndim == 4 else activations[None]
