"""Short links: they leave out what they can, and open the very same scene."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.ui.scene.choices import MOVES, UPLOAD
from pages.ui.scene.face import HOME_PLACES
from pages.ui.scene.grid import GRID
from pages.ui.scene.lenses import LENS_NAMES, lenses_on, page_of
from pages.ui.scene.link import from_query, to_query
from pages.ui.scene.scene import Scene
from pages.ui.scene.short_link import short_query, short_query_string
from pages.ui.scene.workspaces import (
    CONVOLUTION_WORKSPACE,
    HEADS_WORKSPACE,
    PARTS_WORKSPACE,
    STACK_WORKSPACE,
    opening_scene,
)
from rfcore.pictures.backgrounds import BACKGROUNDS
from tests.support.random_scenes import CALM, TRAININGS, any_scene
from tests.support.scenes import PHOTO, busy_scene

PAGES = Path(__file__).resolve().parents[2] / "pages"
WITHOUT_FACES = tuple(lens for lens in LENS_NAMES if lens != "parts")


def assert_opens(scene: Scene, base: Scene) -> dict[str, str]:
    """Assert that a short link opens a scene, and that no part of it could have been left out."""
    query = short_query(scene, base)
    assert query.items() <= to_query(scene).items()
    assert from_query(query, scene.photo, base) == (scene, [])
    for key in query:
        rest = {name: value for name, value in query.items() if name != key}
        assert from_query(rest, scene.photo, base) != (scene, []), key
    return query


@CALM
@given(any_scene(images=(*BACKGROUNDS, UPLOAD, GRID), lenses=WITHOUT_FACES, moves=MOVES))
def test_a_short_link_opens_any_scene_on_its_page(scene: Scene) -> None:
    # Heads are in every scene of their page, and a link cannot take them away.
    lens = "maps" if scene.lens == "heads" else scene.lens
    assert_opens(replace(scene, lens=lens), opening_scene(lens))


@CALM
@given(TRAININGS, st.tuples(st.integers(0, 48), st.integers(0, 48)))
def test_a_short_link_opens_any_training(training, place) -> None:
    scene = replace(HEADS_WORKSPACE.scene.with_training(training), position=place)
    assert_opens(scene, opening_scene("heads"))


@given(st.integers(0, 8), st.sampled_from([None, *range(1, 5)]))
def test_a_short_link_opens_a_face(moved: int, grid: int | None) -> None:
    assert PARTS_WORKSPACE.scene.parts is not None
    grids = (None, *PARTS_WORKSPACE.scene.parts.spec.grids)
    row, col = HOME_PLACES[-1]
    places = (*HOME_PLACES[:-1], (row - moved, col))
    parts = replace(
        PARTS_WORKSPACE.scene.parts, places=places, grid=grids[(grid or 0) % len(grids)]
    )
    assert_opens(replace(PARTS_WORKSPACE.scene, parts=parts), opening_scene("parts"))


@pytest.mark.parametrize("lens", LENS_NAMES)
def test_a_scene_as_its_page_begins_needs_no_more_than_its_lens(lens) -> None:
    base = opening_scene(lens)
    scene = replace(base, lens=lens)
    assert assert_opens(scene, base) == ({} if base.lens == lens else {"lens": lens})


@pytest.mark.parametrize("lens", LENS_NAMES)
def test_the_first_lens_is_the_one_that_the_page_enters_first(lens) -> None:
    source = (PAGES / f"{page_of(lens)}.py").read_text(encoding="utf-8")
    entered = re.search(r'open_workspace\(\w+, (?:"(\w+)"|\*lenses_on\("(\w+)"\))', source)
    assert entered is not None
    assert opening_scene(lens).lens == (entered[1] or lenses_on(entered[2])[0])


def test_a_short_link_is_one_for_a_blackboard() -> None:
    moved = replace(STACK_WORKSPACE.scene, position=(24, 15))
    assert short_query_string(moved, opening_scene("maps")) == "at=24,15&from=24,12"
    placed = replace(moved, start=(24, 15))
    assert short_query_string(placed, opening_scene("maps")) == "at=24,15"
    wrapped = replace(CONVOLUTION_WORKSPACE.scene, lens="equivariance", moves="wrap")
    assert short_query(wrapped, opening_scene("equivariance")) == {
        "lens": "equivariance",
        "moves": "wrap",
    }


def test_a_photo_does_not_travel() -> None:
    scene = busy_scene()
    query = assert_opens(scene, opening_scene("maps"))
    assert query["picture"] == UPLOAD
    stand_in, (problem,) = from_query(query, base=opening_scene("maps"))
    assert stand_in == replace(scene, image="meadow", photo=None)
    assert "a photo does not travel in a link" in problem
    kept = replace(STACK_WORKSPACE.scene, photo=PHOTO)  # stored, but not on the stage
    assert short_query(kept, opening_scene("maps")) == {}
