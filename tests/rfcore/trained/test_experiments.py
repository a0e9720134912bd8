"""The experiments on heads: what the page claims holds, and every check catches its bug."""

import re
from dataclasses import replace
from functools import cache
from math import hypot
from time import process_time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rfcore.errors import KernelError, LayerError, RfcoreError, ShapeError, TrainingError
from rfcore.heads import examples, head_analysis, run_experiment
from rfcore.heads import experiment as experiments
from rfcore.heads.classifier import weight_maps
from rfcore.heads.depth_study import DEPTHS, compare_depths
from rfcore.heads.examples import draw_examples, example_features
from rfcore.heads.experiment import QUARTERS, Experiment
from rfcore.heads.head import HEADS, FlattenHead, GlobalAvgHead, GlobalMaxHead
from rfcore.heads.head_analysis import (
    one_pixel_sensitivity,
    quarter_accuracy,
    right_probabilities,
    share_right,
    shortest_flip,
    softmax_at,
)
from rfcore.heads.run_experiment import position_maps, train_heads
from rfcore.ops import softmax
from rfcore.pictures.backgrounds import draw_background
from rfcore.pictures.patterns import draw_pattern, place
from rfcore.receptive_field import receptive_fields
from rfcore.stack import Stack
from tests.support.scipy_solver import solved_by_scipy

SEEDS = (0, 1, 2, 3, 4, 5)  # the default one first
SMALL = Experiment(image_size=32, pattern_size=12, examples=40, steps=60)


@cache
def features_of(seed):
    return example_features(draw_examples(Experiment(seed=seed)))


@cache
def trained(seed):
    return train_heads(Experiment(seed=seed))


@cache
def mapped(seed):
    # All places for the default seed; for the others every third, which meets each of the four
    # ways in which a place can lie on the pools' grid, and both borders.
    along = range(0, 49, 1 if seed == SEEDS[0] else 3)
    return position_maps(Experiment(seed=seed), trained(seed), along=along)


@cache
def small_maps():
    return position_maps(SMALL, train_heads(SMALL))


# What the page claims


@pytest.mark.parametrize("seed", SEEDS)
def test_the_dense_head_knows_only_where_it_was_trained(seed):
    flatten = quarter_accuracy(mapped(seed))[0]
    assert flatten[0, 0] >= 0.95
    assert flatten[1, 1] <= 0.65


@pytest.mark.parametrize("seed", SEEDS)
def test_the_global_heads_know_it_everywhere(seed):
    _, average, largest = quarter_accuracy(mapped(seed))
    assert average.min() >= 0.95
    assert largest.min() >= 0.95


def untouched_errors(seed):
    """Cells of the dense head's weight maps that are zero and should not be, or the reverse."""
    features = features_of(seed)[0]
    shape = Experiment().last_shape
    varied = (features != features[0]).any(axis=0).reshape(shape).any(axis=0)
    maps = weight_maps(trained(seed)[0], shape, over_channels="norm")
    return int(((maps != 0) != varied).sum()), varied


@pytest.mark.parametrize("seed", SEEDS)
def test_weights_are_exactly_zero_where_no_training_feature_varied(seed):
    wrong, varied = untouched_errors(seed)
    assert wrong == 0
    # By the arithmetic of fields alone: units that begin below or right of all examples.
    field = receptive_fields(Experiment().stack)[-1]
    last_pixel = int(np.flatnonzero(Experiment().allowed.any(axis=1))[-1]) + 15
    beyond = [unit for unit in range(16) if field.start[0] + unit * field.jump[0] > last_pixel]
    assert beyond == [14, 15]
    assert not varied[beyond].any()
    assert not varied[:, beyond].any()
    assert varied[:9, :9].all()


