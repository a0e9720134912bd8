"""Softmax regression, against finite differences and an independent solver."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise, product
from math import log
from time import process_time

import numpy as np
import pytest

from rfcore import ops
from rfcore.errors import TrainingError
from rfcore.heads import softmax_regression
from rfcore.heads.head import FlattenHead, GlobalAvgHead, GlobalMaxHead
from rfcore.heads.softmax_regression import softmax_loss, train_softmax_regression
from tests.support.scipy_solver import solved_by_scipy
from tests.support.trainings import random_maps, rejects


def examples(count=12, width=30, classes=3, seed=0):
    """Nonnegative features with much in common, as maps of one background have."""
    generator = np.random.default_rng(seed)
    labels = np.arange(count) % classes
    means = generator.random((classes, width)) + 0.5
    return means[labels] + generator.random((count, width)), labels


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
