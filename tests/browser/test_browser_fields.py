"""How far a neuron sees, in real Chromium: the three rings, and all that one pixel can reach."""

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Browser

from benchmarks.app_server import AppServer
from pages.ui.render.context import render_context
from pages.ui.scene.scene import Scene
from rfcore.gradient import effective_receptive_field, used_pixels
from rfcore.receptive_field import receptive_fields
from tests.support.stage_driver import Stage
from tests.support.stage_view import Pixels

PATH = "/how_far_a_neuron_sees"
UNIT = (15, 9)  # of layer 3; with the cat at 30,20 the two overlap
AT = (30, 20)
BOX = receptive_fields(Scene().stack)[2].span(*UNIT)

Mask = NDArray[np.bool_]


def changed(stage: Stage, before: Pixels, after: Pixels) -> Mask:
    """Which pixels of the picture look different in their middle, (size, size)."""
    middles = np.arange(stage.size) + 0.5
    seen = [stage.sampled(canvas, middles, middles) for canvas in (before, after)]
    mask: Mask = (seen[0] != seen[1]).any(axis=2)
    return mask


def rfcore_says(position: tuple[int, int]) -> tuple[NDArray[np.float32], Mask]:
    """The gradient of the unit, its strongest as 1, and the pixels that it uses."""
    scene = Scene(lens="fields", position=position, start=position)
    setting = render_context(scene.without_drag())
    asked = (setting.network, setting.picture_of(scene), 2, UNIT)
    gradient = np.abs(effective_receptive_field(*asked, channel=0))
    return gradient / gradient.max(), used_pixels(*asked, channel=0)


def ring(stage: Stage, name: str) -> None:
    """Switch a ring on or off, and wait until the link says so."""
    before = stage.link_query.get("rings", "")
    stage.find(f'[data-ring="{name}"]').click()
    stage.page.wait_for_function(
        "before => new URLSearchParams(location.search).get('rings') !== before", arg=before
    )
    stage.leave()


def heat_of(stage: Stage) -> Mask:
    """Where the effective field colours the picture: with it less without it."""
    ring(stage, "effective")
    on = stage.picture_canvas()
    ring(stage, "effective")
    return changed(stage, stage.picture_canvas(), on)


def test_the_heat_of_the_unit_pointed_at_lies_in_its_box_and_follows_the_cat(
    browser: Browser, server: AppServer
) -> None:
    query = {"at": "24,12", "unit": f"3,{UNIT[0]},{UNIT[1]}", "rings": "none"}
    with Stage(browser, server, query, path=PATH) as stage:
        for position in ((24, 12), AT):
            if position == AT:
                stage.drag(6, 8)
                stage.leave()
            gradient, _ = rfcore_says(position)
            heat = heat_of(stage)
            assert heat[gradient > 0.05].all()
            assert not heat[gradient == 0].any()
            rows, cols = np.nonzero(heat)
            assert BOX[0] <= rows.min() <= rows.max() < BOX[1]
            assert BOX[2] <= cols.min() <= cols.max() < BOX[3]


def test_pointing_at_another_unit_brings_its_heat(browser: Browser, server: AppServer) -> None:
    with Stage(browser, server, {"rings": "effective"}, path=PATH) as stage:
        default = stage.picture_canvas()
        assert "neuron (14, 8)" in stage.unit_text  # it looks at the middle of the cat
        stage.hover(3, 4, 25)
        assert stage.unit_text.startswith("Layer 3")
        # Its frame comes a moment after the pointer: until then the heat is still at the other one.
        place = receptive_fields(Scene().stack)[2].span(4, 25)
        inside = np.zeros((64, 64), bool)
        inside[place[0] : place[1], place[2] : place[3]] = True
        inside[28:36, 16:24] = True
        for _ in range(100):
            differs = changed(stage, default, stage.picture_canvas())
            if differs[place[0] : place[1], place[2] : place[3]].any():
                break
            stage.page.evaluate("() => new Promise(requestAnimationFrame)")
        assert differs[place[0] : place[1], place[2] : place[3]].any()
        assert differs[28:36, 16:24].any()
        assert not differs[~inside].any()


def test_each_ring_is_drawn_when_it_is_on_and_its_numbers_with_it(
    browser: Browser, server: AppServer
) -> None:
    query = {"at": "30,20", "unit": f"3,{UNIT[0]},{UNIT[1]}", "rings": "none"}
    with Stage(browser, server, query, path=PATH) as stage:
        bare = stage.picture_canvas()
        texts = [stage.find(".input dd").nth(index) for index in (2, 3, 4)]
        assert [text.inner_text() for text in texts] == ["–", "–", "–"]
        ring(stage, "used")
        _, used = rfcore_says(AT)
        stage.find(".input dd", has_text=f"{used.sum()} of 64 pixels").wait_for()
        np.testing.assert_array_equal(changed(stage, bare, stage.picture_canvas()), used)
        ring(stage, "used")
        np.testing.assert_array_equal(stage.picture_canvas(), bare)

        lines = stage.accent()
        ring(stage, "box")
        boxed = stage.accent() & ~lines
        edges = [round(stage.to_device(edge, boxed)) for edge in BOX]
        assert boxed[edges[0] : edges[1], edges[2] - 1].all()
        filled = changed(stage, bare, stage.picture_canvas())
        assert filled[BOX[0] : BOX[1], BOX[2] : BOX[3]].all()
        assert filled.sum() == 64
        stage.find('[data-ring="box"]').focus()
        stage.page.keyboard.press("Space")
        stage.wait_for_link(rings="none")
        np.testing.assert_array_equal(stage.picture_canvas(), bare)


