"""Heads, classifiers and sweeps, against naive loops."""

import re
from math import ceil, floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rfcore import ops
from rfcore.errors import LayerError, ShapeError, TrainingError
from rfcore.heads import head as head_module
from rfcore.heads import position_sweep as sweep_module
from rfcore.heads.classifier import Classifier, weight_maps
from rfcore.heads.head import FlattenHead, GlobalAvgHead, GlobalMaxHead, GridHead
from rfcore.heads.position_sweep import position_sweep
from rfcore.heads.softmax_regression import train_softmax_regression
from rfcore.layers import Conv2d
from tests.support.trainings import random_maps, rejects

HEADS = (FlattenHead(), GlobalAvgHead(), GlobalMaxHead(), GridHead(2), GridHead(3, "max"))


def naive_grid(activations, grid, pool):
    count, channels, rows, cols = activations.shape
    out = np.empty((count, channels, grid, grid))
    for n, channel, i, j in np.ndindex(*out.shape):
        row0, row1 = floor(i * rows / grid), ceil((i + 1) * rows / grid)
        col0, col1 = floor(j * cols / grid), ceil((j + 1) * cols / grid)
        out[n, channel, i, j] = pool(activations[n, channel, row0:row1, col0:col1])
    return out.reshape(count, -1)


# Heads


@pytest.mark.parametrize("grid", [1, 2, 3, 5, 7])
@pytest.mark.parametrize(("kind", "pool"), [("avg", np.mean), ("max", np.max)])
def test_a_grid_pools_each_cell_as_adaptive_pooling_does(grid, kind, pool):
    maps = random_maps(2)
    want = naive_grid(maps, grid, pool)
    np.testing.assert_allclose(GridHead(grid, kind).features(maps), want, rtol=1e-12)


