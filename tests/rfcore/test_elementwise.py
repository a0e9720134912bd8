"""Every layer that changes each cell by itself: a new one is held to its word at once."""

import numpy as np
import pytest
import torch
from torch import nn

from rfcore import ops
from rfcore.backward import backward_layer
from rfcore.interop import to_keras, to_pytorch
from rfcore.layers import Elementwise, ReLU
from rfcore.network import Network
from rfcore.ops import Array
from rfcore.stack import LAYER_KINDS, Stack

KINDS_BY_CELL = [kind for kind in LAYER_KINDS if issubclass(kind, Elementwise)]


class Halved(ReLU):
    """A ReLU with a slope that is wrong."""

    def slope(self, x: Array) -> Array:
        return super().slope(x) / 2


def written(layer: Elementwise, x: Array) -> tuple[Array, Array]:
    """What PyTorch makes of the layer's own code: its values, and their slopes."""
    leaf = torch.tensor(x, requires_grad=True)
    values = eval(layer.pytorch, {"nn": nn})(leaf)
    values.sum().backward()
    assert leaf.grad is not None
    return values.detach().numpy(), leaf.grad.numpy()


@pytest.mark.parametrize("kind", KINDS_BY_CELL)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_values_and_slopes_are_those_of_its_pytorch_code(
    kind: type[Elementwise], dtype: type
) -> None:
    x = np.random.default_rng(3).normal(0, 2, (2, 7, 10)).astype(dtype)
    layer = kind()
    values, slopes = written(layer, x)
    for got, want in ((ops.elementwise(x, layer), values), (layer.slope(x), slopes)):
        assert got.dtype == dtype
        np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS_BY_CELL)
def test_a_network_runs_it_forward_backward_and_as_code(kind: type[Elementwise]) -> None:
    stack = Stack.parse(f"{kind.symbol}")
    network = Network.with_filters(stack)
    x = np.random.default_rng(4).normal(0, 2, (2, 5, 6))
    np.testing.assert_array_equal(network.forward(x)[0], kind().value(x))
    gradient = np.random.default_rng(5).normal(0, 1, x.shape).astype(np.float32)
    back = backward_layer(network, 0, x, gradient)
    assert back.dtype == gradient.dtype
    np.testing.assert_allclose(back, kind().slope(x) * gradient, rtol=1e-6)
    assert kind.pytorch in to_pytorch(stack)
    assert kind.keras in to_keras(stack)


def test_a_wrong_slope_is_seen() -> None:
    x = np.array([[[-1.0, 2.0]]])
    _, slopes = written(Halved(), x)
    assert not np.allclose(Halved().slope(x), slopes)
