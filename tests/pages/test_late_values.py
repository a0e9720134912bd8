"""How long after a run an old value counts as late."""

from types import SimpleNamespace

import pytest

from pages.ui.session import late_values


@pytest.mark.parametrize(("took", "settles"), [(0.1, 0.7), (1.0, 1.4), (60.0, 2.1)])
def test_a_slow_run_extends_the_time_and_not_without_end(
    took: float, settles: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(late_values, "monotonic", lambda: now[0])
    monkeypatch.setattr(late_values, "st", SimpleNamespace(session_state={}))
    monkeypatch.setattr(late_values, "SETTLING_SECONDS", 0.7)
    assert not late_values.is_settling()
    late_values.note_run_begin()
    now[0] += took
    late_values.note_run_end()
    end = now[0]
    for later, expected in ((0.0, True), (settles - 0.01, True), (settles + 0.01, False)):
        now[0] = end + later
        assert late_values.is_settling() is expected
    late_values.note_run_end()  # of the stage alone, which says nothing about a page
    now[0] += settles - 0.01
    assert late_values.is_settling()