def pixel_place(stage: Stage, row: int, col: int) -> tuple[float, float]:
    """The middle of a pixel, (x, y) in CSS pixels of the page."""
    canvas = stage.find(".panel.input canvas")
    box, zoom = canvas.bounding_box(), stage.zoom(canvas)
    assert box
    margin = stage.margin + 0.5
    return box["x"] + (col + margin) * zoom, box["y"] + (row + margin) * zoom


SENTENCE = (
    "Pixel (8, 40) can reach 9 of 3,844 neurons of layer 1, 4 of 961 of layer 2 and 16 of 841 of "
    "layer 3."
)


def marked(stage: Stage, before: Pixels, layer: int) -> set[tuple[int, int]]:
    """The cells of a map that look different from before."""
    differs = (stage.cells(layer) != before).any(axis=2)
    return {(int(row), int(col)) for row, col in np.argwhere(differs)}


def test_a_click_pins_a_pixel_and_the_link_keeps_it(browser: Browser, server: AppServer) -> None:
    with Stage(browser, server, path=PATH) as stage:
        # Without the default neuron, which gives way to a pixel that is pointed at.
        stage.page.mouse.move(*pixel_place(stage, 60, 60))
        stage.find(".sentence", has_text="Pixel (60, 60)").wait_for()
        bare = [stage.cells(layer) for layer in (1, 2, 3)]
        stage.page.mouse.click(*pixel_place(stage, 8, 40))
        stage.wait_for_link(pixel="8,40")
        stage.leave()
        stage.find(".sentence", has_text=SENTENCE).wait_for()

        def check() -> None:
            assert stage.sentence == SENTENCE
            fields = receptive_fields(stage.stack)
            shapes = stage.stack.shapes((1, stage.size, stage.size))
            for layer, field in enumerate(fields, start=1):
                row0, row1, col0, col1 = field.reach((8, 9, 40, 41))
                want = {(row, col) for row in range(row0, row1) for col in range(col0, col1)}
                # Units at the far corner, where the bare maps were marked, look different too.
                far = field.reach((60, 61, 60, 61), shapes[layer - 1][1:])
                also = {(r, c) for r in range(far[0], far[1]) for c in range(far[2], far[3])}
                got = marked(stage, bare[layer - 1], layer)
                assert want <= got <= want | also

        check()
        stage.page.reload()
        stage.wait_until_ready()
        check()
        stage.page.goto("about:blank")
        stage.page.go_back()
        stage.wait_until_ready()
        check()
        stage.page.mouse.click(*pixel_place(stage, 8, 40))
        stage.page.wait_for_function("!new URLSearchParams(location.search).has('pixel')")


def test_a_pixel_by_keyboard_alone(browser: Browser, server: AppServer) -> None:
    with Stage(browser, server, path=PATH) as stage:
        focused = stage.find(".panel.input .plot:focus-visible")
        for _ in range(30):
            stage.page.keyboard.press("Tab")
            if focused.count():
                break
        focused.wait_for()
        stage.find(".sentence", has_text="Pixel (32, 32)").wait_for()
        for key in ("ArrowUp", "ArrowUp", "ArrowRight", "Shift+ArrowLeft"):
            stage.page.keyboard.press(key)
        stage.find(".sentence", has_text="Pixel (30, 31)").wait_for()
        stage.page.keyboard.press("Enter")
        stage.wait_for_link(pixel="30,31")
        stage.page.keyboard.press("Tab")  # on to the pattern: its arrows move it, not the pixel
        stage.page.keyboard.press("ArrowRight")
        stage.wait_until_settled((24, 13))
        assert stage.link_query["pixel"] == "30,31"
        assert stage.sentence.startswith("Pixel (30, 31)")
        stage.page.keyboard.press("Shift+Tab")
        stage.page.keyboard.press("Escape")
        stage.page.wait_for_function("!new URLSearchParams(location.search).has('pixel')")


def test_hovering_over_the_pattern_points_at_the_pixel_below_and_a_drag_still_drags(
    browser: Browser, server: AppServer
) -> None:
    with Stage(browser, server, path=PATH) as stage:
        stage.page.mouse.move(*pixel_place(stage, 30, 20))
        stage.find(".sentence", has_text="Pixel (30, 20)").wait_for()
        stage.drag(5, -3)
        assert "pixel" not in stage.link_query
        stage.leave()
        stage.find(".sentence", has_text="One neuron of layer 3").wait_for()


def test_a_tap_beside_the_pattern_pins_and_one_near_it_lets_go(
    browser: Browser, server: AppServer
) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
    with Stage(browser, server, path=PATH, **phone) as stage:
        stage.find(".unit-text", has_text="Tap a neuron on a map, or a pixel").wait_for()
        stage.page.touchscreen.tap(*pixel_place(stage, 8, 40))
        stage.wait_for_link(pixel="8,40")
        assert stage.sentence == SENTENCE
        stage.page.touchscreen.tap(*pixel_place(stage, 32, 20))  # on the cat: it is not a pixel's
        stage.page.touchscreen.tap(*pixel_place(stage, 50, 50))
        stage.wait_for_link(pixel="50,50", at="24,12")
        stage.page.touchscreen.tap(*pixel_place(stage, 51, 52))  # near enough for a finger
        stage.page.wait_for_function("!new URLSearchParams(location.search).has('pixel')")
