"""Replacing one kind of pool by another: what stays, what is lost, and the way back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rfcore import (
    POOL_KINDS,
    AvgPool2d,
    BlurPool2d,
    Conv2d,
    GlobalAvgPool2d,
    GlobalMaxPool2d,
    MaxPool2d,
    ReLU,
    Stack,
    avg_pool2d,
    blur_pool2d,
    pool_kind,
    receptive_fields,
    with_pools,
)

POOLS = MaxPool2d | AvgPool2d | BlurPool2d
SIZES = st.tuples(st.integers(1, 6), st.integers(1, 6))


@pytest.mark.parametrize(
    ("text", "kind", "want"),
    [
        ("C3 M2 C3", "max", "C3 M2 C3"),
        ("C3 M2 C3", "average", "C3 A2 C3"),
        ("C3 M2 C3", "blur", "C3 B3/2 C3"),
        ("A2x3/1x2", "blur", "B3x4/1x2"),
        ("B2x5/3x1 R", "max", "M1x4/3x1 R"),
        ("B4/2", "average", "A3/2"),
        ("M3/2p1d2", "average", "A3/2p1"),
        ("M3/2p1d2", "max", "M3/2p1d2"),
        ("M3/2p1d2", "blur", "B4/2"),
        ("A3/2p0x1", "max", "M3/2p0x1"),
        ("M2 A2 B3/2 GM", "blur", "B3/2 B3/2 B3/2 GM"),
        ("C3 R GA", "blur", "C3 R GA"),
    ],
)
def test_every_pool_becomes_one_of_the_kind(text, kind, want):
    assert with_pools(Stack.parse(text), kind) == Stack.parse(want)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("M2 C3 M3/2 R", "max"),
        ("C3 A2", "average"),
        ("B3/2 B5/1 GM", "blur"),
        ("M2/1 B3/2", None),
        ("M2 A2", None),
        ("C3 R", None),
        ("C3 GA", None),
        ("M2 GA", "max"),
    ],
)
def test_the_kind_that_all_pools_are(text, kind):
    assert pool_kind(Stack.parse(text)) == kind


pools = st.builds(
    lambda kind, size, stride: kind(size, stride),
    st.sampled_from([MaxPool2d, AvgPool2d]),
    SIZES,
    SIZES,
) | st.builds(BlurPool2d, st.tuples(st.integers(2, 7), st.integers(2, 7)), SIZES)
others = st.sampled_from([ReLU(), GlobalAvgPool2d(), GlobalMaxPool2d(), Conv2d(3, padding=1)])
stacks = st.builds(Stack, st.lists(pools | others, min_size=1, max_size=5).map(tuple))


@given(stacks, st.sampled_from(POOL_KINDS), st.sampled_from(POOL_KINDS))
def test_there_and_back_is_the_same_stack(stack, kind, other):
    there = with_pools(stack, kind)
    assert with_pools(with_pools(there, other), kind) == there
    # The way does not matter, only where it ends.
    assert with_pools(with_pools(stack, other), kind) == there


@given(stacks, st.sampled_from(POOL_KINDS))
def test_strides_stay_and_what_is_no_pool_stays(stack, kind):
    changed = with_pools(stack, kind)
    assert len(changed) == len(stack)
    for before, after in zip(stack, changed, strict=True):
        if isinstance(before, POOLS):
            assert after.stride == before.stride
            assert pool_kind(Stack((after,))) == kind
        else:
            assert after is before
    has_pools = any(isinstance(layer, POOLS) for layer in stack)
    assert pool_kind(changed) == (kind if has_pools else None)


def test_jumps_stay_whatever_the_kind():
    stack = Stack.parse("C3 M2 C3 M3x2/3x2")
    for kind in POOL_KINDS:
        fields = receptive_fields(with_pools(stack, kind))
        assert [field.jump for field in fields] == [(1, 1), (2, 2), (2, 2), (6, 4)]


def test_a_blur_of_two_cells_would_be_the_average_itself():
    x = np.random.default_rng(0).standard_normal((2, 6, 8))
    np.testing.assert_allclose(blur_pool2d(x, 2, stride=2), avg_pool2d(x, 2), atol=1e-12)
