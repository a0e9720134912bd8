"""A page as Streamlit runs it without a browser: opened by a link, and read as a learner would.

What is asked of one page alone stands in its own tests. The fixture `quick_pages` goes with it.
"""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

PAGES = Path(__file__).resolve().parents[2] / "pages"
STAYS = " The scene stays as it was."


def new_page(
    name: str, query: dict[str, str], *, with_charts: bool = False, seconds: float = 30
) -> AppTest:
    """A page that has not run yet.

    name: of its file in pages/. query: the link's parameters. with_charts: whether somebody has
    scrolled to a chart, which all charts wait for. seconds: that a run may take.
    """
    page = AppTest.from_file(str(PAGES / "main.py"), default_timeout=seconds)
    if name != "home.py":  # the router's own choice
        page.switch_page(name)
    if with_charts:
        page.session_state["stage"] = {"charts": True}
    for key, value in query.items():
        page.query_params[key] = value
    return page


def run_clean(page: AppTest) -> AppTest:
    """Run a page; whatever it shows, it shows no exception."""
    page.run()
    assert [e.message for e in page.exception] == []
    return page


def stages(page: AppTest) -> Iterator[Any]:
    """The stage of a page, where it has one; another component may stand beside it."""
    for component in page.get("bidi_component"):
        if component.proto.component_name == "shift_lab_stage":
            yield component


def as_read(markdown: str) -> str:
    """Running text without its explanations of terms."""
    text = re.sub(r'<span class="meaning".*?</span>|</?(?:span|div)[^>]*>', "", markdown)
    return html.unescape(text).strip()


def header(page: AppTest) -> dict[str, Any]:
    """The header of the frame that the stage got; it carries the setting in these tests."""
    frame = next(stages(page)).proto.bytes
    found: dict[str, Any] = json.loads(frame[4 : 4 + int.from_bytes(frame[:4], "little")])
    assert found.pop("sentAt") > 0  # of each frame its own
    return found


def click(page: AppTest, label: str) -> None:
    """Press the one button with a label; the page has yet to run."""
    (button,) = [button for button in page.button if button.label == label]
    button.click()


def plain(sentence: str) -> str:
    """A sentence without its escapes; every sign that Markdown could read must be escaped."""
    assert re.fullmatch(r"(?:\\[!-/:-@\[-`{-~]|[^!-/:-@\[-`{-~])*", sentence)
    return re.sub(r"\\(.)", r"\1", sentence).replace("\u2060", "")


def errors(page: AppTest) -> list[str]:
    """The sentences of what was refused."""
    return [plain(error.value) for error in page.error]
