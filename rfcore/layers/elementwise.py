"""Elementwise layers; `ReLU` is the example to copy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from rfcore.layers.layer import Layer


class Elementwise(Layer):
    """A layer that applies one function to each cell; every cell stays where it is.

    pytorch, keras: the code of the layer in each framework.

    >>> ReLU().value(np.array([-1.0, 2.0])), ReLU().slope(np.array([-1.0, 2.0]))
    (array([0., 2.]), array([0., 1.]))
    """

    pytorch: ClassVar[str]
    keras: ClassVar[str]

    def value(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return the function's value at each cell of `x`, floats of any shape; keeps the dtype."""
        raise NotImplementedError

    def slope(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return the function's derivative at each cell of `x`; shape and dtype as for `value`."""
        raise NotImplementedError


@dataclass(frozen=True)
class ReLU(Elementwise):
    """A rectifier: negative activations become 0; its slope is 0 at 0.

    >>> str(ReLU())
    'R'
    """

    symbol: ClassVar[str] = "R"
    name: ClassVar[str] = "ReLU"
    pytorch: ClassVar[str] = "nn.ReLU()"
    keras: ClassVar[str] = "keras.layers.ReLU()"

    def value(self, x: NDArray[Any]) -> NDArray[Any]:
        out: NDArray[Any] = np.maximum(x, 0)
        return out

    def slope(self, x: NDArray[Any]) -> NDArray[Any]:
        return (x > 0).astype(x.dtype)
