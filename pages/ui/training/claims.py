"""What the experiments of the Claim check have found: each is carried out once for all learners.

Those that need trained heads or grids run in a thread of their own, and take what they need from
the stores of the pages, which are then ready as well. Pure: no Streamlit here.
"""

from __future__ import annotations

import logging
from threading import Lock, Thread

from pages.ui.scene.face import SPECS
from pages.ui.scene.workspaces import HEADS
from pages.ui.training import faces
from pages.ui.training import heads as trained_heads
from rfcore.claims import EXPERIMENTS, FACE_EXPERIMENTS, HEAD_EXPERIMENTS, Cases

SLOW_CLAIMS = (*HEAD_EXPERIMENTS, *FACE_EXPERIMENTS)
"""Claims whose experiments take seconds."""

_LOG = logging.getLogger(__name__)


class ClaimResults:
    """The cases of each claim by its name; as many as there are claims."""

    def __init__(self) -> None:
        self._found: dict[str, Cases] = {}
        self._failed: set[str] = set()
        self._one_at_a_time, self._lock = Lock(), Lock()
        self._worker: Thread | None = None

    def find(self, name: str) -> Cases | None:
        """Return what was found about a claim; a cheap one is tried out now, if it was not yet."""
        if name in EXPERIMENTS and not self._is_known(name):
            with self._one_at_a_time:
                if not self._is_known(name):
                    self._carry_out([name])
        return self._found.get(name)

    def has_failed(self, name: str) -> bool:
        """Whether an experiment was tried and came to no end."""
        return name in self._failed

    def start(self) -> None:
        """Begin what takes seconds, unless it is done or under way."""
        with self._lock:
            if self._worker is None and not all(map(self._is_known, SLOW_CLAIMS)):
                self._worker = Thread(target=self._work, name="claims", daemon=True)
                self._worker.start()

    def wait(self) -> None:
        """Wait until what takes seconds, if it is under way, has ended."""
        with self._lock:
            worker = self._worker
        if worker is not None:
            worker.join()

    def _is_known(self, name: str) -> bool:
        return name in self._found or name in self._failed

    def _work(self) -> None:
        try:
            for names in (HEAD_EXPERIMENTS, FACE_EXPERIMENTS):
                self._carry_out([name for name in names if not self._is_known(name)])
        finally:
            with self._lock:
                self._worker = None

    def _carry_out(self, names: list[str]) -> None:
        for name in names:
            try:
                cases = _cases_of(name)
            except Exception:  # whatever went wrong, a page shows a sentence and no trace
                _LOG.exception("the experiment of claim %s failed", name)
                self._failed.add(name)
                continue
            if cases is not None:
                self._found[name] = cases


CLAIM_RESULTS = ClaimResults()
"""The results of this process."""


def _cases_of(name: str) -> Cases | None:
    """Carry out a claim's experiment; None when a learner has stopped the training it needs."""
    if name in EXPERIMENTS:
        return EXPERIMENTS[name]()
    if name in HEAD_EXPERIMENTS:
        experiment = HEADS.scene.experiment
        assert experiment is not None  # this room's scene has heads
        heads = trained_heads.HEAD_STORE.train(experiment)
        return HEAD_EXPERIMENTS[name](experiment, heads.classifiers, heads.maps)
    spec, store = SPECS["avg"], faces.GRID_STORE
    while not store.start(spec):
        store.wait()  # another spec is being trained
    store.wait()
    found = store.find(spec)
    return None if found is None else FACE_EXPERIMENTS[name](found.parts)
