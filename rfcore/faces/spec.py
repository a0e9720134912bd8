"""The training examples of the faces experiment: which faces, and how their pictures look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import atan2
from typing import Literal

import numpy as np

from rfcore.checks import (
    as_sequence,
    check_choice,
    check_instance,
    short_repr,
    whole_number,
    whole_number_within,
    whole_pair,
)
from rfcore.errors import RfcoreError, TrainingError
from rfcore.faces.parts import (
    MAX_FACE_SIZE,
    MIN_FACE_SIZE,
    Places,
    draw_face,
    face_places,
    scrambled_places,
)
from rfcore.filters import BANK
from rfcore.layers import Pair, Shape
from rfcore.network import Network
from rfcore.ops import Array
from rfcore.pictures.patterns import place
from rfcore.stack import Stack

FACE_BACKGROUND = 0.6
"""Brightness round a face: close to its own, so that its parts give the largest responses."""

FACE_CLASSES: tuple[str, ...] = ("scrambled", "face")
"""The two classes; the label of each is its index here."""

_MAX_PICTURE, _MAX_EXAMPLES, _MAX_STEPS, _MAX_SEED = 128, 2_000, 5_000, 2**32 - 1
_MAX_SHARE = 0.5


@dataclass(frozen=True)
class PartsSpec:
    """The settings of `train_parts`; checked when built.

    size: side of the picture, in pixels. face_size: side of the face in its middle, 42 to 128
    pixels. stack, filters: the frozen features, as for `Network.with_filters`. kind: how a grid
    pools, "avg" or "max". grids: cells a side of each grid, in rising order; 1 is a global pool,
    and the side of the last map is no pooling.
    trained_jitter: how many pixels at most the whole face is moved in a training example, along
    rows, columns or both. distances: how many pixels it is moved in test examples, in rising order:
    the larger of its moves along rows and columns. noise: standard deviation of the noise on each
    pixel, 0 to 0.5. brightness: the largest relative change of a picture's brightness, 0 to 0.5.
    examples, fresh: how many pictures to train on and to test on, half of them faces. steps: of
    training. seed: of the random numbers.
    Raises TrainingError for a value that breaks its rule, or a stack that does not fit.

    >>> PartsSpec().map_shape()
    (4, 64, 64)
    """

    size: int = 64
    face_size: int = 48
    stack: Stack = Stack.parse("C3x3/1p1c4 -> R")  # noqa: RUF009 - it is frozen
    filters: tuple[str, ...] = (BANK,)
    kind: Literal["avg", "max"] = "avg"
    grids: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 8, 12, 16, 32, 64)
    trained_jitter: int = 2
    distances: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6, 8)
    noise: float = 0.05
    brightness: float = 0.05
    examples: int = 600
    fresh: int = 400
    steps: int = 150
    seed: int = 0

    def __post_init__(self) -> None:
        self._set_whole("face_size", MIN_FACE_SIZE, MAX_FACE_SIZE)
        self._set_whole("size", self.face_size, _MAX_PICTURE)
        self._set_whole("trained_jitter", 0, self.margin())
        for name in ("examples", "fresh"):
            self._set_whole(name, len(FACE_CLASSES), _MAX_EXAMPLES)
        self._set_whole("steps", 1, _MAX_STEPS)
        self._set_whole("seed", 0, _MAX_SEED)
        for name in ("noise", "brightness"):
            _check_share(name, getattr(self, name))
        check_choice(self.kind, "kind", ("avg", "max"), error=TrainingError)
        object.__setattr__(self, "filters", tuple(self.filters))
        try:
            finest = min(self.map_shape()[1:])
        except RfcoreError as error:
            raise TrainingError(f"the stack does not give features: {error}") from None
        self._set_rising("grids", 1, finest)
        self._set_rising("distances", 0, self.margin())

    def margin(self) -> int:
        """Return how many pixels the face can move each way before it leaves the picture."""
        return (self.size - self.face_size) // 2

    def network(self) -> Network:
        """Return the frozen features."""
        return _network(self.stack, self.filters, self.seed)

    def map_shape(self) -> Shape:
        """Return the (channels, rows, cols) of the last map, which the grids pool."""
        return self.network().stack.output_shape((1, self.size, self.size))

    def _set_whole(self, name: str, least: int, most: int) -> None:
        number = whole_number_within(getattr(self, name), name, least, most, error=TrainingError)
        object.__setattr__(self, name, number)

    def _set_rising(self, name: str, least: int, most: int) -> None:
        entries = as_sequence(getattr(self, name))
        if not entries:
            raise TrainingError(
                f"{name} must be whole numbers from {least} to {most}, at least one, "
                f"got {short_repr(getattr(self, name))}"
            )
        numbers = tuple(
            whole_number_within(number, f"each of {name}", least, most, error=TrainingError)
            for number in entries
        )
        if any(first >= second for first, second in pairwise(numbers)):
            raise TrainingError(f"{name} must rise, got {short_repr(numbers)}")
        object.__setattr__(self, name, numbers)


def face_picture(spec: PartsSpec, places: Places, moved: Pair = (0, 0), *, seed: int = 0) -> Array:
    """Return a picture of a face with its parts at some places, as the examples look.

    places: see `draw_face`. moved: (rows, cols) that the whole face moved from the middle, in
    pixels; what leaves the picture is cut off. seed: of the noise and the brightness.
    Returns float32 (1, size, size), in [0, 1]; the same seed gives the same noise.
    Raises PatternError for invalid places, TrainingError for an invalid move or seed or when
    `spec` is not a PartsSpec.

    >>> face_picture(PartsSpec(), face_places(48)).shape
    (1, 64, 64)
    """
    checked_parts_spec(spec)
    rows, cols = whole_pair(moved, "moved", error=TrainingError)
    generator = np.random.default_rng(whole_number(seed, "seed", 0, error=TrainingError))
    empty = np.full((1, spec.size, spec.size), FACE_BACKGROUND, np.float32)
    face = draw_face(places, spec.face_size)
    picture = place(empty, face, spec.margin() + rows, spec.margin() + cols)
    picture *= np.float32(1 + spec.brightness * generator.uniform(-1, 1))
    noise = generator.standard_normal(picture.shape, np.float32)
    picture += np.float32(spec.noise) * noise
    np.clip(picture, 0, 1, out=picture)
    return picture


def moves_of(distance: int) -> tuple[Pair, ...]:
    """Return all (rows, cols) moves whose larger component is `distance` pixels.

    They are sorted by direction, so that moves of two distances can be compared by their index.

    >>> moves_of(0), len(moves_of(3))
    (((0, 0),), 24)
    """
    steps = range(-distance, distance + 1)
    moves = ((row, col) for row in steps for col in steps if max(abs(row), abs(col)) == distance)
    return tuple(sorted(moves, key=lambda move: atan2(*move)))


def example_pictures(
    spec: PartsSpec, count: int, moves: Sequence[Pair], stream: int
) -> tuple[Array, Array]:
    """Return pictures (count, 1, size, size) and labels (count,), the classes alternating.

    moves: (rows, cols) in pixels. Each example moves the whole face by one of them, all equally
    likely. stream: examples of two streams are independent. Those of one stream have the same
    arrangements, noise and brightness for any `moves`, and a move at the same relative index.

    >>> pictures, labels = example_pictures(PartsSpec(), 3, moves_of(2), stream=0)
    >>> pictures.shape, labels
    ((3, 1, 64, 64), array([0, 1, 0]))
    """
    generator = np.random.default_rng((spec.seed, stream))
    seeds = generator.integers(_MAX_SEED, size=(count, 2)).tolist()
    shares = generator.random(count).tolist()
    labels = np.arange(count) % len(FACE_CLASSES)
    true = face_places(spec.face_size)
    pictures = [
        face_picture(
            spec,
            true if FACE_CLASSES[label] == "face" else scrambled_places(spec.face_size, of_places),
            moves[int(share * len(moves))],
            seed=of_noise,
        )
        for label, (of_places, of_noise), share in zip(labels, seeds, shares, strict=True)
    ]
    return np.stack(pictures), labels


def checked_parts_spec(spec: PartsSpec) -> PartsSpec:
    """Return a spec unchanged; raises TrainingError when it is not a PartsSpec."""
    check_instance(spec, PartsSpec, "spec", "as PartsSpec() is", error=TrainingError)
    return spec


@lru_cache(maxsize=16)  # asked for once per picture
def _network(stack: Stack, filters: tuple[str, ...], seed: int) -> Network:
    return Network.with_filters(stack, 1, filters, seed=seed)


def _check_share(name: str, value: float) -> None:
    number = isinstance(value, int | float | np.floating) and not isinstance(value, bool)
    if not number or not 0 <= value <= _MAX_SHARE:  # also rejects NaN
        raise TrainingError(
            f"{name} must be a number from 0 to {_MAX_SHARE}, got {short_repr(value)}"
        )
