"""The parts lens: what it shows of a face is what rfcore says of that very picture."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pages.ui.render import parts
from pages.ui.render.lens import FULL_SCALE
from pages.ui.scene import face as face_module
from pages.ui.scene.face import HOME_PLACES, MIDDLE, FaceParts, fitting, limits
from pages.ui.scene.limits import SceneError
from pages.ui.scene.link import from_query, to_query
from pages.ui.scene.scene import Scene
from pages.ui.scene.stage_message import parse_message
from pages.ui.scene.workspaces import PARTS_WORKSPACE
from pages.ui.stage.frame_socket import Drag, read_message
from pages.ui.training.faces import GRID_STORE, GridStore, TrainedGrids
from pages.ui.training.weighed_store import weigh
from rfcore.faces.parts import FACE_PARTS, Places, scrambled_places
from rfcore.faces.spec import PartsSpec, face_picture
from rfcore.faces.train import cell_boxes
from rfcore.layers import Pair
from tests.support.frames import Decoded, decode, rendered
from tests.support.random_scenes import CALM
from tests.support.stage_messages import drag_message, opening_message

SMALL = PartsSpec(grids=(1, 6, 64), distances=(0, 3), examples=160, fresh=40, steps=60)
FOREHEAD: Places = (*HOME_PLACES[:3], (8, 24))
FACE = PARTS_WORKSPACE.scene
WHERE: list[tuple[Places, Pair]] = [
    (HOME_PLACES, (0, 0)),
    (FOREHEAD, (0, 0)),
    (HOME_PLACES, (-3, 2)),
    (scrambled_places(48, 4), (8, -8)),
]


@pytest.fixture(autouse=True)
def _small_experiment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(face_module.SPECS, "avg", SMALL)


@pytest.fixture
def trained() -> TrainedGrids:
    GRID_STORE.start(SMALL)
    GRID_STORE.wait()
    found = GRID_STORE.find(SMALL)
    assert found
    return found


@pytest.fixture
def untrained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(face_module.SPECS, "avg", replace(SMALL, seed=99))


def face(places: Places = HOME_PLACES, moved: Pair = (0, 0), **changes: Any) -> Scene:
    assert FACE.parts
    parts = replace(FACE.parts, places=places, **changes)
    position = MIDDLE[0] + moved[0], MIDDLE[1] + moved[1]
    return replace(FACE, parts=parts, position=position)


@pytest.mark.parametrize(("places", "moved"), WHERE)
def test_answers_and_picture_are_those_of_the_core(
    trained: TrainedGrids, places: Places, moved: Pair
) -> None:
    frame = rendered(face(places, moved))
    picture = face_picture(SMALL, places, moved)
    np.testing.assert_array_equal(frame.planes["face"], np.rint(picture[0] * 255))
    want = trained.parts.face_probabilities(picture)
    answers = frame.header["answers"]
    assert [answer["face"] for answer in answers] == list(want)
    for answer, probability in zip(answers, want, strict=True):
        says = "face" if probability > 0.5 else "scrambled"
        assert answer["says"] == (says if max(probability, 1 - probability) > 0.55 else "undecided")


def cells(frame: Decoded, grid: int) -> Any:
    full = frame.header["setting"]["face"]["full"][SMALL.grids.index(grid)]
    return frame.planes["evidence"] * (full / FULL_SCALE)


@pytest.mark.parametrize("grid", SMALL.grids)
def test_cells_are_those_of_the_core(trained: TrainedGrids, grid: int) -> None:
    full = trained.full[SMALL.grids.index(grid)]
    for places, moved in WHERE:
        frame = rendered(face(places, moved, grid=grid))
        want = trained.parts.evidence(grid, face_picture(SMALL, places, moved))
        assert frame.header["grid"] == frame.header["chosen"] == grid
        np.testing.assert_allclose(cells(frame, grid), want.clip(-full, full), atol=full / 3e4)
        shown = frame.header["setting"]["face"]
        edges = np.array(shown["boxes"][SMALL.grids.index(grid)])
        np.testing.assert_array_equal(edges, cell_boxes(SMALL, grid)[:, 0, :2])


def test_without_a_choice_the_grid_is_the_most_useful_one(trained: TrainedGrids) -> None:
    header = rendered(face()).header
    assert header["chosen"] is None
    assert header["grid"] == trained.parts.best_grid(3)


def test_a_mouth_on_the_forehead_is_noticed_and_the_sentence_says_by_which_grids(
    trained: TrainedGrids,
) -> None:
    before, now = (face_picture(SMALL, places) for places in (HOME_PLACES, FOREHEAD))
    assert trained.parts.noticing_grids(before, now) == (6, 64)
    assert rendered(face(FOREHEAD)).header["sentence"] == (
        "The mouth moved 29 px up. g = 6 and 64 now say scrambled. "
        "Global pooling (g = 1) cannot tell: it does not know where a part is."
    )
    assert rendered(face()).header["sentence"] == (
        "Every part is in its place. g = 6 and 64 say face. "
        "Global pooling (g = 1) cannot tell: it does not know where a part is."
    )


def test_what_moved_is_said() -> None:
    assert parts.moved_text(face((*HOME_PLACES[:3], (38, 22)), (0, 3))) == (
        "The mouth moved 1 px down, 2 px left. The whole face moved 3 px right."
    )
    swapped = (HOME_PLACES[2], HOME_PLACES[1], HOME_PLACES[0], HOME_PLACES[3])
    assert parts.moved_text(face(swapped)) == "Out of place: left eye, nose."


def test_neighbouring_grids_are_told_as_a_range() -> None:
    grids = (1, 2, 3, 4, 6, 8)
    assert parts._grids((2, 3, 4, 8), grids) == "g = 2 to 4 and 8"
    assert parts._grids((1, 2, 6), grids) == "g = 1, 2 and 6"
    assert parts._grids((6,), grids) == "g = 6"


@pytest.mark.usefixtures("untrained")
def test_a_frame_never_trains_and_tells_when_it_has_nothing_to_ask() -> None:
    frame = rendered(face())
    assert frame.header["sentence"] == parts.UNTRAINED_GRIDS
    assert frame.header["answers"] == []
    assert "evidence" not in frame.planes
    spec = face_module.SPECS["avg"]
    assert GRID_STORE.find(spec) is None
    GRID_STORE.start(spec)
    GRID_STORE.wait()
    after = rendered(face(), known_scene=frame.header["scene"])
    assert after.header["scene"] != frame.header["scene"]
    assert len(after.header["answers"]) == len(spec.grids)
    assert after.header["setting"]["face"]["trained"] is True


# ---- the scene, its link and its stage messages


@st.composite
def any_places(draw: st.DrawFn) -> Places:
    def place(part: str) -> Pair:
        at = st.integers(*limits(part))
        return draw(at), draw(at)

    return tuple(place(part) for part in FACE_PARTS)


@settings(CALM)
@given(any_places(), st.sampled_from([None, *SMALL.grids]), st.integers(-8, 8))
def test_a_face_comes_back_from_its_link(places: Places, grid: int | None, moved: int) -> None:
    scene = face(places, (moved, -moved), grid=grid)
    assert from_query(to_query(scene), base=FACE) == (scene, [])
    told_scene = read_message(opening_message(scene, position=list(scene.position)))
    header = decode(Drag().answer(told_scene)).header
    assert header["parts"] == [list(place) for place in places]


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ({"parts": "1,2,3"}, "it must be a row and a column each for left eye, right eye, nose"),
        (
            {"parts": "15,15,15,33,25,24,0,24"},
            "the mouth must stay on the face: its middle is a row and a column from 6 to 41, "
            "got 0, 24",
        ),
        ({"grid": "7"}, "there are grids of 1, 6, 64, got 7"),
        ({"pooling": "sum"}, "a cell pools by avg or max, got \u201csum\u201d"),
        ({"lens": "maps"}, "a face of parts is seen through the lens parts, not maps"),
        ({"picture": "meadow"}, "there is no picture \u201cmeadow\u201d; choose faces"),
        ({"size": "32"}, "there is no picture size \u201c32\u201d; choose 64"),
        ({"stack": "C3x3/1"}, "a face has the features of C3x3/1p1c4 -> R, got C3x3/1"),
        ({"moves": "wrap"}, "here the face moves over its background, not the whole picture"),
        ({"at": "17,0"}, "the whole face must stay inside the picture"),
    ],
)
def test_a_link_that_makes_no_sense_falls_back(query: dict[str, str], problem: str) -> None:
    scene, (notice,) = from_query(query, base=FACE)
    assert scene == FACE
    assert notice.startswith(
        f"The link\u2019s \u201c{next(iter(query))}\u201d was left out: {problem}"
    )


@pytest.mark.parametrize("key", ["parts", "grid", "lens", "picture", "pooling"])
def test_no_other_picture_gets_parts_by_a_link(key: str) -> None:
    scene, notices = from_query({key: to_query(face(grid=6))[key]})
    assert scene == Scene()
    assert len(notices) == 1


def face_message(scene: Scene, **changes: object) -> Any:
    own = {"position": list(scene.position), "start": list(scene.start), "unit": None}
    return parse_message(drag_message(**own, channels=[0, 0], view="now", **changes))


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ("everywhere", "a face has a left eye, a right eye, a nose, a mouth, got 'everywhere'"),
        ([[1, 1]] * 3, "a face has a left eye, a right eye, a nose, a mouth, got [[1, 1], [1"),
        ([[1, 1]] * 3 + [[float("nan"), 1]], "the place of the mouth (row) is a whole number, got"),
        ([[1, 1]] * 3 + [[1.5, 1]], "the place of the mouth (row) is a whole number, got 1.5"),
        ([[1, 1]] * 3 + ["up"], "the place of the mouth is a row and a column, got 'up'"),
    ],
)
def test_a_forged_hand_is_refused_in_a_sentence(parts: object, sentence: str) -> None:
    with pytest.raises(SceneError) as caught:
        face_message(FACE, parts=parts)
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize(("grid", "sentence"), [(7, "there are grids of"), (2**60, "the grid is")])
def test_a_forged_grid_is_refused_in_a_sentence(grid: int, sentence: str) -> None:
    with pytest.raises(SceneError, match=sentence):
        face_message(FACE, grid=grid).applied_to(FACE)


def test_a_hand_has_parts_only_where_there_is_a_face() -> None:
    with pytest.raises(SceneError, match="there is no face here whose parts could move"):
        face_message(FACE, parts=[[20, 20]] * 4).applied_to(Scene())
    assert face_message(FACE).applied_to(FACE) == FACE


def test_parts_are_held_on_the_face() -> None:
    far = [[-5, 24], [10**9, -(10**9)], [24, 24], [47, 47]]
    parts = face_message(FACE, parts=far, grid=6).applied_to(FACE).parts
    assert parts == FaceParts(((4, 24), (44, 4), (24, 24), (41, 41)), grid=6)
    for part, place in zip(FACE_PARTS, parts.places, strict=True):
        assert fitting(part, place) == place


# ---- the store


def test_the_store_keeps_the_specs_that_were_asked_for_last() -> None:
    specs = [
        PartsSpec(grids=(1,), distances=(0,), examples=4, fresh=2, steps=1, seed=seed)
        for seed in range(3)
    ]
    one = GridStore()
    one.start(specs[0])
    one.wait()
    store = GridStore(budget=int(2.5 * weigh(one.find(specs[0]))))
    for spec in specs[:2]:
        store.start(spec)
        store.wait()
    assert store.find(specs[0])
    store.start(specs[2])
    store.wait()
    assert [store.find(spec) is not None for spec in specs] == [True, False, True]
    serials = {store.find(spec).serial for spec in (specs[0], specs[2])}  # type: ignore[union-attr]
    assert len(serials) == 2
