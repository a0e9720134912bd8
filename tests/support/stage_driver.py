"""A learner at the stage: drags, points and chooses, and waits for what follows."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import FloatRect, Locator, expect
from playwright.sync_api import TimeoutError as TookTooLong

from rfcore import receptive_fields
from tests.support.stage_view import Place, StageView, as_csv

CHART_PLACEHOLDER = '[class*="st-key-chart_placeholder_"]'  # until the chart is scrolled near


class Stage(StageView):
    """A tab whose stage is used as well; the parameters are those of `AppTab`."""

    def grip(self) -> tuple[float, float]:
        """Return the middle of the pattern's handle, (x, y) in CSS pixels of the page."""
        box = _box_in_view(self.handle)
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    @contextmanager
    def held(self) -> Iterator["Stage"]:
        """Hold the pattern with the mouse button down; let go at the end."""
        self._grip = self.grip()
        self.page.mouse.move(*self._grip)
        self.page.mouse.down()
        yield self
        self.page.mouse.up()

    def pull(self, rows: int, cols: int) -> None:
        """Move the held pattern to (rows, cols) picture pixels from where it was taken."""
        zoom = self.zoom(self.find(".panel.input canvas"))
        self.page.mouse.move(self._grip[0] + cols * zoom, self._grip[1] + rows * zoom, steps=3)

    def drag(self, rows: int, cols: int) -> None:
        """Drag the pattern with the mouse and wait until maps and link have followed."""
        row, col = self.position
        with self.held():
            self.pull(rows, cols)
        self.wait_until_settled((row + rows, col + cols))

    def wait_until_settled(self, place: Place) -> None:
        """Wait until the pattern has come to rest at a place."""
        self.wait_for_maps_at(place)
        self.wait_for_link(at=as_csv(place))

    def tap(self, button: Locator) -> None:
        """Tap a button; on a crowded machine Chromium may take a tap for a long press, no click."""
        before = self.page.evaluate("window.clicks")
        button.tap()
        try:
            self.page.wait_for_function(
                "before => window.clicks > before", arg=before, timeout=3000
            )
        except TookTooLong:
            button.tap()

    def unit_place(self, layer: int, row: int, col: int) -> tuple[float, float]:
        """Return the middle of a unit's cell, (x, y) in CSS pixels of the page."""
        canvas = self.map(layer).locator("canvas")
        box, zoom = _box_in_view(canvas), self.zoom(canvas)
        row0, row1, col0, col1 = receptive_fields(self.stack)[layer - 1].span(row, col)
        return (
            box["x"] + ((col0 + col1) / 2 + self.margin) * zoom,
            box["y"] + ((row0 + row1) / 2 + self.margin) * zoom,
        )

    def hover(self, layer: int, row: int, col: int) -> None:
        """Point at a unit with the mouse."""
        self.page.mouse.move(*self.unit_place(layer, row, col))
        self.wait_for_unit(layer, row, col)

    def go_to(self, title: str) -> None:
        """Go to a page to explore, by the navigation."""
        self.page.get_by_test_id("stHeader").get_by_text("Explore", exact=True).click()
        self.page.get_by_role("menuitem", name=title).click()

    def scroll_to_charts(self) -> None:
        """Scroll down to where charts will be, and wait until all have come."""
        placeholders = self.page.locator(CHART_PLACEHOLDER)
        placeholders.first.scroll_into_view_if_needed()
        expect(placeholders).to_have_count(0)
        self.page.locator(".js-plotly-plot svg").first.wait_for()

    def button(self, name: str) -> Locator:
        """Return the page's one button with a name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def leave(self) -> None:
        """Take the mouse off the stage."""
        self.page.mouse.move(5, 5)

    def show(self, view: str) -> None:
        """Choose what every map shows, by the name on the button."""
        self.find(".views button", has_text=view).click()
        self.find('.views [aria-checked="true"]').filter(has_text=view).wait_for()


def _box_in_view(part: Locator) -> FloatRect:
    part.evaluate(
        """part => {
            const { top, bottom } = part.getBoundingClientRect();
            // Streamlit's bar lies over the uppermost 60 pixels.
            if (top < 60 || bottom > innerHeight) part.scrollIntoView({ block: "center" });
        }"""
    )
    box = part.bounding_box()
    assert box
    return box
