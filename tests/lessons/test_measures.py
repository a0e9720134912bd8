"""What lessons ask: every measure against plain loops, or against what the stage says itself."""

from dataclasses import replace

import numpy as np
import pytest

from pages.ui.lessons.measures import MEASURES, measured
from pages.ui.lessons.quantity import Quantity
from pages.ui.lessons.tasks import Condition
from pages.ui.render.context import render_context
from pages.ui.scene.limits import SceneError
from pages.ui.scene.scene import Scene
from pages.ui.scene.scene_fields import Unit
from pages.ui.scene.workspaces import scene_at
from rfcore.network import Network
from tests.support.frames import rendered

CAT = "/feature_map_shifts?stack=C3x3/1,M2x2/2,C3x3/1&at=24,15&from=24,12&unit=3,14,9"
GRID = "/pooling_forgives?at=2,2"


def scene(link: str) -> Scene:
    found, problems = scene_at(link)
    assert problems == []
    return found


def maps_of(shown: Scene) -> list[np.ndarray]:
    setting = render_context(shown.without_drag())
    activations = setting.network.forward(setting.picture_of(shown))
    return [a[channel] for a, channel in zip(activations, shown.channels, strict=True)]


def test_changed_is_what_the_stage_counts() -> None:
    shown = scene(CAT)
    for number, reading in enumerate(rendered(shown).header["readings"], 1):
        changed = measured(Quantity("changed", map=number), shown)
        assert reading["changed"].startswith(f"{int(changed or 0):,} of")
    assert (
        measured(Quantity("changed", map=0), shown)
        == measured(Quantity("changed", map=3), shown)
        != 0
    )


def test_shift_is_what_the_pattern_did() -> None:
    even = scene("/feature_map_shifts?picture=black&stack=C3x3/1,M2x2/2&at=28,12&from=24,12")
    assert [measured(Quantity("shift", map=n), even) for n in (1, 2)] == [4, 2]
    assert measured(Quantity("shift", map=1), replace(even, position=(24, 9))) == -3


def test_the_first_break_is_the_stages() -> None:
    for link in (CAT, CAT.replace("24,15", "24,14"), CAT.replace("at=24,15", "at=24,12")):
        shown = scene(link)
        marked = rendered(shown).header["break"]
        assert measured(Quantity("first break"), shown) == (0 if marked is None else marked[0] + 1)


def test_difference_is_that_of_both_roads() -> None:
    """Wrapping round at stride 1, a map of the moved picture is the moved map; in numbers."""
    shown = scene(
        "/convolution_follows?lens=equivariance&picture=meadow&moves=wrap&padding=circular"
    )
    moved = replace(shown, position=(shown.start[0] + 2, shown.start[1] - 3))
    before, after = maps_of(shown)[0], maps_of(moved)[0]
    assert (
        measured(Quantity("difference"), moved)
        == np.abs(np.roll(before, (2, -3), (0, 1)) - after).max()
    )
    zeros = replace(moved, padding_mode="zeros", moves="zeros")
    assert measured(Quantity("difference"), zeros) != 0


def pushed_pixels(shown: Scene) -> list[np.ndarray]:
    """For each layer, which cells change with each pixel: (pixel rows, pixel cols, rows, cols).

    Each pixel is pushed by itself. The layers have no max, which would hide some of them.
    """
    stack = render_context(shown.without_drag()).network.stack
    network = Network.with_filters(stack, filters=["random"] * len(shown.kernels))
    flat = np.zeros((1, shown.size, shown.size), np.float64)
    base = network.forward(flat)
    seen = [np.zeros((shown.size, shown.size, *a.shape[1:]), bool) for a in base]
    for row, col in np.ndindex(shown.size, shown.size):
        flat[0, row, col] = 1
        for layer, activation in enumerate(network.forward(flat)):
            seen[layer][row, col] = activation[0] != base[layer][0]
        flat[0, row, col] = 0
    return seen


def test_field_covered_and_reached_are_those_of_pushed_pixels() -> None:
    shown = scene(
        "/feature_map_shifts?size=32&pattern=square&stack=C3x3/1,A2x2/2,C3x3/1&at=10,12&unit=3,5,5"
    )
    assert shown.unit is not None
    pushed = pushed_pixels(shown)
    seen = pushed[2][:, :, 5, 5]
    assert shown.unit == Unit(2, 5, 5)
    rows = np.flatnonzero(seen.any(1))
    assert measured(Quantity("field", map=3), shown) == len(rows) == 8
    (row, col), size = shown.position, shown.pattern_size
    part = seen[row : row + size, col : col + size].mean()
    assert measured(Quantity("covered"), shown) == pytest.approx(100 * part)
    assert 0 < part < 1
    beside = pushed[2][:, :, 5, 6]
    assert (
        measured(Quantity("jump", map=3), shown)
        == np.flatnonzero(beside.any(0))[0] - np.flatnonzero(seen.any(0))[0]
    )
    pixel = replace(shown, pattern="pixel", position=(15, 16), start=(15, 16), unit=None)
    reaching = pushed[0][15, 16].sum()
    assert measured(Quantity("reached", map=1), pixel) == reaching == 9


