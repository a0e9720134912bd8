"""Handing out: the link and its code, whom they reach, and what the page says of them."""

import re
from dataclasses import replace
from io import BytesIO
from threading import BoundedSemaphore
from urllib.parse import parse_qsl, unquote, urlsplit

import numpy as np
import pytest
import zxingcpp
from numpy.typing import NDArray
from PIL import Image
from streamlit.testing.v1 import AppTest

from pages.ui.scene.lenses import LENS_NAMES, LensName, page_of
from pages.ui.scene.scene import Scene
from pages.ui.scene.workspaces import PARTS_WORKSPACE, STACK_WORKSPACE, scene_of, workspace_of
from pages.ui.share import gif_dialog
from pages.ui.share.hand_out import (
    NO_PHOTO,
    ONLY_HERE,
    TOO_LONG,
    code_html,
    is_loopback,
    link_html,
    short_link,
)
from rfcore.stack import Stack
from tests.support.page_driver import click, new_page, run_clean
from tests.support.scenes import busy_scene

pytestmark = pytest.mark.usefixtures("quick_pages")

LAB = "https://lab.example.org/teaching"
# Pages that train as they open are asked in the browser.
QUICK = ("home", *dict.fromkeys(page_of(x) for x in LENS_NAMES if x not in ("heads", "parts")))


@pytest.mark.parametrize("lens", LENS_NAMES)
def test_the_link_opens_the_scene_in_another_browser(lens: LensName) -> None:
    scene = replace(workspace_of(lens).scene, lens=lens)
    row, col = scene.position
    moved = replace(scene, position=(row + 1, col), view="difference")
    for wanted in (scene, moved):
        link = short_link(wanted, f"{LAB}/{page_of(lens)}?at=1,1#top")
        assert link.startswith(f"{LAB}/{page_of(lens)}")
        query = dict(parse_qsl(urlsplit(link).query))
        assert scene_of({"lens": wanted.lens, **query}) == (wanted, [])
        assert len(link) < 110


def test_a_link_leads_to_a_page_with_that_stage() -> None:
    scene = workspace_of("pool").scene
    assert short_link(scene, f"{LAB}/learn?lesson=2") == f"{LAB}/pooling_forgives"
    assert short_link(STACK_WORKSPACE.scene, f"{LAB}/") == f"{LAB}/"
    assert short_link(replace(STACK_WORKSPACE.scene, view="start"), LAB) == f"{LAB}?view=start"


def test_the_link_reads_well_and_holds_no_markup() -> None:
    assert link_html("http://a.b/c?at=1,2&view=now") == (
        '<p class="hand-out-link">http:/<wbr>/<wbr>a.b/<wbr>c?<wbr>at=1,2<wbr>&amp;view=now</p>'
    )
    assert "<script" not in link_html("http://a.b/<script>alert(1)</script>")


@pytest.mark.parametrize(
    ("link", "only_here"),
    [
        ("http://localhost:8501/?at=1,2", True),
        ("http://lab.localhost/", True),
        ("http://127.0.0.1:8501/", True),
        ("http://127.1.2.3/", True),
        ("http://[::1]:8501/", True),
        ("http://0.0.0.0:8501/", True),
        ("", True),
        ("http://192.168.1.20:8501/", False),
        ("http://[2001:db8::1]/", False),
        ("https://lab.example.org/", False),
        ("https://localhost.example.org/", False),
    ],
)
def test_a_link_that_nobody_else_can_open_is_known(link: str, only_here: bool) -> None:
    assert is_loopback(link) is only_here


@pytest.mark.parametrize("scene", [STACK_WORKSPACE.scene, PARTS_WORKSPACE.scene, busy_scene()])
def test_the_code_says_the_link(scene: Scene) -> None:
    link = short_link(scene, f"{LAB}/{page_of(scene.lens)}")
    cells = drawn_cells(code_of(link))
    # Four cells of quiet all round, or readers may not find it.
    assert cells[4:-4, 4:-4].sum() == cells.sum() > 0
    picture = np.kron(np.where(cells, 0, 255).astype(np.uint8), np.ones((4, 4), np.uint8))
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.text == link


def drawn_cells(html: str) -> NDArray[np.bool_]:
    """The dark cells of a code's drawing, from the strokes of its path, a cell high each."""
    drawing = unquote(html.split('src="data:image/svg+xml;charset=utf-8,')[1].split('"')[0])
    (side,) = re.findall(r"viewBox='0 0 (\d+) \1'", drawing)
    (strokes,) = re.findall(r"stroke='#000' d='M([^']+)'", drawing)
    begin, *rest = re.findall(r"(-?[\d.]+ -?[\d.]+|[hm]-?\d+(?: -?\d+)?)", strokes)
    col, row = (int(float(at)) for at in begin.split())
    cells = np.zeros((int(side), int(side)), bool)
    for step in rest:
        across, *down = map(int, step[1:].split())
        if step.startswith("h"):
            cells[row, col : col + across] = True
        col, row = col + across, row + sum(down)
    return cells


