"""Replace the pools of a stack by another kind, to compare what each kind discards."""

from __future__ import annotations

from typing import Literal, get_args

from rfcore.checks import check_choice
from rfcore.errors import LayerError
from rfcore.layers import AvgPool2d, BlurPool2d, Layer, MaxPool2d, Pair
from rfcore.stack import Stack, checked_stack

PoolKind = Literal["max", "average", "blur"]
POOL_KINDS: tuple[PoolKind, ...] = get_args(PoolKind)

_Pool = MaxPool2d | AvgPool2d | BlurPool2d
_KIND_OF: dict[type[Layer], PoolKind] = {
    MaxPool2d: "max",
    AvgPool2d: "average",
    BlurPool2d: "blur",
}


def with_pools(stack: Stack, kind: PoolKind) -> Stack:
    """Return a stack in which every max, average and blur pool is of one kind, its stride kept.

    kind: one of POOL_KINDS. A max pool that becomes an average pool, or the reverse, keeps its
    kernel and padding; an average pool has no dilation, so it is lost. The filter of a blur pool is
    one cell larger along each axis than the kernel that it replaces, for a binomial filter of two
    cells is an average. A blur pool mirrors the border, so padding and dilation are lost. A pool
    that replaces a blur pool has a kernel one cell smaller. Global pools stay.
    Raises LayerError for an unknown kind, for a pool that cannot become a blur pool, or when
    `stack` is not a Stack.
    Source: Zhang 2019, "Making Convolutional Networks Shift-Invariant Again", which blurs with
    three cells and more.

    >>> stack = Stack.parse("C3x3/1 -> M2x2/2 -> GA")
    >>> with_pools(stack, "blur"), with_pools(with_pools(stack, "blur"), "max") == stack
    (Stack.parse('C3x3/1 -> B3x3/2 -> GA'), True)
    """
    checked_stack(stack)
    check_choice(kind, "kind", POOL_KINDS, error=LayerError)
    layers: list[Layer] = []
    for number, layer in enumerate(stack, start=1):
        try:
            layers.append(_as_kind(layer, kind) if isinstance(layer, _Pool) else layer)
        except LayerError as error:
            raise LayerError(
                f"layer {number}, {layer}, cannot become a {kind} pool: {error}"
            ) from None
    return Stack(tuple(layers))


def pool_kind(stack: Stack) -> PoolKind | None:
    """Return the kind of all pools of a stack, one of POOL_KINDS; None when mixed or without pools.

    Global pools do not count.
    Raises LayerError when `stack` is not a Stack.

    >>> pool_kind(Stack.parse("M2 C3 M2 GA")), pool_kind(Stack.parse("M2/1 B3/2"))
    ('max', None)
    """
    kinds = {_KIND_OF[type(layer)] for layer in checked_stack(stack) if isinstance(layer, _Pool)}
    return kinds.pop() if len(kinds) == 1 else None


def _as_kind(pool: _Pool, kind: PoolKind) -> Layer:
    """Return the pool that replaces a pool; the pool itself if it is of the kind already."""
    if _KIND_OF[type(pool)] == kind:
        return pool
    if kind == "blur":
        return BlurPool2d(_larger(pool.kernel_size, 1), pool.stride)
    other = MaxPool2d if kind == "max" else AvgPool2d
    if isinstance(pool, BlurPool2d):
        return other(_larger(pool.kernel_size, -1), pool.stride)
    return other(pool.kernel_size, pool.stride, padding=pool.padding)


def _larger(kernel_size: Pair, by: int) -> Pair:
    return kernel_size[0] + by, kernel_size[1] + by
