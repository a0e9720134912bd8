"""The claim about faces, decided by grids that were trained to tell faces from scrambled ones."""

from __future__ import annotations

from rfcore.claims.cases import Case, Figure
from rfcore.faces.train import TrainedParts

_APART = 0.05
"""Accuracies that differ by less than this count as equal."""


def pool_but_not_too_much(trained: TrainedParts) -> tuple[Case, ...]:
    """Try out: pooling helps to tell a face from its scrambled parts, but too much of it hurts.

    It compares three grids: the finest (no pooling), the coarsest (one cell, no positions left),
    and the best one for faces that moved a little further than in any training example.
    """
    grids, distances, right = trained.spec.grids, trained.spec.distances, trained.accuracy
    beyond = [at for at, moved in enumerate(distances) if moved > trained.spec.trained_jitter]
    far = beyond[0] if beyond else len(distances) - 1
    best = grids.index(trained.best_grid(distances[far]))
    moved = f"the face has moved by {distances[far]} px"
    return (
        Case(
            "moved",
            f"{moved}, and some pooling is set against none",
            best != len(grids) - 1 and right[best, far] >= right[-1, far] + _APART,
            (
                Figure("cells a side of the best grid", grids[best]),
                Figure("right with it", float(right[best, far]), "share"),
                Figure("right without pooling", float(right[-1, far]), "share"),
            ),
        ),
        Case(
            "places",
            "the face is in its place, and some pooling is set against one cell",
            best != 0 and right[best, 0] >= right[0, 0] + _APART,
            (
                Figure("right with that grid", float(right[best, 0]), "share"),
                Figure("right with one cell", float(right[0, 0]), "share"),
            ),
        ),
    )
