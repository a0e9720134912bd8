"""Accepted means bounded: every scene that a link or a control can say makes its frames in time.

CPU time and memory are measured, not estimated: see benchmarks/frame_bounds.py.
"""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from benchmarks.frame_bounds import EXTREME_LINKS, broken_bounds
from pages.ui.render.array_cache import FRAMES
from pages.ui.render.frame import render_frame
from pages.ui.scene.choices import MOVES, PICTURE_SIZES, PRESETS
from pages.ui.scene.grid import GRID_SIZES
from pages.ui.scene.lenses import LENS_NAMES
from pages.ui.scene.limits import SceneError, check_stack
from pages.ui.scene.workspaces import scene_of, workspace_of
from pages.ui.training.weighed_store import weigh
from rfcore.filters import CHOICES
from rfcore.ops import PADDING_MODES
from rfcore.pictures.backgrounds import BACKGROUNDS
from rfcore.pictures.patterns import PATTERNS
from rfcore.stack import Stack


def check(query: dict[str, str]) -> None:
    """What of a link is refused has a sentence; what is left of it keeps the bounds."""
    scene, problems = scene_of(query)
    for problem in problems:
        assert problem.startswith("The link\u2019s \u201c")
        assert len(problem) > 60
        assert problem.endswith(".")
    assert broken_bounds(scene) == [], (query, problems)


@pytest.mark.parametrize("link", EXTREME_LINKS.values(), ids=EXTREME_LINKS)
def test_a_scene_at_the_extremes_is_quick_or_refused(link: str) -> None:
    query = dict(part.split("=", 1) for part in link.split("&"))
    check({"picture": "meadow", **query} if "picture" not in query else query)


@st.composite
def layers(draw: st.DrawFn) -> str:
    """A layer of any kind, its numbers usual ones or extreme ones."""
    kind = draw(st.sampled_from(["C", "C", "C", "M", "A", "B", "R", "GA", "GM"]))
    if kind in ("R", "GA", "GM"):
        return kind
    if kind == "B":
        return f"B{draw(st.integers(2, 7))}/{draw(st.integers(1, 4))}"
    usual = st.sampled_from([1, 2, 3, 3, 5, 7])
    side = usual | st.sampled_from([8, 9, 16, 31, 64, 96, 256])
    rows = draw(side)
    cols = draw(st.just(rows) | side)
    text = f"{kind}{rows}x{cols}/{draw(st.sampled_from([1, 1, 1, 2, 3, 16]))}"
    if kind == "C":
        text += f"p{draw(st.sampled_from([0, 0, rows // 2, 1, 31, 100, 369, 483]))}"
        text += f"c{draw(st.sampled_from([1, 1, 2, 4, 8, 8, 16, 32, 33]))}"
    else:
        text += f"p{draw(st.sampled_from([0, 0, min(rows, cols) // 2]))}"
    return text + (f"d{draw(st.sampled_from([1, 1, 1, 2, 4, 16, 31]))}" if kind in "CM" else "")


PLACES = st.tuples(st.integers(0, 192), st.integers(0, 192))


@st.composite
def queries(draw: st.DrawFn) -> dict[str, str]:
    """All that a link can say about a scene, fitting or not."""
    lens = draw(st.sampled_from(LENS_NAMES))
    stack = draw(st.lists(layers(), min_size=1, max_size=13) | st.lists(layers(), max_size=3))
    kernels = draw(st.lists(st.sampled_from(CHOICES), max_size=4))
    at, begun = draw(PLACES), draw(PLACES)
    query = {
        "lens": lens,
        "picture": draw(st.sampled_from([*BACKGROUNDS, "grid"])),
        "size": str(draw(st.sampled_from([*PICTURE_SIZES, 256, 256, *GRID_SIZES]))),
        "pattern": draw(st.sampled_from(PATTERNS)),
        "stack": ",".join(stack) or draw(st.sampled_from([*PRESETS.values()])),
        "kernels": ",".join(kernels),
        "padding": draw(st.sampled_from(PADDING_MODES)),
        "at": f"{at[0]},{at[1]}",
        "from": f"{begun[0]},{begun[1]}",
        "moves": draw(st.sampled_from(MOVES)),
        "rings": draw(st.sampled_from(["box", "none", "box,effective,used"])),
        "unit": f"{draw(st.integers(1, 12))},{at[0] // 4},{begun[1] // 4}",
        "pixel": f"{begun[0]},{at[1]}",
        "pooling": draw(st.sampled_from(["avg", "max"])),
    }
    left_out = draw(st.sets(st.sampled_from(sorted({*query} - {"lens", "stack"}))))
    return {key: value for key, value in query.items() if key not in left_out}


ANY_LINK = {
    "deadline": None,
    # A smaller example of what is slow is not slow: the first one found is the best to look at.
    "phases": (Phase.explicit, Phase.reuse, Phase.generate),
    "suppress_health_check": [HealthCheck.too_slow],
}


@settings(max_examples=40, **ANY_LINK)
@given(queries())
def test_any_link_opens_a_quick_scene_or_is_refused(query: dict[str, str]) -> None:
    check(query)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@settings(max_examples=1000, **ANY_LINK)
@given(queries())
def test_many_links_open_quick_scenes_or_are_refused(query: dict[str, str]) -> None:
    check(query)


@pytest.mark.parametrize("lens", LENS_NAMES)
def test_what_each_page_opens_with_is_quick(lens: str) -> None:
    assert broken_bounds(replace(workspace_of(lens).scene, lens=lens)) == []


def test_a_frame_beyond_its_bounds_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.ui.scene.limits.MAX_NUMBERS", 10**9)
    monkeypatch.setattr("pages.ui.scene.limits.MAX_FIRST_FRAME", 10**9)
    monkeypatch.setattr("pages.ui.scene.limits.MAX_FURTHER_FRAME", 10**9)
    check_stack.cache_clear()
    try:
        with pytest.raises(AssertionError, match="the first frame took"):
            check({"picture": "flat", "size": "256", "stack": "C1x1/1p200c32"})
    finally:
        check_stack.cache_clear()


# What is kept


def test_a_refusal_says_what_is_too_much_and_what_to_take() -> None:
    for stack, said in {
        "C1x1/1p369c32": "numbers; the stage holds up to",
        "C256x256/1c32": "weights; the stage takes up to",
        "C1x1c8,B7/1,B7/1,R": "ms to open on 256x256 pixels, and up to",
    }.items():
        with pytest.raises(SceneError, match=said):
            check_stack(Stack.parse(stack), 256)


def test_many_scenes_keep_no_more_than_the_budget() -> None:
    FRAMES.drop_all()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for padding in range(440, 484, 2):
            scene, _ = scene_of({"size": "32", "stack": f"C1x1/1p{padding}c1", "picture": "flat"})
            render_frame(scene)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 0.5 * FRAMES.budget < FRAMES.weight <= FRAMES.budget
    assert after - before < FRAMES.budget + 2**22


def test_an_entry_is_weighed_by_all_of_its_arrays() -> None:
    plane = np.zeros((100, 100), np.float32)
    assert weigh(plane[:1]) == weigh(plane) == weigh((plane, [plane.T])) > plane.nbytes
