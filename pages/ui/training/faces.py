"""Trained grids, shared by all learners: each spec is trained once, in a separate thread.

Frames and scripts do not wait for a training; they show which grids are trained so far. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Lock, Thread
from time import perf_counter

import numpy as np

from pages.ui.training.job_store import JobStore
from rfcore.faces.parts import face_places, scrambled_places
from rfcore.faces.spec import PartsSpec, face_picture
from rfcore.faces.train import TrainedParts, cell_boxes, train_parts
from rfcore.ops import Array

_CAPACITY = 8
"""Specs whose grids are stored; each takes 0.5 MB."""

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
    """Ends a training that a learner has stopped."""


class GridStore:
    """Trained grids by their spec; one spec at a time is trained, in a separate thread."""

    def __init__(self, capacity: int = _CAPACITY) -> None:
        self._grids = JobStore[PartsSpec, TrainedGrids](capacity)
        self._lock = Lock()
        self._running: tuple[PartsSpec, Thread] | None = None
        self._stop = Event()
        self._rounds = (0, 1)

    def find(self, spec: PartsSpec) -> TrainedGrids | None:
        """Return the trained grids of a spec, or None if they are not stored."""
        return self._grids.find(spec)

    def start(self, spec: PartsSpec) -> bool:
        """Start the training of a spec; return False if another spec is being trained.

        Raises RuntimeError if no thread can be started for it.
        """
        with self._lock:
            if self.find(spec) is not None:
                return True
            if self._running is not None:
                return self._running[0] == spec
            self._stop.clear()
            self._rounds = (0, len(spec.grids) + len(spec.distances))
            thread = Thread(target=self._train, args=(spec,), name="parts", daemon=True)
            thread.start()  # may raise RuntimeError; then nothing is under way
            self._running = (spec, thread)
            return True

    def stop(self, spec: PartsSpec) -> None:
        """Stop the training of a spec, if it is running; its partial result is discarded."""
        with self._lock:
            if self._running is not None and self._running[0] == spec:
                self._stop.set()

    def progress(self, spec: PartsSpec) -> tuple[int, int] | None:
        """Return (rounds done, total rounds) while a spec is being trained, else None."""
        with self._lock:
            under_way = self._running is not None and self._running[0] == spec
            return self._rounds if under_way else None

    def wait(self) -> None:
        """Wait for the running training, if any, to end."""
        with self._lock:
            thread = self._running[1] if self._running else None
        if thread is not None:
            thread.join()

    def _train(self, spec: PartsSpec) -> None:
        try:
            with suppress(_StoppedError):
                self._grids.run(spec, lambda serial: _train(spec, self._note_rounds, serial))
        finally:
            with self._lock:
                self._running = None

    def _note_rounds(self, done: int, total: int) -> bool:
        with self._lock:
            self._rounds = (done, total)
        return not self._stop.is_set()


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
