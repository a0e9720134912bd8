"""A page as Streamlit runs it without a browser: opened by a link, and used as a learner would.

The fixture `quick_pages` goes with it.
"""

import html
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

PAGES = Path(__file__).resolve().parents[2] / "pages"
STAYS = " The scene stays as it was."


class Page(AppTest):
    """A page whose title every run is checked for, where it has one pattern."""

    title_pattern = ""


def new_page(
    name: str,
    query: Mapping[str, str],
    *,
    title: str = "",
    with_charts: bool = False,
    seconds: float = 30,
) -> Page:
    """A page that has not run yet.

    name: of its file in pages/. query: the link's parameters. title: a pattern for the one title
    that the page has after every run. with_charts: whether somebody has scrolled to a chart, which
    all charts wait for. seconds: that a run may take.
    """
    page = Page(PAGES / "main.py", default_timeout=seconds)
    page.title_pattern = title
    if name != "home.py":  # the router's own choice
        page.switch_page(name)
    if with_charts:
        page.session_state["stage"] = {"charts": True}
    for key, value in query.items():
        page.query_params[key] = value
    return page


def run_clean(page: Page) -> Page:
    """Run a page; whatever it shows, it shows no exception."""
    page.run()
    assert [e.message for e in page.exception] == []
    if page.title_pattern:
        (title,) = page.title
        assert re.fullmatch(page.title_pattern, title.value)
    return page


def open_page(
    name: str,
    query: Mapping[str, str],
    *,
    title: str = "",
    with_charts: bool = False,
    seconds: float = 30,
) -> Page:
    """A page that has run once; the parameters are those of `new_page`."""
    return run_clean(new_page(name, query, title=title, with_charts=with_charts, seconds=seconds))


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
    assert found.pop("order")[1] > 0  # of each frame its own
    return found


def click(page: AppTest, label: str, nth: int | None = None) -> None:
    """Press the one button with a label, or the nth of several; the page has yet to run."""
    buttons = [button for button in page.button if button.label == label]
    if nth is None:
        assert len(buttons) == 1, f"{len(buttons)} buttons say “{label}”"
    buttons[nth or 0].click()


def press(page: Page, label: str, nth: int | None = None) -> Page:
    """Press the one button with a label, or the nth of several, and run the page."""
    click(page, label, nth)
    return run_clean(page)


def choose(page: Page, key: str, value: object) -> Page:
    """Choose a value in the box of a part of the scene, and run the page."""
    page.selectbox(key=f"choose_{key}").set_value(value)
    return run_clean(page)


def send(page: Page, message: object) -> Page:
    """Run the page with a message of the stage, as it came through the socket."""
    page.session_state["stage"] = {"message": json.loads(json.dumps(message))}
    return run_clean(page)


def button_labels(page: AppTest) -> list[str]:
    """What the page's buttons say, in order."""
    return [button.label for button in page.button]


def table(page: AppTest, at: int = 0) -> list[dict[str, str]]:
    """One of the page's tables, row by row, every kind of blank in it as one blank."""
    rows = page.table[at].value.to_dict("records")
    return [{name: " ".join(text.split()) for name, text in row.items()} for row in rows]


def prose(page: AppTest) -> str:
    """The page's running text, as read."""
    return " ".join(as_read(part.value) for part in page.markdown)


def plain(sentence: str) -> str:
    """A sentence without its escapes; every sign that Markdown could read must be escaped."""
    assert re.fullmatch(r"(?:\\[!-/:-@\[-`{-~]|[^!-/:-@\[-`{-~])*", sentence)
    return re.sub(r"\\(.)", r"\1", sentence).replace("\u2060", "")


def notices(page: AppTest) -> list[str]:
    """What the page says about its link, a sentence for each part."""
    lines = [line for warning in page.warning for line in warning.value.split("\n")]
    return [plain(line.removeprefix("- ")) for line in lines]


def errors(page: AppTest) -> list[str]:
    """The sentences of what was refused."""
    return [plain(error.value) for error in page.error]
