"""How fast the maps follow a drag: the real server, real Chromium, and a plain page beside it.

    python -m benchmarks.drag

Drags for 4 s at 60 moves a second, one pixel a move: first the pattern on the stage of every page,
then (by its arrow key) the slider of a page of st.slider and st.image that shows the same maps as
the first, in one run. A move is answered when its maps are drawn; moves that the browser or the app
skipped are not. Fails when a page misses its bar.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Locator, Page, sync_playwright

from benchmarks.app_server import TRAINING, AppServer, find_chromium, launch_chromium

MOVES_PER_SECOND = 60
MAX_DRAG_P50, MAX_DRAG_P95 = 16.0, 33.0  # ms: a display frame, and two
PLAIN_PAGE = Path(__file__).with_name("plain_page.py")

# Both pages note, by one clock, when a place was asked for and when its maps were first drawn.
NOTE_STAGE = """([x, y, zoom, least]) => {
  window.asked = {}; window.drawn = {};
  document.addEventListener("pointermove", (event) => {
    const place = [(event.clientY - y) / zoom, (event.clientX - x) / zoom].map(Math.round);
    asked[place] ??= event.timeStamp;
  }, true);
  document.addEventListener("stage-drawn", ({ detail }) => {
    // Of a face the mouth is dragged, from the place where the upper left of its limits is.
    const place = detail.parts ? detail.parts[3].map((at) => at - least) : detail.position;
    drawn[place] ??= performance.now();
  });
}"""
NOTE_PLAIN = """() => {
  window.asked = {}; window.drawn = {};
  const look = () => {
    asked[document.querySelector("[data-testid=stSlider] input").value] ??= performance.now();
    const place = document.querySelector("[data-testid=stImageCaption]")?.innerText.trim();
    const image = document.querySelector("[data-testid=stImageContainer] img");
    if (place && image?.complete && image.naturalWidth) drawn[place] ??= performance.now();
    requestAnimationFrame(look);
  };
  look();
}"""


@dataclass(frozen=True)
class DragView:
    """A page with a scene to drag through.

    path: of the link, the pattern being in the upper left corner. size, pattern, margin: pixels of
    the picture and of what is dragged per side, and of the strip round the picture. handle: that of
    what is dragged. corner: the pixel where it begins. places: along one side, unless it is all.
    wait_for: what is on the stage when it can be dragged, by its selector.
    """

    name: str
    path: str
    size: int = 64
    pattern: int = 16
    margin: int = 0
    handle: str = ".handle"
    corner: int = 0
    places: int = 0
    wait_for: str = ".handle"

    @property
    def reach(self) -> int:
        """Places along one side of what is dragged."""
        return self.places or self.size - self.pattern


_FOLLOWS = "/convolution_follows?at=0,0&lens="

DRAG_VIEWS = (
    DragView("feature-map shifts", "/feature_map_shifts?at=0,0"),
    DragView("the whole picture", "/feature_map_shifts?at=0,0&moves=wrap"),
    DragView("pooling forgives", "/pooling_forgives?at=0,0&size=12", 12, 1),
    DragView("one window", f"{_FOLLOWS}window", 32, 8, 2),
    DragView("two roads", f"{_FOLLOWS}equivariance", 32, 8, 2),
    DragView("weight sharing", f"{_FOLLOWS}weight_sharing", 32, 8, 2),
    DragView("three heads", "/the_head_decides?at=0,0", wait_for=".head-answer:has-text('%')"),
    DragView("fields, all rings", "/how_far_a_neuron_sees?at=0,0&rings=box,effective,used"),
    DragView(
        "parts and places",
        "/parts_and_places?parts=15,15,15,33,25,24,6,6",
        pattern=13,
        margin=2,
        handle='[data-part="mouth"]',
        corner=8,
        places=35,
    ),
)


@dataclass(frozen=True)
class Timing:
    """Moves sent, and the ms from each answered move to its maps on the screen."""

    sent: int
    latencies: list[float]
    frame_bytes: list[int]

    @property
    def answered_share(self) -> float:
        """The part of the moves that was answered."""
        return len(self.latencies) / self.sent

    def percentile(self, share: float) -> float:
        """The ms that `share` of the answered moves do not exceed."""
        ordered = sorted(self.latencies) or [float("nan")]
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def drag_stage(browser: Browser, server: AppServer, seconds: float, view: DragView) -> Timing:
    """Drag the pattern over the stage in a winding line of places that are all different."""
    page, sizes = _open(browser, server.url + view.path)
    page.locator(f".stage {view.wait_for}").first.wait_for(timeout=60_000)
    page.locator(f".stage {view.handle}").wait_for()
    page.locator(TRAINING).wait_for(state="detached", timeout=90_000)
    page.wait_for_timeout(2000)
    left, top, width, _ = _box(page.locator(".stage .input canvas"))
    zoom = width / (view.size + 2 * view.margin)
    middle = (view.margin + view.corner + view.pattern / 2) * zoom
    x, y = left + middle, top + middle
    count = min(round(seconds * MOVES_PER_SECOND), view.reach**2 - 1)
    rows_and_steps = [divmod(n, view.reach) for n in range(1, count + 1)]
    places = [(r, s if r % 2 == 0 else view.reach - 1 - s) for r, s in rows_and_steps]
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(NOTE_STAGE, [x, y, zoom, view.pattern // 2])
    sizes.clear()
    _at_pace(count, lambda n: page.mouse.move(x + places[n][1] * zoom, y + places[n][0] * zoom))
    page.wait_for_timeout(1500)
    page.mouse.up()
    return _timing(page, [f"{row},{col}" for row, col in places], sizes)


def _plain_server() -> AppServer:
    """Return the server of the plain page, with fast reruns, as is Streamlit's default."""
    return AppServer(PLAIN_PAGE, arguments=("--runner.fastReruns", "true"))


