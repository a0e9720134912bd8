"""Parts and places: the faces, what each grid makes of them, and which cells it went by."""

import dataclasses
import re
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from rfcore.errors import PatternError, ShapeError, TrainingError
from rfcore.faces import parts, train
from rfcore.faces import spec as parts_spec
from rfcore.faces.parts import (
    FACE_PARTS,
    draw_face,
    draw_part,
    face_places,
    part_box,
    scrambled_places,
)
from rfcore.faces.spec import PartsSpec, example_pictures, face_picture, moves_of
from rfcore.faces.train import TrainedParts, cell_boxes, train_parts
from rfcore.heads.head import GridHead
from rfcore.stack import Stack
from tests.support.names import FILTER_NAMES
from tests.support.trainings import rejects

SEEDS = range(6)  # the default and five others
BEYOND = PartsSpec().trained_jitter + 1  # the first distance that no example to learn from moved
SMALL = PartsSpec(grids=(1, 4, 8), distances=(0, 3), examples=60, fresh=40, steps=40)


@cache
def scrambles(size, count=400):
    return sorted({scrambled_places(size, seed) for seed in range(count)})


@cache
def trained(spec):
    return train_parts(spec)


def main_figures(seed):
    """Global, best middle and no pooling, at BEYOND, of a run with as few rounds as show it."""
    spec = PartsSpec(grids=(1, 6, 12, 64), distances=(0, BEYOND), seed=seed)
    return trained(spec).accuracy


# Faces


def inked(part, middle, size):
    """Which pixels of a face's square a part covers; None when it is cut off."""
    row0, row1, col0, col1 = part_box(part, middle, size)
    rows, cols = np.nonzero(draw_part(part, size).alpha)
    assert draw_part(part, size).alpha.shape == (row1 - row0, col1 - col0)
    if not (rows + row0 >= 0).all() or not (rows + row0 < size).all():
        return None
    if not (cols + col0 >= 0).all() or not (cols + col0 < size).all():
        return None
    covered = np.zeros((size, size), bool)
    covered[rows + row0, cols + col0] = True
    return covered


def faults(places, size):
    """What of the parts is cut off, lies beyond the face, or overlaps."""
    head = parts._part("head", size).alpha == 1
    covered, wrong = np.zeros((size, size), bool), []
    for part, middle in zip(FACE_PARTS, places, strict=True):
        pixels = inked(part, middle, size)
        if pixels is None or (pixels & ~head).any():
            wrong.append(f"{part} leaves the face")
        if pixels is not None:
            if (pixels & covered).any():
                wrong.append(f"{part} overlaps")
            covered |= pixels
    return wrong


@pytest.mark.parametrize("size", [42, 45, 48, 52, 64, 97, 128])
def test_no_part_is_cut_off_or_overlaps_in_the_face_or_any_scramble(size):
    for places in (face_places(size), *scrambles(size, 100)):
        assert faults(places, size) == []


def test_every_scramble_looks_otherwise_than_the_face_and_many_are_drawn():
    face = draw_face(face_places(48), 48).values
    assert len(scrambles(48)) > 100
    for places in scrambles(48):
        assert np.abs(draw_face(places, 48).values - face).max() > 0.3


def test_a_scramble_has_the_very_pixels_of_the_face_elsewhere():
    face = np.sort(draw_face(face_places(48), 48).values, axis=None)
    for places in scrambles(48)[::3]:
        np.testing.assert_array_equal(np.sort(draw_face(places, 48).values, axis=None), face)


def test_scrambles_are_seeded():
    assert scrambled_places(48, 3) == scrambled_places(48, 3)
    assert len({scrambled_places(48, seed) for seed in range(20)}) > 10


def test_a_part_is_drawn_where_it_is_dragged_to():
    places = face_places(48)
    before = draw_face(places, 48).values
    after = draw_face((*places[:3], (30, 13)), 48).values
    left, reached = inked("mouth", places[3], 48), inked("mouth", (30, 13), 48)
    assert not (left & reached).any()
    np.testing.assert_array_equal(before != after, left | reached)
    np.testing.assert_array_equal(np.sort(before[left]), np.sort(after[reached]))


