"""The queue of trainings: one at a time, browsers in turn, equal settings once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest

from pages.ui.training import training_queue
from pages.ui.training.job_store import JobStore
from pages.ui.training.training_queue import TrainingQueue
from tests.support.trainings import until


class LeftError(Exception):
    """What a tab that is closed raises in these tests."""


@pytest.fixture(autouse=True)
def _quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training_queue, "POLL_SECONDS", 0.005)


class Line:
    """A queue whose first place is taken until `open` is called, and those who wait behind it."""

    def __init__(self) -> None:
        self.queue = TrainingQueue()
        self.store = JobStore[str, str](1_000_000, self.queue)
        self.trained: list[str] = []
        self.places: dict[str, int] = {}
        self._pool = ThreadPoolExecutor(16)
        self._gate = Event()
        self.ask("first", client="somebody", wait=False)
        until(lambda: self.trained == ["first"])

    def ask(
        self,
        settings: str,
        *,
        client: str,
        name: str = "",
        leaves: Event | None = None,
        wait: bool = True,
    ) -> Future[str]:
        """Ask for a training in a thread; return when it waits."""
        name = name or settings

        def train(_: int) -> str:
            self.trained.append(settings)
            assert self._gate.wait(20)
            return settings

        def note(before: int) -> None:
            self.places[name] = before
            if leaves is not None and leaves.is_set():
                raise LeftError

        found = self._pool.submit(self.store.run, settings, train, client=client, on_wait=note)
        if wait:
            until(lambda: name in self.places)
        return found

    def open(self) -> None:
        self._gate.set()
        self._pool.shutdown()


@pytest.fixture
def line() -> Iterator[Line]:
    made = Line()
    yield made
    made.open()


def test_first_come_first_served(line: Line) -> None:
    for name in "abc":
        line.ask(name, client=name)
    line.open()
    assert line.trained == ["first", "a", "b", "c"]


def test_a_browser_with_many_tabs_takes_turns_with_the_others(line: Line) -> None:
    for number in range(6):
        line.ask(f"tab {number}", client="greedy")
    for name in "ab":
        line.ask(name, client=name)
    line.open()
    # Who came while the first training ran has a place in its round, before all further tabs.
    assert line.trained[:4] == ["first", "tab 0", "a", "b"]
    assert line.trained[4:] == [f"tab {number}" for number in range(1, 6)]


def test_a_browser_that_is_served_has_its_next_tabs_after_the_others(line: Line) -> None:
    line.ask("again", client="somebody")  # whose first training runs
    line.ask("a", client="a")
    line.open()
    assert line.trained == ["first", "a", "again"]


def test_who_waits_knows_how_many_come_before(line: Line) -> None:
    for name in "abc":
        line.ask(name, client=name)
    line.ask("c", client="d", name="c too")
    until(lambda: line.places == {"a": 1, "b": 2, "c": 3, "c too": 3})
    line.ask("first", client="e", name="first too")
    assert line.places["first too"] == 0


def test_equal_settings_are_trained_once_and_nobody_waits_for_others_then(line: Line) -> None:
    same = [line.ask("same", client=str(at), name=str(at)) for at in range(5)]
    line.ask("other", client="x")
    late = line.ask("first", client="y", name="late")
    line.open()
    assert [one.result() for one in [*same, late]] == ["same"] * 5 + ["first"]
    assert line.trained == ["first", "same", "other"]


def test_two_stores_share_a_line_but_no_results(line: Line) -> None:
    other = JobStore[str, str](1_000_000, line.queue)
    with ThreadPoolExecutor(1) as pool:
        places: list[int] = []
        found = pool.submit(other.run, "first", str, client="a", on_wait=places.append)
        until(lambda: 1 in places)
        line.open()
        assert found.result() == "1"


def test_what_is_stored_is_there_at_once_however_long_the_line_is() -> None:
    queue = TrainingQueue()
    store = JobStore[str, str](1_000_000, queue)
    store.run("stored", lambda _: "once")
    with queue.turn("held", "somebody"):
        assert store.run("stored", lambda _: "twice") == "once"


def test_a_tab_that_is_closed_leaves_the_line(line: Line) -> None:
    leaves = Event()
    left = line.ask("left", client="a", leaves=leaves)
    line.ask("b", client="b")
    until(lambda: line.places["b"] == 2)
    leaves.set()
    with pytest.raises(LeftError):
        left.result()
    until(lambda: line.places["b"] == 1)
    line.open()
    assert line.trained == ["first", "b"]


def test_a_training_that_fails_frees_the_line_and_is_not_stored() -> None:
    store = JobStore[str, str](1_000_000, TrainingQueue())

    def fail(_: int) -> str:
        raise LeftError

    with pytest.raises(LeftError):
        store.run("a", fail)
    assert store.run("a", lambda serial: f"{serial}") == "2"


def test_others_are_seen_until_they_leave(line: Line) -> None:
    assert line.store.has_others("mine")
    assert not line.store.has_others("first")
    line.open()
    assert not line.store.has_others("mine")