@pytest.mark.parametrize("seed", SEEDS)
def test_softmax_never_changes_the_answer(seed):
    experiment, classifiers = Experiment(seed=seed), trained(seed)
    background, pattern = draw_background("black", 64), draw_pattern("dog", 16)
    maps = mapped(seed)
    step = 48 // (maps.shape[2] - 1)
    for row, col in ((0, 0), (21, 30), (48, 48)):
        map_there = experiment.network.forward(place(background, pattern, row, col))[-1]
        for head, classifier in enumerate(classifiers):
            logits = classifier.logits(map_there)[0]
            for shares in softmax_at(logits, (0.1, 0.5, 1, 2, 10)):
                assert shares.argmax() == logits.argmax()
            assert maps[head, 1, row // step, col // step].argmax() == logits.argmax()


def test_the_default_stack_sees_a_quarter_and_the_deepest_all_of_the_picture():
    sizes = [receptive_fields(stack)[-1].size[0] for stack in DEPTHS]
    assert sizes == [5, 14, 32, 68, 140]
    assert Experiment().stack == DEPTHS[2]


def test_all_three_heads_are_trained_within_the_time_that_a_class_waits():
    start = process_time()
    train_heads(Experiment(seed=6))
    assert process_time() - start < 5


def solver_difference(decay=1e-5):
    """How far the heads' probabilities are from an independent solver's, seen and unseen."""
    experiment = replace(SMALL, steps=3000)
    drawn = draw_examples(experiment)
    unseen = example_features(draw_examples(replace(SMALL, where="everywhere", seed=9)))
    worst = []
    for classifier, seen, other in zip(
        train_heads(experiment), example_features(drawn), unseen, strict=True
    ):
        seen, other = seen.astype(np.float64), other.astype(np.float64)
        middle = seen.mean(axis=0)
        scale = np.sqrt(np.square(seen - middle).sum() / len(seen))
        weights, bias = solved_by_scipy(seen - middle, drawn.labels, 2, decay, scale)
        both = np.vstack([seen, other])
        ours = softmax(both @ classifier.weights + classifier.bias)
        worst.append(np.abs(ours - softmax((both - middle) @ weights + bias)).max())
    return max(worst)


def test_trained_probabilities_agree_with_an_independent_solver():
    assert solver_difference() < 0.02


def test_the_same_experiment_gives_the_same_bits():
    for one, other in zip(train_heads(SMALL), train_heads(SMALL), strict=True):
        np.testing.assert_array_equal(one.weights, other.weights)
        np.testing.assert_array_equal(one.bias, other.bias)
    different = train_heads(replace(SMALL, seed=1))[0]
    assert (different.weights != train_heads(SMALL)[0].weights).any()


# Examples


def test_examples_lie_where_they_may_and_each_class_goes_round_before_it_comes_again():
    mask = np.zeros((21, 21), bool)
    mask[3, 5:9] = mask[20, 20] = True
    drawn = draw_examples(replace(SMALL, where=mask.tobytes()))
    for label in (0, 1):
        places = [tuple(where) for where in drawn.places[drawn.labels == label].tolist()]
        assert {places.count((row, col)) for row, col in np.argwhere(mask).tolist()} == {4}
        assert len(places) == 20


@pytest.mark.parametrize("quarter", QUARTERS)
def test_a_quarter_is_where_the_middle_of_the_pattern_lies(quarter):
    allowed = replace(SMALL, where=quarter).allowed
    for row, col in np.ndindex(*allowed.shape):
        lower, right = row + 12 / 2 >= 16, col + 12 / 2 >= 16
        assert allowed[row, col] == (QUARTERS[2 * lower + right] == quarter)
    assert replace(SMALL, where="everywhere").allowed.all()


def test_a_picture_is_the_pattern_at_its_place_and_noise_is_on_it_alone():
    plain = replace(SMALL, noise=0.0, background="meadow")
    drawn, noisy = draw_examples(plain), draw_examples(replace(plain, noise=0.2))
    np.testing.assert_array_equal(drawn.places, noisy.places)
    background = draw_background("meadow", 32)
    for index, label in enumerate(drawn.labels[:6]):
        row, col = drawn.places[index].tolist()
        pattern = draw_pattern(("cat", "dog")[label], 12)
        want = place(background, pattern, row, col)
        np.testing.assert_array_equal(drawn.image(index), want)
        difference = noisy.image(index) - want
        assert np.abs(difference).max() > 0.1
        covered = np.zeros((32, 32), bool)
        covered[row : row + 12, col : col + 12] = pattern.alpha > 0
        assert not difference[0, ~covered].any()
    np.testing.assert_array_equal(noisy.image(3), noisy.image(3))


def test_a_pattern_of_another_size_keeps_its_middle():
    drawn = draw_examples(replace(SMALL, size_jitter=3, noise=0.0, patterns=("disc", "square")))
    assert set(drawn.sizes.tolist()) == set(range(9, 16))
    for index in range(40):
        rows, cols = np.nonzero(drawn.image(index)[0])
        middle = np.array([rows.min() + rows.max(), cols.min() + cols.max()]) / 2
        clipped = (drawn.places[index] < 2).any()
        assert clipped or np.abs(middle - (drawn.places[index] + 5.5)).max() <= 0.5


def test_features_are_those_of_each_picture_by_itself():
    drawn = draw_examples(SMALL)
    features = example_features(drawn)
    for index in (0, 31, 32, 39):  # in both batches
        activation = SMALL.network.forward(drawn.image(index))[-1]
        for head, part in zip(HEADS, features, strict=True):
            np.testing.assert_allclose(
                part[index], head.features(activation)[0], rtol=1e-4, atol=1e-7
            )


# Progress and stop


def test_training_tells_its_progress_head_by_head():
    drawn, seen = [], []
    classifiers = train_heads(
        SMALL,
        drawn=lambda done, total: drawn.append((done, total)),
        progress=lambda *step: seen.append(step),
    )
    assert drawn == [(32, 40), (40, 40)]
    assert [(head, step) for head, step, _, _ in seen] == [
        (head, step) for head in HEADS for step in range(61)
    ]
    for classifier, last in zip(classifiers, seen[60::61], strict=True):
        assert last == (classifier.head, 60, classifier.loss, classifier.accuracy)


def test_training_can_be_stopped_at_any_time():
    assert train_heads(SMALL, drawn=lambda done, total: False) == ()

    def at_the_second_head(head, step, loss, accuracy):
        return not (head == GlobalAvgHead() and step == 7)

    stopped = train_heads(SMALL, progress=at_the_second_head)
    assert [classifier.head for classifier in stopped] == [FlattenHead(), GlobalAvgHead()]
    seven = train_heads(replace(SMALL, steps=7), [GlobalAvgHead()])[0]
    np.testing.assert_array_equal(stopped[1].weights, seven.weights)


def test_maps_tell_their_progress_and_can_be_stopped():
    classifiers, seen = train_heads(SMALL), []
    position_maps(SMALL, classifiers, along=(0, 4, 9), progress=lambda *at: seen.append(at))
    assert seen == [(done, 18) for done in (3, 6, 9, 12, 15, 18)]
    for stop_at in (3, 12):
        maps = position_maps(
            SMALL, classifiers, along=(0, 4, 9), progress=lambda done, _, s=stop_at: done < s
        )
        reached = np.isfinite(maps).all(axis=(0, 4)).reshape(6, 3)
        np.testing.assert_array_equal(reached.all(axis=1), np.arange(6) < stop_at // 3)


def test_depths_tell_their_progress_and_can_be_stopped():
    seen = []

    def progress(done, total):
        seen.append((done, total))
        return done < 2

    results = compare_depths(replace(SMALL, examples=4, steps=1), DEPTHS[:4], progress=progress)
    assert seen == sorted(seen)
    assert sorted(set(seen)) == [(0, 4), (1, 4), (2, 4)]
    assert seen.count((0, 4)) > 10  # while the first stack is trained and asked
    assert seen.count((2, 4)) == 1
    assert [result.stack for result in results] == list(DEPTHS[:2])


# Maps


def map_difference():
    """How far position maps are from a full pass for each picture."""
    experiment = replace(SMALL, background="meadow", patterns=("pixel", "cat"))
    classifiers = train_heads(experiment)
    maps = position_maps(experiment, classifiers, along=(0, 7, 20))
    worst = 0.0
    for shown, i, j in np.ndindex(2, 3, 3):
        row, col = (0, 7, 20)[i], (0, 7, 20)[j]
        pattern = draw_pattern(experiment.patterns[shown], 12)
        inside = 5 if shown == 0 else 0  # a pixel stands in the middle of its place
        image = place(draw_background("meadow", 32), pattern, row + inside, col + inside)
        for head, classifier in enumerate(classifiers):
            want = classifier.probabilities(experiment.network.forward(image)[-1])[0]
            worst = max(worst, np.abs(maps[head, shown, i, j] - want).max())
    return worst


def test_maps_are_a_full_pass_at_every_place():
    assert map_difference() < 1e-6


def quarters_error():
    maps = small_maps()
    counts = np.zeros((3, 2, 2, 2))
    for head, shown, row, col in np.ndindex(*maps.shape[:4]):
        lower, right = int(row + 6 >= 16), int(col + 6 >= 16)
        counts[head, lower, right] += maps[head, shown, row, col].argmax() == shown, 1
    return np.abs(quarter_accuracy(maps) - counts[..., 0] / counts[..., 1]).max()


def test_accuracy_is_counted_in_each_quarter_over_both_classes():
    assert quarters_error() < 1e-12
    rights = right_probabilities(small_maps())
    np.testing.assert_array_equal(rights[:, 0], small_maps()[:, 0, :, :, 0])
    np.testing.assert_array_equal(rights[:, 1], small_maps()[:, 1, :, :, 1])
    np.testing.assert_allclose(share_right(small_maps()), (rights > 0.5).mean(axis=(1, 2, 3)))


def test_places_that_were_not_reached_count_for_nothing():
    maps = small_maps().copy()
    maps[:, :, 3:] = np.nan
    accuracy = quarter_accuracy(maps)
    assert np.isnan(accuracy[:, 1]).all()
    np.testing.assert_allclose(
        accuracy[:, 0, 0], share_right(small_maps()[:, :, :3, :10]), rtol=1e-12
    )
    assert np.isnan(one_pixel_sensitivity(right_probabilities(maps))[:, :, 3:]).all()


def test_depths_tell_what_the_maps_do():
    # Trained on the region of the experiment; the accuracies equal those of the full maps.
    result = compare_depths(replace(SMALL, where="everywhere"), [SMALL.stack])[0]
    accuracy = quarter_accuracy(small_maps())
    np.testing.assert_allclose(result.trained_right, accuracy[:, 0, 0])
    np.testing.assert_allclose(result.untrained_right, accuracy[:, 1, 1])
    assert result.field == (32, 32)
    assert result.field_share == 1
    weights = train_heads(SMALL)[0].weights
    assert result.touched_share == np.count_nonzero(weights.any(axis=1)) / len(weights)


def test_a_field_that_covers_the_picture_does_not_make_a_dense_head_forget_the_place():
    few = Experiment(examples=300)
    quarter, whole = compare_depths(few, (DEPTHS[2], DEPTHS[3]), (FlattenHead(), GlobalMaxHead()))
    assert (quarter.field_share, whole.field_share) == (0.25, 1)
    assert max(quarter.untrained_right[0], whole.untrained_right[0]) < 0.65
    assert min(quarter.untrained_right[1], whole.untrained_right[1]) > 0.95
    assert quarter.touched_share < whole.touched_share


# Flips, sensitivity to one pixel, temperatures

GRIDS = st.integers(1, 7).flatmap(
    lambda cols: st.lists(
        st.lists(st.sampled_from([0.1, 0.4, 0.6, 0.9]), min_size=cols, max_size=cols),
        min_size=1,
        max_size=7,
    )
)


def naive_flip(plane, row, col):
    best = None
    for r, c in np.ndindex(*plane.shape):
        if (plane[r, c] > 0.5) != (plane[row, col] > 0.5):
            distance = hypot(r - row, c - col)
            if best is None or distance < best[0]:
                best = distance, (r, c)
    return best


@given(GRIDS, st.data())
def test_the_smallest_flip_is_the_nearest_place_and_the_first_in_reading_order(grid, data):
    plane = np.array(grid)
    row = data.draw(st.integers(0, plane.shape[0] - 1))
    col = data.draw(st.integers(0, plane.shape[1] - 1))
    want = naive_flip(plane, row, col)
    flip = shortest_flip(np.stack([plane, 1 - plane], axis=-1), (row, col))
    if want is None:
        assert flip is None
    else:
        assert (flip.distance, flip.place) == want
        assert flip.moved == (flip.place[0] - row, flip.place[1] - col)
        assert flip.answer == int(plane[flip.place] < 0.5)


def test_a_place_that_was_not_reached_is_no_flip():
    plane = np.array([[0.9, np.nan, 0.9]])
    both = np.stack([plane, 1 - plane], axis=-1)
    assert shortest_flip(both, (0, 0)) is None
    assert shortest_flip(1 - both, (0, 0)) is None  # whichever class the missing numbers look like
    with pytest.raises(TrainingError, match=r"^place \(0, 1\) was not reached by the sweep"):
        shortest_flip(both, (0, 1))


@given(GRIDS)
def test_wobble_is_over_the_place_and_its_neighbours(grid):
    plane = np.array(grid)
    found = one_pixel_sensitivity(np.stack([plane, plane / 2]))
    for row, col in np.ndindex(*plane.shape):
        near = plane[max(row - 1, 0) : row + 2, max(col - 1, 0) : col + 2]
        assert found[0, row, col] == near.max() - near.min()
    np.testing.assert_allclose(found[1], found[0] / 2)


@given(
    st.lists(st.integers(-30, 30), min_size=1, max_size=6, unique=True),
    st.lists(st.floats(0.001, 1000), min_size=1, max_size=4),
)
def test_no_temperature_changes_the_order(logits, given_temperatures):
    logits = np.array(logits, float)
    found = softmax_at(logits, given_temperatures)
    np.testing.assert_allclose(found.sum(axis=-1), 1)
    for shares, temperature in zip(found, given_temperatures, strict=True):
        assert (np.diff(shares[np.argsort(logits)]) >= 0).all()
        assert shares.argmax() == logits.argmax()
        want = np.exp((logits - logits.max()) / temperature)
        np.testing.assert_allclose(shares, want / want.sum(), rtol=1e-6, atol=1e-300)


# Refusals


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        (
            {"patterns": ("cat", "cat")},
            TrainingError,
            "two classes need two different patterns, got 'cat' twice; choose another",
        ),
        ({"patterns": ("cat",)}, TrainingError, "patterns must be (one, other), got ('cat',)"),
        (
            {"where": bytes(49 * 49)},
            TrainingError,
            "the region has no place in it where an example could lie; paint at least one",
        ),
        (
            {"where": b"\x01"},
            TrainingError,
            "a painted region must have one byte for each of the 49x49 places, got 1",
        ),
        (
            {"where": b"\x02" * 49 * 49},
            TrainingError,
            "each byte of a painted region must be 0 or 1, got 2",
        ),
        (
            {"where": "middle"},
            TrainingError,
            "where must be one of upper left, upper right, lower left, lower right, everywhere, "
            "got 'middle'",
        ),
        (
            {"examples": 1},
            TrainingError,
            "examples must be a whole number from 2 to 2000, got 1",
        ),
        (
            {"stack": Stack.parse("C65")},
            ShapeError,
            "layer 1, C65x65/1 does not fit: its window covers 65x65 cells and the map before it "
            "has 64x64; take a smaller kernel, or put it earlier",
        ),
        ({"stack": "C3"}, LayerError, "stack must be a Stack, as Stack.parse gives, got 'C3'"),
        (
            {"filters": ("bank",) * 4},
            KernelError,
            "4 kernels were chosen, but the stack has 3 convolutions",
        ),
        (
            {"stack": Stack.parse("C1c16")},
            TrainingError,
            "600 examples must have at most 20000000 features together, here 39321600; "
            "take fewer examples, or pool once more",
        ),
        (
            {"stack": Stack.parse("C3c999999")},
            TrainingError,
            "the features of 600 examples must take at most 50000000000 multiply-adds, "
            "here 20757579242400; take fewer examples or a smaller stack",
        ),
        ({"noise": -0.1}, TrainingError, "noise must be from 0 to 1, got -0.1"),
        ({"noise": "a"}, TrainingError, "noise must be a number from 0 to 1, got 'a'"),
        (
            {"pattern_size": 33},
            TrainingError,
            "pattern_size must be a whole number from 4 to 32, got 33",
        ),
        (
            {"size_jitter": 9},
            TrainingError,
            "size_jitter must be a whole number from 0 to 8 with a pattern of 16 pixels, got 9",
        ),
        ({"steps": 0}, TrainingError, "steps must be a whole number from 1 to 20000, got 0"),
    ],
)
def test_an_experiment_from_which_nothing_is_learned_is_refused(changes, error, message):
    with pytest.raises(RfcoreError, match="^" + re.escape(message) + "$") as caught:
        Experiment(**changes)
    assert type(caught.value) is error


