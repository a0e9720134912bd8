"""Operations without a spatial window: elementwise layers and softmax."""

from __future__ import annotations

import numpy as np

from rfcore.checks import whole_number_within
from rfcore.errors import ShapeError
from rfcore.layers import Elementwise, ReLU
from rfcore.ops.arrays import Array, real_numbers


def relu(x: Array) -> Array:
    """Set negative numbers to 0.

    x: real numbers of any shape. Returns an array of that shape and dtype.
    Raises ShapeError when `x` does not hold real numbers.

    >>> relu(np.array([-1.0, 2.0]))
    array([0., 2.])
    """
    return elementwise(x, ReLU())


def elementwise(x: Array, layer: Elementwise) -> Array:
    """Apply an elementwise layer to each cell; `x` as for `relu`.

    >>> elementwise(np.array([-1.0, 2.0]), ReLU())
    array([0., 2.])
    """
    return layer.value(real_numbers(x, "x"))


def softmax(logits: Array, axis: int = -1) -> Array:
    """Turn logits into shares that sum to 1 along `axis`; no logit overflows.

    logits: real numbers of any shape; a negative `axis` counts from the end.
    Returns an array of that shape.
    Raises ShapeError when `logits` does not hold real numbers, or for an axis that is out of range
    or empty.

    >>> softmax(np.array([1000.0, 1000.0]))
    array([0.5, 0.5])
    """
    logits = real_numbers(logits, "logits")
    rank = logits.ndim
    if rank == 0:
        raise ShapeError("logits must have at least one axis, got a single number")
    axis = whole_number_within(
        axis, "axis", -rank, rank - 1, f"for logits of shape {logits.shape}", error=ShapeError
    )
    if logits.shape[axis] == 0:
        raise ShapeError(f"logits need a number along axis {axis}, got shape {logits.shape}")
    scaled = np.exp(logits - np.max(logits, axis=axis, keepdims=True))
    out: Array = scaled / scaled.sum(axis=axis, keepdims=True)
    return out
