"""Every test here runs pages without a browser."""

import pytest

from pages.ui.session import late_values


@pytest.fixture(autouse=True)
def _quick(quick_pages: None) -> None:
    """Run the pages as fast as can be."""


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test go back at once: to the app it then looks like someone who took their time."""
    monkeypatch.setattr(late_values, "SETTLING_SECONDS", 0)
