"""The page as a whole in Chromium: it opens fast, follows its settings and asks nobody else."""

from io import BytesIO
from time import monotonic

import numpy as np
import pytest
import skimage.data
from PIL import Image
from playwright.sync_api import Browser

from benchmarks.app_server import AppServer
from tests.support.browser_contexts import visitor
from tests.support.stage_driver import Stage

# The moment at which the stage can be seen: its style is there and its last map has colours.
FIRST_SIGHT = """
const look = () => {
    const canvas = window.stage && [...window.stage.querySelectorAll("canvas")].at(-1);
    const middle = canvas?.width / 2;
    const drawn = canvas?.clientWidth
        && canvas.getContext("2d").getImageData(middle, middle, 1, 1).data[3] > 0;
    if (drawn) window.firstSight = performance.now();
    else requestAnimationFrame(look);
};
addEventListener("stage-drawn", (event) => { window.stage = event.composedPath()[0]; });
requestAnimationFrame(look);
"""


def text_seen_after(browser: Browser, server: AppServer) -> float:
    """How long, in ms, a page without a stage takes here until a new visitor can read its text."""
    with visitor(browser, server.url, {}, is_new=True) as context:
        page = context.new_page()
        page.goto(f"{server.url}/glossary")
        page.locator(".prose").first.wait_for()
        return float(page.evaluate("performance.now()"))


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/", "/feature_map_shifts"])
def test_the_stage_is_seen_within_3_seconds(browser: Browser, server: AppServer, path: str) -> None:
    # Streamlit needs most of that. Where it takes more than half, the stage may take as long.
    limit = max(3000, 2 * min(text_seen_after(browser, server) for _ in range(2)))
    times: list[float] = []
    while len(times) < 3 and min(times, default=limit) >= limit:  # others may use this machine
        with Stage(browser, server, path=path, init_script=FIRST_SIGHT, is_new=True) as stage:
            times.append(stage.page.wait_for_function("window.firstSight").json_value())
    seen = ", ".join(f"{time:.0f}" for time in times)
    assert min(times) < limit, f"seen after {seen} ms, of {limit:.0f}"


@pytest.mark.slow
def test_the_first_drag_is_answered_within_5_seconds_of_opening_the_link(
    browser: Browser, server: AppServer
) -> None:
    times: list[float] = []
    while len(times) < 3 and min(times, default=5) >= 5:  # others may use this machine
        began = monotonic()
        with Stage(browser, server, path="/", is_new=True) as stage:
            stage.drag(2, 5)
            times.append(monotonic() - began)
    assert min(times) < 5, f"answered after {', '.join(f'{time:.1f}' for time in times)} s"


def test_a_whole_session_asks_nobody_but_the_app(browser: Browser, server: AppServer) -> None:
    with Stage(browser, server) as stage:
        stage.drag(3, 5)
        stage.hover(3, 9, 9)
        for tab in ("Edit the layers", "Kernels", "Your own photo"):
            stage.page.get_by_role("tab", name=tab).click()
        photo = BytesIO()
        Image.fromarray(skimage.data.camera()).save(photo, "PNG")
        stage.page.locator('input[type="file"]').set_input_files(
            {"name": "camera.png", "mimeType": "image/png", "buffer": photo.getvalue()}
        )
        stage.wait_for_link(picture="photo")
        stage.page.emulate_media(color_scheme="dark")
        stage.page.reload()
        stage.wait_until_ready()
        schemes = {url.split(":")[0] for url in stage.requests}
        assert {"http", "ws"} <= schemes  # pages and sockets were both listened to
        assert stage.outside_requests() == []


def test_the_stage_follows_the_theme(browser: Browser, server: AppServer) -> None:
    with Stage(browser, server, {"picture": "flat"}, color_scheme="light") as stage:
        light = brightness(stage)
        for scheme in ("dark", "light"):
            stage.page.emulate_media(color_scheme=scheme)
            stage.page.locator(f'.stage[data-theme="{scheme}"]').wait_for()
            assert (brightness(stage) < light / 2) == (scheme == "dark")
    with Stage(browser, server, {"picture": "flat"}, color_scheme="dark") as stage:
        stage.page.locator('.stage[data-theme="dark"]').wait_for()
        assert brightness(stage) < light / 2


def test_the_stage_is_rebuilt_for_other_layers_and_channels(
    browser: Browser, server: AppServer
) -> None:
    with Stage(browser, server) as stage:
        before = [stage.cells(layer) for layer in (1, 2, 3)]
        stage.map(1).locator("select").select_option("8 identity")
        stage.wait_for_link(channels="8,8,1")  # a pool shows the channel that it pools
        changed = [(stage.cells(n) != before[n - 1]).any() for n in (1, 2, 3)]
        assert changed == [True, True, False]

        notation = stage.page.get_by_role("textbox", name="Layers in writing")
        notation.fill("C3x3/1 -> Q7")
        notation.press("Enter")
        stage.page.get_by_test_id("stAlert").filter(has_text="Q7").wait_for()
        assert stage.map(3).is_visible()

        notation.fill("input --> C5x5/2 --> A2x2")
        notation.press("Enter")
        stage.map(3).wait_for(state="detached")
        assert stage.find(".panel.map .name").all_inner_texts() == ["C5x5/2", "A2x2/2"]
        stage.page.get_by_test_id("stAlert").wait_for(state="detached")
        stage.wait_for_link(stack="C5x5/2,A2x2/2", channels="8,8")


def brightness(stage: Stage) -> float:
    """How bright a map without a response is; zero has the colour of paper in every theme."""
    return float(np.median(stage.cells(1)))


@pytest.mark.slow
def test_the_app_works_under_a_base_path(browser: Browser) -> None:
    with AppServer(base_path="lab") as server, Stage(browser, server, {"picture": "flat"}) as stage:
        assert "/lab/" in stage.page.url
        stage.drag(0, 2)
        assert stage.readouts(1)[0] == "→ 2 cells"
        sockets = [url for url in stage.requests if url.startswith("ws") and "frames" in url]
        assert sockets
        assert all("/lab/frames" in url for url in sockets)


@pytest.mark.slow
def test_a_chart_waits_until_the_page_is_scrolled_near_it(
    browser: Browser, server: AppServer
) -> None:
    with Stage(browser, server, is_new=True) as stage:
        stage.drag(1, 1)
        stage.page.wait_for_load_state("networkidle")
        assert [url for url in stage.requests if "plotly" in url.lower()] == []
        stage.scroll_to_charts()
        assert [url for url in stage.requests if "plotly" in url.lower()] != []


def test_a_chart_that_a_tall_window_shows_comes_by_itself(
    browser: Browser, server: AppServer
) -> None:
    with Stage(browser, server, viewport={"width": 1440, "height": 2600}) as stage:
        stage.page.locator(".js-plotly-plot svg").first.wait_for()
        stage.wait_until_run()