def drag_plain(browser: Browser, server: AppServer, seconds: float) -> Timing:
    """Move the slider of the plain page by its arrow key, one value a press.

    Dragged by the mouse, the slider tells the server nothing until it is let go.
    """
    page, sizes = _open(browser, server.url)
    page.locator("[data-testid=stImageContainer] img").wait_for()
    page.wait_for_timeout(2000)
    page.locator("[data-testid=stSlider] input").focus()
    page.evaluate(NOTE_PLAIN)
    sizes.clear()
    count = round(seconds * MOVES_PER_SECOND)
    _at_pace(count, lambda _: page.keyboard.press("ArrowRight"))
    page.wait_for_timeout(1500)
    return _timing(page, [str(n) for n in range(1, count + 1)], sizes)


def _open(browser: Browser, url: str) -> tuple[Page, list[int]]:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    sizes: list[int] = []
    page.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda payload: sizes.append(len(payload))),
    )
    page.goto(url)
    return page, sizes


def _box(locator: Locator) -> tuple[float, float, float, float]:
    box = locator.bounding_box()
    if box is None:
        raise RuntimeError(f"{locator} is not on the page")
    return box["x"], box["y"], box["width"], box["height"]


def _at_pace(count: int, move: Callable[[int], None]) -> None:
    start = time.perf_counter()
    for number in range(count):
        ahead = start + number / MOVES_PER_SECOND - time.perf_counter()
        if ahead > 0:
            time.sleep(ahead)
        move(number)


def _timing(page: Page, places: list[str], sizes: list[int]) -> Timing:
    asked, drawn = page.evaluate("[window.asked, window.drawn]")
    page.close()
    latencies = [drawn[key] - asked[key] for key in places if key in asked and key in drawn]
    # Every rerun also sends a few short messages about its own state.
    return Timing(len(places), latencies, [size for size in sizes if size > 1000])


def _row(name: str, timing: Timing) -> str:
    # The images of the plain page travel outside its socket, where they are not counted.
    size = f"{median(timing.frame_bytes) / 1024:.1f}" if timing.frame_bytes else "-"
    return (
        f"{name:<24} {timing.sent:>5} {len(timing.latencies):>9} {timing.answered_share:>6.0%} "
        f"{timing.percentile(0.5):>8.1f} {timing.percentile(0.95):>8.1f} "
        f"{timing.percentile(1):>8.1f} {size:>10}"
    )


def main() -> None:
    """Run both drags and print them side by side."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--only", default="", help="only the pages whose name contains this")
    options = parser.parse_args()
    missed = False
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright, find_chromium())
        with AppServer() as server, _plain_server() as plain_server:
            for _ in range(options.runs):
                print(f"{'':<24} moves  answered          p50 ms   p95 ms   max ms  KiB/frame")
                timings = []
                for view in DRAG_VIEWS:
                    if options.only not in view.name:
                        continue
                    timings.append(drag_stage(browser, server, options.seconds, view))
                    missed |= _misses(timings[-1])
                    print(_row(view.name, timings[-1]), "  missed" * _misses(timings[-1]))
                plain = drag_plain(browser, plain_server, options.seconds)
                print(_row("st.slider and st.image", plain))
                more = len(timings[0].latencies) / max(1, len(plain.latencies))
                faster = plain.percentile(0.5) / timings[0].percentile(0.5)
                print(
                    f"the stage answers {more:.1f} times as many moves, {faster:.1f} times as fast"
                )
    sys.exit(missed)


def _misses(timing: Timing) -> bool:
    return not (timing.percentile(0.5) <= MAX_DRAG_P50 and timing.percentile(0.95) <= MAX_DRAG_P95)


if __name__ == "__main__":
    main()
