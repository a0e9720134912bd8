"""Kernels that a learner wrote, as a kernel choice of a scene. Pure: no Streamlit here.

The choice is one word, so that it can stand in a link: `own` and the weights, row by row.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from pages.ui.scene.limits import SceneError
from pages.ui.text.format import decimal
from rfcore.filters import BANK, CHOICES
from rfcore.layers import Conv2d, Pair
from rfcore.ops import Array

_OWN = "own"

WEIGHT = r"-?(99(\.0{1,3})?|([0-8]?[0-9]|9[0-8])(\.[0-9]{1,3})?)"
"""The form of a written weight: a regular expression that Python and JavaScript read alike."""

WEIGHT_RULE = "a weight is a number from -99 to 99 with at most three decimals, as in -1 or 0.25"


def is_own(choice: str) -> bool:
    """Whether a kernel choice holds weights that the learner wrote."""
    return choice.startswith(f"{_OWN}_")


def own_choice(texts: Sequence[str], kernel_size: Pair) -> str:
    """Return the choice of the weights that a learner wrote, row by row.

    Raises SceneError if a weight is missing or not in the form that the editor accepts.

    >>> own_choice(["-1", "1.50"], (1, 2))
    'own_-1_1.5'
    """
    rows, cols = kernel_size
    if len(texts) != rows * cols:
        raise SceneError(f"a {rows}x{cols} kernel has {rows * cols} weights, got {len(texts)}")
    for place, text in enumerate(texts):
        if not re.fullmatch(WEIGHT, text.strip()):
            row, col = divmod(place, cols)
            shown = f"\u201c{text[:20]}\u201d" if text.strip() else "nothing"
            raise SceneError(f"{WEIGHT_RULE}; row {row}, column {col} of the kernel has {shown}")
    # Adding 0 turns a written -0 into 0.
    return "_".join([_OWN, *(f"{float(text) + 0:g}" for text in texts)])


def own_kernel(choice: str, kernel_size: Pair) -> Array:
    """Return the weights of a choice, float32 (rows, cols); raises SceneError if it has none.

    >>> own_kernel("own_-1_1.5", (1, 2)).tolist()
    [[-1.0, 1.5]]
    """
    texts = choice.split("_")[1:]
    own_choice(texts, kernel_size)
    return np.array([float(text) for text in texts], np.float32).reshape(kernel_size)


def weight_texts(weights: Array) -> list[str]:
    """Return weights, row by row, as a learner would write them: at most three decimals.

    >>> weight_texts(np.array([[0.125, -1.0], [-0.0001, 1 / 3]]))
    ['0.125', '-1', '0', '0.333']
    """
    return [decimal(weight) for weight in np.ravel(weights).tolist()]


def fitted(choice: str, before: Pair | None, after: Pair, in_channels: int) -> str:
    """Return the choice for a resized convolution; written weights stay centred in the kernel."""
    if not is_own(choice):
        return choice
    if before is None or in_channels != 1:
        return BANK
    if before == after:
        return choice
    old, new = own_kernel(choice, before), np.zeros(after, np.float32)
    here, there = zip(*map(_overlap, before, after), strict=True)
    new[tuple(there)] = old[tuple(here)]
    return own_choice(weight_texts(new), after)


def _overlap(before: int, after: int) -> tuple[slice, slice]:
    """Return the slices in which two lengths overlap when they are centred on each other."""
    shared = min(before, after)
    first, second = (before - shared) // 2, (after - shared) // 2
    return slice(first, first + shared), slice(second, second + shared)


def check_kernel_choice(choice: str, layer: Conv2d, in_channels: int, number: int) -> None:
    """Raise SceneError unless a choice fits a convolution; number: the layer's, from 1."""
    if not is_own(choice):
        if choice not in CHOICES:
            raise SceneError(
                f"there is no kernel choice \u201c{choice[:40]}\u201d; choose {', '.join(CHOICES)}"
            )
        return
    if in_channels != 1:
        raise SceneError(
            f"layer {number} sees {in_channels} channels; a kernel of your own sees one, so it "
            "fits the first convolution only"
        )
    own_kernel(choice, layer.kernel_size)
