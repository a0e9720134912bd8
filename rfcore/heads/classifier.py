"""A head and the dense layer trained on it: logits, probabilities, weights by place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from rfcore.checks import check_choice, check_instance, describe_array, map_shape
from rfcore.errors import LayerError, ShapeError, TrainingError
from rfcore.heads.head import Head
from rfcore.layers import Shape
from rfcore.ops import Array, softmax


@dataclass(frozen=True, eq=False)
class Classifier:
    """A head and the dense layer trained on it.

    weights: read-only float64 (features, classes). bias: (classes,). loss: mean cross-entropy over
    the training examples, in nats. accuracy: the share of them that it gets right.
    Raises ShapeError for weights and a bias that do not fit each other or are not finite,
    LayerError when `head` is not a Head.

    >>> from rfcore.heads.head import FlattenHead
    >>> weights = np.array([[0.0, 1.0], [2.0, 0.0]])
    >>> classifier = Classifier(FlattenHead(), weights, np.zeros(2), loss=0.0, accuracy=1.0)
    >>> classifier.logits(np.array([[[3.0, 4.0]]]))
    array([[8., 3.]])
    """

    head: Head
    weights: Array
    bias: Array
    loss: float
    accuracy: float

    def __post_init__(self) -> None:
        check_instance(self.head, Head, "head", "as FlattenHead() is", error=LayerError)
        for name, array, axes in (
            ("weights", self.weights, ("features", "classes")),
            ("bias", self.bias, ("classes",)),
        ):
            if not isinstance(array, np.ndarray) or array.ndim != len(axes) or array.size == 0:
                raise ShapeError(
                    f"{name} must be an array ({', '.join(axes)}), got {describe_array(array)}"
                )
            if array.dtype.kind not in "iuf" or not np.isfinite(array).all():
                raise ShapeError(
                    f"{name} must hold finite numbers, got NaN, infinity or no numbers"
                )
        if self.bias.shape != self.weights.shape[1:]:
            raise ShapeError(
                f"bias must have one number for each of the {self.weights.shape[1]} classes, "
                f"got {describe_array(self.bias)}"
            )
        self.weights.setflags(write=False)
        self.bias.setflags(write=False)

    def logits(self, activations: Array) -> Array:
        """Return (n, classes) for a map (channels, rows, cols), n = 1, or a batch of n of them.

        Raises ShapeError for maps that give another number of features than it was trained on.
        """
        features = self.head.features(activations)
        self._check_count(features.shape[1], activations.shape[-3:])
        logits: Array = features @ self.weights + self.bias
        return logits

    def probabilities(self, activations: Array) -> Array:
        """Return the softmax of the logits, (n, classes); see `logits`."""
        return softmax(self.logits(activations))

    def weights_by_place(self, shape: Shape) -> Array:
        """Return the weights as (classes, channels, *cells) for a last map of `shape`.

        Multiplied by `head.pooled(activation)` and summed over channels, they give what each place
        adds to the logits. Raises ShapeError when such maps do not fit.
        """
        shape = map_shape(shape)
        self._check_count(self.head.feature_count(shape), shape)
        return self.weights.T.reshape(-1, shape[0], *self.head.cells(shape))

    def _check_count(self, count: int, shape: tuple[int, ...]) -> None:
        if count != len(self.weights):
            raise ShapeError(
                f"the {self.head.name} head was trained on {len(self.weights)} features, "
                f"a map {shape} gives {count}"
            )


def check_classifier(value: object, name: str) -> None:
    """Raise TrainingError when a value is not a Classifier."""
    hint = "as train_softmax_regression gives"
    check_instance(value, Classifier, name, hint, error=TrainingError)


def weight_maps(
    classifier: Classifier, shape: Shape, *, over_channels: Literal["sum", "norm"] = "sum"
) -> Array:
    """Return a dense layer's weights as one map per class, (classes, rows, cols).

    shape: (channels, rows, cols) of the last activation; the maps are as large as what the head
    leaves of it, one cell for a global head. over_channels: "sum" is what the class's logit gains
    when every channel there rises by 1. "norm" is the Euclidean norm of the weights, which is zero
    only where every weight is.
    Raises ShapeError when such maps do not fit the classifier, TrainingError for an unknown choice
    or when `classifier` is not a Classifier.

    >>> from rfcore.heads.head import FlattenHead
    >>> weights = np.array([[3.0, 0.0], [0.0, 0.0], [-4.0, 1.0], [0.0, 0.0]])  # 2 channels of 1x2
    >>> classifier = Classifier(FlattenHead(), weights, np.zeros(2), loss=0.0, accuracy=1.0)
    >>> weight_maps(classifier, (2, 1, 2), over_channels="norm")
    array([[[5., 0.]],
    <BLANKLINE>
           [[1., 0.]]])
    """
    check_classifier(classifier, "classifier")
    check_choice(over_channels, "over_channels", ("sum", "norm"), error=TrainingError)
    weights = classifier.weights_by_place(shape)
    if over_channels == "sum":
        maps: Array = weights.sum(axis=1)
    else:
        maps = np.sqrt(np.square(weights).sum(axis=1))
    return maps
