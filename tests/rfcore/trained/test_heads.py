"""The heads, their training and their sweeps, against naive loops and an independent solver."""

import re
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise, product
from math import ceil, floor, log
from time import process_time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rfcore import ops
from rfcore.errors import LayerError, ShapeError, TrainingError
from rfcore.heads import head as head_module
from rfcore.heads import position_sweep as sweep_module
from rfcore.heads import softmax_regression
from rfcore.heads.classifier import Classifier, weight_maps
from rfcore.heads.head import FlattenHead, GlobalAvgHead, GlobalMaxHead, GridHead
from rfcore.heads.position_sweep import position_sweep
from rfcore.heads.softmax_regression import softmax_loss, train_softmax_regression
from rfcore.layers import Conv2d
from tests.support.scipy_solver import solved_by_scipy

HEADS = (FlattenHead(), GlobalAvgHead(), GlobalMaxHead(), GridHead(2), GridHead(3, "max"))


def random_maps(count, channels=3, rows=7, cols=10, dtype=np.float64, seed=0):
    return np.random.default_rng(seed).standard_normal((count, channels, rows, cols)).astype(dtype)


def examples(count=12, width=30, classes=3, seed=0):
    """Nonnegative features with much in common, as maps of one background have."""
    generator = np.random.default_rng(seed)
    labels = np.arange(count) % classes
    means = generator.random((classes, width)) + 0.5
    return means[labels] + generator.random((count, width)), labels


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


# Training


def numeric_gradient(function, point, step=1e-6):
    gradient = np.zeros_like(point)
    for index in np.ndindex(*point.shape):
        up, down = point.copy(), point.copy()
        up[index] += step
        down[index] -= step
        gradient[index] = (function(up) - function(down)) / (2 * step)
    return gradient


def gradient_error():
    """How far the gradient is from finite differences."""
    logits, labels = random_maps(1, 1, 5, 3)[0, 0], np.array([0, 2, 1, 1, 0])
    want = numeric_gradient(lambda moved: softmax_loss(moved, labels)[0], logits)
    return np.abs(softmax_loss(logits, labels)[1] - want).max()


def test_the_gradient_is_that_of_finite_differences():
    assert gradient_error() < 1e-8


def test_the_loss_is_the_cross_entropy_and_does_not_overflow():
    logits, labels = np.array([[1.0, 2.0, 4.0], [0.0, 0.0, 0.0]]), np.array([1, 2])
    want = -(np.log(ops.softmax(logits)[[0, 1], labels])).mean()
    assert softmax_loss(logits, labels)[0] == pytest.approx(want, rel=1e-12)
    assert softmax_loss(np.array([[2000.0, 0.0]]), np.array([1]))[0] == 2000.0


@pytest.mark.parametrize("center", [False, True])
def test_the_first_step_goes_down_the_gradient_of_the_whole_loss(center):
    features, labels = examples(count=9, width=4)
    trained = train_softmax_regression(
        features, labels, 3, head=FlattenHead(), steps=1, weight_decay=0.1, center=center
    )

    def loss_of_weights(weights):
        return softmax_loss(features @ weights, labels)[0]

    downhill = -numeric_gradient(loss_of_weights, np.zeros((4, 3)))
    cosine = (downhill * trained.weights).sum()
    cosine /= np.linalg.norm(downhill) * np.linalg.norm(trained.weights)
    assert cosine == pytest.approx(1, abs=1e-6)  # classes are balanced: centering changes nothing


def both_spaces(steps=200, center=False):
    """Weights learned with fewer examples than features, and the same the other way round.

    Each example taken five times is the same problem, with more examples than features.
    """
    features, labels = examples(count=12, width=30)
    options = {"head": FlattenHead(), "steps": steps, "weight_decay": 1e-3, "center": center}
    by_example = train_softmax_regression(features, labels, 3, **options)
    by_feature = train_softmax_regression(
        np.tile(features, (5, 1)), np.tile(labels, 5), 3, **options
    )
    return by_example, by_feature


@pytest.mark.parametrize("center", [False, True])
@pytest.mark.parametrize("steps", [1, 2, 7, 200])
def test_both_spaces_make_the_same_steps(steps, center):
    by_example, by_feature = both_spaces(steps, center)
    np.testing.assert_allclose(by_example.weights, by_feature.weights, atol=1e-6)
    np.testing.assert_allclose(by_example.bias, by_feature.bias, atol=1e-6)
    assert by_example.loss == pytest.approx(by_feature.loss, abs=1e-9)
    assert by_example.accuracy == by_feature.accuracy


