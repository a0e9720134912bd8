"""Claims put to the test: each verdict follows from computed cases.

`EXPERIMENTS` need no training. `HEAD_EXPERIMENTS` and `FACE_EXPERIMENTS` need trained networks,
which take seconds to train.

>>> verdict_of(EXPERIMENTS["steps-inside"]())
'holds when'
"""

from collections.abc import Callable, Sequence

from rfcore.claims import faces, fields, heads, pooling, rules, shifting
from rfcore.claims.cases import VERDICTS, Case, Figure, Verdict, verdict_of
from rfcore.faces.train import TrainedParts
from rfcore.heads.classifier import Classifier
from rfcore.heads.experiment import Experiment
from rfcore.ops import Array

Cases = tuple[Case, ...]

EXPERIMENTS: dict[str, Callable[[], Cases]] = {
    "field-of-eight": fields.field_of_eight,
    "anywhere-in-field": fields.anywhere_in_the_field,
    "pooling-widens": fields.pooling_widens,
    "pooling-invariant": pooling.somewhat_invariant,
    "three-patches": pooling.three_patches,
    "steps-inside": pooling.steps_inside,
    "convolution-equivariant": shifting.convolution_is_equivariant,
    "shared-weights": shifting.shared_weights_find_it,
    "field-covers": fields.field_covers_the_picture,
    "own-stride": rules.own_stride,
    "start-without-dilation": rules.start_without_dilation,
    "five-eighths": pooling.five_eighths,
    "shift-cap": pooling.shifts_up_to_a_cap,
}
"""For each claim that needs no training, the function that decides it, in well under a second."""

HEAD_EXPERIMENTS: dict[str, Callable[[Experiment, Sequence[Classifier], Array], Cases]] = {
    "dense-weighs-places": heads.dense_weighs_places,
    "upper-left-only": heads.upper_left_only,
    "softmax-invariant": heads.softmax_makes_it_invariant,
}
"""For each claim about heads, what decides it from an experiment, its classifiers and maps."""

FACE_EXPERIMENTS: dict[str, Callable[[TrainedParts], Cases]] = {
    "pool-not-too-much": faces.pool_but_not_too_much
}
"""For each claim about faces, what decides it from grids trained to detect scrambled faces."""

__all__ = [
    "EXPERIMENTS",
    "FACE_EXPERIMENTS",
    "HEAD_EXPERIMENTS",
    "VERDICTS",
    "Case",
    "Cases",
    "Figure",
    "Verdict",
    "verdict_of",
]
