"""Trained grids, shared by all learners: each spec is trained once, in a separate thread.

Frames and scripts do not wait for a training; they show which grids are trained so far. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import Lock, Thread
from time import perf_counter

import numpy as np

from pages.ui.training.job_store import JobStore
from pages.ui.training.training_queue import TRAINING_QUEUE, TrainingQueue
from rfcore.faces.parts import face_places, scrambled_places
from rfcore.faces.spec import PartsSpec, face_picture
from rfcore.faces.train import TrainedParts, cell_boxes, train_parts
from rfcore.ops import Array

GRIDS_BUDGET = 8 * 2**20
"""Bytes of all trained grids that are stored; those of a spec take 0.5 MB."""

_SAMPLES = 12
"""Scrambled faces from which the scale of the evidence's colours is computed."""


@dataclass(frozen=True, eq=False)
class TrainedGrids:
    """The trained grids of a spec.

    parts: the classifiers. home: (grids,), each grid's probability of "face" for the true face.
    boxes: for each grid, the (first, end) pixels of its cells along an axis. full: for each grid,
    the evidence that has the strongest colour. seconds: the duration of the training. serial:
    unique in the store.
    """

    parts: TrainedParts
    home: Array
    boxes: tuple[tuple[tuple[float, float], ...], ...]
    full: tuple[float, ...]
    seconds: float
    serial: int


class _StoppedError(Exception):
    """Ends a training that nobody waits for any more."""


@dataclass(frozen=True)
class Requester:
    """Who asks for a training.

    session: a name of the browser's tab. client: of the browser with all its tabs; see
    `TrainingQueue`. is_connected: whether the tab is still open.
    """

    session: str = ""
    client: str = ""
    is_connected: Callable[[], bool] = lambda: True


NOBODY = Requester()
"""Asks for a training that no tab waits for, as the lesson check does; so no tab ends it."""


@dataclass(frozen=True)
class GridProgress:
    """Progress of a training: rounds done, rounds in all, and the trainings that come before it."""

    done: int
    total: int
    before: int = 0


@dataclass(eq=False)
class _Job:
    """A training that waits or runs; requesters: those who wait for its result, by session."""

    requesters: dict[str, Requester]
    progress: GridProgress
    thread: Thread | None = None

    @property
    def is_wanted(self) -> bool:
        return any(requester.is_connected() for requester in list(self.requesters.values()))


class GridStore:
    """Trained grids by their spec; each spec is trained in a separate thread, when it is its turn.

    budget: bytes of the grids that are stored. queue: where trainings wait.
    """

    def __init__(self, budget: int = GRIDS_BUDGET, queue: TrainingQueue = TRAINING_QUEUE) -> None:
        self._grids = JobStore[PartsSpec, TrainedGrids](budget, queue)
        self._lock = Lock()
        self._jobs: dict[PartsSpec, _Job] = {}

    def find(self, spec: PartsSpec) -> TrainedGrids | None:
        """Return the trained grids of a spec, or None if they are not stored."""
        return self._grids.find(spec)

    def has_others(self, spec: PartsSpec) -> bool:
        """Whether trainings run or wait, and none of them is this one."""
        return self._grids.has_others(spec)

    def start(self, spec: PartsSpec, requester: Requester = NOBODY) -> None:
        """Start the training of a spec, or wait for it with the others who do.

        It ends without a result once nobody who asked is connected. A tab waits for one spec.
        Raises RuntimeError if no thread can be started for it.
        """
        with self._lock:
            for other, job in self._jobs.items():
                if other != spec and requester is not NOBODY:
                    job.requesters.pop(requester.session, None)
            if self.find(spec) is not None:
                return
            if spec in self._jobs and self._jobs[spec].is_wanted:
                self._jobs[spec].requesters[requester.session] = requester
                return
            rounds = len(spec.grids) + len(spec.distances)
            job = _Job({requester.session: requester}, GridProgress(0, rounds))
            job.thread = Thread(target=self._train, args=(spec, job), name="parts", daemon=True)
            job.thread.start()  # may raise RuntimeError; then nothing is under way
            self._jobs[spec] = job

    def stop(self, spec: PartsSpec, requester: Requester = NOBODY) -> None:
        """Wait no longer for a spec; its training ends without a result if nobody else does."""
        with self._lock:
            if spec in self._jobs:
                self._jobs[spec].requesters.pop(requester.session, None)

    def progress(self, spec: PartsSpec) -> GridProgress | None:
        """Return the progress of a spec that is trained or waits for its turn, else None."""
        with self._lock:
            job = self._jobs.get(spec)
            return None if job is None or not job.is_wanted else job.progress

    def wait(self) -> None:
        """Wait until no training runs or waits."""
        while True:
            with self._lock:
                job = next(iter(self._jobs.values()), None)
            if job is None or job.thread is None:
                return
            job.thread.join()

    def _train(self, spec: PartsSpec, job: _Job) -> None:
        def note_rounds(done: int, total: int) -> bool:
            job.progress = GridProgress(done, total)
            return job.is_wanted

        def note_place(before: int) -> None:
            job.progress = replace(job.progress, before=before)
            if not job.is_wanted:
                raise _StoppedError

        client = next((requester.client for requester in job.requesters.values()), "")
        try:
            with suppress(_StoppedError):
                self._grids.run(
                    spec,
                    lambda serial: _train(spec, note_rounds, serial),
                    client=client,
                    on_wait=note_place,
                )
        finally:
            with self._lock:
                if self._jobs.get(spec) is job:
                    del self._jobs[spec]


GRID_STORE = GridStore()
"""The store of this process."""


def _train(spec: PartsSpec, note_rounds: Callable[[int, int], bool], serial: int) -> TrainedGrids:
    start = perf_counter()
    parts = train_parts(spec, progress=note_rounds)
    if parts is None:
        raise _StoppedError
    face = face_picture(spec, face_places(spec.face_size))
    return TrainedGrids(
        parts=parts,
        home=parts.face_probabilities(face),
        boxes=tuple(
            tuple((float(box[0]), float(box[1])) for box in cell_boxes(spec, grid)[:, 0])
            for grid in spec.grids
        ),
        full=_full_evidence(parts, face),
        seconds=perf_counter() - start,
        serial=serial,
    )


def _full_evidence(parts: TrainedParts, face: Array) -> tuple[float, ...]:
    spec = parts.spec
    scrambled = (
        face_picture(spec, scrambled_places(spec.face_size, seed)) for seed in range(_SAMPLES)
    )
    pictures = (face, *scrambled)
    full = (max(np.abs(parts.evidence(grid, x)).max() for x in pictures) for grid in spec.grids)
    return tuple(float(value) or 1.0 for value in full)
