"""Two roads and weight sharing in real Chromium: what the panels beside the maps show."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from playwright.sync_api import Browser

from benchmarks.app_server import AppServer
from pages.ui.render.context import render_context
from pages.ui.render.weight_sharing import locally_connected_of
from pages.ui.scene.link import from_query
from pages.ui.scene.workspaces import CONVOLUTION_WORKSPACE
from rfcore.equivariance import equivariance_errors
from rfcore.shifts import measured_shift
from tests.support.stage_driver import Stage

PAGE = "/convolution_follows"
# The workspace's first scene, in the words that the driver reads.
BASE = {"size": "32", "stack": "C3x3/1p1c1", "kernels": "vertical edge"}
ROADS = BASE | {"lens": "equivariance", "moves": "wrap", "picture": "meadow", "at": "12,6"}
SHARING = BASE | {"lens": "weight_sharing", "picture": "black", "pattern": "letter", "at": "12,6"}


def readouts(stage: Stage, panel: int) -> Sequence[str]:
    return stage.map(panel).locator("dd").all_text_contents()


def panel_cells(stage: Stage, panel: int) -> Any:
    """The colour of every cell of a panel that is shaped like the map of the first layer."""
    middles = np.arange(stage.size) + 0.5
    return stage.sampled(stage.map_canvas(panel), middles, middles)


def lit_columns(stage: Stage, panel: int) -> list[int]:
    """The columns of a panel in which every cell has another colour than the middle of it."""
    cells = panel_cells(stage, panel)
    found: list[int] = np.flatnonzero((cells != cells[16, 16]).any(axis=2).all(axis=0)).tolist()
    return found


def test_zero_padding_lights_the_border_and_circular_padding_nothing(
    browser: Browser, server: AppServer
) -> None:
    with Stage(browser, server, ROADS, path=PAGE) as stage:
        assert stage.find(".map .name").all_text_contents() == [
            "shift, then convolve",
            "convolve, then shift",
            "difference",
        ]
        assert lit_columns(stage, 3) == []
        stage.drag(0, 1)
        # The first column came from beyond the map.
        assert [column for column in lit_columns(stage, 3) if column] == [1, 31]
        scene, problems = from_query(ROADS, base=CONVOLUTION_WORKSPACE.scene)
        setting = render_context(scene.without_drag())
        (error,) = equivariance_errors(
            setting.network, setting.picture_of(scene), (0, 1), fill="circular"
        )
        assert problems == []
        assert error.border_error
        assert error.error == 0
        share = 100 * error.border_error / error.scale
        border = f"{error.border_error:.3g} ({share:.0f} %)"
        assert readouts(stage, 3) == ["0", border]
        assert f"they differ by up to {border[:-1]} of the largest value)" in stage.sentence
        assert not stage.find(".views").is_visible()

    with Stage(browser, server, ROADS | {"padding": "circular"}, path=PAGE) as stage:
        zero = panel_cells(stage, 3)
        stage.drag(5, -6)
        np.testing.assert_array_equal(panel_cells(stage, 3), zero)
        assert readouts(stage, 3) == ["0", "no such cell"]
        assert stage.sentence.endswith("Both roads agree in every cell.")


def test_the_shared_response_moves_and_the_locally_connected_one_becomes_another(
    browser: Browser, server: AppServer
) -> None:
    # A link from another page may ask for the difference; here only now is to be seen.
    with Stage(browser, server, SHARING | {"view": "difference"}, path=PAGE) as stage:
        shared, own = stage.cells(1), panel_cells(stage, 2)
        stage.drag(0, 3)
        np.testing.assert_array_equal(stage.cells(1)[:, 3:], shared[:, :-3])
        assert (panel_cells(stage, 2)[:, 3:] != own[:, :-3]).any()
        assert readouts(stage, 1) == ["9", "\u2192 3 cells"]
        scene, _ = from_query(SHARING, base=CONVOLUTION_WORKSPACE.scene)
        setting = render_context(scene.without_drag())
        locally_connected: Any = locally_connected_of(scene, setting)
        before, now = (
            locally_connected.map_of(setting.on(setting.background, (12, col))) for col in (6, 9)
        )
        measured = measured_shift(before, now)
        assert measured
        alike = f"{int(100 * measured.similarity)} % alike"
        assert readouts(stage, 2) == ["9 \u00d7 1,024 = 9,216", f"no clear shift, {alike}"]
        assert stage.sentence.endswith(f"gives another response, only {alike}.")