@given(st.integers(1, 12), st.integers(1, 12), st.data())
def test_a_grid_of_any_size_fits_any_map_that_is_large_enough(rows, cols, data):
    grid = data.draw(st.integers(1, min(rows, cols)))
    maps = random_maps(1, 2, rows, cols)
    np.testing.assert_array_equal(
        GridHead(grid, "max").features(maps), naive_grid(maps, grid, np.max)
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_grid_of_one_cell_is_global(dtype):
    maps = random_maps(4, dtype=dtype) - 3  # all negative: a max with zeros would be 0
    np.testing.assert_array_equal(GridHead(1, "max").features(maps), GlobalMaxHead().features(maps))
    np.testing.assert_allclose(
        GridHead(1).features(maps),
        GlobalAvgHead().features(maps),
        rtol=1e-6 if dtype == np.float32 else 1e-14,
    )


def test_a_grid_as_fine_as_the_map_is_flatten():
    maps = random_maps(2, rows=6, cols=6)
    for kind in ("avg", "max"):
        np.testing.assert_array_equal(
            GridHead(6, kind).features(maps), FlattenHead().features(maps)
        )


def test_flat_and_global_features_are_in_channel_row_col_order():
    maps = random_maps(2)
    flat = FlattenHead().features(maps)
    for n, channel, row, col in np.ndindex(*maps.shape):
        assert flat[n, (channel * 7 + row) * 10 + col] == maps[n, channel, row, col]
    np.testing.assert_allclose(GlobalAvgHead().features(maps), naive_grid(maps, 1, np.mean))
    np.testing.assert_array_equal(GlobalMaxHead().features(maps), naive_grid(maps, 1, np.max))


@pytest.mark.parametrize("head", HEADS, ids=lambda head: head.name)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_map_is_a_batch_of_one_and_the_count_is_told_beforehand(head, dtype):
    maps = random_maps(3, dtype=dtype)
    features = head.features(maps)
    assert features.dtype == dtype
    assert features.shape == (3, head.feature_count(maps.shape[1:]))
    np.testing.assert_array_equal(head.features(maps[1]), features[1:2])


@pytest.mark.parametrize("head", HEADS, ids=lambda head: head.name)
def test_features_stay_when_the_map_is_overwritten(head):
    maps = random_maps(1)
    features = head.features(maps)
    kept = features.copy()
    maps[...] = 99
    np.testing.assert_array_equal(features, kept)


def test_heads_are_specs_that_compare_and_hash_by_value():
    assert GridHead(2, "max") == GridHead(2, "max") != GridHead(2)
    assert len({FlattenHead(), FlattenHead(), GlobalAvgHead(), GlobalMaxHead()}) == 3
    assert [head.name for head in HEADS] == [
        "flatten",
        "global average",
        "global max",
        "2x2 grid average",
        "3x3 grid max",
    ]


# Classifier, weight maps, sweeps


def random_classifier(head, shape=(3, 7, 10), classes=4, seed=0):
    generator = np.random.default_rng(seed)
    weights = generator.standard_normal((head.feature_count(shape), classes))
    return Classifier(head, weights, generator.standard_normal(classes), 0.1, 1.0)


@pytest.mark.parametrize("head", HEADS, ids=lambda head: head.name)
def test_logits_are_weighted_sums_and_probabilities_their_softmax(head):
    classifier, maps = random_classifier(head), random_maps(2)
    want = [
        [sum(f * w for f, w in zip(row, column, strict=True)) for column in classifier.weights.T]
        for row in head.features(maps)
    ]
    np.testing.assert_allclose(classifier.logits(maps), want + classifier.bias, rtol=1e-9)
    np.testing.assert_allclose(classifier.probabilities(maps), ops.softmax(classifier.logits(maps)))
    assert classifier.logits(maps[0]).shape == (1, 4)


@pytest.mark.parametrize("head", HEADS, ids=lambda head: head.name)
def test_weights_by_place_are_each_places_part_in_the_logits(head):
    classifier, activation = random_classifier(head), random_maps(1)[0]
    by_place = classifier.weights_by_place((3, 7, 10))
    parts = (by_place * head.pooled(activation)[0]).sum(axis=1)
    np.testing.assert_allclose(
        parts.sum(axis=(1, 2)) + classifier.bias, classifier.logits(activation)[0], rtol=1e-9
    )
    sums = weight_maps(classifier, (3, 7, 10))
    norms = weight_maps(classifier, (3, 7, 10), over_channels="norm")
    assert sums.shape == norms.shape == (4, *head.cells((3, 7, 10)))
    for label, row, col in np.ndindex(*sums.shape):
        weights = by_place[label, :, row, col]
        assert sums[label, row, col] == pytest.approx(sum(weights))
        assert norms[label, row, col] == pytest.approx(sum(w * w for w in weights) ** 0.5)


def test_weight_maps_are_zero_where_no_training_feature_was_active():
    maps = np.abs(random_maps(20))
    maps[:, :, 4:] = 0
    maps[:, :, :, 5:] = 0
    head = FlattenHead()
    trained = train_softmax_regression(head.features(maps), np.arange(20) % 2, 2, head=head)
    touched = weight_maps(trained, (3, 7, 10), over_channels="norm") != 0
    assert touched[:, :4, :5].all()
    assert not touched[:, 4:].any()
    assert not touched[:, :, 5:].any()


def sweep_difference():
    """The largest difference of a sweep from one place at a time, each from a map of its own."""
    classifiers = [random_classifier(head, seed=seed) for seed, head in enumerate(HEADS)]
    canvas = random_maps(1, 3, 30, 40, np.float32)[0]
    reused = np.empty((3, 7, 10), np.float32)

    def activation_at(row, col):
        reused[...] = canvas[:, row : row + 7, col : col + 10]
        return reused

    rows, cols = range(0, 20, 3), [4, 0, 25]
    swept = position_sweep(activation_at, classifiers, rows, cols)
    worst = 0.0
    for which, i, j in np.ndindex(*swept.shape[:3]):
        window = canvas[:, rows[i] : rows[i] + 7, cols[j] : cols[j] + 10].copy()
        want = classifiers[which].probabilities(window)[0]
        worst = max(worst, np.abs(swept[which, i, j] - want).max())
    return worst


def test_a_sweep_is_one_place_at_a_time():
    assert sweep_difference() < 1e-12


def test_a_sweep_tells_its_progress_and_can_be_stopped():
    classifier = random_classifier(GlobalMaxHead(), (1, 2, 2), 2)
    seen = []

    def progress(done, total):
        seen.append((done, total))
        return done < 6

    swept = position_sweep(
        lambda row, col: np.ones((1, 2, 2)), [classifier], range(4), range(3), progress=progress
    )
    assert seen == [(3, 12), (6, 12)]
    assert np.isfinite(swept[:, :2]).all()
    assert np.isnan(swept[:, 2:]).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0,), "grid must be at least 1, got 0"),
        ((2.0,), "grid must be a whole number, got 2.0"),
        ((True,), "grid must be a whole number, got True"),
        ((2, "sum"), "kind must be one of avg, max, got 'sum'"),
    ],
)
def test_a_grid_that_cannot_be_is_rejected(arguments, message):
    with rejects(LayerError, message):
        GridHead(*arguments)


def test_a_grid_larger_than_the_map_is_rejected():
    message = "grid must be at most the map's 7 cells a side (map (3, 7, 10)), got 8"
    with rejects(ShapeError, message):
        GridHead(8).features(random_maps(1))
    with rejects(ShapeError, message):
        GridHead(8).feature_count((3, 7, 10))


