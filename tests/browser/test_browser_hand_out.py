"""Saving and handing out in real Chromium: the PNG, the QR code on the screen, the GIF."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, FloatRect, Locator

from benchmarks.app_server import AppServer
from pages.ui.scene.link import from_query
from pages.ui.scene.workspaces import opening_scene
from tests.support.app_tab import link_query
from tests.support.stage_driver import Stage

pytestmark = pytest.mark.slow

SCENE = {"at": "24,15", "from": "24,12", "picture": "bricks", "unit": "3,12,12"}
MARGIN = 16  # CSS pixels of the PNG round the panels


def saved(stage: Stage, button: str) -> tuple[str, bytes]:
    """The name and the bytes of what a button of the page downloads."""
    with stage.page.expect_download() as download:
        stage.page.get_by_role("button", name=button).click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def box_of(part: Locator) -> FloatRect:
    box = part.bounding_box()
    assert box
    return box


def part_of(png: NDArray[np.uint8], part: FloatRect, panels: FloatRect) -> NDArray[np.uint8]:
    """The part of a PNG that shows an element of the stage."""
    x, y = (round(2 * (part[axis] - panels[axis] + MARGIN)) for axis in ("x", "y"))
    return png[y : y + round(2 * part["height"]), x : x + round(2 * part["width"])]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_stage_is_saved_as_it_is_seen(browser: Browser, server: AppServer, theme: str) -> None:
    with Stage(browser, server, SCENE, color_scheme=theme) as stage:
        name, png = saved(stage, "Save PNG")
        assert name == "shift-lab-maps.png"
        image = Image.open(BytesIO(png))
        assert image.format == "PNG"
        panels = box_of(stage.find(".panels"))
        wanted = [2 * (panels[side] + 2 * MARGIN) for side in ("width", "height")]
        assert image.size == pytest.approx(wanted, abs=1)
        pixels = np.asarray(image.convert("RGB"))

        canvases = stage.find(".panel canvas").all()
        shown = [stage.picture_canvas(), *(stage.map_canvas(layer) for layer in (1, 2, 3))]
        assert len(canvases) == len(shown) == 4
        for canvas, seen in zip(canvases, shown, strict=True):
            there = part_of(pixels, box_of(canvas), panels)
            solid = seen[..., 3] == 255  # round a picture the page shines through
            assert solid.mean() > 0.5
            for down, across in ((0, 0), (0, 1), (1, 0), (1, 1)):
                np.testing.assert_array_equal(there[down::2, across::2][solid], seen[solid][:, :3])

        # What is written: as much ink as on the page, in the same place.
        page = Image.open(BytesIO(stage.page.screenshot())).convert("L")
        paper = int(pixels[0, 0].mean())
        for part in (".sentence", "figcaption >> nth=1", "dl >> nth=2", ".badge >> visible=true"):
            box = box_of(stage.find(part))
            seen = np.asarray(page.crop((box["x"], box["y"], *corner(box))), int)
            there = part_of(pixels, box, panels).mean(axis=2)
            ink, wanted_ink = np.abs(there - paper).mean(), np.abs(seen - paper).mean()
            assert wanted_ink > 2, part
            assert ink == pytest.approx(wanted_ink, rel=0.15), part


def corner(box: FloatRect) -> tuple[float, float]:
    return box["x"] + box["width"], box["y"] + box["height"]


def test_the_code_on_the_screen_opens_the_scene(browser: Browser, server: AppServer) -> None:
    with Stage(browser, server, SCENE, color_scheme="dark") as stage:
        stage.drag(2, 1)
        stage.page.get_by_role("button", name="Hand out").click()
        code = stage.page.get_by_role("img", name="QR code of the link")
        (found,) = zxingcpp.read_barcodes(Image.open(BytesIO(code.screenshot())))
        link = found.text
        assert stage.page.locator(".hand-out-link").inner_text() == link
        assert link.startswith(f"{server.url}/feature_map_shifts?")
        assert link_query(link) == SCENE | {"at": "26,16", "from": "24,15"}
        assert from_query(link_query(link), base=opening_scene("maps"))[1] == []
        shown = [stage.picture(), *(stage.cells(layer) for layer in (1, 2, 3))]
    with Stage(browser, server, link_query(link), color_scheme="dark") as other:
        assert other.position == (26, 16)
        again = [other.picture(), *(other.cells(layer) for layer in (1, 2, 3))]
        for now, before in zip(again, shown, strict=True):
            np.testing.assert_array_equal(now, before)


def test_a_gif_is_made_shown_and_downloaded(browser: Browser, server: AppServer) -> None:
    with Stage(browser, server, SCENE) as stage:
        page = stage.page
        page.get_by_role("button", name="Make a GIF").click()
        page.get_by_role("button", name="Make the GIF").click()
        preview = page.get_by_role("img", name="The cat moves 16 steps to the right.")
        preview.wait_for()
        name, gif = saved(stage, "Download the GIF (17 frames")
        assert name == "shift-lab-maps.gif"
        assert Image.open(BytesIO(gif)).n_frames == 17
        preview_url = preview.get_attribute("src")
        assert preview_url
        address = preview_url if "://" in preview_url else server.url + preview_url
        shown = page.request.get(address).body()
        assert Image.open(BytesIO(shown)).n_frames == 17  # it moves on the page, too
        page.get_by_role("button", name="Close").click()
        preview.wait_for(state="detached")
        stage.wait_until_run()
        stage.drag(0, 1)
