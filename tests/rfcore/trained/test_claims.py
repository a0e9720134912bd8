"""Claims: the verdict of each, and that no verdict stands without its experiment.

For each claim something in rfcore is broken so that its truth changes; the verdict has to follow.
"""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest

from rfcore import ops
from rfcore.claims import (
    EXPERIMENTS,
    FACE_EXPERIMENTS,
    HEAD_EXPERIMENTS,
    Case,
    Cases,
    Figure,
    fields,
    heads,
    impulse_response,
    shifting,
    verdict_of,
)
from rfcore.errors import RfcoreError
from rfcore.faces.spec import PartsSpec
from rfcore.faces.train import TrainedParts, train_parts
from rfcore.heads.classifier import Classifier
from rfcore.heads.experiment import Experiment
from rfcore.heads.head_analysis import quarter_accuracy
from rfcore.heads.run_experiment import position_maps, train_heads
from rfcore.layers import Conv2d
from rfcore.ops import Array, conv2d, convolve, max_pool2d, softmax
from rfcore.receptive_field import receptive_fields
from rfcore.stack import Stack

VERDICTS = {
    "field-of-eight": "holds",
    "anywhere-in-field": "holds when",
    "pooling-widens": "holds",
    "pooling-invariant": "holds when",
    "three-patches": "holds when",
    "steps-inside": "holds when",
    "convolution-equivariant": "holds when",
    "shared-weights": "holds",
    "dense-weighs-places": "holds",
    "upper-left-only": "holds when",
    "field-covers": "holds",
    "pool-not-too-much": "holds",
    "softmax-invariant": "does not hold",
    "own-stride": "holds when",
    "start-without-dilation": "holds when",
    "five-eighths": "holds when",
    "shift-cap": "does not hold",
}
SOFTMAX, BEYOND = "softmax-invariant", "weights beyond the examples"
Plant = Callable[[pytest.MonkeyPatch], None]


@cache
def trained_heads() -> tuple[Experiment, tuple[Classifier, ...], Array]:
    """What the page's heads are, from fewer examples and asked at fewer places."""
    experiment = Experiment(examples=200, steps=200)
    classifiers = train_heads(experiment)
    along = range(0, experiment.places, 3)
    return experiment, classifiers, position_maps(experiment, classifiers, along=along)


@cache
def trained_faces() -> TrainedParts:
    spec = PartsSpec(grids=(1, 5, 64), distances=(0, 3), examples=300, fresh=120, steps=80)
    found = train_parts(spec)
    assert found is not None
    return found


def cases_of(name: str) -> Cases:
    if name in EXPERIMENTS:
        return EXPERIMENTS[name]()
    if name in HEAD_EXPERIMENTS:
        return HEAD_EXPERIMENTS[name](*trained_heads())
    return FACE_EXPERIMENTS[name](trained_faces())


def held(cases: Cases) -> list[str]:
    return [case.name for case in cases if case.holds]


def figure(cases: Cases, case: str, name: str) -> Any:
    (found,) = [one for one in cases if one.name == case]
    return found.figure(name).value


def test_every_claim_has_one_experiment_and_a_verdict_to_expect() -> None:
    names = [*EXPERIMENTS, *HEAD_EXPERIMENTS, *FACE_EXPERIMENTS]
    assert sorted(names) == sorted(VERDICTS)


@pytest.mark.parametrize("name", VERDICTS)
def test_the_verdict_is_the_one_that_is_known(name: str) -> None:
    cases = cases_of(name)
    assert verdict_of(cases) == VERDICTS[name]
    assert len({case.name for case in cases}) == len({case.condition for case in cases})
    for case in cases:
        assert case.figures, case.name


@pytest.mark.parametrize(
    ("name", "conditions"),
    [
        ("anywhere-in-field", ["black"]),
        ("pooling-invariant", ["inside"]),
        ("three-patches", ["patches"]),
        ("steps-inside", ["window2"]),
        ("convolution-equivariant", ["stride1", "circular", "divides"]),
        ("upper-left-only", ["flatten"]),
        ("own-stride", ["ones"]),
        ("start-without-dilation", ["plain"]),
        ("five-eighths", ["side"]),
    ],
)
def test_it_holds_just_under_these_conditions(name: str, conditions: list[str]) -> None:
    assert held(cases_of(name)) == conditions


