"""The pooling page as Streamlit runs it: examples, pools, grids, and choices that do not fit."""

import re
from itertools import product
from typing import Any

import pytest

from pages.ui.render.pool import message_of
from pages.ui.scene.grid import GRID_SIZES, MARKS, resized_cells
from pages.ui.scene.link import from_query
from pages.ui.scene.pool_examples import EXAMPLES, FIRST, PATCHES, RAMP, ROWS
from pages.ui.scene.pools import KINDS, POOL_KERNELS, POOL_STRIDES, PoolChoice, pool_stack
from pages.ui.sections.pooling_1d import SHIFTS, pooled_signal_sentence
from rfcore.network import Network
from rfcore.orbits import peak_orbit, peak_share_unchanged, steps_unchanged
from rfcore.receptive_field import receptive_fields
from rfcore.stack import Stack
from tests.support.page_driver import (
    STAYS,
    Page,
    choose,
    errors,
    header,
    open_page,
    prose,
    run_clean,
)

TITLE = r"What does a pool notice of a small move\?"
BOXES = ("example", "kind", "kernel", "stride", "grid", "pattern")


def open_pooling(**query: str) -> Page:
    return open_page("pooling_forgives.py", query, title=TITLE)


def choose_all(page: Page, **choices: Any) -> Page:
    """Choose values, one after the other, in the boxes that do not have them yet."""
    for key, value in choices.items():
        if page.selectbox(key=f"choose_{key}").value != value:
            choose(page, key, value)
    return page


def chosen(page: Page) -> dict[str, Any]:
    return {key: page.selectbox(key=f"choose_{key}").value for key in BOXES}


def tables(page: Page) -> list[list[str]]:
    """The numbers in each of the page's tables of cells, with their labels left out."""
    bodies = [part.proto.body for part in page.get("html")]
    return [re.findall(r"<td[^>]*>([^<]*)</td>", body) for body in bodies if "<td" in body]


def assert_counts_a_peaks_steps(page: Page, stack: Stack) -> None:
    network = Network.with_filters(stack)
    counts = steps_unchanged(peak_orbit(network), receptive_fields(stack)[-1].jump)
    share = peak_share_unchanged(network)
    assert tables(page)[0] == [str(count) for count in counts.ravel()]
    total = f"{counts.sum()} of {8 * counts.size} steps change nothing: **{share}** on average."
    assert total in prose(page).replace("\\", "")
    assert header(page)["setting"]["peak"] == f"{share} on average"


def test_the_page_opens_on_the_first_touch() -> None:
    page = open_pooling()
    assert [page.error, page.warning, page.query_params] == [[], [], {}]
    assert chosen(page) == {
        "example": FIRST,
        "kind": "max",
        "kernel": (2, 2),
        "stride": (2, 2),
        "grid": 8,
        "pattern": "pixel",
    }
    assert header(page)["sentence"] == "Drag the 9. What does the pool notice?"
    assert header(page)["steps"] == "3 of 8 here"
    assert_counts_a_peaks_steps(page, Stack.parse("M2x2/2"))
    assert "12 of 32 steps change nothing: **3/8** on average." in prose(page).replace("\\", "")


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example(name: str) -> None:
    page = choose_all(open_pooling(), example=RAMP if name == FIRST else FIRST)
    choose_all(page, example=name)
    example = EXAMPLES[name]
    assert from_query(page.query_params) == (example, [])
    assert chosen(page)["example"] == name
    assert [errors(page), header(page)["setting"]["cells"]] == [[], example.cells]
    assert message_of(example) in prose(page).replace("\\", "")
    assert (name in (PATCHES, ROWS)) == ("give" in prose(page).replace("\\", ""))
    assert_counts_a_peaks_steps(page, example.stack)


@pytest.mark.parametrize("kind", KINDS)
def test_every_pool(kind: Any) -> None:
    page = choose_all(open_pooling(size="12", cells="0" * 144, picture="grid"), kind=kind)
    for kernel, stride in product(POOL_KERNELS, POOL_STRIDES):
        choose_all(page, stride=stride, kernel=kernel)  # neither changes the other
        stack = pool_stack(PoolChoice(kind, kernel, stride))
        layers = header(page)["setting"]["layers"]
        assert [layer["text"] for layer in layers] == list(map(str, stack))
        assert Stack.parse(page.query_params["stack"]) == stack
        assert errors(page) == []
        assert_counts_a_peaks_steps(page, stack)


def test_every_grid_and_mark() -> None:
    page = open_pooling()
    for size, mark in product(GRID_SIZES, MARKS):
        choose_all(page, grid=size, pattern=mark)
        setting = header(page)["setting"]
        assert (setting["size"], setting["pattern"]["name"]) == (size, mark)
        assert len(setting["cells"]) == size * size
        assert errors(page) == []


def test_a_choice_that_does_not_fit_says_so_and_changes_nothing() -> None:
    page = choose_all(open_pooling(), example=ROWS, kernel=(4, 4))
    before = header(page)["query"]
    choose_all(page, kind="max, then blur")  # of a 4x4 grid one output is left, too small to blur
    (problem,) = errors(page)
    assert problem.startswith("Layer 2")
    assert problem.endswith(STAYS)
    assert header(page)["query"] == before
    assert chosen(page)["kind"] == "max"
    choose_all(page, grid=12, kind="max, then blur")
    assert (errors(page), chosen(page)["kind"]) == ([], "max, then blur")


@pytest.mark.parametrize("stack", ["C3x3/1", "M2x2/2,M2x2/2", "M2x2/2000", "A2x2/9"])
def test_layers_that_are_no_pool_of_this_page_are_named_and_left_out(stack: str) -> None:
    page = open_pooling(stack=stack)
    (warning,) = page.warning
    assert "this page has one pool of at most 8 cells each way" in warning.value
    assert (chosen(page)["kind"], chosen(page)["kernel"]) == ("max", (2, 2))


def test_a_link_without_a_grid_is_shown_and_a_size_leads_back() -> None:
    page = open_pooling(picture="meadow", pattern="cat")
    assert header(page)["setting"]["size"] == 64
    choose_all(page, grid=6)
    assert header(page)["setting"]["cells"] == resized_cells("", 6)


@pytest.mark.parametrize("shift", SHIFTS)
def test_the_classic_follows_its_control(shift: int) -> None:
    page = open_pooling()
    page.segmented_control(key="classic_shift").set_value(shift)
    run_clean(page)
    assert pooled_signal_sentence(shift) in prose(page).replace("\\", "")
    before, after = tables(page)[1:]
    assert " ".join(before) == "0 0 1 1 0 0 1 1 0 1 0 1 0.5 1 0.5 1"
    signal = list("00110011")
    assert after[:8] == [*signal[-shift:], *signal[:-shift]] if shift else signal
    if shift == 1:
        assert " ".join(after[8:]) == "1 1 1 1 0.75 0.75 0.75 0.75"
