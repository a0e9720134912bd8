"""Fixtures for the whole suite, and the rule that no test is skipped."""

# First: as in the app, a product takes one thread, which is set before NumPy is loaded.
import pages.ui.server.threads  # noqa: F401  # isort: skip

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from benchmarks.app_server import AppServer, find_chromium, launch_chromium
from pages.ui.server.allowed_hosts import HOSTS_VARIABLE

# A failed assert in a shared helper shows what it compared, as one in a test file does.
pytest.register_assert_rewrite("tests.support")

# A busy machine is slow now and then: how long one example takes decides nothing. By hand every run
# tries new examples; on CI the same ones, so that a red run is due to the change that it is about.
settings.register_profile("suite", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("suite")
settings.register_profile("fast", settings.get_profile("suite"), max_examples=5)

RUNS_THE_APP = {"browser", "server", "own_server"}
"""Fixtures of the tests that have work for two cores by themselves."""

RUNS_PAGES = {"quick_pages"}
"""Fixtures of the tests that run whole pages without a browser."""

APART = ("browser", "deploy", "pages", "rfcore/trained")
"""The folders of tests/ that hold no unit tests: they start servers, run pages, or train."""

_skipped: dict[str, str] = {}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests of the running app, and unit tests, and run those in a browser last.

    Playwright's event loop gets in nobody's way then. The walk over all pages is the very last: it
    waits until everything has been trained, and others are about what is seen before.
    """
    is_fast = settings.get_current_profile_name() == "fast"
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & RUNS_THE_APP:
            item.add_marker("app")
        elif not (
            fixtures & RUNS_PAGES
            or item.get_closest_marker("slow")
            or item.get_closest_marker("trains")
            or item.get_closest_marker("exhaustive")
            or _is_apart(item)
        ):
            item.add_marker("unit")
        if is_fast:
            _try_few_examples(item)
    items.sort(
        key=lambda item: (
            "browser" in getattr(item, "fixturenames", ()),
            item.path.name == "test_browser_access.py",
        )
    )


def _is_apart(item: pytest.Item) -> bool:
    folder = item.path.parent
    own = Path(__file__).parent
    return any(folder.is_relative_to(own / name) for name in APART)


def _try_few_examples(item: pytest.Item) -> None:
    """Let a test that asks for its own number of examples take the profile's, if that is less."""
    test = getattr(item, "obj", None)
    # Where `@settings` keeps what it was given; a profile alone does not reach it.
    own = getattr(test, "_hypothesis_internal_use_settings", None)
    if own is not None and own.max_examples > settings.default.max_examples:
        few = settings(own, max_examples=settings.default.max_examples)
        test._hypothesis_internal_use_settings = few


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
    with AppServer(environment={HOSTS_VARIABLE: "lab.example"}) as server:
        yield server


@pytest.fixture
def quick_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages without a browser, as fast as can be; goes with `tests.support.page_driver`.

    Each AppTest reads the metadata of every package for components of theirs: 0.2 s a test. And the
    stage's messages in the tests name the revision that they answer.
    """
    monkeypatch.setattr("importlib.metadata.distributions", lambda: iter(()))
    monkeypatch.setattr("pages.ui.session.tab_state.secrets.randbelow", lambda bound: 0)
