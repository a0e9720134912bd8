"""What more than one test in the browser checks or waits for on the stage."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import expect

from pages.ui.scene.link import to_query
from pages.ui.scene.pool_examples import EXAMPLES, FIRST
from tests.support.stage_driver import Stage

ONE_WINDOW = {"stack": "C3x3/1p1c1", "size": "32", "unit": "1,14,9"}
"""The scene that the page of one convolution opens with, for the driver."""

FIRST_TOUCH = to_query(EXAMPLES[FIRST])
"""The scene that the pooling page opens with."""


def assert_moved(before: Any, after: Any, rows: int, cols: int) -> None:
    """Assert that a map shows what it showed, (rows, cols) cells further on, and something."""
    height, width = before.shape[:2]
    kept = before[max(0, -rows) : height - max(0, rows), max(0, -cols) : width - max(0, cols)]
    found = after[max(0, rows) : height + min(0, rows), max(0, cols) : width + min(0, cols)]
    np.testing.assert_array_equal(found, kept)
    assert (before != after).any()


def parts_out_of_sight(stage: Stage) -> list[Any]:
    """What reaches beyond the screen's right edge; only the wide table may scroll in itself."""
    found: list[Any] = stage.page.evaluate(
        """() => {
            const all = (root) => [...root.querySelectorAll("*")].flatMap(
                (part) => [part, ...(part.shadowRoot ? all(part.shadowRoot) : [])]);
            return all(document.body)
                .filter((part) => !part.closest('[data-testid="stTable"]'))
                .filter((part) => part.getBoundingClientRect().right > innerWidth + 0.5)
                .map((part) => part.outerHTML.slice(0, 120));
        }"""
    )
    return found


def outline(stage: Stage, lines: NDArray[np.bool_]) -> tuple[float, ...]:
    """Where the outline in a mask runs: row0, row1, col0, col1 in picture pixels."""
    edges: list[float] = []
    scale = stage.to_device(1, lines) - stage.to_device(0, lines)
    for axis in (1, 0):
        found = np.flatnonzero(lines.any(axis=axis))
        # A line is 2 device pixels thick, one on each side of the edge that it marks.
        edges += [(found[0] + 1) / scale - stage.margin, found[-1] / scale - stage.margin]
    return tuple(edges)


def wait_for_cell(stage: Stage, row: int, col: int) -> None:
    """Wait until the products of a cell are written out."""
    expect(stage.find(".products dd").first).to_have_text(f"row {row}, column {col}")
