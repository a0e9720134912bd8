"""What a learner sees on the stage: its texts, and its maps as the pixels of their canvases."""

import base64
import re
from collections.abc import Mapping
from io import BytesIO
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Locator

from rfcore import Stack, receptive_fields
from tests.support.app_tab import AppTab, Site

Place = tuple[int, int]
Places = NDArray[np.floating]
Pixels = NDArray[np.int16]

PRESET = "C3x3/1,M2x2/2,C3x3/1"


class StageView(AppTab):
    """A tab whose stage is read; the parameters are those of `AppTab`.

    ``stack`` and ``size`` are those of the link.
    """

    def __init__(
        self,
        browser: Browser,
        server: Site,
        query: Mapping[str, str] = MappingProxyType({}),
        **options: Any,
    ) -> None:
        super().__init__(browser, server, query, **options)
        self.stack = Stack.parse(query.get("stack", PRESET))
        self.size = int(query.get("size", "64"))

    # ---- waiting

    def wait_for_maps_at(self, place: Place) -> None:
        """Wait until the maps of a pattern position are drawn."""
        self.page.wait_for_function(
            "place => String(window.seen.position) === place", arg=as_csv(place)
        )

    def wait_for_unit(self, layer: int, row: int, col: int) -> None:
        """Wait until the stage tells of a unit."""
        self.find(".unit-text", has_text=f"Layer {layer}").filter(
            has_text=f"neuron ({row}, {col})"
        ).wait_for()

    # ---- texts

    @property
    def handle(self) -> Locator:
        """What is dragged."""
        return self.find(".handle")

    @property
    def sentence(self) -> str:
        """The live sentence."""
        return self.find(".sentence").inner_text()

    @property
    def unit_text(self) -> str:
        """The line about the chosen unit."""
        return self.find(".unit-text").inner_text()

    @property
    def position(self) -> Place:
        """Where the stage says that the pattern is."""
        row, col = re.findall(r"\d+", self.find(".input dd").first.text_content() or "")
        return int(row), int(col)

    @property
    def view(self) -> str:
        """What the maps show, by the chosen button."""
        return self.find('.views [aria-checked="true"]').inner_text()

    def readouts(self, layer: int) -> tuple[str, str, str]:
        """Return what should shift, what did, and the cells changed, of a layer counted from 1."""
        expected, measured, changed = self.map(layer).locator("dd").all_text_contents()
        return expected, measured, changed

    def map(self, layer: int) -> Locator:
        """Return the panel of a layer, counted from 1."""
        return self.find(".panel.map").nth(layer - 1)

    # ---- pixels

    def zoom(self, canvas: Locator) -> float:
        """Return the CSS pixels of one picture pixel."""
        box = canvas.bounding_box()
        assert box
        return box["width"] / (self.size + 2 * self.margin)

    def picture_canvas(self) -> Pixels:
        """Return the picture's canvas, (rows, cols, rgba), in device pixels."""
        return _canvas(self.find(".panel.input canvas"))

    def map_canvas(self, layer: int) -> Pixels:
        """Return the canvas of a layer's map, (rows, cols, rgba), in device pixels."""
        return _canvas(self.map(layer).locator("canvas"))

    def canvas(self, selector: str) -> Pixels:
        """Return what a selector within the stage finds as a canvas, (rows, cols, rgba)."""
        return _canvas(self.find(selector))

    def picture(self) -> Pixels:
        """Return the gray values of the picture as shown, (size, size)."""
        middles = np.arange(self.size) + 0.5
        return self.sampled(self.picture_canvas(), middles, middles)[..., 0]

    def cells(self, layer: int) -> Pixels:
        """Return the colour of every cell of a layer's map, (rows, cols, rgb).

        A cell is looked up where it must be drawn: at the middle of its receptive field.
        """
        shape = self.stack.shapes((1, self.size, self.size))[layer - 1]
        field = receptive_fields(self.stack)[layer - 1]
        rows, cols = (
            field.start[axis] + np.arange(shape[axis + 1]) * field.jump[axis] + field.size[axis] / 2
            for axis in (0, 1)
        )
        return self.sampled(self.map_canvas(layer), rows, cols)

    def accent(self) -> NDArray[np.bool_]:
        """Return where the gray picture's canvas has lines in the learner's colour, a red."""
        canvas = self.picture_canvas()
        return canvas[..., 0] - canvas[..., 1] > 60

    @property
    def margin(self) -> int:
        """Picture pixels round the picture, for fields that reach beyond its border."""
        reach = max([0, *(-min(field.start) for field in receptive_fields(self.stack))])
        return min(reach + 1, max(3, -(-self.size // 8))) if reach else 0

    def to_device(self, pixel: Any, canvas: NDArray[Any]) -> Any:
        """Return where on a canvas a place of the picture is drawn; 0 is its upper left edge."""
        return (pixel + self.margin) * len(canvas) / (self.size + 2 * self.margin)

    def sampled(self, canvas: Pixels, rows: Places, cols: Places) -> Pixels:
        """Return a canvas's colours at rows x cols of the picture, fractions included."""
        y, x = (np.floor(self.to_device(at, canvas)).astype(int) for at in (rows, cols))
        return canvas[np.ix_(y, x)][..., :3]


def _canvas(canvas: Locator) -> Pixels:
    address: str = canvas.evaluate("canvas => canvas.toDataURL('image/png')")
    picture = Image.open(BytesIO(base64.b64decode(address.split(",")[1])))
    return np.asarray(picture.convert("RGBA")).astype(np.int16)


def as_csv(place: Place) -> str:
    """Return a place as links write it."""
    return f"{place[0]},{place[1]}"
