"""Winners: the cell that naive loops find, and that the pooled map holds."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import rfcore.ops.argmax
from rfcore import NO_ARGMAX, MaxPool2d, Network, Stack, argmax_cells, max_pool2d
from rfcore.gradient import input_gradient
from tests.support import oracles
from tests.support.operations import pairs


def naive_winners(x: np.ndarray, layer: MaxPool2d) -> np.ndarray:
    """Look through every window for its first largest cell; none when all are alike."""
    rows, cols = x.shape[1:]
    down, across = (
        oracles.windows(size, *axis)
        for size, axis in zip((rows, cols), zip(*layer.window(), strict=True), strict=True)
    )
    out = np.zeros((len(x), len(down), len(across)), int)
    for channel, i, j in np.ndindex(out.shape):
        best, alike = None, True
        for row in down[i]:
            for col in across[j]:
                if not (0 <= row < rows and 0 <= col < cols):
                    continue
                if best is None:
                    best = row, col
                alike &= x[channel, row, col] == x[channel, best[0], best[1]]
                if x[channel, row, col] > x[channel, best[0], best[1]]:
                    best = row, col
        out[channel, i, j] = -1 if alike else best[0] * cols + best[1]
    return out


@settings(max_examples=150, deadline=None)
@given(
    size=pairs(1, 9),
    kernel_size=pairs(1, 4),
    stride=pairs(1, 5),
    padding=pairs(0, 2),
    dilation=pairs(1, 3),
    values=st.integers(1, 5),
    dtype=st.sampled_from([np.float32, np.float64]),
    seed=st.integers(0, 999),
)
def test_winners_are_those_of_naive_loops(
    size, kernel_size, stride, padding, dilation, values, dtype, seed
):
    padding = min(padding[0], kernel_size[0] // 2), min(padding[1], kernel_size[1] // 2)
    layer = MaxPool2d(kernel_size, stride, padding=padding, dilation=dilation)
    covered = [(kernel - 1) * step + 1 for kernel, step in zip(kernel_size, dilation, strict=True)]
    assume(
        all(
            cover <= cells + 2 * more and step <= cells
            for cover, cells, more, step in zip(covered, size, padding, dilation, strict=True)
        )
    )
    # Few different numbers, all below 0: many ties, and a padding of zeros would win.
    x = np.random.default_rng(seed).integers(-values, 0, (2, *size)).astype(dtype)
    winners = argmax_cells(x, layer)
    assert winners.dtype == np.int64
    np.testing.assert_array_equal(winners, naive_winners(x, layer))
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    pooled = max_pool2d(x, kernel_size, **options)
    has_winner = winners != NO_ARGMAX
    held = np.take_along_axis(x.reshape(2, -1), winners.reshape(2, -1), axis=1)
    np.testing.assert_array_equal(held.reshape(pooled.shape)[has_winner], pooled[has_winner])


def test_the_example_that_one_can_check_by_eye():
    x = np.array([[[-3, -1, -1], [-2, -1, -5], [-7, -7, -2], [-7, -7, -2]]], float)
    layer = MaxPool2d(2, (2, 1))
    np.testing.assert_array_equal(argmax_cells(x, layer), [[[1, 1], [-1, 8]]])


def test_cells_that_hold_minus_infinity_lose_to_no_padding():
    x = np.full((1, 2, 3), -np.inf)
    layer = MaxPool2d(2, padding=1)
    np.testing.assert_array_equal(argmax_cells(x, layer), np.full((1, 2, 2), NO_ARGMAX))
    x[0, 1, 1] = 0
    np.testing.assert_array_equal(argmax_cells(x, layer)[0, 1], [NO_ARGMAX, 4])


@pytest.mark.parametrize("notation", ["M2", "M3/2p1", "M2x3/3x1d2x1", "M3/1"])
def test_a_gradient_goes_to_the_winners(notation):
    network = Network.with_filters(Stack.parse(notation))
    x = np.random.default_rng(3).standard_normal((1, 9, 10))
    x[0, 2:4, 3:7] = 4  # a tie
    winners = argmax_cells(x, network.stack.layers[0])
    assert (winners != NO_ARGMAX).any()
    for _, row, col in np.argwhere(winners != NO_ARGMAX):
        gradient = np.zeros(winners.shape)
        gradient[0, row, col] = 1
        back = input_gradient(network, x, 0, gradient)
        assert np.flatnonzero(back).tolist() == [winners[0, row, col]]


def test_a_batch_has_the_winners_of_each_map():
    x = np.random.default_rng(4).standard_normal((3, 2, 5, 8))
    layer = MaxPool2d((2, 3), padding=(1, 0))
    np.testing.assert_array_equal(
        argmax_cells(x, layer), [argmax_cells(single, layer) for single in x]
    )


def test_the_last_of_a_tie_is_caught(monkeypatch):
    monkeypatch.setattr(
        rfcore.ops.argmax,
        "argmax_taps",
        lambda taps: (lambda held: len(held) - 1 - np.argmax(held[::-1], axis=0))(list(taps)),
    )
    with pytest.raises(AssertionError):
        test_the_example_that_one_can_check_by_eye()
