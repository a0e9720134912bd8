"""Where no thread can be started, a store says so and can start its work later."""

from __future__ import annotations

from threading import Thread

import pytest

from pages.ui.scene.face import SPECS
from pages.ui.training import faces
from pages.ui.training.claims import ClaimResults
from pages.ui.training.faces import GridStore


@pytest.fixture
def no_threads() -> pytest.MonkeyPatch:
    """Undo it, and threads start again."""
    patch = pytest.MonkeyPatch()

    def fail(_: Thread) -> None:
        raise RuntimeError("can't start new thread")

    patch.setattr(Thread, "start", fail)
    return patch


def test_a_training_that_could_not_start_is_not_under_way(
    no_threads: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, spec, trained = GridStore(), SPECS["avg"], []
    monkeypatch.setattr(faces, "_train", lambda spec, *_: trained.append(spec))
    try:
        with pytest.raises(RuntimeError, match="can't start new thread"):
            store.start(spec)
        assert store.progress(spec) is None
    finally:
        no_threads.undo()
    store.start(spec)
    store.wait()
    assert trained == [spec]


def test_experiments_that_could_not_start_start_later(
    no_threads: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    results, tried = ClaimResults(), []
    monkeypatch.setattr(results, "_run", tried.extend)
    try:
        with pytest.raises(RuntimeError, match="can't start new thread"):
            results.start()
    finally:
        no_threads.undo()
    results.start()
    results.wait()
    assert tried