def test_experiments_compare_and_hash_by_value():
    mask = np.ones((21, 21), bool)
    painted = replace(SMALL, where=mask.tobytes(), patterns=["cat", "dog"])
    assert painted == replace(SMALL, where=mask.tobytes())
    assert hash(painted) == hash(replace(SMALL, where=mask.tobytes()))
    assert painted != SMALL
    np.testing.assert_array_equal(painted.allowed, replace(SMALL, where="everywhere").allowed)


# The checks above catch what they are for


def test_examples_that_stray_are_caught(monkeypatch):
    monkeypatch.setattr(
        experiments.Experiment, "allowed", property(lambda self: np.ones((21, 21), bool))
    )
    with pytest.raises(AssertionError):
        test_a_quarter_is_where_the_middle_of_the_pattern_lies("upper left")
    with pytest.raises(AssertionError):
        test_examples_lie_where_they_may_and_each_class_goes_round_before_it_comes_again()


def test_a_head_that_is_trained_everywhere_is_caught(monkeypatch):
    monkeypatch.setattr(
        experiments.Experiment, "allowed", property(lambda self: np.ones((49, 49), bool))
    )
    experiment = Experiment(seed=7)
    lower_right = range(24, 49, 3)
    maps = position_maps(experiment, train_heads(experiment, HEADS[:1]), along=lower_right)
    assert share_right(maps)[0] > 0.65