def test_a_part_can_lie_beyond_the_face_and_is_cut_off_at_the_edge_of_the_square():
    face, beyond = (draw_face((*face_places(48)[:3], at), 48) for at in ((37, 24), (44, 2)))
    row0, _, col0, _ = part_box("mouth", (44, 2), 48)
    mouth = draw_part("mouth", 48)
    np.testing.assert_array_equal(
        beyond.alpha[row0:, :4], np.maximum(mouth.alpha, 0)[: 48 - row0, -col0 : 4 - col0]
    )
    assert face.alpha[row0:, :4].max() == 0
    assert beyond.alpha[row0:, :4].max() > 0.9


def test_a_face_is_alike_on_both_sides_but_for_the_nose_and_the_glints():
    face = draw_face(face_places(64), 64)
    np.testing.assert_array_equal(face.alpha, face.alpha[:, ::-1])
    dark = face.values < 0.2
    assert dark[:32, :32].sum() == dark[:32, 32:].sum()
    assert dark[40:].sum() > 20


# Examples


def test_moves_of_a_distance_go_exactly_so_far_all_round():
    for distance in range(1, 6):
        moves = moves_of(distance)
        assert len(moves) == len(set(moves)) == 8 * distance
        assert {max(abs(row), abs(col)) for row, col in moves} == {distance}
    assert moves_of(0) == ((0, 0),)
    turns = [np.arctan2(*move) for move in moves_of(3)]
    assert all(first < second for first, second in pairwise(turns))


def test_examples_move_as_a_whole_with_the_rest_as_it_was():
    spec = dataclasses.replace(SMALL, noise=0.0)
    still, labels = example_pictures(spec, 12, moves_of(0), 0)
    moved, again = example_pictures(spec, 12, [(3, -2)], 0)
    np.testing.assert_array_equal(labels, [0, 1] * 6)
    np.testing.assert_array_equal(labels, again)
    np.testing.assert_array_equal(moved[:, :, 3:, :-2], still[:, :, :-3, 2:])


def test_faces_are_faces_and_the_others_are_not():
    spec = dataclasses.replace(SMALL, noise=0.0, brightness=0.0)
    pictures, labels = example_pictures(spec, 20, moves_of(0), 1)
    face = face_picture(spec, face_places(spec.face_size))
    same = np.array([np.array_equal(picture, face) for picture in pictures])
    np.testing.assert_array_equal(same, labels == 1)


def test_learned_and_fresh_examples_share_no_noise():
    (learned, _), (fresh, _) = (example_pictures(SMALL, 30, moves_of(0), s) for s in (0, 1))
    assert not any(np.array_equal(a, b) for a in learned for b in fresh)
    corners = [x[:, 0, :6, :].reshape(30, -1) for x in (learned, fresh)]  # nothing but noise
    assert np.abs(np.corrcoef(*corners)[:30, 30:]).max() < 0.5


def test_noise_and_brightness_are_what_the_spec_says():
    spec = PartsSpec(noise=0.05, brightness=0.0)
    clean = face_picture(dataclasses.replace(spec, noise=0.0), face_places(48))
    noise = (face_picture(spec, face_places(48), seed=5) - clean)[0, :8]
    assert noise.std() == pytest.approx(0.05, rel=0.1)
    lit = PartsSpec(noise=0.0, brightness=0.2)
    levels = [face_picture(lit, face_places(48), seed=seed)[0, 0, 0] for seed in range(40)]
    assert 0.6 * 0.8 <= min(levels) < 0.55
    assert 0.65 < max(levels) <= 0.6 * 1.2 + 1e-6


# The idea


@pytest.mark.parametrize("seed", SEEDS)
def test_global_pooling_cannot_tell_and_a_middle_tolerates_what_no_pooling_does_not(seed):
    accuracy = main_figures(seed)
    assert (accuracy[0] <= 0.6).all(), "parts without places"
    assert accuracy[1:-1, 1].max() >= 0.9, "a useful middle"
    assert accuracy[-1, 1] < 0.8, "no pooling"
    assert (accuracy[1:, 0] >= 0.9).all(), "in its place all but the global one know the face"


def global_difference():
    """How far the globally pooled features of scrambles without noise are from the face's."""
    spec = PartsSpec(noise=0.0, brightness=0.0)
    pictures = [face_picture(spec, p) for p in (face_places(48), *scrambles(48)[::4])]
    pooled = GridHead(1).features(spec.network().forward(np.stack(pictures))[-1])
    noisy = [face_picture(PartsSpec(brightness=0.0), face_places(48), seed=s) for s in range(40)]
    spread = GridHead(1).features(spec.network().forward(np.stack(noisy))[-1]).std(axis=0)
    return (np.abs(pooled[1:] - pooled[0]) / spread).mean()