def solver_difference(count, width, classes, weight_decay, center):
    """The largest difference between our probabilities and the independent solver's."""
    features, labels = examples(count, width, classes)
    trained = train_softmax_regression(
        features,
        labels,
        classes,
        head=FlattenHead(),
        steps=1500,
        weight_decay=weight_decay,
        center=center,
    )
    origin = features.mean(axis=0) if center else 0
    scale = np.sqrt(((features - origin) ** 2).sum() / count)
    weights, bias = solved_by_scipy(features, labels, classes, weight_decay, scale)
    unseen = np.vstack([features, examples(count, width, classes, seed=1)[0]])
    ours = ops.softmax(unseen @ trained.weights + trained.bias)
    return np.abs(ours - ops.softmax(unseen @ weights + bias)).max()


@pytest.mark.parametrize("center", [False, True])
@pytest.mark.parametrize("weight_decay", [1e-2, 1e-4])
@pytest.mark.parametrize(("count", "width", "classes"), [(20, 50, 2), (60, 8, 3)])
def test_probabilities_agree_with_an_independent_solver(
    count, width, classes, weight_decay, center
):
    assert solver_difference(count, width, classes, weight_decay, center) < 0.002


@pytest.mark.parametrize("center", [False, True])
@pytest.mark.parametrize("count", [10, 90])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_feature_that_is_never_active_keeps_weights_of_exactly_zero(count, center, dtype):
    features, labels = examples(count, width=30)
    features[:, 5::3] = 0
    weights = train_softmax_regression(
        features.astype(dtype), labels, 3, head=FlattenHead(), center=center
    ).weights
    assert not weights[5::3].any()
    assert np.delete(weights, np.s_[5::3], axis=0).all()


def test_a_feature_that_never_changes_keeps_weights_of_exactly_zero_when_centered():
    features, labels = examples(width=30)
    features[:, 5::3] = 0.1  # three times 0.1 is not 0.3 in floats: a mean of them may miss it
    options = {"head": FlattenHead(), "steps": 50}
    centered = train_softmax_regression(features, labels, 3, center=True, **options)
    assert not centered.weights[5::3].any()
    assert train_softmax_regression(features, labels, 3, **options).weights[5::3].any()


def test_all_features_zero_leave_the_shares_of_the_classes():
    for decay, center in product([0.0, 0.1], [False, True]):
        trained = train_softmax_regression(
            np.zeros((4, 2)),
            [0, 0, 0, 1],
            2,
            head=GlobalMaxHead(),
            weight_decay=decay,
            center=center,
        )
        assert not trained.weights.any()
        np.testing.assert_allclose(ops.softmax(trained.bias), [0.75, 0.25], atol=1e-6)


@pytest.mark.parametrize("center", [False, True])
def test_the_unit_of_the_features_does_not_matter(center):
    features, labels = examples()
    options = {"head": FlattenHead(), "steps": 100, "center": center}
    plain = train_softmax_regression(features, labels, 3, **options)
    scaled = train_softmax_regression(features * 1e4, labels, 3, **options)
    np.testing.assert_allclose(scaled.weights * 1e4, plain.weights, rtol=1e-6)
    np.testing.assert_allclose(scaled.bias, plain.bias, rtol=1e-6)


def test_centering_does_not_change_the_solution():
    features, labels = examples(count=60, width=8)
    length, centered_length = (np.square(features - o).sum() for o in (0, features.mean(axis=0)))
    decay = 1e-2 * length / centered_length  # the same decay, counted in a smaller unit
    trained = train_softmax_regression(
        features, labels, 3, head=FlattenHead(), steps=1000, weight_decay=decay, center=True
    )
    weights, bias = solved_by_scipy(features, labels, 3, 1e-2, np.sqrt(length / 60))
    np.testing.assert_allclose(trained.weights, weights, atol=1e-4)
    np.testing.assert_allclose(trained.bias, bias, atol=1e-4)


@pytest.mark.parametrize(
    ("features", "labels", "center"),
    [
        ([1] * 4, [0, 0, 0, 1], False),  # the weight and the bias pull at the same logit
        ([1] * 4, [0, 0, 0, 1], True),  # the bias alone
        ([1] * 4 + [-1] * 4, [0, 0, 0, 1, 1, 1, 1, 0], True),  # the weight alone
    ],
)
def test_a_full_step_is_the_largest_that_never_overshoots(features, labels, center):
    # The best difference of logits is log 3. The loss is most curved at the start, by 1/4, where
    # its slope is 1/4: a step of 1 over the curvature goes 1 far and stops just short.
    features = np.array(features, float)[:, None]
    trained = train_softmax_regression(
        features, labels, 2, head=FlattenHead(), steps=1, weight_decay=0, center=center
    )
    logits = features @ trained.weights + trained.bias
    assert logits[0, 0] - logits[0, 1] == pytest.approx(1)
    half = train_softmax_regression(
        features,
        labels,
        2,
        head=FlattenHead(),
        steps=1,
        weight_decay=0,
        center=center,
        learning_rate=0.5,
    )
    logits = features @ half.weights + half.bias
    assert logits[0, 0] - logits[0, 1] == pytest.approx(0.5)