def test_used_counts_the_pixels_that_change_the_unit_now() -> None:
    shown = scene(
        "/feature_map_shifts?size=32&stack=C3x3/1,M2x2/2&at=10,12&unit=2,7,7&kernels=spot"
    )
    setting = render_context(shown.without_drag())
    picture = setting.picture_of(shown).astype(np.float64)
    unit = shown.unit
    assert unit is not None
    base = setting.network.forward(picture)[1][0, unit.row, unit.col]
    used = 0
    for row, col in np.ndindex(32, 32):
        pushed = picture.copy()
        pushed[0, row, col] += 1e-7
        used += setting.network.forward(pushed)[1][0, unit.row, unit.col] != base
    assert measured(Quantity("used"), shown) == used > 0


def test_the_middle_of_an_average_is_a_quarter() -> None:
    shown = scene("/feature_map_shifts?size=32&stack=A8x8/8&kernels=&at=10,12&unit=1,2,2")
    assert measured(Quantity("middle"), shown) == pytest.approx(25)


def test_pools_forgive_what_plain_counting_says() -> None:
    grid = scene(GRID)
    assert measured(Quantity("unnoticed steps"), grid) == 3
    assert measured(Quantity("unnoticed share"), grid) == 37.5
    nine = scene("/pooling_forgives?size=6&stack=M3x3/3&cells=" + "0" * 36 + "&at=2,2")
    assert measured(Quantity("unnoticed share"), nine) == pytest.approx(100 * 5 / 9)


def test_weights_are_counted() -> None:
    shown = scene("/convolution_follows?lens=weight_sharing&stack=C5x5/2c1&at=4,4")
    assert measured(Quantity("weights"), shown) == 25
    assert measured(Quantity("untied weights"), shown) == 25 * 14 * 14


def test_what_is_not_there_yet_is_none_and_no_condition_holds_of_it() -> None:
    shown = replace(scene(CAT), unit=None)
    for name in ("covered", "used", "middle"):
        assert measured(Quantity(name), shown) is None
        assert not Condition(Quantity(name), ">=", -1.0).holds(shown)
    assert measured(Quantity("pinned"), shown) == 0
    assert measured(Quantity("pinned"), scene(CAT)) == 3


@pytest.mark.parametrize(
    ("name", "link", "words"),
    [
        ("unnoticed steps", CAT, "only a pool"),
        ("unnoticed share", CAT, "only a pool"),
        ("weights", GRID, "the first layer is M2x2/2"),
        ("right", CAT, "no heads"),
        ("face", CAT, "no face"),
    ],
)
def test_what_a_scene_does_not_have_is_said(name: str, link: str, words: str) -> None:
    with pytest.raises(SceneError, match=words):
        measured(Quantity(name, head="flatten", grid=6), scene(link))


@pytest.mark.trains
def test_heads_are_asked_where_the_pattern_is() -> None:
    near, far = (scene(f"/the_head_decides?at={at}&from=8,8") for at in ("8,8", "42,42"))
    for head, right in (("flatten", [100, 0]), ("global max", [100, 100])):
        assert [measured(Quantity("right", head=head), shown) for shown in (near, far)] == right
    upper, lower = (
        measured(Quantity("accuracy", head="flatten", quarter=quarter), near) or 0
        for quarter in ("upper left", "lower right")
    )
    assert upper > 99 > 60 > lower
    assert 20 < (measured(Quantity("zero weights", head="flatten"), near) or 0) < 60
    assert measured(Quantity("head weights", head="flatten"), near) == 2 * 32 * 16 * 16
    assert measured(Quantity("answers softmax moves", head="flatten"), near) == 0


@pytest.mark.trains
def test_a_softmax_that_reorders_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "pages.ui.lessons.measures_trained.softmax_at",
        lambda logits, temperatures: np.stack([-logits for _ in temperatures]),
    )
    assert (
        measured(Quantity("answers softmax moves", head="flatten"), scene("/the_head_decides")) != 0
    )


@pytest.mark.trains
def test_grids_are_asked_about_the_face_as_it_is() -> None:
    face = scene("/parts_and_places")
    scrambled = scene("/parts_and_places?parts=38,24,8,33,20,12,12,14")
    assert (measured(Quantity("face", grid=6), face) or 0) > 90 > 50
    assert (measured(Quantity("face", grid=6), scrambled) or 100) < 50
    with pytest.raises(SceneError, match="the grids are 1, 2"):
        measured(Quantity("face", grid=7), face)


def test_every_measure_says_what_it_is() -> None:
    for measure in MEASURES.values():
        assert len(measure.means) > 10
