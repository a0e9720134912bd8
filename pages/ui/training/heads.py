"""Trained heads, shared by all learners: each experiment is trained once. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Literal

import numpy as np

from pages.ui.training.job_store import JobStore
from pages.ui.training.training_queue import TRAINING_QUEUE, TrainingQueue
from rfcore.heads.classifier import Classifier
from rfcore.heads.depth_study import DepthResult, compare_depths
from rfcore.heads.experiment import Experiment
from rfcore.heads.head import HEADS, Head
from rfcore.heads.head_analysis import quarter_accuracy
from rfcore.heads.run_experiment import position_maps, train_heads
from rfcore.ops import Array

HEADS_BUDGET = 32 * 2**20
"""Bytes of all trained heads that are stored: 0.3 MB each with the defaults, at most some 10 MB."""

DEPTHS_BUDGET = 2**20
"""Bytes of all comparisons of depths; each takes a few KB, because it holds no weights."""

_MAX_ODDS = 60.0  # log-odds above which a probability is 1 in floating point

Phase = Literal["waiting", "drawing", "training", "asking"]


@dataclass(frozen=True)
class TrainingProgress:
    """Progress of a training.

    share: of its phase, 0 to 1. heads: (loss, accuracy) by head name. before: while it waits, how
    many trainings come before it; 0 while the same one runs for somebody else.
    """

    phase: Phase
    share: float
    heads: dict[str, tuple[float, float]] = field(default_factory=dict)
    before: int = 0


ProgressCallback = Callable[[TrainingProgress], None]
"""Called repeatedly; an exception from it ends the training, and nothing is stored."""


def _ignore_progress(progress: TrainingProgress) -> None:
    del progress


@dataclass(frozen=True, eq=False)
class TrainedHeads:
    """The result of an experiment.

    classifiers: one for each of HEADS. maps: float32 (heads, classes shown, rows, cols, classes),
    from `position_maps`. accuracy: (heads, 2, 2), in each quarter. largest_logits: (heads,), the
    largest logit of each head at any place. seconds: the duration. serial: unique in the store.
    """

    experiment: Experiment
    classifiers: tuple[Classifier, ...]
    maps: Array
    accuracy: Array
    largest_logits: Array
    seconds: float
    serial: int


class HeadStore:
    """Trained heads and comparisons of depths, by their experiment; one training at a time.

    budget: bytes of the heads that are stored. queue: where trainings wait.
    """

    def __init__(self, budget: int = HEADS_BUDGET, queue: TrainingQueue = TRAINING_QUEUE) -> None:
        self._heads = JobStore[Experiment, TrainedHeads](budget, queue)
        self._depths = JobStore[Experiment, tuple[DepthResult, ...]](DEPTHS_BUDGET, queue)

    def find(self, experiment: Experiment | None) -> TrainedHeads | None:
        """Return the trained heads of an experiment, or None if they are not stored."""
        return None if experiment is None else self._heads.find(experiment)

    def has_others(self, experiment: Experiment) -> bool:
        """Whether trainings run or wait, and none of them is this one."""
        return self._heads.has_others(experiment)

    def train(
        self,
        experiment: Experiment,
        report: ProgressCallback = _ignore_progress,
        *,
        client: str = "",
    ) -> TrainedHeads:
        """Return the trained heads of an experiment; train them if they are not stored.

        report: called with the progress, several times a second; its phase is "waiting" while
        another training runs. client: the browser that asks, see `TrainingQueue`.
        Raises what rfcore and `report` raise.
        """
        return self._heads.run(
            experiment,
            lambda serial: _train(experiment, report, serial),
            client=client,
            on_wait=lambda before: report(TrainingProgress("waiting", 0.0, before=before)),
        )

    def find_depths(self, experiment: Experiment) -> tuple[DepthResult, ...] | None:
        """Return the comparison of depths of an experiment, or None if it is not stored."""
        return self._depths.find(_in_the_upper_left(experiment))

    def compare(
        self,
        experiment: Experiment,
        report: ProgressCallback = _ignore_progress,
        *,
        client: str = "",
    ) -> tuple[DepthResult, ...]:
        """Return the accuracy of stacks of several depths; computes and reports as `train` does."""

        def compared(done: int, total: int) -> None:
            report(TrainingProgress("training", done / total))

        def compare(_: int) -> tuple[DepthResult, ...]:
            report(TrainingProgress("training", 0.0))
            return compare_depths(experiment, progress=compared)

        return self._depths.run(
            _in_the_upper_left(experiment),
            compare,
            client=client,
            on_wait=lambda before: report(TrainingProgress("waiting", 0.0, before=before)),
        )


HEAD_STORE = HeadStore()
"""The store of this process."""


def _in_the_upper_left(experiment: Experiment) -> Experiment:
    """Return the experiment with all examples in the upper left, as a comparison of depths has."""
    return replace(experiment, where="upper left")


def _train(experiment: Experiment, report: ProgressCallback, serial: int) -> TrainedHeads:
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
    # The two logits of a head are opposite numbers, so each has half the size of the log-odds.
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