def test_weights_that_are_not_exactly_zero_are_caught(monkeypatch):
    features, right = features_of(0), trained(0)[0]
    nearly = replace(right, weights=np.where(right.weights == 0, 1e-30, right.weights))
    monkeypatch.setitem(globals(), "trained", lambda seed: (nearly,))
    monkeypatch.setitem(globals(), "features_of", lambda seed: features)
    assert untouched_errors(0)[0] > 0


def test_another_weight_decay_is_caught_by_the_solver(monkeypatch):
    right = run_experiment.train_softmax_regression
    monkeypatch.setattr(
        run_experiment,
        "train_softmax_regression",
        lambda *given, **options: right(*given, **{**options, "weight_decay": 1e-2}),
    )
    assert solver_difference() > 0.02


def test_a_pattern_off_its_middle_is_caught(monkeypatch):
    monkeypatch.setattr(run_experiment, "inset", lambda *_: (0, 0))
    assert map_difference() > 1e-4
    monkeypatch.setattr(examples, "inset", lambda *_: (0, 0))
    with pytest.raises(AssertionError):
        test_a_pattern_of_another_size_keeps_its_middle()


def test_quarters_that_are_off_by_one_are_caught(monkeypatch):
    monkeypatch.setattr(
        head_analysis, "first_half", lambda places: np.arange(places) <= places // 2
    )
    assert quarters_error() > 1e-3


def test_a_flip_counted_in_steps_along_the_axes_is_caught(monkeypatch):
    plane = np.full((5, 5), 0.9)
    plane[0, 3] = plane[2, 2] = 0.1  # 3 pixels, and the square root of 8
    both = np.stack([plane, 1 - plane], axis=-1)
    assert shortest_flip(both, (0, 0)).place == (2, 2)
    monkeypatch.setattr(head_analysis.np, "square", np.abs)
    assert shortest_flip(both, (0, 0)).place != (2, 2)


def test_a_softmax_that_turns_the_order_round_is_caught(monkeypatch):
    monkeypatch.setattr(head_analysis, "softmax", lambda logits: softmax(-logits))
    with pytest.raises(AssertionError):
        test_no_temperature_changes_the_order()


def test_what_is_exported_is_what_is_tested():
    assert train_heads is train_heads
    assert compare_depths is compare_depths
