"""The same experiment on ever deeper stacks, compared by the accuracy in an untrained quarter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rfcore.checks import as_sequence, short_repr
from rfcore.errors import TrainingError
from rfcore.heads.experiment import Experiment, checked_experiment, first_half
from rfcore.heads.head import HEADS, Head, checked_heads
from rfcore.heads.head_analysis import share_right
from rfcore.heads.run_experiment import position_maps, train_heads
from rfcore.layers import Conv2d, Pair
from rfcore.ops import Array
from rfcore.receptive_field import receptive_fields
from rfcore.stack import Stack, checked_stack

DepthProgress = Callable[[int, int], bool | None]
"""Called with (stacks done, stacks in all), also many times for each stack; it stops the work when
it returns False."""

DEPTHS = tuple(
    Stack.parse(text)
    for text in (
        "C5p2 R",
        "C5p2 R M2 C5p2c16 R",
        "C5p2 R M2 C5p2c16 R M2 C5p2c32 R",
        "C5p2 R M2 C5p2c16 R M2 C5p2c32 R M2 C5p2c32 R",
        "C5p2 R M2 C5p2c16 R M2 C5p2c32 R M2 C5p2c32 R M2 C5p2c32 R",
    )
)
"""Stacks of growing field: 5, 14, 32, 68 and 140 pixels a side."""


@dataclass(frozen=True, eq=False)
class DepthResult:
    """The accuracy of a stack's heads inside and outside the region that they were trained in.

    field: (rows, cols) of the last field, in pixels. field_share: of the image's area that it
    covers, at most 1. heads: what was trained. trained_right, untrained_right: (heads,), shares of
    right answers over the upper left and the lower right quarter. touched_share: of the first
    head's features, how many have a weight that is not zero.

    >>> [result] = compare_depths(Experiment(image_size=32, examples=40, steps=50), DEPTHS[:1])
    >>> result.field, result.untrained_right.shape
    ((5, 5), (3,))
    """

    stack: Stack
    field: Pair
    field_share: float
    heads: tuple[Head, ...]
    trained_right: Array
    untrained_right: Array
    touched_share: float


def compare_depths(
    experiment: Experiment,
    stacks: Sequence[Stack] = DEPTHS,
    heads: Sequence[Head] = HEADS,
    *,
    progress: DepthProgress | None = None,
) -> tuple[DepthResult, ...]:
    """Train in the upper left on one stack after another; return the accuracy of each stack.

    All settings but the stack and the region are those of `experiment`. progress: called after
    each stack and many times in between; when it returns False, the results so far are returned.
    Raises TrainingError when `experiment` is not an Experiment or there is no stack or no head.
    Raises what `Experiment` raises for a stack that does not fit, before anything is trained.

    >>> results = compare_depths(Experiment(image_size=32, examples=4), DEPTHS[:2])
    >>> [result.field_share for result in results]
    [0.0244140625, 0.19140625]
    """
    trials = depth_experiments(experiment, stacks)
    results: list[DepthResult] = []
    stopped = False

    def goes_on(*_: object) -> bool:
        nonlocal stopped
        done = len(results), len(trials)
        stopped = stopped or (progress is not None and progress(*done) is False)
        return not stopped

    for trial in trials:
        result = _depth(trial, checked_heads(heads), goes_on)
        if stopped or result is None:
            break
        results.append(result)
        if not goes_on():
            break
    return tuple(results)


def depth_experiments(
    experiment: Experiment, stacks: Sequence[Stack] = DEPTHS
) -> tuple[Experiment, ...]:
    """Return the experiments that `compare_depths` carries out, one for each stack.

    Raises as `compare_depths` does for `experiment` and `stacks`.

    >>> [each.where for each in depth_experiments(Experiment(where="everywhere"), DEPTHS[:2])]
    ['upper left', 'upper left']
    """
    checked_experiment(experiment)
    if not as_sequence(stacks):
        raise TrainingError(f"stacks must be a sequence of at least one, got {short_repr(stacks)}")
    return tuple(
        replace(
            experiment,
            stack=stack,
            filters=experiment.filters[: _convolutions(stack)],
            where="upper left",
        )
        for stack in stacks
    )


def _convolutions(stack: Stack) -> int:
    return sum(isinstance(layer, Conv2d) for layer in checked_stack(stack))


def _depth(
    experiment: Experiment, heads: tuple[Head, ...], goes_on: Callable[..., bool]
) -> DepthResult | None:
    """Return the result of one stack; None once `goes_on` returns False."""
    classifiers = train_heads(experiment, heads, drawn=goes_on, progress=goes_on)
    if not goes_on():
        return None
    size, half = experiment.image_size, int(first_half(experiment.places).sum())
    field = receptive_fields(experiment.stack, (size, size))[-1].size
    trained, untrained = (
        share_right(position_maps(experiment, classifiers, along=along, progress=goes_on))
        for along in (range(half), range(half, experiment.places))
    )
    return DepthResult(
        stack=experiment.stack,
        field=field,
        field_share=min(field[0], size) * min(field[1], size) / size**2,
        heads=heads,
        trained_right=trained,
        untrained_right=untrained,
        touched_share=float(classifiers[0].weights.any(axis=1).mean()),
    )
