"""The memory of ended sessions is freed when a new one begins, and not more often than needed."""

from weakref import ref

import pytest

from pages.ui.server import free_memory


class Session:
    """An object that refers to itself, as Streamlit's sessions do."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def _long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(free_memory, "_last", [0.0])


def test_an_ended_session_is_freed() -> None:
    ended = ref(Session())
    free_memory.collect_garbage()
    assert ended() is None


def test_a_class_that_joins_causes_one_collection() -> None:
    free_memory.collect_garbage()
    ended = ref(Session())
    free_memory.collect_garbage()
    assert ended() is not None


def test_one_collection_at_a_time() -> None:
    ended = ref(Session())
    with free_memory._collecting:
        free_memory.collect_garbage()
        assert ended() is not None
    free_memory.collect_garbage()
    assert ended() is None


def test_freed_memory_goes_back_to_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(free_memory, "_malloc_trim", asked.append)
    free_memory.collect_garbage()
    assert asked == [0]  # all of it


def test_where_the_system_takes_nothing_back_garbage_is_collected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(free_memory, "_malloc_trim", None)
    test_an_ended_session_is_freed()