@pytest.mark.parametrize(
    ("name", "case", "measured", "value"),
    [
        ("field-of-eight", "written", "smallest field", (8, 8)),
        ("field-of-eight", "corner", "largest field", (5, 5)),
        ("anywhere-in-field", "black", "fewest places that one answers to", 64),
        # Another cell of a window outshines what one neuron would have seen of one pixel.
        ("anywhere-in-field", "meadow", "fewest places that one answers to", 63),
        ("anywhere-in-field", "meadow", "weights of 0", 0),
        # A kernel that is 1 in its middle and 0 around it sees a 2x2 window of 3x3 fields.
        ("anywhere-in-field", "zeros", "fewest places that one answers to", 16),
        ("pooling-widens", "pools2", "field", 18),
        ("pooling-widens", "pools3", "jump", 8),
        ("pooling-invariant", "across", "steps that change nothing", Fraction(0)),
        ("three-patches", "rows", "[0,0,0,1] gives", (0.0, 1.0)),
        ("steps-inside", "window2", "counted", Fraction(3, 8)),
        ("steps-inside", "window3", "counted", Fraction(5, 9)),
        ("convolution-equivariant", "stride1", "largest error", 0.0),
        ("convolution-equivariant", "between", "cells to move", Fraction(1, 2)),
        ("shared-weights", "shared", "places with the same answer", 49),
        ("shared-weights", "untied", "places with the same answer", 1),
        ("dense-weighs-places", "weights", "of these not zero", 0),
        ("upper-left-only", "global max", "right in the lower right", 1.0),
        ("field-covers", "field68", "pairs that answer", 1.0),
        ("softmax-invariant", "flatten", "answers that it changed", 0),
        ("own-stride", "pool", "the rule says", 7),
        ("own-stride", "pool", "counted", 8),
        ("start-without-dilation", "two", "the rule says", -4),
        ("start-without-dilation", "two", "counted", -3),
        ("five-eighths", "corner", "steps that stay", Fraction(3, 8)),
        ("five-eighths", "side", "steps that stay", Fraction(5, 8)),
        ("five-eighths", "middle", "steps that stay", Fraction(1)),
        ("five-eighths", "average", "steps that stay", Fraction(5, 9)),
        ("shift-cap", "shift3", "cells changed", 0),
        ("shift-cap", "shift3", "starts unchanged", Fraction(1, 4)),
        ("shift-cap", "shift4", "cells changed", 2),
    ],
)
def test_a_figure_is_the_known_one(name: str, case: str, measured: str, value: object) -> None:
    assert figure(cases_of(name), case, measured) == value


# ------------------------------------------------------------------ planted bugs, one per claim


def plant(where: object, name: str, wrong: Any) -> Plant:
    return lambda monkeypatch: monkeypatch.setattr(where, name, wrong)


def stays_put(x: Array, *args: Any, **kwargs: Any) -> Array:
    """A max pool that takes the upper left cell of each window: no step is forgiven."""
    size = args[0] if args else kwargs["kernel_size"]
    rows, cols = size if isinstance(size, tuple) else (size, size)
    shape = max_pool2d(x, *args, **kwargs).shape
    return x[..., ::rows, ::cols][..., : shape[-2], : shape[-1]].copy()


def average(x: Array, *args: Any, **kwargs: Any) -> Array:
    kwargs.pop("dilation", None)
    return ops.avg_pool2d(x, *args, **kwargs)


def global_max(x: Array, *args: Any, **kwargs: Any) -> Array:
    pooled = max_pool2d(x, *args, **kwargs)
    return np.broadcast_to(pooled.max(axis=(-2, -1), keepdims=True), pooled.shape).copy()


def no_stride(x: Array, *args: Any, **kwargs: Any) -> Array:
    return max_pool2d(x, *args, **{**kwargs, "stride": 1})


def far_apart(text: str) -> tuple[int, int]:
    """Fields as wide as they are, whose neighbours are much too far away."""
    width, jump = impulse_response.measured_field(text)
    return width, jump**2


