"""Trained heads, kept for all learners: the same experiment is trained once. Pure: no Streamlit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from threading import BoundedSemaphore
from time import perf_counter
from typing import Literal

import numpy as np

from pages.ui.training.lru_store import LruStore
from rfcore.heads.classifier import Classifier
from rfcore.heads.depth_study import DepthResult, compare_depths
from rfcore.heads.experiment import Experiment
from rfcore.heads.head import HEADS, Head
from rfcore.heads.head_analysis import quarter_accuracy
from rfcore.heads.run_experiment import position_maps, train_heads
from rfcore.ops import Array

CAPACITY = 32
"""Experiments that are kept: 0.3 MB each with the defaults, at most some 10 MB."""

DEPTHS_CAPACITY = 16
"""Comparisons of depths that are kept, a few KB each: they hold no weights."""

_POLL_SECONDS = 0.2  # seconds between two looks whether the other training is over
_MAX_ODDS = 60.0  # log-odds beyond which a probability is 1 to a float

Phase = Literal["waiting", "drawing", "training", "asking"]


@dataclass(frozen=True)
class TrainingProgress:
    """How far a training is. share: 0 to 1 of its phase. heads: (loss, accuracy) by name."""

    phase: Phase
    share: float
    heads: dict[str, tuple[float, float]] = field(default_factory=dict)


ProgressCallback = Callable[[TrainingProgress], None]
"""Called again and again; what it raises ends the training, and nothing of it is kept."""


def _report_to_nobody(progress: TrainingProgress) -> None:
    del progress


@dataclass(frozen=True, eq=False)
class TrainedHeads:
    """An experiment that was carried out.

    classifiers: one for each of HEADS. maps: float32 (heads, classes shown, rows, cols, classes),
    from `position_maps`. accuracy: (heads, 2, 2), of the quarters. largest_logits: (heads,), the
    largest logit of each head at any place. seconds: that it took. serial: no other has it.
    """

    experiment: Experiment
    classifiers: tuple[Classifier, ...]
    maps: Array
    accuracy: Array
    largest_logits: Array
    seconds: float
    serial: int


class HeadStore:
    """Trained experiments by their settings, the least recently used one leaving first."""

    def __init__(self, kept: int = CAPACITY) -> None:
        self._found = LruStore[Experiment, TrainedHeads](kept)
        self._depths = LruStore[Experiment, tuple[DepthResult, ...]](DEPTHS_CAPACITY)
        self._turn, self._serials = BoundedSemaphore(), count(1)

    def find(self, experiment: Experiment | None) -> TrainedHeads | None:
        """Return what was trained with these settings, if it is kept."""
        return None if experiment is None else self._found.find(experiment)

    def train(
        self, experiment: Experiment, report: ProgressCallback = _report_to_nobody
    ) -> TrainedHeads:
        """Return the trained heads of an experiment: the kept ones, or new ones.

        One experiment at a time is trained; who comes meanwhile waits, and is told so.
        Raises what rfcore does, and whatever `report` raises.
        """
        with self._own_turn(report):
            found = self.find(experiment)
            if found is None:
                found = _carry_out(experiment, report, next(self._serials))
                self._found.keep(experiment, found)
            return found

    def find_depths(self, experiment: Experiment) -> tuple[DepthResult, ...] | None:
        """Return the comparison of depths with these settings, if it is kept."""
        return self._depths.find(_in_the_upper_left(experiment))

    def compare(
        self, experiment: Experiment, report: ProgressCallback = _report_to_nobody
    ) -> tuple[DepthResult, ...]:
        """Return how deeper and shallower stacks fare, kept or new; waits its turn as `train`."""

        def stacks(done: int, total: int) -> None:
            report(TrainingProgress("training", done / total))

        with self._own_turn(report):
            found = self.find_depths(experiment)
            if found is None:
                report(TrainingProgress("training", 0.0))
                found = compare_depths(experiment, progress=stacks)
                self._depths.keep(_in_the_upper_left(experiment), found)
            return found

    @contextmanager
    def _own_turn(self, report: ProgressCallback) -> Iterator[None]:
        while not self._turn.acquire(timeout=_POLL_SECONDS):
            report(TrainingProgress("waiting", 0.0))
        try:
            yield
        finally:
            self._turn.release()


HEAD_STORE = HeadStore()
"""The store of this process."""


def _in_the_upper_left(experiment: Experiment) -> Experiment:
    """Return what a comparison of depths makes of an experiment, wherever its own examples lie."""
    return replace(experiment, where="upper left")


def _carry_out(experiment: Experiment, report: ProgressCallback, serial: int) -> TrainedHeads:
    start, heads = perf_counter(), {}

    def drawn(done: int, total: int) -> None:
        report(TrainingProgress("drawing", done / total))

    def stepped(head: Head, step: int, loss: float, accuracy: float) -> None:
        heads[head.name] = loss, accuracy
        share = (HEADS.index(head) + step / experiment.steps) / len(HEADS)
        report(TrainingProgress("training", share, dict(heads)))

    def asked(done: int, total: int) -> None:
        report(TrainingProgress("asking", done / total, dict(heads)))

    classifiers = train_heads(experiment, drawn=drawn, progress=stepped)
    maps = position_maps(experiment, classifiers, progress=asked)
    # Both logits of a head are opposite numbers, so that half of the log-odds is either.
    with np.errstate(divide="ignore"):
        odds = np.abs(np.log(maps[..., 0]) - np.log(maps[..., 1])).clip(max=_MAX_ODDS)
    maps = maps.astype(np.float32)
    maps.setflags(write=False)
    return TrainedHeads(
        experiment=experiment,
        classifiers=classifiers,
        maps=maps,
        accuracy=quarter_accuracy(maps),
        largest_logits=odds.max(axis=(1, 2, 3)) / 2,
        seconds=perf_counter() - start,
        serial=serial,
    )