def test_features_too_small_to_square_give_no_nan():
    for center in (False, True):
        trained = train_softmax_regression(
            np.array([[1e-200], [2e-200]]), [0, 1], 2, head=GlobalAvgHead(), center=center
        )
        assert np.isfinite(trained.weights).all()
        assert trained.loss == pytest.approx(log(2))


def test_flattened_maps_are_learned_in_well_under_a_second():
    maps = np.maximum(random_maps(200, 16, 29, 29, np.float32), 0)
    features, labels = FlattenHead().features(maps), np.arange(200) % 2
    start = process_time()
    trained = train_softmax_regression(features, labels, 2, head=FlattenHead())
    assert process_time() - start < 2  # 0.1 s on one core; in the space of the features, minutes
    assert trained.accuracy == 1


@pytest.mark.parametrize("shape", [(40, 300), (300, 40)])
@pytest.mark.parametrize("center", [False, True])
def test_the_same_inputs_give_the_same_bits_also_in_two_threads(shape, center):
    features, labels = examples(*shape)

    def bits(_):
        trained = train_softmax_regression(features, labels, 3, head=FlattenHead(), center=center)
        return trained.weights.tobytes() + trained.bias.tobytes()

    with ThreadPoolExecutor(2) as pool:
        assert len({bits(0), *pool.map(bits, range(2))}) == 1


def test_training_leaves_its_inputs_alone_and_its_result_cannot_be_written():
    features, labels = examples()
    kept = features.copy()
    trained = train_softmax_regression(features, labels, 3, head=FlattenHead(), center=True)
    np.testing.assert_array_equal(features, kept)
    with pytest.raises(ValueError, match="read-only"):
        trained.weights[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        trained.bias[0] = 1


# Progress


def watched(stop_at=None, **options):
    """Train with a callback; return the classifier and what the callback saw."""
    features, labels = examples()
    seen = []

    def progress(step, loss, accuracy):
        seen.append((step, loss, accuracy))
        return False if step == stop_at else None

    options = {"steps": 40, **options}
    trained = train_softmax_regression(
        features, labels, 3, head=FlattenHead(), progress=progress, **options
    )
    return trained, seen


def test_progress_is_told_from_zero_weights_to_the_result():
    trained, seen = watched()
    assert [step for step, _, _ in seen] == list(range(41))
    assert seen[0][1] == pytest.approx(log(3), rel=1e-12)
    assert seen[0][2] == pytest.approx(1 / 3)
    assert seen[-1][1:] == (trained.loss, trained.accuracy)
    features, labels = examples()
    logits = features @ trained.weights + trained.bias
    assert softmax_loss(logits, labels)[0] == pytest.approx(trained.loss, rel=1e-9)
    assert trained.accuracy == 1


@pytest.mark.parametrize("center", [False, True])
def test_a_full_step_without_momentum_never_raises_the_loss(center, monkeypatch):
    monkeypatch.setattr(softmax_regression, "_next_momentum", lambda momentum: 1.0)
    _, seen = watched(center=center, weight_decay=0.0, steps=300)
    losses = [loss for _, loss, _ in seen]
    assert all(after <= before for before, after in pairwise(losses))


@pytest.mark.parametrize("center", [False, True])
def test_momentum_gets_lower_in_the_same_steps(center, monkeypatch):
    with_momentum, _ = watched(center=center, steps=300)
    monkeypatch.setattr(softmax_regression, "_next_momentum", lambda momentum: 1.0)
    plain, _ = watched(center=center, steps=300)
    assert with_momentum.loss < 0.7 * plain.loss


@pytest.mark.parametrize("stop_at", [0, 1, 17])
def test_false_stops_with_the_weights_of_that_step(stop_at):
    stopped, seen = watched(stop_at)
    assert [step for step, _, _ in seen] == list(range(stop_at + 1))
    assert seen[-1][1:] == (stopped.loss, stopped.accuracy)
    if stop_at == 0:
        assert not stopped.weights.any()
    else:
        shorter, _ = watched(steps=stop_at)
        np.testing.assert_array_equal(stopped.weights, shorter.weights)


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


# Errors: the value and the rule


def rejects(error, message):
    return pytest.raises(error, match="^" + re.escape(message) + "$")


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


FINITE = "every feature must be a finite number, got NaN or infinity"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"classes": 1}, "classes must be at least 2, got 1"),
        ({"classes": 2.0}, "classes must be a whole number, got 2.0"),
        ({"steps": 0}, "steps must be at least 1, got 0"),
        ({"steps": 1.5}, "steps must be a whole number, got 1.5"),
        ({"learning_rate": 0}, "learning_rate must be above 0 and at most 1, got 0"),
        ({"learning_rate": 1.1}, "learning_rate must be above 0 and at most 1, got 1.1"),
        ({"learning_rate": np.nan}, "learning_rate must be above 0 and at most 1, got nan"),
        ({"weight_decay": -0.1}, "weight_decay must be at least 0 and finite, got -0.1"),
        ({"weight_decay": np.inf}, "weight_decay must be at least 0 and finite, got inf"),
        (
            {"features": np.zeros((2, 3, 4))},
            "features must be numbers of shape (n, features), got shape (2, 3, 4) of float64",
        ),
        (
            {"features": np.zeros((2, 0))},
            "features must be numbers of shape (n, features), got shape (2, 0) of float64",
        ),
        (
            {"features": np.array([["a"], ["b"]])},
            "features must be numbers of shape (n, features), got shape (2, 1) of <U1",
        ),
        (
            {"features": np.zeros((0, 4)), "labels": []},
            "training needs examples of at least two classes, got no example",
        ),
        ({"features": np.array([[1.0], [np.nan]])}, FINITE),
        ({"features": np.array([[1.0], [-np.inf]])}, FINITE),
        (
            {"labels": [0, 1, 1]},
            "labels must be 2 whole numbers, one for each example, got shape (3,) of int64",
        ),
        (
            {"labels": [0.0, 1.0]},
            "labels must be 2 whole numbers, one for each example, got shape (2,) of float64",
        ),
        ({"labels": [0, 2]}, "labels must be from 0 to 1, got 2"),
        ({"labels": [-1, 1]}, "labels must be from 0 to 1, got -1"),
        ({"labels": [1, 1]}, "labels must name at least two classes, got only 1"),
    ],
)
def test_examples_and_settings_that_teach_nothing_are_rejected(changes, message):
    arguments = {"features": np.eye(2), "labels": [0, 1], "classes": 2, **changes}
    with rejects(TrainingError, message):
        train_softmax_regression(**arguments, head=FlattenHead())


