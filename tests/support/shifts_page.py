"""The page of feature-map shifts without a browser: its stack in writing, editor and tables."""

from pages.ui.scene.link import from_query
from rfcore.stack import Stack
from tests.support.page_driver import Page, errors, header, open_page, run_clean, table

PRESET = "C3x3/1 -> M2x2/2 -> C3x3/1"
"""The stack that the page opens with."""


def open_shifts(**query: str) -> Page:
    """The page, opened by a link."""
    title = r"Does the map move when the pattern moves\?"
    return open_page("feature_map_shifts.py", query, title=title)


def notation(page: Page) -> str:
    """The stack as it stands in the text field."""
    return page.text_input(key="notation").value


def set_notation(page: Page, text: str) -> Page:
    """Write a stack into the text field, and run the page."""
    page.text_input(key="notation").set_value(text)
    return run_clean(page)


def pick_layer(page: Page, at: int) -> Page:
    """Pick a layer to edit, counted from 0, and run the page."""
    page.segmented_control(key="layer_at").set_value(at)
    return run_clean(page)


def set_field(page: Page, name: str, value: int) -> Page:
    """Set a number of the picked layer, and run the page."""
    page.number_input(key=f"field_{name}").set_value(value)
    return run_clean(page)


def column(page: Page, name: str) -> list[str]:
    """A column of the table of layers."""
    return [row[name] for row in table(page)]


def assert_shows(page: Page, text: str) -> None:
    """Assert that text field, stage, table and link all show these layers."""
    stack = Stack.parse(text)
    assert notation(page) == text
    assert [layer["text"] for layer in header(page)["setting"]["layers"]] == list(map(str, stack))
    assert column(page, "layer") == [f"{n} {layer.name}" for n, layer in enumerate(stack, 1)]
    assert page.segmented_control(key="layer_at").options == [
        f"{n}  {layer}" for n, layer in enumerate(stack, 1)
    ]
    scene, problems = from_query(page.query_params)
    assert problems == []
    assert scene.stack == stack
    assert errors(page) == []
