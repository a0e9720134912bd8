"""Checks of maps, kernels and biases before an operation."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rfcore.errors import KernelError, ShapeError

Array = NDArray[Any]
"""float32 or float64; an operation keeps the dtype of its input."""


def checked_map(x: Array) -> Array:
    """Return `x` unchanged if it is a map or a batch of maps; raises ShapeError otherwise."""
    if not isinstance(x, np.ndarray) or x.ndim not in (3, 4):
        got = f"an array of shape {x.shape}" if isinstance(x, np.ndarray) else repr(type(x))
        raise ShapeError(
            f"a map is an array (channels, rows, cols), or a batch (n, channels, rows, cols); "
            f"got {got}"
        )
    if x.dtype not in (np.float32, np.float64):
        raise ShapeError(f"a map holds float32 or float64 numbers, got {x.dtype}")
    if x.size == 0:
        raise ShapeError(f"a map needs at least one cell, got shape {x.shape}")
    return x


def checked_kernels(
    kernels: Array, axes: tuple[str, ...] = ("out_channels", "channels", "rows", "cols")
) -> Array:
    """Return kernels unchanged if they are valid; raises KernelError otherwise."""
    if not isinstance(kernels, np.ndarray) or kernels.ndim != len(axes) or kernels.size == 0:
        shape = getattr(kernels, "shape", type(kernels))
        raise KernelError(f"kernels are an array ({', '.join(axes)}), got {shape}")
    _check_numbers(kernels, "kernel weight")
    return kernels


def checked_bias(bias: Array | None, out_channels: int, dtype: np.dtype[Any]) -> Array | None:
    """Return a bias as `dtype`, or None; raises KernelError when it does not fit."""
    if bias is None:
        return None
    bias = np.asarray(bias)
    if bias.shape != (out_channels,):
        raise KernelError(
            f"a bias has one number for each of the {out_channels} output channels, "
            f"got shape {bias.shape}"
        )
    _check_numbers(bias, "bias")
    return as_dtype(bias, dtype, "bias")


def as_dtype(weights: Array, dtype: np.dtype[Any], name: str) -> Array:
    """Return finite weights in a map's dtype; raises KernelError for one out of its range."""
    with np.errstate(over="ignore"):
        held = weights.astype(dtype, copy=False)
    if held is not weights and not np.isfinite(held).all():
        largest = np.abs(weights).max()
        raise KernelError(
            f"every {name} must be at most {np.finfo(dtype).max:.2g} for a map of {dtype}, "
            f"got {largest:.2g}"
        )
    return held


def real_numbers(x: Array, name: str) -> Array:
    """Return `x` as an array; raises ShapeError when it does not hold real numbers."""
    x = np.asarray(x)
    if x.dtype.kind not in "iuf":
        raise ShapeError(f"{name} must hold real numbers, got {x.dtype}")
    return x


def _check_numbers(weights: Array, name: str) -> None:
    if weights.dtype.kind not in "iuf":
        raise KernelError(f"every {name} must be a real number, got {weights.dtype}")
    if not np.isfinite(weights).all():
        raise KernelError(f"every {name} must be a finite number, got NaN or infinity")
