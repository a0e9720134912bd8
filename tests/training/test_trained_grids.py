"""The store of trained grids: a training goes on for as long as a tab that asked is open."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Event
from typing import Any

import pytest

from pages.ui.training import faces, training_queue
from pages.ui.training.faces import GridProgress, GridStore, Requester
from pages.ui.training.training_queue import TrainingQueue
from rfcore.faces.spec import PartsSpec
from tests.support.trainings import until

SPEC = PartsSpec()
OTHER = PartsSpec(kind="max")


class Tab:
    """A tab of a browser, which can be closed."""

    def __init__(self, name: str) -> None:
        self.is_open = True
        self.requester = Requester(name, name, lambda: self.is_open)


class Trainings:
    """A store whose trainings go on until they may end, or nobody waits for them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.queue = TrainingQueue()
        self.store = GridStore(queue=self.queue)
        self.begun: list[PartsSpec] = []
        self.ended: list[PartsSpec] = []
        self.may_end = Event()
        monkeypatch.setattr(faces, "_train", self._train)
        monkeypatch.setattr(training_queue, "POLL_SECONDS", 0.005)

    def _train(self, spec: PartsSpec, goes_on: Callable[[int, int], bool], serial: int) -> Any:
        self.begun.append(spec)
        try:
            while not self.may_end.wait(0.002):
                if not goes_on(1, 2):
                    raise faces._StoppedError
            return serial
        finally:
            self.ended.append(spec)


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch) -> Iterator[Trainings]:
    made = Trainings(monkeypatch)
    yield made
    made.may_end.set()
    made.store.wait()


def test_a_training_ends_when_the_last_tab_that_asked_is_closed(trainings: Trainings) -> None:
    one, two, store = Tab("one"), Tab("two"), trainings.store
    store.start(SPEC, one.requester)
    store.start(SPEC, two.requester)
    until(lambda: store.progress(SPEC) == GridProgress(1, 2))
    one.is_open = False
    time.sleep(0.05)  # many rounds of the training
    assert not trainings.ended
    two.is_open = False
    assert store.progress(SPEC) is None
    until(lambda: trainings.ended == [SPEC])
    store.wait()
    assert store.find(SPEC) is None


def test_stop_stops_for_one_tab_alone(trainings: Trainings) -> None:
    one, two, store = Tab("one"), Tab("two"), trainings.store
    store.start(SPEC, one.requester)
    store.start(SPEC, two.requester)
    store.stop(SPEC, one.requester)
    trainings.may_end.set()
    store.wait()
    assert trainings.begun == [SPEC]
    assert store.find(SPEC) is not None


def test_a_tab_waits_for_one_training(trainings: Trainings) -> None:
    tab, store = Tab("one"), trainings.store
    store.start(SPEC, tab.requester)
    until(lambda: trainings.begun == [SPEC])
    store.start(OTHER, tab.requester)
    until(lambda: trainings.begun == [SPEC, OTHER])
    assert trainings.ended == [SPEC]
    assert store.find(SPEC) is None


def test_trainings_that_no_tab_asks_for_do_not_end_each_other(trainings: Trainings) -> None:
    store = trainings.store
    store.start(SPEC)
    until(lambda: trainings.begun == [SPEC])
    store.start(OTHER)
    time.sleep(0.05)  # many rounds of the training
    assert not trainings.ended
    trainings.may_end.set()
    store.wait()
    assert store.find(SPEC) is not None
    assert store.find(OTHER) is not None


def test_a_training_that_waits_says_so_and_leaves_the_line_with_its_tab(
    trainings: Trainings,
) -> None:
    tab, store = Tab("one"), trainings.store
    with trainings.queue.turn("heads", "somebody"):
        assert store.has_others(SPEC)
        store.start(SPEC, tab.requester)
        until(lambda: store.progress(SPEC) == GridProgress(0, 19, before=1))
        assert not store.has_others(SPEC)
        tab.is_open = False
        store.wait()
    assert not trainings.begun
    assert not trainings.queue.has_others("anything")


def test_a_training_that_is_being_stopped_begins_anew_for_who_asks_then(
    trainings: Trainings,
) -> None:
    gone, here, store = Tab("gone"), Tab("here"), trainings.store
    with trainings.queue.turn("heads", "somebody"):
        store.start(SPEC, gone.requester)
        gone.is_open = False
        store.start(SPEC, here.requester)
    trainings.may_end.set()
    store.wait()
    assert store.find(SPEC) is not None


def test_specs_are_trained_one_after_the_other(trainings: Trainings) -> None:
    store = trainings.store
    for number, spec in enumerate((SPEC, OTHER, replace(SPEC, seed=3))):
        store.start(spec, Tab(f"{number}").requester)
    until(lambda: trainings.begun == [SPEC])
    trainings.may_end.set()
    store.wait()
    assert len(trainings.begun) == 3
    assert trainings.begun == trainings.ended
