"""Softmax regression by an independent solver: SciPy's L-BFGS."""

from typing import Any

import numpy as np
from scipy.optimize import minimize

Array = np.ndarray[Any, np.dtype[Any]]


def solved_by_scipy(
    features: Array, labels: Array, classes: int, weight_decay: float, scale: float
) -> tuple[Array, Array]:
    """The weights (features, classes) and bias (classes,) that solve the regularized problem.

    The weight decay counts for features divided by `scale`, as in `train_softmax_regression`.
    """
    width = features.shape[1]

    def objective(flat: Array) -> tuple[float, Array]:
        state = flat.reshape(width + 1, classes)
        logits = features / scale @ state[:-1] + state[-1]
        shares = np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))
        right = np.eye(classes)[labels]
        loss = (
            -np.log((shares * right).sum(axis=1)).mean()
            + weight_decay / 2 * (state[:-1] ** 2).sum()
        )
        residual = (shares - right) / len(labels)
        slope = features.T / scale @ residual + weight_decay * state[:-1]
        return loss, np.vstack([slope, residual.sum(axis=0)]).ravel()

    start = np.zeros((width + 1) * classes)
    found = minimize(
        objective,
        start,
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": 20000, "gtol": 1e-9, "ftol": 1e-15},
    )
    state = found.x.reshape(width + 1, classes)
    return state[:-1] / scale, state[-1]
