"""How the heads of a scene are trained: two classes, and where the examples may lie. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pages.ui.scene.limits import QUICK_TRAINING, SceneError, check_comparison, check_training
from rfcore.errors import RfcoreError
from rfcore.heads.depth_study import depth_experiments
from rfcore.heads.experiment import REGIONS, Experiment
from rfcore.heads.run_experiment import work_of
from rfcore.ops import PaddingMode
from rfcore.pictures.patterns import PATTERNS
from rfcore.stack import Stack

BLOCKS = 8
"""Blocks per side that a learner paints; each contains at least one place of the pattern."""

CLASSES = tuple(name for name in PATTERNS if name != "pixel")
"""The classes: every pattern but the pixel, which has no shape."""

SIZES = (32, 48, 64, 96, 128)
"""Sizes of the pictures on which heads are trained, pixels per side."""

_CACHED = 64
"""Entries of the experiment cache: a scene is built again at every move of a drag."""

HEX = re.compile(rf"[0-9a-f]{{{BLOCKS * BLOCKS // 4}}}")
"""Painted blocks as a link and the stage write them: hexadecimal digits, one bit per block."""

_TEXT = re.compile(
    r"([a-z]+),([a-z]+),([a-z0-9-]+),noise(\d{1,3}(?:\.\d{1,6})?),sizes(\d{1,4}),"
    r"examples(\d{1,6}),seed(\d{1,10})"
)


@dataclass(frozen=True)
class Training:
    """How a scene's heads are trained; the scene checks whether that fits its other fields.

    classes: the two patterns. where: the places of the examples, as the name of a region or as
    blocks that `painted` writes. noise, size_jitter, examples, seed: as for `Experiment`.
    Raises SceneError for unknown or equal classes, and for an unknown region.
    """

    classes: tuple[str, str] = ("cat", "dog")
    where: str = "upper left"
    noise: float = 0.1
    size_jitter: int = 0
    examples: int = 600
    seed: int = 0

    def __post_init__(self) -> None:
        for name in self.classes:
            if name not in CLASSES:
                raise SceneError(
                    f"there is no class \u201c{str(name)[:40]}\u201d; choose {', '.join(CLASSES)}"
                )
        if len(set(self.classes)) != 2:
            raise SceneError(
                f"two classes need two different patterns, got {self.classes[0]} twice; "
                "choose another"
            )
        if self.where not in REGIONS and not self.is_painted:
            raise SceneError(
                f"examples lie in a region, {', '.join(REGIONS)}, or in painted blocks, "
                f"{BLOCKS * BLOCKS // 4} digits 0 to f, got \u201c{str(self.where)[:40]}\u201d"
            )

    @property
    def is_painted(self) -> bool:
        """Whether the learner has painted where examples may lie."""
        return HEX.fullmatch(self.where) is not None


@lru_cache(maxsize=_CACHED)
def experiment_of(
    training: Training,
    image: str,
    size: int,
    stack: Stack,
    kernels: tuple[str, ...],
    padding_mode: PaddingMode,
) -> Experiment:
    """Return the experiment that trains a scene's heads; raises SceneError if it is impossible."""
    if size not in SIZES:
        raise SceneError(
            f"heads are trained on pictures of {', '.join(map(str, SIZES))} pixels, got {size}"
        )
    places = size - size // 4 + 1
    where: str | bytes = training.where
    if training.is_painted:
        where = places_of(blocks_from(training.where), places).tobytes()
    try:
        experiment = Experiment(
            patterns=training.classes,
            pattern_size=size // 4,
            image_size=size,
            background=image,
            stack=stack,
            filters=kernels,
            padding_mode=padding_mode,
            where=where,
            noise=training.noise,
            size_jitter=training.size_jitter,
            examples=training.examples,
            seed=training.seed,
        )
    except RfcoreError as error:
        raise SceneError(str(error)) from None
    check_training(work_of(experiment))
    return experiment


def is_quick(experiment: Experiment | None) -> bool:
    """Whether an experiment is short enough to start without a press; False for None."""
    return experiment is not None and work_of(experiment) <= QUICK_TRAINING


def check_depths(experiment: Experiment) -> None:
    """Raise SceneError if a comparison of the experiment's depths would take too long."""
    check_comparison(_work_of_depths(experiment))


@lru_cache(maxsize=_CACHED)
def _work_of_depths(experiment: Experiment) -> int:
    return sum(map(work_of, depth_experiments(experiment)))


def blocks_from(text: str) -> NDArray[np.bool_]:
    """Parse painted blocks: a bool mask (BLOCKS, BLOCKS), row by row from the upper left.

    >>> blocks_from("8000000000000001").nonzero()
    (array([0, 7]), array([0, 7]))
    """
    bits = np.unpackbits(np.frombuffer(bytes.fromhex(text), np.uint8))
    return bits.astype(bool).reshape(BLOCKS, BLOCKS)


def painted(blocks: NDArray[np.bool_]) -> str:
    """Return painted blocks as hexadecimal digits, one bit per block.

    >>> painted(np.eye(8, dtype=bool))
    '8040201008040201'
    """
    return np.packbits(blocks).tobytes().hex()


def block_of(places: int) -> NDArray[np.int64]:
    """Return the index of the block for each place of the pattern along one axis.

    places: how many there are. The blocks divide their range evenly; the last place belongs to the
    last block.
    """
    return np.minimum(np.arange(places) * BLOCKS // (places - 1), BLOCKS - 1)


def places_of(blocks: NDArray[np.bool_], places: int) -> NDArray[np.bool_]:
    """Return a mask (places, places) of the pattern's places that lie in painted blocks."""
    at = block_of(places)
    return np.ascontiguousarray(blocks[np.ix_(at, at)])


def blocks_of(allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return a mask (BLOCKS, BLOCKS) of the blocks that contain an allowed place."""
    at, blocks = block_of(len(allowed)), np.zeros((BLOCKS, BLOCKS), bool)
    rows, cols = np.nonzero(allowed)
    blocks[at[rows], at[cols]] = True
    return blocks


def to_text(training: Training) -> str:
    """Return a training as the value of its link parameter.

    >>> to_text(Training())
    'cat,dog,upper-left,noise0.1,sizes0,examples600,seed0'
    """
    one, other = training.classes
    return (
        f"{one},{other},{training.where.replace(' ', '-')},noise{training.noise:g},"
        f"sizes{training.size_jitter},examples{training.examples},seed{training.seed}"
    )


def from_text(text: str) -> Training:
    """Parse what `to_text` writes; raises SceneError for anything else."""
    found = _TEXT.fullmatch(text)
    if not found:
        raise SceneError(f"it must be as in {to_text(Training())}, got \u201c{text[:40]}\u201d")
    one, other, where, noise, sizes, examples, seed = found.groups()
    return Training(
        (one, other), where.replace("-", " "), float(noise), int(sizes), int(examples), int(seed)
    )
