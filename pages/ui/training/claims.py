"""Results of the claims' experiments, shared by all learners: each experiment runs once.

Experiments that need trained heads or grids run in a separate thread. They use the stores of the
pages, so that those pages then find the heads and grids trained. Pure.
"""

from __future__ import annotations

import logging
from threading import Lock, Thread

from pages.ui.scene.face import SPECS
from pages.ui.scene.workspaces import HEADS_WORKSPACE
from pages.ui.training import faces
from pages.ui.training import heads as trained_heads
from rfcore.claims import EXPERIMENTS, FACE_EXPERIMENTS, HEAD_EXPERIMENTS, Cases

SLOW_CLAIMS = (*HEAD_EXPERIMENTS, *FACE_EXPERIMENTS)
"""Claims whose experiments need a training, which takes seconds."""

_CLIENT = "claims"
_REQUESTER = faces.Requester(_CLIENT, _CLIENT)

_LOG = logging.getLogger(__name__)


class ClaimResults:
    """The cases of each claim, by the claim's name."""

    def __init__(self) -> None:
        self._found: dict[str, Cases] = {}
        self._failed: set[str] = set()
        self._one_at_a_time, self._lock = Lock(), Lock()
        self._worker: Thread | None = None

    def find(self, name: str) -> Cases | None:
        """Return the cases of a claim, or None if its slow experiment has not run yet."""
        if name in EXPERIMENTS and not self._is_known(name):
            with self._one_at_a_time:
                if not self._is_known(name):
                    self._run([name])
        return self._found.get(name)

    def has_failed(self, name: str) -> bool:
        """Whether a claim's experiment has failed."""
        return name in self._failed

    def start(self) -> None:
        """Start the slow experiments, unless they are done or running."""
        with self._lock:
            if self._worker is None and not all(map(self._is_known, SLOW_CLAIMS)):
                worker = Thread(target=self._work, name="claims", daemon=True)
                worker.start()  # may raise RuntimeError; then nothing is under way
                self._worker = worker

    def wait(self) -> None:
        """Wait for the slow experiments to end, if they are running."""
        with self._lock:
            worker = self._worker
        if worker is not None:
            worker.join()

    def _is_known(self, name: str) -> bool:
        return name in self._found or name in self._failed

    def _work(self) -> None:
        try:
            for names in (HEAD_EXPERIMENTS, FACE_EXPERIMENTS):
                self._run([name for name in names if not self._is_known(name)])
        finally:
            with self._lock:
                self._worker = None

    def _run(self, names: list[str]) -> None:
        for name in names:
            try:
                cases = _cases_of(name)
            except Exception:  # the page reports the failure; it must not show a trace
                _LOG.exception("the experiment of claim %s failed", name)
                self._failed.add(name)
                continue
            if cases is not None:
                self._found[name] = cases


CLAIM_RESULTS = ClaimResults()
"""The results of this process."""


def _cases_of(name: str) -> Cases | None:
    """Run a claim's experiment; None if a learner has stopped the training that it needs."""
    if name in EXPERIMENTS:
        return EXPERIMENTS[name]()
    if name in HEAD_EXPERIMENTS:
        experiment = HEADS_WORKSPACE.scene.experiment
        assert experiment is not None  # the scene of this workspace has heads
        heads = trained_heads.HEAD_STORE.train(experiment, client=_CLIENT)
        return HEAD_EXPERIMENTS[name](experiment, heads.classifiers, heads.maps)
    spec, store = SPECS["avg"], faces.GRID_STORE
    store.start(spec, _REQUESTER)
    store.wait()
    found = store.find(spec)
    return None if found is None else FACE_EXPERIMENTS[name](found.parts)
