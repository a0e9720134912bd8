"""What those who left had held goes when somebody new comes, and is not looked for all the time."""

from weakref import ref

import pytest

from pages.ui.server import free_memory


class Session:
    """What refers to itself, as Streamlit's do."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def _long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(free_memory, "_last", [0.0])


def test_what_was_left_is_swept() -> None:
    left = ref(Session())
    free_memory.sweep()
    assert left() is None


def test_a_class_that_joins_is_swept_for_once() -> None:
    free_memory.sweep()
    left = ref(Session())
    free_memory.sweep()
    assert left() is not None


def test_one_sweep_at_a_time() -> None:
    left = ref(Session())
    with free_memory._sweeping:
        free_memory.sweep()
        assert left() is not None
    free_memory.sweep()
    assert left() is None


def test_what_is_free_then_goes_back_to_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(free_memory, "_return_free", asked.append)
    free_memory.sweep()
    assert asked == [0]  # all of it


def test_where_the_system_takes_nothing_back_a_sweep_still_sweeps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(free_memory, "_return_free", None)
    test_what_was_left_is_swept()