@pytest.mark.parametrize("head", HEADS, ids=lambda head: head.name)
def test_activations_of_a_wrong_rank_or_dtype_are_rejected(head):
    with pytest.raises(ShapeError, match=re.escape("got an array of shape (7, 10)")):
        head.features(np.zeros((7, 10)))
    with pytest.raises(ShapeError, match="a map holds float32 or float64 numbers, got int64"):
        head.features(np.zeros((1, 7, 10), int))


def test_a_map_that_a_classifier_was_not_trained_on_is_rejected():
    classifier = random_classifier(FlattenHead())
    message = "the flatten head was trained on 210 features, a map (3, 7, 9) gives 189"
    for ask in (classifier.logits, classifier.probabilities):
        with rejects(ShapeError, message):
            ask(np.zeros((2, 3, 7, 9)))
    with rejects(ShapeError, message):
        weight_maps(classifier, (3, 7, 9))
    with rejects(TrainingError, "over_channels must be one of sum, norm, got 'max'"):
        weight_maps(classifier, (3, 7, 10), over_channels="max")


def test_sweeps_of_nothing_or_of_maps_that_do_not_fit_are_rejected():
    one, other = random_classifier(FlattenHead()), random_classifier(FlattenHead(), classes=2)

    def activation_at(row, col):
        return np.zeros((3, 7, 10))

    with rejects(TrainingError, "classifiers must all have the same number of classes, got []"):
        position_sweep(activation_at, [], [0], [0])
    with rejects(TrainingError, "classifiers must all have the same number of classes, got [2, 4]"):
        position_sweep(activation_at, [one, other], [0], [0])
    with rejects(TrainingError, "places need at least one row and col, got 0x2"):
        position_sweep(activation_at, [one], [], [0, 1])
    with pytest.raises(ShapeError, match="a map is an array"):
        position_sweep(lambda row, col: (activation_at(row, col),), [one], [0], [0])
    with pytest.raises(ShapeError, match="was trained on 210 features"):
        position_sweep(lambda row, col: np.zeros((3, 7, 9)), [one], [0], [0])


def test_a_sweep_that_keeps_a_reused_map_is_caught(monkeypatch):
    monkeypatch.setattr(
        sweep_module, "checked_map", lambda x: type("Uncopied", (), {"copy": lambda _: x})()
    )
    monkeypatch.setattr(head_module, "_batch", lambda x: x if x.ndim == 4 else x[None])
    assert sweep_difference() > 1e-3


TWO_BY_TWO = np.array([[0.0, 1.0], [2.0, 0.0]])


@pytest.mark.parametrize(
    ("head", "weights", "bias", "error", "message"),
    [
        (
            FlattenHead(),
            TWO_BY_TWO,
            np.zeros(3),
            ShapeError,
            "bias must have one number for each of the 2 classes, got shape (3,)",
        ),
        (
            FlattenHead(),
            TWO_BY_TWO,
            [0, 0],
            ShapeError,
            "bias must be an array (classes), got <class 'list'>",
        ),
        (
            FlattenHead(),
            TWO_BY_TWO[0],
            np.zeros(2),
            ShapeError,
            "weights must be an array (features, classes), got shape (2,)",
        ),
        (
            FlattenHead(),
            TWO_BY_TWO * np.nan,
            np.zeros(2),
            ShapeError,
            "weights must hold finite numbers, got NaN, infinity or no numbers",
        ),
        (
            "flatten",
            TWO_BY_TWO,
            np.zeros(2),
            LayerError,
            "head must be a Head, as FlattenHead() is, got 'flatten'",
        ),
    ],
)
def test_a_classifier_whose_parts_do_not_fit_is_rejected(head, weights, bias, error, message):
    with rejects(error, message):
        Classifier(head, weights, bias, loss=0.0, accuracy=1.0)


@pytest.mark.parametrize("shape", [(8, 8), 8, (1, 2, 0), (1, 2, 1.0), (1, True, 2)])
def test_a_shape_that_is_none_is_rejected(shape):
    classifier = Classifier(FlattenHead(), TWO_BY_TWO, np.zeros(2), loss=0.0, accuracy=1.0)
    message = f"a shape is (channels, rows, cols), each a whole number of at least 1, got {shape!r}"
    for asked in (
        lambda: weight_maps(classifier, shape),
        lambda: classifier.weights_by_place(shape),
        lambda: GlobalMaxHead().feature_count(shape),
        lambda: Conv2d(1).output_shape(shape),
    ):
        with rejects(ShapeError, message):
            asked()
