"""An experiment on heads: two toy classes, frozen features, and where the examples may lie."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rfcore.checks import (
    as_fields,
    as_sequence,
    check_choice,
    check_instance,
    short_repr,
    whole_number,
    whole_number_within,
)
from rfcore.errors import TrainingError
from rfcore.heads.head import FlattenHead
from rfcore.layers import Shape
from rfcore.network import Network
from rfcore.ops import PaddingMode, checked_mode
from rfcore.pictures.backgrounds import BACKGROUNDS
from rfcore.pictures.patterns import PATTERNS
from rfcore.stack import Stack, checked_stack

QUARTERS = ("upper left", "upper right", "lower left", "lower right")
"""The quarters of a picture, in reading order."""

REGIONS = (*QUARTERS, "everywhere")
"""The named regions: the quarters, and the whole picture."""

QUARTER_FIELD = "C5x5/1p2 -> R -> M2x2/2 -> C5x5/1p2c16 -> R -> M2x2/2 -> C5x5/1p2c32 -> R"
"""A stack whose last field is 32x32 pixels: a quarter of a picture of 64x64."""

MAX_FEATURES = 20_000_000
"""The most flattened features of all examples together; as float64 they take 160 MB."""

MAX_WORK = 50_000_000_000
"""The most multiply-adds for all features: 50 GMAC, about ten seconds on one core."""


@dataclass(frozen=True)
class Experiment:
    """What the heads learn to tell apart, and from which examples; hashable, checked when built.

    patterns: two of PATTERNS, the classes. pattern_size: pixels a side, 4 to half the picture.
    image_size: pixels a side, 32 to 128. background: one of BACKGROUNDS. stack, filters,
    padding_mode: the network whose last map is the features, as for `Network.with_filters`.
    where: the places at which examples may lie: one of REGIONS, or a painted region as
    ``mask.tobytes()`` of a boolean mask (rows, cols) over `places`. A place is the position of the
    pattern's top-left corner, in pixels. It belongs to the quarter of the pattern's middle.
    noise: standard deviation of the noise on the pattern's pixels, 0 to 1; white is 1. The
    background has none. Pixels are clipped at black and white, so strong noise changes the mean.
    size_jitter: pixels by which the size of an example may differ.
    examples: 2 to 2000, half of each class. steps: of training, up to 20000. seed: of places,
    sizes and noise; the network's kernels are the same for every seed.
    Raises TrainingError for settings from which nothing can be learned or that need too much work,
    LayerError, KernelError or ShapeError for a stack, filters or a padding_mode that do not fit.

    >>> experiment = Experiment()
    >>> experiment.places, experiment.last_shape, int(experiment.allowed.sum())
    (49, (32, 16, 16), 576)
    >>> mask = np.zeros((49, 49), bool)
    >>> mask[20:30, 0] = True
    >>> int(Experiment(where=mask.tobytes()).allowed.sum())
    10
    """

    patterns: tuple[str, str] = ("cat", "dog")
    pattern_size: int = 16
    image_size: int = 64
    background: str = "black"
    stack: Stack = field(default_factory=lambda: Stack.parse(QUARTER_FIELD))
    filters: tuple[str, ...] = ()
    padding_mode: PaddingMode = "zeros"
    where: str | bytes = "upper left"
    noise: float = 0.1
    size_jitter: int = 0
    examples: int = 600
    steps: int = 300
    seed: int = 0

    def __post_init__(self) -> None:
        self._check_classes()
        self._check_picture()
        self._check_where()
        self._set_number("examples", 2, 2000)
        self._set_number("steps", 1, 20_000)
        self._set_number("seed", 0, 2**32 - 1)
        self._check_network()

    @property
    def places(self) -> int:
        """How many places a side the pattern has in the picture without being cut off."""
        return self.image_size - self.pattern_size + 1

    @property
    def allowed(self) -> NDArray[np.bool]:
        """Whether an example may lie at each place, (places, places)."""
        if isinstance(self.where, bytes):
            return np.frombuffer(self.where, np.bool).reshape(self.places, self.places)
        allowed = np.ones((self.places, self.places), np.bool)
        if self.where != "everywhere":
            lower, right = divmod(QUARTERS.index(self.where), 2)
            first = first_half(self.places)
            allowed[first != (lower == 0)] = False
            allowed[:, first != (right == 0)] = False
        return allowed

    @cached_property
    def network(self) -> Network:
        """The network, whose weights are never trained."""
        return Network.with_filters(
            self.stack, filters=self.filters, padding_mode=self.padding_mode
        )

    @property
    def last_shape(self) -> Shape:
        """The (channels, rows, cols) of the last map."""
        return self.stack.output_shape((1, self.image_size, self.image_size))

    def _check_classes(self) -> None:
        names = as_fields(self.patterns, "patterns", ("one", "other"), error=TrainingError)
        for name in names:
            check_choice(name, "each of patterns", PATTERNS, error=TrainingError)
        if names[0] == names[1]:
            raise TrainingError(
                f"two classes need two different patterns, got {names[0]!r} twice; choose another"
            )
        object.__setattr__(self, "patterns", names)

    def _check_picture(self) -> None:
        self._set_number("image_size", 32, 128)
        self._set_number("pattern_size", 4, self.image_size // 2)
        most = min(self.pattern_size - 4, self.pattern_size // 2)
        self._set_number("size_jitter", 0, most, f"with a pattern of {self.pattern_size} pixels")
        check_choice(self.background, "background", BACKGROUNDS, error=TrainingError)
        if isinstance(self.noise, bool) or not isinstance(self.noise, int | float):
            raise TrainingError(f"noise must be a number from 0 to 1, got {short_repr(self.noise)}")
        if not 0 <= self.noise <= 1:
            raise TrainingError(f"noise must be from 0 to 1, got {short_repr(self.noise)}")

    def _check_where(self) -> None:
        if not isinstance(self.where, bytes):
            check_choice(self.where, "where", REGIONS, error=TrainingError)
            return
        side = self.places
        if len(self.where) != side * side:
            raise TrainingError(
                f"a painted region must have one byte for each of the {side}x{side} places, "
                f"got {len(self.where)}"
            )
        if not set(self.where) <= {0, 1}:
            raise TrainingError(
                f"each byte of a painted region must be 0 or 1, got {max(self.where)}"
            )
        if not any(self.where):
            raise TrainingError(
                "the region has no place in it where an example could lie; paint at least one"
            )

    def _check_network(self) -> None:
        checked_stack(self.stack)
        checked_mode(self.padding_mode)
        filters = as_sequence(self.filters)
        if filters is None:
            raise TrainingError(f"filters must be a tuple of names, got {short_repr(self.filters)}")
        object.__setattr__(self, "filters", filters)
        work = self.examples * self.stack.cost((1, self.image_size, self.image_size))
        if work > MAX_WORK:
            raise TrainingError(
                f"the features of {self.examples} examples must take at most {MAX_WORK} "
                f"multiply-adds, here {work}; take fewer examples or a smaller stack"
            )
        features = self.examples * FlattenHead().feature_count(self.last_shape)
        if features > MAX_FEATURES:
            raise TrainingError(
                f"{self.examples} examples must have at most {MAX_FEATURES} features together, "
                f"here {features}; take fewer examples, or pool once more"
            )
        assert self.network is not None  # its own checks have passed

    def _set_number(self, name: str, least: int, most: int, where: str = "") -> None:
        number = whole_number_within(
            getattr(self, name), name, least, most, where, error=TrainingError
        )
        object.__setattr__(self, name, number)


def first_half(places: int) -> NDArray[np.bool]:
    """Return which of `places` places along an axis put the pattern's middle in the first half.

    A middle exactly on that of the picture belongs to the second half.

    >>> first_half(5)
    array([ True,  True, False, False, False])
    """
    places = whole_number(places, "places", 1, error=TrainingError)
    return np.arange(places) < (places - 1) / 2


def checked_experiment(experiment: Experiment) -> Experiment:
    """Return an experiment unchanged; raises TrainingError when it is not an Experiment."""
    check_instance(experiment, Experiment, "experiment", "as Experiment() is", error=TrainingError)
    return experiment
