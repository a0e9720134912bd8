"""Trained grids, kept for all learners: each spec is trained once, in a thread of its own.

No frame and no script waits for a training: both show what there is. Pure: no Streamlit here.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from threading import Event, Lock, Thread
from time import perf_counter

import numpy as np

from pages.ui.training.lru_store import LruStore
from rfcore.faces.parts import face_places, scrambled_places
from rfcore.faces.spec import PartsSpec, face_picture
from rfcore.faces.train import TrainedParts, cell_boxes, train_parts
from rfcore.ops import Array

CAPACITY = 8
"""Specs whose grids are kept, some 0.5 MB each."""

_SAMPLES = 12
"""Scrambled faces that decide at which evidence a colour is full."""


@dataclass(frozen=True, eq=False)
class TrainedGrids:
    """Grids that were trained.

    parts: the classifiers. home: how probable each grid finds a face that is one, (grids,). boxes:
    for each grid the (first, end) pixels of its cells along an axis. full: for each grid the
    evidence at which a colour is full. seconds: that it took. serial: no other has it.
    """

    parts: TrainedParts
    home: Array
    boxes: tuple[tuple[tuple[float, float], ...], ...]
    full: tuple[float, ...]
    seconds: float
    serial: int


class GridStore:
    """Trained grids by their spec, the least recently used leaving first; one trains at a time."""

    def __init__(self, kept: int = CAPACITY) -> None:
        self._found = LruStore[PartsSpec, TrainedGrids](kept)
        self._lock, self._serials = Lock(), count(1)
        self._running: tuple[PartsSpec, Thread] | None = None
        self._stop = Event()
        self._done = (0, 1)

    def find(self, spec: PartsSpec) -> TrainedGrids | None:
        """Return what was trained for a spec, if it is kept."""
        return self._found.find(spec)

    def start(self, spec: PartsSpec) -> bool:
        """Begin to train a spec; returns False when it must wait for another one's training."""
        with self._lock:
            if self._found.find(spec) is not None:
                return True
            if self._running is not None:
                return self._running[0] == spec
            self._stop.clear()
            self._done = (0, len(spec.grids) + len(spec.distances))
            thread = Thread(target=self._train, args=(spec,), name="parts", daemon=True)
            self._running = (spec, thread)
            thread.start()
            return True

    def stop(self, spec: PartsSpec) -> None:
        """Give up the training of a spec, if it is under way; nothing of it is kept."""
        with self._lock:
            if self._running is not None and self._running[0] == spec:
                self._stop.set()

    def progress(self, spec: PartsSpec) -> tuple[int, int] | None:
        """Return (rounds done, rounds in all) while a spec is being trained."""
        with self._lock:
            under_way = self._running is not None and self._running[0] == spec
            return self._done if under_way else None

    def wait(self) -> None:
        """Wait until the training that is under way, if any, has ended."""
        with self._lock:
            thread = self._running[1] if self._running else None
        if thread is not None:
            thread.join()

    def _train(self, spec: PartsSpec) -> None:
        try:
            begun = perf_counter()
            parts = train_parts(spec, progress=self._note)
            if parts is not None:
                made = _trained_grids(parts, perf_counter() - begun, next(self._serials))
                self._found.keep(spec, made)
        finally:
            with self._lock:
                self._running = None

    def _note(self, done: int, total: int) -> bool:
        with self._lock:
            self._done = (done, total)
        return not self._stop.is_set()


GRID_STORE = GridStore()
"""The store of this process."""


def _trained_grids(parts: TrainedParts, seconds: float, serial: int) -> TrainedGrids:
    spec = parts.spec
    home = face_places(spec.face_size)
    face = face_picture(spec, home)
    samples = [face] + [
        face_picture(spec, scrambled_places(spec.face_size, seed)) for seed in range(_SAMPLES)
    ]
    full = [max(np.abs(parts.evidence(grid, x)).max() for x in samples) for grid in spec.grids]
    return TrainedGrids(
        parts=parts,
        home=parts.face_probabilities(face),
        boxes=tuple(
            tuple((float(box[0]), float(box[1])) for box in cell_boxes(spec, grid)[:, 0])
            for grid in spec.grids
        ),
        full=tuple(float(value) or 1.0 for value in full),
        seconds=seconds,
        serial=serial,
    )