def test_global_pooling_sees_the_same_in_every_scramble_but_for_less_than_the_noise():
    assert global_difference() < 1


def test_the_useful_middle_is_computed():
    result = trained(SMALL)
    column = list(result.accuracy[:, 1])
    assert result.best_grid(3) == SMALL.grids[column.index(max(column))]
    tied = dataclasses.replace(result, accuracy=np.array([[0.7, 0.7], [0.6, 0.9], [0.6, 0.9]]))
    assert (tied.best_grid(0), tied.best_grid(3)) == (1, 4)


def test_accuracies_are_counted_on_fresh_examples_by_another_way():
    result = trained(SMALL)
    for column, distance in enumerate(SMALL.distances):
        pictures, labels = example_pictures(SMALL, SMALL.fresh, moves_of(distance), 1)
        answers = np.array([result.face_probabilities(p) > 0.5 for p in pictures])
        want = (answers == (labels == 1)[:, None]).mean(axis=0)
        np.testing.assert_allclose(result.accuracy[:, column], want)


def same_bits():
    first, again = train_parts(SMALL), train_parts(dataclasses.replace(SMALL))
    weights = [
        np.array_equal(a.weights, b.weights) and np.array_equal(a.bias, b.bias)
        for a, b in zip(first.classifiers, again.classifiers, strict=True)
    ]
    return all(weights) and np.array_equal(first.accuracy, again.accuracy)


def test_the_same_seed_gives_the_same_bits_and_another_gives_others():
    assert same_bits()
    other = trained(dataclasses.replace(SMALL, seed=1))
    assert not np.array_equal(other.classifiers[1].weights, trained(SMALL).classifiers[1].weights)


def test_progress_is_told_and_stops():
    seen = []
    assert train_parts(SMALL, progress=lambda done, total: seen.append((done, total))) is not None
    assert seen == sorted(seen)
    assert sorted(set(seen)) == [(done, 5) for done in range(6)]
    assert seen.count((1, 5)) > SMALL.steps  # at each step of a round
    seen.clear()

    def stop(done, total):
        seen.append(done)
        return done < 2

    assert train_parts(SMALL, progress=stop) is None
    assert sorted(set(seen)) == [0, 1, 2]
    assert seen.count(2) == 1


def test_a_stop_within_a_round_is_heeded_at_once(monkeypatch):
    learned, right = [], train.train_softmax_regression

    def learn(*arguments, head, **options):
        learned.append(head.grid)
        return right(*arguments, head=head, **options)

    monkeypatch.setattr(train, "train_softmax_regression", learn)
    calls = 0

    def stop(done, total):
        nonlocal calls
        calls += done == 1
        return calls < 3

    assert train_parts(SMALL, progress=stop) is None
    assert learned == [1, 4]
    assert calls == 3


# A part is dragged away


def test_a_mouth_on_the_forehead_is_noticed_but_not_by_global_pooling():
    spec = PartsSpec(grids=(1, 6, 12, 64), distances=(0, BEYOND), seed=0)
    result = trained(spec)
    places = face_places(48)
    face = face_picture(spec, places)
    away = face_picture(spec, (*places[:3], (6, 24)))
    assert result.face_probabilities(face)[1:].min() > 0.9
    assert result.noticing_grids(face, away) == (6, 12, 64)
    assert result.noticing_grids(face, face) == ()
    assert abs(np.subtract(*(result.face_probabilities(p)[0] for p in (face, away)))) < 0.1


# Where the decision comes from


def logit_gap(from_average):
    """How far the cells' parts and what they count from are from the logit."""
    result, worst = trained(SMALL), 0.0
    picture = face_picture(SMALL, scrambled_places(48, 3), seed=8)
    activation = SMALL.network().forward(picture)[-1]
    for row, grid in enumerate(SMALL.grids):
        classifier = result.classifiers[row]
        for label, name in enumerate(parts_spec.FACE_CLASSES):
            rest = classifier.bias[label]
            if from_average:
                rest += result.averages[row].ravel() @ classifier.weights[:, label]
            evidence = result.evidence(grid, picture, name, from_average=from_average)
            assert evidence.shape == (grid, grid)
            worst = max(worst, abs(evidence.sum() + rest - classifier.logits(activation)[0, label]))
    return worst