def late_dilation(x: Array, kernels: Array, bias: Array | None, layer: Conv2d, *rest: Any) -> Array:
    """A dilated convolution whose cells stand where those of a plain one would stand."""
    found = convolve(x, kernels, bias, layer, *rest)
    missing = (layer.dilation[1] - 1) * (kernels.shape[-1] - 1)
    return np.roll(found, missing // 2, axis=-1)


def one_tap(x: Array, kernels: Array, bias: Array | None, layer: Conv2d, *rest: Any) -> Array:
    """A convolution that has lost all taps but the first."""
    first = np.zeros_like(kernels)
    first[..., 0, 0] = kernels[..., 0, 0]
    return convolve(x, first, bias, layer, *rest)


def four_taps(x: Array, kernels: Array, bias: Array | None, layer: Conv2d, *rest: Any) -> Array:
    """A convolution that has lost the last row and column of its taps."""
    fewer = kernels.copy()
    fewer[..., -1, :] = fewer[..., -1] = 0
    return convolve(x, fewer, bias, layer, *rest)


def place_tells(x: Array, kernels: Array, bias: Array | None, layer: Conv2d, *rest: Any) -> Array:
    """A convolution whose map gets brighter to the right: the weights are no longer all."""
    found = convolve(x, kernels, bias, layer, *rest)
    return found * np.linspace(1, 2, found.shape[-1], dtype=found.dtype)


def nothing_weighs(x: Array, kernels: Array, **kwargs: Any) -> Array:
    """Locally connected weights that are all the same: a convolution after all."""
    return conv2d(x, kernels[0, 0], **kwargs)


def reversed_softmax(logits: Array, axis: int = -1) -> Array:
    return softmax(-logits, axis)


def constant_softmax(logits: Array, axis: int = -1) -> Array:
    """A softmax that answers the first class wherever the pattern is."""
    return np.sort(softmax(logits, axis), axis=axis)[..., ::-1]


def steps_by_stride(text: str, size: int = 48) -> tuple[int, int]:
    """A count that is no count but the wrong rule."""
    del size
    windows = [layer.window() for layer in Stack.parse(text)]
    jump = receptive_fields(Stack.parse(text))[-1].jump[0]
    return 1 + sum((window.kernel_size[0] - 1) * window.stride[0] for window in windows), jump


BUGS: dict[str, tuple[str, Plant, str]] = {
    "four taps left of 3x3": (
        "field-of-eight",
        plant(ops, "convolve", four_taps),
        "does not hold",
    ),
    "one tap left, elsewhere dark": (
        "anywhere-in-field",
        plant(ops, "convolve", one_tap),
        "does not hold",
    ),
    "no winner passes": (
        "anywhere-in-field",
        plant(ops, "max_pool2d", stays_put),
        "does not hold",
    ),
    "a pool without its stride": (
        "pooling-widens",
        plant(ops, "max_pool2d", no_stride),
        "does not hold",
    ),
    "neighbours that are too far apart": (
        "pooling-widens",
        plant(fields, "measured_field", far_apart),
        "does not hold",
    ),
    "a max pool that keeps one corner": (
        "pooling-invariant",
        plant(ops, "max_pool2d", stays_put),
        "does not hold",
    ),
    "a max pool over everything": (
        "three-patches",
        plant(ops, "max_pool2d", global_max),
        "holds",
    ),
    "an average for the three patches": (
        "three-patches",
        plant(ops, "max_pool2d", average),
        "does not hold",
    ),
    "no step stays": ("steps-inside", plant(ops, "max_pool2d", stays_put), "does not hold"),
    "the map tells the place": (
        "convolution-equivariant",
        plant(ops, "convolve", place_tells),
        "does not hold",
    ),
    "shared weights that tell the place": (
        "shared-weights",
        plant(ops.convolution, "convolve", place_tells),
        "holds when",
    ),
    "untied weights that are shared": (
        "shared-weights",
        plant(shifting, "locally_connected_conv2d", nothing_weighs),
        "holds when",
    ),
    "taps lost of 5x5": ("field-covers", plant(ops, "convolve", four_taps), "holds when"),
    "counted by the wrong rule": (
        "own-stride",
        plant(impulse_response, "seen_columns", lambda text, size=48: by_rule(text, size)),
        "holds",
    ),
    "cells that ignore the dilation": (
        "start-without-dilation",
        plant(ops, "convolve", late_dilation),
        "holds",
    ),
    "no window for five eighths": (
        "five-eighths",
        plant(ops, "max_pool2d", stays_put),
        "does not hold",
    ),
    "a cap that proves it": ("shift-cap", plant(ops, "max_pool2d", global_max), "holds"),
    "a softmax that picks one class": (
        "softmax-invariant",
        plant(ops, "softmax", constant_softmax),
        "holds when",
    ),
}


def by_rule(text: str, size: int) -> Array:
    """Which columns units would see if the wrong rule were right."""
    width, jump = steps_by_stride(text)
    firsts = np.arange((size - width) // jump + 1)[:, None] * jump
    columns = np.arange(size)
    return (columns >= firsts) & (columns < firsts + width)


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_changes_the_verdict(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, plant_it, verdict = BUGS[bug]
    before = cases_of(name)
    plant_it(monkeypatch)
    after = cases_of(name)
    assert verdict_of(after) == verdict != verdict_of(before)
    assert [case.figures for case in after] != [case.figures for case in before]


def test_a_bug_is_planted_for_every_claim_that_needs_no_training() -> None:
    assert {name for name, _, _ in BUGS.values()} == {*EXPERIMENTS, SOFTMAX}


def test_a_softmax_that_reorders_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ops, "softmax", reversed_softmax)
    changed = [figure((case,), case.name, "answers that it changed") for case in cases_of(SOFTMAX)]
    assert min(changed) > 0


@pytest.mark.parametrize("name", ["dense-weighs-places", "upper-left-only"])
def test_heads_that_are_right_everywhere_change_the_verdict(name: str) -> None:
    experiment, classifiers, maps = trained_heads()
    flipped = maps.copy()
    flipped[0] = flipped[1]  # the flattened head answers as the global average does
    assert verdict_of(HEAD_EXPERIMENTS[name](experiment, classifiers, flipped)) != VERDICTS[name]


def test_a_head_that_has_not_learned_has_not_failed_elsewhere() -> None:
    experiment, classifiers, maps = trained_heads()
    guessing = np.full_like(maps, 0.5)
    guessing[..., 0] += 0.01  # the first class everywhere: right in half of all places
    assert held(heads.upper_left_only(experiment, classifiers, guessing)) == []
    slightly = quarters(maps, upper_left=0.6, lower_right=0.5)
    assert held(heads.upper_left_only(experiment, classifiers, slightly)) == []
    badly = quarters(maps, upper_left=1.0, lower_right=0.5)
    assert len(held(heads.upper_left_only(experiment, classifiers, badly))) == 3


def quarters(maps: Array, *, upper_left: float, lower_right: float) -> Array:
    """Answers of which such a share of places is right in these quarters, for the second class."""
    made = np.zeros_like(maps)
    rows = maps.shape[2]
    for label in (0, 1):
        made[:, label, ..., label] = 1
    for part, right in ((np.s_[: rows // 2], upper_left), (np.s_[rows // 2 :], lower_right)):
        wrong = round(2 * (1 - right) * made[0, 1, part].shape[0])  # rows, all of one class
        made[:, 1, part][:, :wrong] = (1, 0)
    return made


def test_a_weight_where_no_example_lay_is_found() -> None:
    experiment, classifiers, maps = trained_heads()
    weights = classifiers[0].weights.copy()
    weights[-1] = 0.1  # of the last channel in the lower right corner
    wrong = (replace(classifiers[0], weights=weights), *classifiers[1:])
    cases = heads.dense_weighs_places(experiment, wrong, maps)
    assert held(cases) == ["answers"]
    assert figure(cases, "weights", "of these not zero") == 2  # one for each class


def test_the_weights_beyond_the_examples_are_those_that_none_of_them_reaches() -> None:
    experiment, classifiers, maps = trained_heads()
    weights = classifiers[0].weights_by_place(experiment.last_shape)
    beyond = figure(heads.dense_weighs_places(experiment, classifiers, maps), "weights", BEYOND)
    # Examples end at pixel 23 + 16; a cell of the last map sees 14 px beyond its own 4.
    sees = np.array([4 * cell - 14 < 39 for cell in range(16)])
    assert beyond == weights[:, :, 0, 0].size * (256 - sees.sum() ** 2)


def test_accuracies_are_those_of_the_quarters() -> None:
    experiment, classifiers, maps = trained_heads()
    cases = heads.upper_left_only(experiment, classifiers, maps)
    right = quarter_accuracy(maps)
    for case, (upper, lower) in zip(cases, right, strict=True):
        assert case.figure("right in the upper left").value == upper[0]
        assert case.figure("right in the lower right").value == lower[1]


@pytest.mark.parametrize(
    ("right", "verdict", "names"),
    [
        ([[0.5, 0.5], [0.95, 0.9], [1.0, 0.6]], "holds", ["moved", "places"]),
        ([[0.97, 0.5], [0.95, 0.9], [1.0, 0.6]], "holds when", ["moved"]),
        ([[0.5, 0.5], [0.95, 0.6], [1.0, 0.9]], "holds when", ["places"]),
        ([[0.99, 0.99], [0.95, 0.6], [1.0, 0.6]], "holds when", ["moved"]),
        ([[1.0, 0.5], [1.0, 0.5], [1.0, 0.5]], "does not hold", []),
    ],
)
def test_the_claim_about_faces_follows_the_accuracies(
    right: list[list[float]], verdict: str, names: list[str]
) -> None:
    parts = replace(trained_faces(), accuracy=np.array(right))
    cases = FACE_EXPERIMENTS["pool-not-too-much"](parts)
    assert verdict_of(cases) == verdict
    assert held(cases) == names


# ------------------------------------------------------------------------------ the small parts


def test_counted_fields_agree_with_the_arithmetic() -> None:
    for text in ("C3x3/1 -> M2x2/2 -> C3x3/1", "C5/2p1 -> A3/1 -> C3d2p2", "C3d3 -> C3"):
        field = receptive_fields(Stack.parse(text))[-1]
        assert impulse_response.measured_field(text) == (field.size[1], field.jump[1])
        assert impulse_response.measured_start(text) == field.start[1]


def test_a_verdict_needs_a_case() -> None:
    with pytest.raises(RfcoreError, match="at least one case"):
        verdict_of([])


def test_a_figure_that_was_not_measured_is_refused() -> None:
    case = Case("inside", "it stays", True, (Figure("steps", 12),))
    with pytest.raises(RfcoreError, match="measured steps, not 'shifts'"):
        case.figure("shifts")
