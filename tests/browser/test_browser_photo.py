"""Photos in real Chromium: the learner's own appears on the stage, and a bad file does not."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser

from benchmarks.app_server import AppServer
from tests.support.app_tab import CLIPBOARD, link_query
from tests.support.photos import as_a_phone_saves_it, upload_photo, upright_photo, wait_for_photo
from tests.support.stage_driver import Stage

pytestmark = pytest.mark.slow


def middle_square(photo: Image.Image, size: int) -> NDArray[np.uint8]:
    left = (photo.width - photo.height) // 2
    square = photo.convert("L").crop((left, 0, left + photo.height, photo.height))
    return np.asarray(square.resize((size, size), Image.Resampling.BOX))


def test_an_uploaded_photo_shows_up_upright_and_its_maps_follow(
    browser: Browser, server: AppServer
) -> None:
    with Stage(browser, server, {"at": "48,48", "pattern": "disc"}) as stage:
        before = [stage.cells(layer) for layer in (1, 2, 3)]
        upload_photo(stage, "IMG_0042.JPG", as_a_phone_saves_it(upright_photo()))
        wait_for_photo(stage)
        shown, wanted = stage.picture(), middle_square(upright_photo(), 64)
        free = np.s_[:46, :46]  # where no pattern lies
        assert np.abs(shown[free] - wanted[free].astype(int)).mean() < 6
        for layer in (1, 2, 3):
            assert (stage.cells(layer) != before[layer - 1]).any(axis=2).mean() > 0.5

        stage.drag(-4, 0)
        assert stage.readouts(2)[0] == "↑ 2 cells"


def test_a_copied_link_says_that_the_photo_does_not_travel(
    browser: Browser, server: AppServer
) -> None:
    with Stage(browser, server, permissions=CLIPBOARD) as stage:
        meadow = stage.picture()
        upload_photo(stage, "cat.jpg", as_a_phone_saves_it(upright_photo()))
        wait_for_photo(stage)
        stage.find("button", has_text="Copy link").click()
        stage.find(".link-text", has_text="Your photo does not travel").wait_for()
        link = stage.page.evaluate("navigator.clipboard.readText()")
    with Stage(browser, server, link_query(link)) as other:
        notice = other.page.get_by_test_id("stAlert").inner_text()
        assert "a photo does not travel in a link; the meadow stands in for it" in notice
        np.testing.assert_array_equal(other.picture(), meadow)


def png_of_30000x30000() -> bytes:
    """A PNG file that claims 900 million pixels and brings hardly any."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")


def test_a_file_that_is_no_photo_ends_in_a_sentence(browser: Browser, server: AppServer) -> None:
    jpeg = as_a_phone_saves_it(upright_photo())
    files = {
        "notes.png": (Path(__file__).read_bytes(), "This file is not a PNG, JPEG or WebP picture"),
        "half.jpg": (jpeg[: len(jpeg) // 2], "The picture is cut off or damaged"),
        "bomb.png": (png_of_30000x30000(), "The picture is 30000 x 30000 pixels"),
    }
    with Stage(browser, server) as stage:
        before = [stage.picture_canvas(), stage.cells(3)]
        for name, (data, sentence) in files.items():
            upload_photo(stage, name, data)
            alert = stage.page.get_by_test_id("stAlert").filter(has_text=sentence)
            alert.wait_for()
            assert "The scene stays as it was." in alert.inner_text()
            stage.wait_until_run()
            np.testing.assert_array_equal(stage.picture_canvas(), before[0])
            np.testing.assert_array_equal(stage.cells(3), before[1])
        assert stage.page.get_by_test_id("stException").count() == 0

        upload_photo(stage, "cat.jpg", jpeg)  # a good one after a bad one
        wait_for_photo(stage)
        stage.page.get_by_test_id("stAlert").wait_for(state="detached")
