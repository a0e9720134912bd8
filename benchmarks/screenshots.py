"""Pictures of every page, as learners see it, to look at one by one.

python -m benchmarks.screenshots            # into screenshots/, which git ignores
python -m benchmarks.screenshots --readme   # the README's picture and moving image, into assets/
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from io import BytesIO
from itertools import product

from PIL import Image
from playwright.sync_api import Browser, FloatRect, Page, sync_playwright

from benchmarks.app_server import ROOT, TRAINING, AppServer, find_chromium, launch_chromium

WINDOW_SIZES = {"laptop": (1440, 900), "tablet": (1024, 768), "phone": (390, 844)}
THEMES = ("light", "dark")
MOVED = "picture=meadow&at=30,31&from=24,12&unit=3,17,17"
PICTURED_VIEWS = {
    "home": "/",
    "glossary": "/glossary",
    "shifts": "/feature_map_shifts",
    "shifts-moved": f"/feature_map_shifts?{MOVED}",
    "shifts-difference": "/feature_map_shifts?picture=flat&at=25,14&from=24,12&view=difference",
    "shifts-deep": "/feature_map_shifts?at=30,31&from=24,12&unit=7,1,1"
    "&stack=C3p1,R,M2,C3p1,R,M2,C3p1d2",
    "shifts-bad-link": "/feature_map_shifts?pattern=zebra&stack=Q9&at=900,1",
    "shifts-whole": "/feature_map_shifts?moves=wrap&at=24,15&from=24,12&stack=C3p1,M2,C3p1",
    "pooling": "/pooling_forgives",
    "pooling-moved": "/pooling_forgives?at=3,4&from=3,3",
    "window": "/convolution_follows",
    "equivariance": "/convolution_follows?lens=equivariance&at=12,9&from=12,6&picture=flat"
    "&moves=wrap",
    "weight_sharing": "/convolution_follows?lens=weight_sharing&at=12,9&from=12,6",
    "fields": "/how_far_a_neuron_sees",
    "parts": "/parts_and_places",
    "parts-moved": "/parts_and_places?parts=15,15,15,33,25,24,8,24&grid=12",
    "fields-pixel": "/how_far_a_neuron_sees?pixel=30,20&rings=box,effective,used",
    "heads": "/the_head_decides?at=40,40",
    "presenting": f"/feature_map_shifts?present=1&{MOVED}",
    "presenting-heads": "/the_head_decides?present=1&at=40,40",
    "presenting-parts": "/parts_and_places?present=1&grid=12",
    "slide": "/present?present=1&deck=walkthrough&slide=3",
    "claims": "/claim_check",
    "hand-out": "/pooling_forgives?at=3,4&from=3,3",
    "gif": "/feature_map_shifts",
    "lessons": "/learn",
    "lesson-locked": "/learn?lesson=a-pool-forgives&step=2",
    "lesson-goal": "/learn?lesson=how-far-one-neuron-sees&step=5",
}
PRESSED = {"hand-out": "Hand out", "gif": "Make a GIF"}
"""Views of a dialog: the button that opens it on the page."""
SHOWN = '.stage .panel canvas, [data-testid="stTable"], .prose'
"""What a page has on it when it is there: its stage, a table, or running text."""
README_PICTURE = ROOT / "assets" / "readme.png"
README_DRAG = ROOT / "assets" / "readme-drag.webp"
LEGS = ((0, 18), (8, -18), (-8, 0))
"""The path of the drag in the moving image: a loop of legs, each (rows, cols) in picture pixels."""
FRAME_MS, REST_MS = 90, 900
"""How long a frame of the moving image stands, and one at the end of a leg."""
HEAR = "addEventListener('stage-drawn', ({ detail }) => { window.seen = detail; })"


def take(
    browser: Browser, url: str, path: str, size: tuple[int, int], theme: str, press: str
) -> None:
    """Open a page, wait until it is there, press a button if named, and save the whole page."""
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if theme == "dark" else "light",
        has_touch=size == WINDOW_SIZES["phone"],
    )
    page.goto(url)
    page.locator(SHOWN).first.wait_for()
    page.locator('[data-testid="stSkeleton"]').first.wait_for(state="detached", timeout=90_000)
    page.locator(TRAINING).wait_for(state="detached", timeout=90_000)
    running = '[data-testid="stApp"][data-test-script-state="running"]'
    page.locator(running).wait_for(state="detached")  # heads take a few seconds to be trained
    if press:
        page.get_by_role("button", name=press).click()
        page.get_by_role("dialog").wait_for()
    page.wait_for_timeout(1500)
    # Streamlit scrolls inside the page, so a full picture needs a window as tall as its content.
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.screenshot(path=path)
    page.set_viewport_size({"width": size[0], "height": int(height)})
    page.wait_for_timeout(2500)  # the charts are near the window now, so they load
    page.screenshot(path=path.replace(".png", "-whole.png"))
    page.close()


def take_for_readme(browser: Browser, url: str) -> None:
    """Save the README's picture, and its moving image of a drag."""
    page = browser.new_page(viewport={"width": 1440, "height": 730})
    page.goto(f"{url}/feature_map_shifts?{MOVED}")
    page.locator(".stage .panel.map canvas").first.wait_for()
    page.wait_for_timeout(1500)
    page.screenshot(path=README_PICTURE)
    page.close()
    print(README_PICTURE)
    frames, stands = zip(*film(browser, f"{url}/feature_map_shifts?at=24,12"), strict=True)
    frames[0].save(
        README_DRAG,
        save_all=True,
        append_images=frames[1:],
        duration=stands,
        loop=0,
        lossless=True,  # and no larger, for the page has few colours
        method=4,
    )
    print(f"{README_DRAG} ({README_DRAG.stat().st_size / 1024:.0f} KiB, {len(frames)} frames)")


