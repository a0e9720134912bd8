"""Pictures of every page, as learners see it, to look at one by one.

python -m benchmarks.screenshots            # into screenshots/, which git ignores
python -m benchmarks.screenshots --readme   # the README's picture
"""

from __future__ import annotations

import argparse
from itertools import product

from playwright.sync_api import Browser, sync_playwright

from benchmarks.app_server import ROOT, TRAINING, AppServer, find_chromium, launch_chromium

SIZES = {"laptop": (1440, 900), "tablet": (1024, 768), "phone": (390, 844)}
THEMES = ("light", "dark")
MOVED = "picture=meadow&at=30,31&from=24,12&unit=3,17,17"
VIEWS = {
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
    "roads": "/convolution_follows?lens=roads&at=12,9&from=12,6&picture=flat&moves=wrap",
    "sharing": "/convolution_follows?lens=sharing&at=12,9&from=12,6",
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


def take(
    browser: Browser, url: str, path: str, size: tuple[int, int], theme: str, press: str
) -> None:
    """Open a page, wait until it is there, press a button if named, and save the whole page."""
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if theme == "dark" else "light",
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
    page.wait_for_timeout(300)
    page.screenshot(path=path.replace(".png", "-whole.png"))
    page.close()


def main() -> None:
    """Take all pictures, or the README's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readme", action="store_true", help="only the README's picture")
    parser.add_argument("--only", default="", help="only the pages whose name contains this")
    options = parser.parse_args()
    folder = ROOT / "screenshots"
    folder.mkdir(exist_ok=True)
    with sync_playwright() as playwright, AppServer() as server:
        browser = launch_chromium(playwright, find_chromium())
        if options.readme:
            page = browser.new_page(viewport={"width": 1440, "height": 730})
            page.goto(f"{server.url}/feature_map_shifts?{MOVED}")
            page.locator(".stage .panel.map canvas").first.wait_for()
            page.wait_for_timeout(1500)
            page.screenshot(path=README_PICTURE)
            print(README_PICTURE)
            return
        for (name, path), (size, pixels), theme in product(VIEWS.items(), SIZES.items(), THEMES):
            if options.only in name:
                target = str(folder / f"{name}-{size}-{theme}.png")
                take(browser, server.url + path, target, pixels, theme, PRESSED.get(name, ""))
                print(target)


if __name__ == "__main__":
    main()