@pytest.mark.parametrize("from_average", [True, False])
def test_the_parts_of_the_cells_make_the_logit(from_average):
    assert logit_gap(from_average) < 1e-3


def test_averages_are_those_of_the_examples_learned_from():
    within = [move for distance in range(3) for move in moves_of(distance)]
    pictures, _ = example_pictures(SMALL, SMALL.examples, within, 0)
    maps = SMALL.network().forward(pictures)[-1].astype(np.float64)
    want = maps.reshape(60, 4, 4, 16, 4, 16).mean(axis=(0, 3, 5))
    np.testing.assert_allclose(trained(SMALL).averages[1], want, rtol=1e-5)


def test_a_change_in_one_cell_changes_the_evidence_of_that_cell_alone():
    result = trained(SMALL)
    picture = face_picture(SMALL, face_places(48))
    for row, col in ((0, 0), (2, 5), (7, 3)):
        row0, row1, col0, col1 = cell_boxes(SMALL, 8)[row, col].astype(int)
        touched = picture.copy()
        touched[0, row0 + 1 : row1 - 1, col0 + 1 : col1 - 1] *= 0.5  # a 3x3 field reaches 1 px
        changed = result.evidence(8, touched) != result.evidence(8, picture)
        assert changed[row, col]
        assert changed.sum() == 1


@pytest.mark.parametrize("grid", [1, 2, 3, 8, 64])
def test_boxes_tile_the_picture_when_maps_are_as_large(grid):
    boxes = cell_boxes(PartsSpec(), grid)
    for row, col in np.ndindex(grid, grid):
        want = (
            row * 64 // grid,
            -(-(row + 1) * 64 // grid),
            col * 64 // grid,
            -(-(col + 1) * 64 // grid),
        )
        np.testing.assert_array_equal(boxes[row, col], want)


def test_boxes_lie_at_the_middle_of_the_fields():
    # 64 px: C3 starts at field 0..3 (middle 1.5), M2x2/2 gives fields of 4 px, 2 px apart, the
    # first with its middle at 2: a unit is 2 px wide, so the map spans 1 to 63.
    spec = PartsSpec(stack=Stack.parse("C3x3/1 -> M2x2/2"), grids=(1, 31))
    np.testing.assert_array_equal(cell_boxes(spec, 1)[0, 0], [1, 63, 1, 63])
    np.testing.assert_array_equal(cell_boxes(spec, 31)[2, 30], [5, 7, 61, 63])


# Errors: the value and the rule


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"face_size": 41}, "face_size must be a whole number from 42 to 128, got 41"),
        ({"size": 47}, "size must be a whole number from 48 to 128, got 47"),
        ({"size": 64.0}, "size must be a whole number from 48 to 128, got 64.0"),
        ({"trained_jitter": 9}, "trained_jitter must be a whole number from 0 to 8, got 9"),
        ({"distances": (0, 9)}, "each of distances must be a whole number from 0 to 8, got 9"),
        ({"distances": (3, 0)}, "distances must rise, got (3, 0)"),
        ({"grids": (1, 65)}, "each of grids must be a whole number from 1 to 64, got 65"),
        ({"grids": (4, 4)}, "grids must rise, got (4, 4)"),
        ({"grids": ()}, "grids must be whole numbers from 1 to 64, at least one, got ()"),
        ({"examples": 1}, "examples must be a whole number from 2 to 2000, got 1"),
        ({"fresh": True}, "fresh must be a whole number from 2 to 2000, got True"),
        ({"steps": 0}, "steps must be a whole number from 1 to 5000, got 0"),
        ({"seed": -1}, "seed must be a whole number from 0 to 4294967295, got -1"),
        ({"noise": 0.6}, "noise must be a number from 0 to 0.5, got 0.6"),
        ({"noise": float("nan")}, "noise must be a number from 0 to 0.5, got nan"),
        ({"brightness": "much"}, "brightness must be a number from 0 to 0.5, got 'much'"),
        ({"kind": "sum"}, "kind must be one of avg, max, got 'sum'"),
        (
            {"filters": ("bluer",)},
            "the stack does not give features: choice must be one of bank, "
            f"{', '.join(FILTER_NAMES)}, random, got 'bluer'",
        ),
    ],
)
def test_a_spec_that_cannot_be_is_rejected(changes, message):
    with rejects(TrainingError, message):
        PartsSpec(**changes)


