"""The pools of the pooling page: kind, kernel and stride, and the layers they stand for. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

from rfcore.layers import AvgPool2d, BlurPool2d, Layer, MaxPool2d, Pair
from rfcore.pools import with_pools
from rfcore.stack import Stack

Kind = Literal["max", "average", "blur", "max, then blur"]
KINDS: tuple[Kind, ...] = get_args(Kind)

POOL_KERNELS: tuple[Pair, ...] = ((2, 2), (3, 3), (4, 4))
POOL_STRIDES: tuple[Pair, ...] = ((1, 1), (2, 2), (3, 3), (4, 4))

MAX_POOL_CELLS = 8
"""The largest kernel or stride, per axis, for which the pooling page computes its numbers."""

BLUR = (3, 3)
"""The side of the blur filter of "max, then blur" (Zhang 2019)."""

_LAYERS = {"max": MaxPool2d, "average": AvgPool2d, "blur": BlurPool2d}


@dataclass(frozen=True)
class PoolChoice:
    """A kind of pool, its kernel (rows, cols) and its stride (rows, cols), in cells."""

    kind: Kind
    kernel: Pair
    stride: Pair


def pool_stack(choice: PoolChoice) -> Stack:
    """Return the layers of a choice: one pool, or a max at stride 1 and a blur.

    >>> str(pool_stack(PoolChoice("max, then blur", (2, 2), (2, 2))))
    'M2x2/1 -> B3x3/2'
    """
    if choice.kind == "max, then blur":
        return Stack((MaxPool2d(choice.kernel, 1), BlurPool2d(BLUR, choice.stride)))
    return Stack((_LAYERS[choice.kind](choice.kernel, choice.stride),))


def choice_of(stack: Stack) -> PoolChoice | None:
    """Return the choice that gives a stack; None if there is none.

    Kernels and strides above MAX_POOL_CELLS give None too: the cost of an orbit grows with their
    fourth power.
    """
    choice = _any_choice_of(stack)
    if choice is None or max(*choice.kernel, *choice.stride) > MAX_POOL_CELLS:
        return None
    return choice


def _any_choice_of(stack: Stack) -> PoolChoice | None:
    first, last = stack.layers[0], stack.layers[-1]
    if not isinstance(first, MaxPool2d | AvgPool2d | BlurPool2d) or not isinstance(
        last, MaxPool2d | AvgPool2d | BlurPool2d
    ):
        return None
    kind = "max, then blur" if len(stack) > 1 else _kind_of(first)
    choice = PoolChoice(kind, first.kernel_size, last.stride)
    return choice if pool_stack(choice) == stack else None


def with_kind(choice: PoolChoice, kind: Kind) -> PoolChoice:
    """Return the choice with another kind of pool, as rfcore replaces pools.

    Raises LayerError if there is none: a blur has at least 2 cells per axis.
    """
    if kind == "max, then blur":
        return replace(with_kind(choice, "max"), kind=kind)
    if choice.kind == "max, then blur":
        choice = replace(choice, kind="max")
    found = _any_choice_of(with_pools(pool_stack(choice), kind))
    assert found is not None  # one pool gives one pool
    return found


def _kind_of(layer: Layer) -> Kind:
    if isinstance(layer, MaxPool2d):
        return "max"
    return "average" if isinstance(layer, AvgPool2d) else "blur"