def opened(name: str, query: dict[str, str], button: str) -> AppTest:
    page = run_clean(new_page(f"{name}.py", query))
    click(page, button)
    return run_clean(page)


@pytest.mark.parametrize("name", QUICK)
def test_every_stage_can_be_handed_out(name: str) -> None:
    page = opened(name, {"at": "3,5"}, "Hand out")
    (link,) = [html.proto.body for html in page.get("html") if "hand-out-link" in html.proto.body]
    assert "at=3,5</p>" in link
    assert [warning.value for warning in page.warning] == [ONLY_HERE]
    assert NO_PHOTO not in [info.value for info in page.info]


def test_a_photo_stays_at_home_and_the_page_says_so() -> None:
    page = run_clean(new_page("feature_map_shifts.py", {}))
    page.session_state["tab_states"]["stack"].change(lambda _: busy_scene(), "test")
    click(page, "Hand out")
    run_clean(page)
    assert [info.value for info in page.info] == [NO_PHOTO]


def test_a_link_that_no_code_can_hold_is_still_shown() -> None:
    stack = Stack.parse(",".join(["C7p3c1"] * 6))
    own = ("own_" + "_".join(["-12.345"] * 49),) * len(stack)
    page = run_clean(new_page("feature_map_shifts.py", {}))
    here = page.session_state["tab_states"]["stack"]
    here.change(lambda scene: replace(scene.with_stack(stack), kernels=own), "test")
    assert here.problems == {}
    click(page, "Hand out")
    run_clean(page)
    (html,) = [html.proto.body for html in page.get("html") if "hand-out-link" in html.proto.body]
    link = short_link(here.scene, "http://localhost/feature_map_shifts")
    assert own[0] in html
    assert "<img" not in html
    (sentence,) = [info.value for info in page.info]
    assert re.fullmatch(re.escape(TOO_LONG).replace(r"\{:,\}", r"2,\d{3}"), sentence)
    assert code_html(link) is None


def code_of(link: str) -> str:
    code = code_html(link)
    assert code is not None
    return code


def test_a_code_that_says_another_link_is_caught() -> None:
    cells = drawn_cells(code_of("http://a.b/?at=1,2"))
    assert (cells != drawn_cells(code_of("http://a.b/?at=1,3"))).any()


def test_a_gif_is_made_on_the_page() -> None:
    page = opened("feature_map_shifts", {"picture": "flat", "at": "24,40"}, "Make a GIF")
    assert page.slider[0].max == 8
    assert "gif_made" not in page.session_state
    page.slider[0].set_value(3)
    click(page, "Make a GIF")  # each run of a whole page would close the dialog
    click(page, "Make the GIF")
    run_clean(page)
    animation, seconds, gif = page.session_state["gif_made"]
    assert (animation.steps, animation.direction, seconds) == (3, "to the right", 0.2)
    assert Image.open(BytesIO(gif)).n_frames == 4
    (download,) = page.get("download_button")
    assert download.proto.label.startswith("Download the GIF (4 frames, ")
    click(page, "Make a GIF")
    run_clean(page)
    assert "gif_made" not in page.session_state


def test_a_gif_that_does_not_fit_is_refused_in_a_sentence() -> None:
    page = opened("feature_map_shifts", {"at": "24,48"}, "Make a GIF")
    assert [info.value for info in page.info] == [
        "The cat is at the border already and cannot go to the right; choose another direction or "
        "another place to begin."
    ]
    page.selectbox(key="gif_direction").select("down")
    click(page, "Make a GIF")
    run_clean(page)
    assert not page.info
    assert page.slider[0].max == 24


def test_few_gifs_are_made_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gif_dialog, "_TIMEOUT", 0.01)
    monkeypatch.setattr(gif_dialog, "_AT_ONCE", BoundedSemaphore(1))
    page = opened("feature_map_shifts", {"picture": "flat"}, "Make a GIF")
    page.slider[0].set_value(1)
    for others, refused in ((True, True), (False, False), (False, False)):
        if others:
            assert gif_dialog._AT_ONCE.acquire(blocking=False)
        click(page, "Make a GIF")
        click(page, "Make the GIF")
        run_clean(page)
        busy = ["Others are making GIFs just now. Try again in a moment."]
        assert [error.value for error in page.error] == (busy if refused else [])
        assert ("gif_made" in page.session_state) is not refused
        if others:
            gif_dialog._AT_ONCE.release()
