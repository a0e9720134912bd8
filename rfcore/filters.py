"""Named kernels, and how a convolution of the app gets its weights.

Every filter exists in any kernel size. It is built from two one-dimensional parts: a binomial
smoothing and its derivative. Its absolute weights sum to 1, so a response never exceeds the
largest input.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rfcore.checks import check_choice, check_instance, whole_number
from rfcore.errors import KernelError
from rfcore.layers import DEFAULT_CHANNELS, MAX_LAYER_SIZE, Conv2d, Pair, as_pair
from rfcore.ops import Array, binomial

BANK = "bank"
"""The choice of one filter per output channel: the first eight of FILTERS in turn."""

RANDOM = "random"
"""The choice of seeded random weights for every output channel."""


def derivative(taps: int) -> Array:
    """Return a smoothed first difference, right minus left; a single tap is left as it is.

    >>> derivative(3)
    array([-1.,  0.,  1.])
    """
    if taps == 1:
        return np.ones(1)
    if taps == 2:
        return np.array([-1.0, 1.0])
    difference: Array = np.convolve(binomial(taps - 2), [-1.0, 0.0, 1.0])
    return difference


def _identity(rows: int, cols: int) -> Array:
    kernel = np.zeros((rows, cols))
    kernel[(rows - 1) // 2, (cols - 1) // 2] = 1
    return kernel


def _smooth(rows: int, cols: int) -> Array:
    smooth: Array = np.outer(binomial(rows), binomial(cols))
    return smooth


def _diagonal(rows: int, cols: int, sign: int) -> Array:
    across = np.outer(binomial(rows), derivative(cols))
    down = np.outer(derivative(rows), binomial(cols))
    diagonal: Array = across + sign * down
    return diagonal


_MAKERS: dict[str, Callable[[int, int], Array]] = {
    "vertical edge": lambda rows, cols: np.outer(binomial(rows), derivative(cols)),
    "horizontal edge": lambda rows, cols: np.outer(derivative(rows), binomial(cols)),
    "smooth": _smooth,
    "spot": lambda rows, cols: _identity(rows, cols) - np.full((rows, cols), 1 / (rows * cols)),
    "falling edge": lambda rows, cols: _diagonal(rows, cols, 1),
    "rising edge": lambda rows, cols: _diagonal(rows, cols, -1),
    "sharpen": lambda rows, cols: 2 * _identity(rows, cols) - _smooth(rows, cols),
    "identity": _identity,
}

FILTERS: tuple[str, ...] = tuple(_MAKERS)
"""The named filters, in the order in which a bank uses the first of them."""

# A bank takes the first eight only. A further filter can be chosen by name, but must not join the
# bank, which would change the kernels of saved links.
_IN_BANK = FILTERS[:DEFAULT_CHANNELS]

CHOICES: tuple[str, ...] = (BANK, *FILTERS, RANDOM)
"""The choices of weights for a convolution."""


def filter_kernel(name: str, kernel_size: int | Pair) -> Array:
    """Return a named filter as a (rows, cols) array of float64, absolute weights summing to 1.

    kernel_size: cells, one number or (rows, cols).
    Raises KernelError for a name that is not in FILTERS, LayerError for another size.

    >>> 8 * filter_kernel("vertical edge", (3, 3))
    array([[-1.,  0.,  1.],
           [-2.,  0.,  2.],
           [-1.,  0.,  1.]])
    """
    check_choice(name, "name", FILTERS, error=KernelError)
    rows, cols = as_pair(kernel_size, "kernel_size", 1)
    kernel = _MAKERS[name](rows, cols)
    total = np.abs(kernel).sum()
    # A difference of one cell with itself would be 0, so the kernel is the identity.
    return kernel / total if total > 0 else _identity(rows, cols)


def channel_filter(choice: str, channel: int) -> str:
    """Return the name of the filter that a choice gives to an output channel.

    >>> channel_filter("bank", 1), channel_filter("spot", 1), channel_filter("random", 1)
    ('horizontal edge', 'spot', 'random')
    """
    return _IN_BANK[channel % len(_IN_BANK)] if choice == BANK else choice


def convolution_kernels(choice: str, layer: Conv2d, in_channels: int, *, seed: int = 0) -> Array:
    """Return the weights of a convolution layer for a choice; the same arguments, the same weights.

    Each output channel has one filter (see `channel_filter`). With one input channel that is all;
    with more, the filter is applied to a mix of them, whose weights are drawn with `seed` and have
    absolute values summing to 1. Random weights are drawn for every tap, scaled the same way.
    Returns float32 (out_channels, in_channels, kernel rows, kernel cols).
    Raises KernelError for a choice that is not in CHOICES, a layer that is not a Conv2d, no input
    channel, or a seed below 0.

    >>> convolution_kernels("spot", Conv2d(3, out_channels=2), 4).shape
    (2, 4, 3, 3)
    """
    check_choice(choice, "choice", CHOICES, error=KernelError)
    check_instance(layer, Conv2d, "layer", "as in Conv2d(3)", error=KernelError)
    in_channels = whole_number(in_channels, "in_channels", 1, MAX_LAYER_SIZE, error=KernelError)
    generator = np.random.default_rng(whole_number(seed, "seed", 0, error=KernelError))
    out_channels, kernel_size = layer.out_channels, layer.kernel_size
    if choice == RANDOM:
        kernels = generator.standard_normal((out_channels, in_channels, *kernel_size))
        kernels /= np.abs(kernels).sum(axis=(1, 2, 3), keepdims=True)
        return np.asarray(kernels, np.float32)
    mix = np.ones((out_channels, 1))
    if in_channels > 1:
        mix = generator.standard_normal((out_channels, in_channels))
        mix /= np.abs(mix).sum(axis=1, keepdims=True)
    filters = np.stack(
        [filter_kernel(channel_filter(choice, c), kernel_size) for c in range(out_channels)]
    )
    return np.asarray(mix[:, :, None, None] * filters[:, None], np.float32)
