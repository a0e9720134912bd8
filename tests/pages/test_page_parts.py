"""The page of parts and places as Streamlit runs it: training, stopping, scrambles, the chart."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from pages.ui.controls.parts_training import progress_text
from pages.ui.scene import face
from pages.ui.scene.face import HOME_PLACES
from pages.ui.scene.link import from_query
from pages.ui.scene.workspaces import PARTS_WORKSPACE
from pages.ui.training.faces import GRID_STORE, GridProgress, TrainedGrids
from pages.ui.training.training_queue import TRAINING_QUEUE
from rfcore.faces.parts import Places, scrambled_places
from rfcore.faces.spec import PartsSpec
from tests.support.page_driver import (
    Page,
    as_read,
    header,
    open_page,
    press,
    run_clean,
)
from tests.support.trainings import until, until_nobody_trains

TITLE = r"How much pooling is too much\?"
AVG = PartsSpec(grids=(1, 6, 64), distances=(0, 3), examples=160, fresh=60, steps=60, seed=5)
MAX = replace(AVG, kind="max")


@pytest.fixture(autouse=True)
def _small_experiments(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(face.SPECS, "avg", AVG)
    monkeypatch.setitem(face.SPECS, "max", MAX)
    until_nobody_trains()
    yield
    GRID_STORE.wait()


def open_parts(**query: str) -> Page:
    return open_page("parts_and_places.py", query, title=TITLE, with_charts=True)


def trained(spec: PartsSpec) -> TrainedGrids:
    GRID_STORE.start(spec)
    GRID_STORE.wait()
    found = GRID_STORE.find(spec)
    assert found
    return found


def captions(page: Page) -> str:
    return " ".join(as_read(caption.value) for caption in page.caption)


def places(page: Page) -> Places:
    scene, problems = from_query(page.query_params, base=PARTS_WORKSPACE.scene)
    assert problems == []
    assert scene.parts
    assert [tuple(place) for place in header(page)["parts"]] == list(scene.parts.places)
    return scene.parts.places


def test_the_first_visit_trains_and_the_next_one_finds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = replace(AVG, seed=6)
    monkeypatch.setitem(face.SPECS, "avg", spec)
    GRID_STORE.wait()  # one spec is trained at a time, and another test may have begun one
    page = open_parts()
    assert "Stop" in [button.label for button in page.button]
    assert "The chart comes when the grids are trained." in captions(page)
    GRID_STORE.wait()
    experiment = GRID_STORE.find(spec)
    assert experiment
    run_clean(page)
    assert "Stop" not in [button.label for button in page.button]
    assert f"{spec.examples} pictures, moved by up to 2 px, in {experiment.seconds:.1f} s" in (
        captions(page)
    )
    assert header(page)["answers"]


def test_a_training_can_be_stopped_and_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = replace(AVG, seed=7, steps=5000, grids=(1, 2, 4, 8, 16, 32, 64))
    monkeypatch.setitem(face.SPECS, "avg", spec)
    page = press(open_parts(), "Stop")
    GRID_STORE.wait()
    assert GRID_STORE.find(spec) is None
    assert run_clean(page).markdown[0].value == "The training was stopped, so no grid can answer."
    assert GRID_STORE.progress(spec) is None
    quick = replace(spec, steps=5)
    monkeypatch.setitem(face.SPECS, "avg", quick)
    run_clean(page)
    GRID_STORE.wait()
    assert GRID_STORE.find(quick)


def test_a_page_starts_no_training_while_others_are_trained(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spec = replace(AVG, seed=8)
    monkeypatch.setitem(face.SPECS, "avg", spec)
    with TRAINING_QUEUE.turn("another", "somebody"):
        page = open_parts()
        assert page.markdown[0].value == (
            "The server trains for others now, so this training waits for you."
        )
        assert GRID_STORE.progress(spec) is None
        press(page, "Train the grids")
        until(lambda: GRID_STORE.progress(spec) == GridProgress(0, 5, before=1))
        run_clean(page)
        assert page.main.get("progress")[0].proto.text == (  # type: ignore[attr-defined]
            "Another training is running. Yours is next."
        )
    GRID_STORE.wait()
    assert GRID_STORE.find(spec)


def test_progress_names_the_grid_and_then_the_distance() -> None:
    assert [progress_text(AVG, done) for done in (0, 2, 3, 5)] == [
        "Training grid g = 1 (1 of 3).",
        "Training grid g = 64 (3 of 3).",
        "Asking every grid about faces that moved 0 px.",
        "Asking every grid about faces that moved 3 px.",
    ]


def test_scrambles_follow_each_other_and_the_parts_go_back() -> None:
    trained(AVG)
    page = press(open_parts(), "Scramble")
    assert places(page) == scrambled_places(48, 0)
    assert places(press(page, "Scramble")) == scrambled_places(48, 1)
    assert places(press(page, "Put the parts back")) == HOME_PLACES
    away = open_parts(at="3,12")
    assert header(away)["position"] == [3, 12]
    assert header(press(away, "Face to the middle"))["position"] == [8, 8]


def test_the_chart_shows_the_accuracies_and_names_the_useful_middle() -> None:
    parts = trained(AVG).parts
    page = open_parts()
    accuracy = dict(zip(AVG.grids, parts.accuracy[:, 1], strict=True))
    best = max(accuracy, key=lambda grid: accuracy[grid])
    assert f"The useful middle at 3 px: **g = {best}**" in page.markdown[-1].value
    figure = json.loads(page.get("plotly_chart")[0].proto.spec)
    lines = {line["name"]: line["y"] for line in figure["data"]}
    assert list(lines) == ["moved 0 px", "moved 3 px"]
    for column, values in enumerate(lines.values()):
        assert values == pytest.approx(100 * parts.accuracy[:, column])
    (mark,) = figure["layout"]["annotations"]
    assert (mark["text"], mark["x"]) == (f"g = {best}", AVG.grids.index(best))


def test_other_pooling_is_another_training() -> None:
    trained(AVG)
    trained(MAX)
    page = open_parts()
    before = header(page)
    page.selectbox(key="choose_pooling").set_value("max")
    after = header(run_clean(page))
    assert page.query_params["pooling"] == "max"
    assert after["scene"] != before["scene"]
    assert after["answers"] != before["answers"]
    assert "keeps the largest value of 4 feature maps" in captions(page)


def test_a_bad_link_ends_in_sentences() -> None:
    trained(AVG)
    page = open_parts(parts="1,1", grid="7", at="900,1", lens="pool")
    text = page.warning[0].value.replace("\\", "")
    for key in ("parts", "grid", "at", "lens"):
        assert f"The link\u2019s \u201c{key}\u201d was left out" in text
    assert header(page)["parts"] == [list(place) for place in HOME_PLACES]