def film(browser: Browser, url: str) -> Iterator[tuple[Image.Image, int]]:
    """Drag the pattern along LEGS; yield each sight of the stage, and for how many ms."""
    page = browser.new_page(viewport={"width": 1040, "height": 700})
    page.add_init_script(HEAR)
    page.goto(url)
    page.locator(".stage .panel.map canvas").first.wait_for()
    page.wait_for_timeout(1500)
    zoom = _box(page, ".panel.input canvas")["width"] / 64
    handle, clip = _box(page, ".handle"), _stage_clip(page)
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    row, col = page.evaluate("window.seen.position")
    page.mouse.move(x, y)
    page.mouse.down()
    for down, right, stands in drag_path():
        page.mouse.move(x + right * zoom, y + down * zoom)
        place = f"{row + down},{col + right}"
        page.wait_for_function("place => String(window.seen.position) === place", arg=place)
        page.wait_for_timeout(60)  # the frame is drawn; what it said is laid out
        yield Image.open(BytesIO(page.screenshot(clip=clip))).convert("RGB"), stands
    page.close()


def drag_path() -> Iterator[tuple[int, int, int]]:
    """Yield how far the drag has gone, (rows, cols) in picture pixels, and for how many ms."""
    row, col = 0, 0
    yield row, col, REST_MS
    for rows, cols in LEGS:
        steps = max(abs(rows), abs(cols))
        for step in range(1, steps + 1):
            stands = REST_MS if step == steps else FRAME_MS
            yield row + round(rows * step / steps), col + round(cols * step / steps), stands
        row, col = row + rows, col + cols


def _stage_clip(page: Page) -> FloatRect:
    """Return the part of the page from its title to the live sentence."""
    stage, sentence = _box(page, ".panels"), _box(page, ".sentence")
    top = stage["y"] - 64  # with the question above it
    bottom = sentence["y"] + sentence["height"]
    return {"x": stage["x"] - 16, "y": top, "width": stage["width"] + 32, "height": bottom - top}


def _box(page: Page, part: str) -> FloatRect:
    box = page.locator(f".stage {part}").first.bounding_box()
    assert box, part
    return box


def main() -> None:
    """Take all pictures, or the README's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readme", action="store_true", help="only the README's pictures")
    parser.add_argument("--only", default="", help="only the pages whose name contains this")
    options = parser.parse_args()
    folder = ROOT / "screenshots"
    folder.mkdir(exist_ok=True)
    with sync_playwright() as playwright, AppServer() as server:
        browser = launch_chromium(playwright, find_chromium())
        if options.readme:
            take_for_readme(browser, server.url)
            return
        for (name, path), (size, pixels), theme in product(
            PICTURED_VIEWS.items(), WINDOW_SIZES.items(), THEMES
        ):
            if options.only in name:
                target = str(folder / f"{name}-{size}-{theme}.png")
                take(browser, server.url + path, target, pixels, theme, PRESSED.get(name, ""))
                print(target)


if __name__ == "__main__":
    main()
