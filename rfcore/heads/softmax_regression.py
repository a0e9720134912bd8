"""Softmax regression: the dense layer of a head, trained by full-batch gradient descent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite, sqrt

import numpy as np
from numpy.typing import NDArray

from rfcore.checks import whole_number
from rfcore.errors import TrainingError
from rfcore.heads.classifier import Classifier
from rfcore.heads.head import Head
from rfcore.ops import Array

StepProgress = Callable[[int, float, float], bool | None]
"""Called with (steps done, loss, accuracy); it stops the work when it returns False."""

MAX_CLASSES = 10_000
"""The most classes; each has a weight for every feature, so this limits the memory."""

_Labels = NDArray[np.integer]


def softmax_loss(logits: Array, labels: _Labels) -> tuple[float, Array]:
    """Return the mean cross-entropy, in nats, and its gradient with respect to the logits.

    logits: (n, classes). labels: (n,), the right class of each. The gradient is (n, classes): the
    softmax minus the one-hot labels, divided by n.

    >>> softmax_loss(np.zeros((1, 2)), np.array([1]))
    (0.6931471805599453, array([[ 0.5, -0.5]]))
    """
    examples = np.arange(len(labels))
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_shares = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    gradient = np.exp(log_shares)
    gradient[examples, labels] -= 1
    gradient /= len(labels)
    return -float(log_shares[examples, labels].mean()), gradient


def train_softmax_regression(
    features: Array,
    labels: Sequence[int] | _Labels,
    classes: int,
    *,
    head: Head,
    steps: int = 600,
    learning_rate: float = 1.0,
    weight_decay: float = 1e-5,
    center: bool = False,
    progress: StepProgress | None = None,
) -> Classifier:
    """Train a dense layer by full-batch gradient descent, starting with all weights zero.

    features: (n, features), from `head.features`. labels: (n,), each from 0 up to, not including,
    `classes`. learning_rate: above 0 and up to 1, as a share of the largest safe step, 1 over
    the Lipschitz constant of the gradient. weight_decay: the loss includes half of it times the
    squared norm of the weights, without the bias. progress: called before the first step and after
    each; see `StepProgress`.

    All features are divided by one number, the root mean square norm of an example's features, so
    the settings and the result do not depend on the scale of the features. `weight_decay` applies
    to the scaled features; the returned weights apply to the original ones. Nothing is added to a
    feature, so the weights of a feature that is zero in every example stay exactly zero.
    With `center`, the mean of each feature over the examples is subtracted first. The returned bias
    accounts for it, and the divisor is the root mean square distance from the mean. The solution is
    the same if the decay is the same for the original features. It takes fewer steps when the
    examples have much in common, such as one background. The weights of a feature that is constant
    over the examples then stay exactly zero.

    Steps use Nesterov momentum, which restarts whenever the objective rises. Nothing is
    random: the same inputs give the same bits, on one machine with one number of BLAS threads.
    Raises TrainingError for examples or settings from which nothing can be learned.
    Source: Nesterov 1983; the restart is O'Donoghue and Candes 2015, "Adaptive Restart for
    Accelerated Gradient Schemes"; the constant is that of Boehning 1992, "Multinomial Logistic
    Regression Algorithm".

    >>> from rfcore.heads.head import FlattenHead
    >>> features = np.array([[1.0, 0.0], [3.0, 0.0]])
    >>> train_softmax_regression(features, [0, 1], 2, head=FlattenHead()).weights.round(1)
    array([[-4.2,  4.2],
           [ 0. ,  0. ]])
    """
    classes = whole_number(classes, "classes", 2, MAX_CLASSES, error=TrainingError)
    steps = whole_number(steps, "steps", 1, error=TrainingError)
    if not 0 < learning_rate <= 1:
        raise TrainingError(f"learning_rate must be above 0 and at most 1, got {learning_rate}")
    if not (isfinite(weight_decay) and weight_decay >= 0):
        raise TrainingError(f"weight_decay must be at least 0 and finite, got {weight_decay}")
    features = _checked_features(features)
    labels = _checked_labels(labels, len(features), classes)
    # Columns without information are left out, so their weights stay exactly zero.
    used = (features != (features[0] if center else 0)).any(axis=0)
    scaled = features[:, used].astype(np.float64)
    origin = scaled.mean(axis=0) if center else np.zeros(scaled.shape[1])
    scaled -= origin
    scale = float(np.linalg.norm(scaled)) / sqrt(len(scaled)) or 1.0
    scaled /= scale
    descent = _Descent(scaled, labels, classes, learning_rate, weight_decay, center)
    loss, accuracy = descent.run(steps, progress)
    weights = np.zeros((len(used), classes))
    weights[used] = descent.weights() / scale
    bias = descent.state[-1] - origin @ weights[used]
    return Classifier(head, weights, bias, loss, accuracy)


class _Descent:
    """Gradient descent with momentum, over examples or over features, whichever are fewer.

    Gradients are linear combinations of examples and the start is zero, so the weights are always
    X^T A for some A (n, classes). With fewer examples than features the descent updates A instead:
    the iterates are the same, at the cost of the n x n matrix X X^T. The state is A or the weights,
    with the bias as its last row.
    """

    def __init__(
        self,
        features: Array,
        labels: _Labels,
        classes: int,
        rate: float,
        decay: float,
        centered: bool,
    ) -> None:
        count, width = features.shape
        self.features, self.labels = features, labels
        self.by_example = count < width
        gram = features @ features.T if self.by_example else features.T @ features
        forward = gram if self.by_example else features
        self.forward = np.hstack([forward, np.ones((count, 1))])  # logits = forward @ state
        self.state = np.zeros((self.forward.shape[1], classes))
        # The Hessian is at most half of X^T X / n, and the bias is a feature that is always 1. It
        # is orthogonal to centered features; in general, twice the two blocks are a bound.
        blocks = 1 if centered else 2
        top = max(float(np.linalg.eigvalsh(gram)[-1]), 0.0) / count if width else 0.0
        self.steps = np.full((len(self.state), 1), rate / (blocks * top / 2 + decay or 1.0))
        self.steps[-1] = rate * 2 / blocks
        self.decay = np.full((len(self.state), 1), decay)
        self.decay[-1] = 0

    def weights(self) -> Array:
        """Return the weights (features, classes) of the scaled features."""
        return self.features.T @ self.state[:-1] if self.by_example else self.state[:-1]

    def run(self, steps: int, progress: StepProgress | None) -> tuple[float, float]:
        """Update `state`; return its loss and accuracy."""
        before, momentum, last = self.state, 1.0, np.inf
        for step in range(steps + 1):
            logits = self.forward @ self.state
            loss, gradient = softmax_loss(logits, self.labels)
            accuracy = float((logits.argmax(axis=1) == self.labels).mean())
            stopped = progress is not None and progress(step, loss, accuracy) is False
            if stopped or step == steps:
                break
            minimised = loss + self._penalty(logits)
            if minimised > last:
                momentum = 1.0
            last = minimised
            moved = self.state - self.steps * (self._pull_back(gradient) + self.decay * self.state)
            following = _next_momentum(momentum)
            self.state = moved + (momentum - 1) / following * (moved - before)
            before, momentum = moved, following
        return loss, accuracy

    def _pull_back(self, gradient: Array) -> Array:
        moved = gradient if self.by_example else self.features.T @ gradient
        return np.vstack([moved, gradient.sum(axis=0)])

    def _penalty(self, logits: Array) -> float:
        images = logits - self.state[-1] if self.by_example else self.state[:-1]
        return float((self.decay[:-1] * self.state[:-1] * images).sum()) / 2


def _next_momentum(momentum: float) -> float:
    return (1 + sqrt(1 + 4 * momentum * momentum)) / 2


def _checked_features(features: Array) -> Array:
    features = np.asarray(features)
    if features.ndim != 2 or features.shape[1] == 0 or features.dtype.kind not in "fiu":
        raise TrainingError(
            f"features must be numbers of shape (n, features), "
            f"got shape {features.shape} of {features.dtype}"
        )
    if len(features) == 0:
        raise TrainingError("training needs examples of at least two classes, got no example")
    if not np.isfinite(features).all():
        raise TrainingError("every feature must be a finite number, got NaN or infinity")
    return features


def _checked_labels(labels: Sequence[int] | _Labels, count: int, classes: int) -> _Labels:
    checked = np.asarray(labels)
    if checked.shape != (count,) or checked.dtype.kind not in "iu":
        raise TrainingError(
            f"labels must be {count} whole numbers, one for each example, "
            f"got shape {checked.shape} of {checked.dtype}"
        )
    if checked.min() < 0 or checked.max() >= classes:
        wrong = checked[(checked < 0) | (checked >= classes)][0]
        raise TrainingError(f"labels must be from 0 to {classes - 1}, got {wrong}")
    if checked.min() == checked.max():
        raise TrainingError(f"labels must name at least two classes, got only {checked[0]}")
    return checked