def test_a_spec_is_hashable_and_compares_by_value():
    assert PartsSpec(grids=[1, 4], filters=["bank"]) == PartsSpec(grids=(1, 4))
    assert len({PartsSpec(), PartsSpec(), PartsSpec(seed=1)}) == 2


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: draw_face(face_places(48), 41), "face size must be a whole number from 42 to 128"),
        (lambda: draw_face(((1, 1),) * 3, 48), "places must be (left eye, right eye, nose, mouth)"),
        (
            lambda: draw_face(((1, 1),) * 3 + ((48, 0),), 48),
            "place of the mouth must be on the face, row and col at most 47, got (48, 0)",
        ),
        (
            lambda: draw_face(((-1, 1),) * 4, 48),
            "rows of place of the left eye must be at least 0, got -1",
        ),
        (lambda: scrambled_places(48, -1), "seed must be at least 0, got -1"),
        (
            lambda: draw_part("ear", 48),
            "part must be one of left eye, right eye, nose, mouth, got 'ear'",
        ),
    ],
)
def test_faces_that_cannot_be_drawn_are_rejected(ask, message):
    with pytest.raises(PatternError, match="^" + re.escape(message)):
        ask()


def test_questions_that_were_not_trained_are_rejected():
    result, picture = trained(SMALL), face_picture(SMALL, face_places(48))
    with rejects(TrainingError, "distance must be one of 0, 3, got 2"):
        result.best_grid(2)
    with rejects(TrainingError, "grid must be one of 1, 4, 8, got 5"):
        result.evidence(5, picture)
    with rejects(TrainingError, "label must be one of scrambled, face, got 'cat'"):
        result.evidence(4, picture, "cat")
    with rejects(ShapeError, "a picture must have shape (1, 64, 64), got shape (1, 63, 64)"):
        result.face_probabilities(picture[:, 1:])
    with rejects(
        ShapeError, "grid must be at most the map's 64 cells a side (map (4, 64, 64)), got 65"
    ):
        cell_boxes(SMALL, 65)
    with pytest.raises(TrainingError, match="spec must be a PartsSpec"):
        train_parts("default")
    with pytest.raises(TrainingError, match="needs 3 classifiers and averages"):
        TrainedParts(SMALL, (), (), np.zeros((3, 2)))


# The checks above catch what they are for


def test_parts_that_touch_are_caught(monkeypatch):
    monkeypatch.setitem(parts._SIDES, "mouth", 0.6)
    parts._part.cache_clear()
    try:
        wrong = {fault for places in scrambles(48) for fault in faults(places, 48)}
    finally:
        monkeypatch.undo()
        parts._part.cache_clear()
    assert wrong >= {"mouth leaves the face", "mouth overlaps"}


def test_a_class_that_is_told_by_more_than_places_is_caught(monkeypatch):
    right = parts_spec.face_picture

    def planted(spec, places, moved=(0, 0), *, seed=0):
        picture = right(spec, places, moved, seed=seed)
        if places == face_places(spec.face_size):
            picture[0, 0, :] = 0  # faces have a dark edge
        return picture

    monkeypatch.setattr(parts_spec, "face_picture", planted)
    spec = PartsSpec(grids=(1,), distances=(0, BEYOND), examples=200, fresh=100)
    assert (train_parts(spec).accuracy > 0.6).all()


def test_an_experiment_that_learned_the_asked_moves_is_caught(monkeypatch):
    right = train.example_pictures

    def planted(spec, count, moves, stream):
        return right(spec, count, moves_of(BEYOND) if stream == 0 else moves, stream)

    monkeypatch.setattr(train, "example_pictures", planted)
    spec = PartsSpec(grids=(64,), distances=(BEYOND,))
    assert train_parts(spec).accuracy[0, 0] > 0.8


def test_a_grid_with_its_axes_swapped_is_caught(monkeypatch):
    right = train.Classifier.weights_by_place
    monkeypatch.setattr(
        train.Classifier, "weights_by_place", lambda c, s: right(c, s).swapaxes(2, 3)
    )
    assert logit_gap(True) > 1e-2


def test_an_experiment_that_draws_without_its_seed_is_caught(monkeypatch):
    right = np.random.default_rng
    monkeypatch.setattr(np.random, "default_rng", lambda *_: right())
    assert not same_bits()
