"""Fixtures for the whole suite, and the rule that no test is skipped."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from benchmarks.app_server import AppServer, find_chromium, launch_chromium

# A busy machine is slow now and then: how long one example takes decides nothing. By hand every run
# tries new examples; on CI the same ones, so that a red run is due to the change that it is about.
settings.register_profile("suite", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("suite")

RUNS_THE_APP = {"browser", "server", "own_server"}
"""Fixtures of the tests that have work for two cores by themselves."""

_skipped: dict[str, str] = {}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests of the running app, and run those in a browser last.

    Playwright's event loop gets in nobody's way then. The walk over all pages is the very last: it
    waits until everything has been trained, and others are about what is seen before.
    """
    for item in items:
        if not RUNS_THE_APP.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker("app")
    items.sort(
        key=lambda item: (
            "browser" in getattr(item, "fixturenames", ()),
            item.path.name == "test_browser_access.py",
        )
    )


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note a test that was skipped or expected to fail."""
    _note_skip(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Note a whole module that was skipped."""
    _note_skip(report)


def _note_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if hasattr(report, "wasxfail"):
        _skipped[report.nodeid] = f"expected to fail: {report.wasxfail}"
    elif report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        _skipped[report.nodeid] = str(reason)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail a run in which a test was not really run: a skip that nobody reads tests nothing."""
    if _skipped and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the tests that were not run."""
    if _skipped:
        terminalreporter.section("not run, so the suite fails", red=True)
        for name, reason in _skipped.items():
            terminalreporter.line(f"{name}: {reason}")


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The path of the Chromium to test with."""
    try:
        return find_chromium()
    except FileNotFoundError as error:
        raise pytest.UsageError(str(error)) from None


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    """One headless Chromium for all tests; each test opens its own context or page."""
    with sync_playwright() as playwright:
        # browser_contexts.py: its first tab keeps the app's scripts compiled for those that follow.
        browser = launch_chromium(playwright, chromium_path, "--process-per-site")
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server() -> Iterator[AppServer]:
    """The real app, started once: ``server.url`` to open, ``server.log()`` to read."""
    with AppServer() as server:
        yield server


@pytest.fixture
def quick_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages without a browser, as fast as can be; goes with `tests.support.page_driver`.

    Each AppTest reads the metadata of every package for components of theirs: 0.2 s a test. And the
    stage's messages in the tests name the revision that they answer.
    """
    monkeypatch.setattr("importlib.metadata.distributions", lambda: iter(()))
    monkeypatch.setattr("pages.ui.session.tab_state.secrets.randbelow", lambda bound: 0)