def test_sweeps_of_nothing_or_of_maps_that_do_not_fit_are_rejected():
    one, other = random_classifier(FlattenHead()), random_classifier(FlattenHead(), classes=2)

    def activation_at(row, col):
        return np.zeros((3, 7, 10))

    with rejects(TrainingError, "classifiers must have one same number of classes, got []"):
        position_sweep(activation_at, [], [0], [0])
    with rejects(TrainingError, "classifiers must have one same number of classes, got [2, 4]"):
        position_sweep(activation_at, [one, other], [0], [0])
    with rejects(TrainingError, "places need at least one row and col, got 0x2"):
        position_sweep(activation_at, [one], [], [0, 1])
    with pytest.raises(ShapeError, match="a map is an array"):
        position_sweep(lambda row, col: (activation_at(row, col),), [one], [0], [0])
    with pytest.raises(ShapeError, match="was trained on 210 features"):
        position_sweep(lambda row, col: np.zeros((3, 7, 9)), [one], [0], [0])


# The checks above catch what they are for


def test_a_sign_error_in_the_gradient_is_caught(monkeypatch):
    def planted(logits, labels, right=softmax_loss):
        loss, gradient = right(logits, labels)
        return loss, -gradient

    monkeypatch.setitem(globals(), "softmax_loss", planted)
    assert gradient_error() > 0.01


def test_a_decay_of_the_wrong_space_is_caught(monkeypatch):
    # Decaying by the squared length of A, not of the weights X^T A, looks right at first sight.
    right = softmax_regression._Descent.run

    def planted(self, steps, progress):
        self.decay[:-1] *= 2 if self.by_example else 1
        return right(self, steps, progress)

    monkeypatch.setattr(softmax_regression._Descent, "run", planted)
    by_example, by_feature = both_spaces()
    assert np.abs(by_example.weights - by_feature.weights).max() > 1e-3


def test_a_decayed_bias_is_caught(monkeypatch):
    right = softmax_regression._Descent.run

    def planted(self, steps, progress):
        self.decay[-1] = self.decay[0]
        return right(self, steps, progress)

    monkeypatch.setattr(softmax_regression._Descent, "run", planted)
    assert solver_difference(60, 8, 3, 1e-2, True) > 0.002


def test_a_mean_that_is_shifted_into_the_features_is_caught():
    features, labels = examples(width=30)
    features[:, 5::3] = 0
    shifted = features - features.mean()  # one mean for all, as a careless standardising does
    weights = train_softmax_regression(shifted, labels, 3, head=FlattenHead()).weights
    assert weights[5::3].any()


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
