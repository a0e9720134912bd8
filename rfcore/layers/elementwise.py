"""Layers that change each cell by itself; `ReLU` is the example to copy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from rfcore.layers.layer import Layer


class Elementwise(Layer):
    """A layer that changes each cell by itself: every cell stays where it is.

    pytorch, keras: the layer as code of each.

    >>> ReLU().value(np.array([-1.0, 2.0])), ReLU().slope(np.array([-1.0, 2.0]))
    (array([0., 2.]), array([0., 1.]))
    """

    pytorch: ClassVar[str]
    keras: ClassVar[str]

    def value(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return what becomes of each cell of `x`, floats of any shape; the dtype stays."""
        raise NotImplementedError

    def slope(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return how much each value changes for a small change of its cell of `x`, as `value`."""
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
