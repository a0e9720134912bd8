"""The classic 1-D example: a signal, its shift, and two ways to pool both. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from pages.ui.text.format import decimal
from rfcore.network import Network
from rfcore.ops import Array
from rfcore.stack import Stack

SIGNAL = (0, 0, 1, 1, 0, 0, 1, 1)
SHIFTS = (0, 1, 2, 3)
MAX, BLURRED = "M2x2/2", "M2x2/1 -> B3x3/2"

_COPIES = 4
"""Copies of the signal on each side, so that the border does not affect the middle one."""


@dataclass(frozen=True)
class PooledSignal:
    """A shifted signal, and the results of both ways of pooling; all are tuples of numbers."""

    signal: tuple[float, ...]
    pooled: tuple[float, ...]
    blurred: tuple[float, ...]


@lru_cache(maxsize=len(SHIFTS))
def pooled_signal(shift: int) -> PooledSignal:
    """Return the signal, moved right by `shift` cells, and the results of both ways of pooling.

    >>> pooled_signal(1).pooled, pooled_signal(1).blurred
    ((1.0, 1.0, 1.0, 1.0), (0.75, 0.75, 0.75, 0.75))
    """
    moved = np.roll(np.array(SIGNAL, np.float32), shift)
    return PooledSignal(tuple(moved.tolist()), _pooled(moved, MAX), _pooled(moved, BLURRED))


def pooled_signal_sentence(shift: int) -> str:
    """Say how the shift changes the result of each way of pooling."""
    before, after = pooled_signal(0), pooled_signal(shift)
    if not shift:
        return f"Unmoved, max pooling gives {_row(before.pooled)}; blurred, {_row(before.blurred)}."
    changes = [
        _change("Max pooling", before.pooled, after.pooled),
        _change("Max, then blur", before.blurred, after.blurred),
    ]
    return f"Moved by {shift}. " + " ".join(changes)


def _change(name: str, before: tuple[float, ...], after: tuple[float, ...]) -> str:
    if before == after:
        return f"{name}: {_row(before)} stays as it is."
    most = max(abs(a - b) for a, b in zip(before, after, strict=True))
    change = f"a change of up to {decimal(most)}"
    return f"{name}: {_row(before)} becomes {_row(after)}, {change}."


def _row(values: tuple[float, ...]) -> str:
    return " ".join(map(decimal, values))


def _pooled(signal: Array, text: str) -> tuple[float, ...]:
    """Pool an image whose rows all repeat the signal; each row of the result is pooled in 1-D."""
    row = np.tile(signal, 2 * _COPIES + 1)
    image = np.broadcast_to(row, (1, len(row), len(row))).copy()
    pooled = Network.with_filters(Stack.parse(text)).forward(image)[-1][0]
    length = len(signal) // 2
    middle: list[float] = pooled[len(pooled) // 2][_COPIES * length :][:length].tolist()
    return tuple(middle)
