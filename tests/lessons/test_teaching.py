"""The lesson plans keep their word: every link opens, every slide is one, every quote is said."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from pages.ui.controls import heads_training
from pages.ui.present.deck import read_deck
from pages.ui.scene import face
from pages.ui.scene.scene import Scene
from pages.ui.scene.workspaces import scene_at
from pages.ui.sections import claims
from pages.ui.site import HOME, SITE
from pages.ui.training import faces
from pages.ui.training import heads as heads
from pages.ui.training.claims import ClaimResults
from tests.support.frames import rendered
from tests.support.page_driver import new_page, run_clean
from tests.support.page_texts import readable
from tests.support.readability import assert_readable

pytestmark = pytest.mark.usefixtures("quick_pages")

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "teaching.md").read_text(encoding="utf-8")
STEPS = {"→": (0, 1), "←": (0, -1), "↓": (1, 0), "↑": (-1, 0)}
HAND = r"[→←↓↑] \d+(?: [→←↓↑] \d+)*"
SAID = re.compile(rf"(?:Slide (\d+) )?({HAND}|[Aa]t once): ((?:“[^”]+”(?:, )?)+)")


@dataclass(frozen=True)
class Plan:
    """A lesson plan: how long it takes, its rows, and its slides as one pastes them."""

    minutes: int
    rows: list[list[str]]
    slides: str


def plans(guide: str) -> list[Plan]:
    found = []
    for section in guide.split("\n## ")[1:]:
        title = section.splitlines()[0]
        rows = [
            [cell.strip() for cell in line.strip("|").split("|")]
            for line in re.findall(r"^\| ?\d.*\|$", section, re.MULTILINE)
        ]
        slides = "\n".join(re.findall(r"^ {4}(/.*)$", section, re.MULTILINE))
        minutes = int((re.search(r"\d+", title) or ["10"])[0])
        found.append(Plan(minutes, rows, slides))
    return found


def links(guide: str) -> set[str]:
    """Every link of the guide: in its text, and those of the slides."""
    return {*re.findall(r"`(/[^`]*)`", guide), *re.findall(r"^ {4}(/\S*)", guide, re.MULTILINE)}


def complaints(link: str) -> list[str]:
    """What the page of a link has to say against it."""
    parts = urlsplit(link)
    path = parts.path.strip("/") or HOME
    if path not in {entry.path for entry in SITE}:
        return [f"there is no page {path}"]
    page = run_clean(new_page(f"{path}.py", dict(parse_qsl(parts.query)), seconds=60))
    return [said.value for said in (*page.warning, *page.error, *page.info)]


def slides_of(plan: Plan) -> list[Scene]:
    return [slide.scene for slide in read_deck(plan.slides).slides]


def quotes(plan: Plan) -> Iterator[tuple[Scene, str]]:
    """Every scene that a row speaks of, with each quote of what is said there."""
    scenes = slides_of(plan)
    for row in plan.rows:
        named = [int(number) for number in re.findall(r"\d+", row[1]) if "slide" in row[1]]
        for slide, drag, words in SAID.findall(row[4]):
            assert named, f"{row[0]} quotes, but names no slide"
            scene = after(scenes[int(slide or named[-1]) - 1], drag)
            yield from ((scene, quote) for quote in re.findall(r"“([^”]+)”", words))


def after(scene: Scene, drag: str) -> Scene:
    """The scene after the drag that a plan describes, from the first position of the slide."""
    row, col = scene.start
    for arrow, count in re.findall(r"([→←↓↑]) (\d+)", drag):
        down, right = STEPS[arrow]
        row, col = row + down * int(count), col + right * int(count)
    return replace(scene, position=(row, col))


def said(scene: Scene) -> str:
    """The live sentence of a scene, its heads or grids trained."""
    if scene.experiment is not None:
        heads.HEAD_STORE.train(scene.experiment)
    if scene.parts is not None:
        faces.GRID_STORE.start(face.SPECS[scene.parts.pooling])
        faces.GRID_STORE.wait()
    sentence: str = rendered(scene).header["sentence"]
    return sentence


def gaps(plan: Plan) -> list[str]:
    """The rows that do not begin where the one before ends, and an end too early or late."""
    found, clock = [], 0
    for row in plan.rows:
        begins, ends = map(int, row[0].split("–"))
        found += [row[0]] if begins != clock or ends <= begins else []
        clock = ends
    return found + ([] if clock == plan.minutes else [f"ends at {clock}"])


def unused(plan: Plan) -> set[int]:
    """The slides that no row opens, and those that a row opens and that are not there."""
    opened = [number for row in plan.rows if "slide" in row[1] for number in row[1].split("slide")]
    named = {int(number) for part in opened for number in re.findall(r"\d+", part)}
    return named ^ set(range(1, len(slides_of(plan)) + 1))


def test_there_are_three_plans_and_every_row_is_whole() -> None:
    assert [plan.minutes for plan in plans(GUIDE)] == [10, 45, 90]
    for plan in plans(GUIDE):
        assert gaps(plan) == []
        assert unused(plan) == set()
        for row in plan.rows:
            assert len(row) == 6
            assert all(row[at] for at in (0, 1, 2, 4, 5)), row


def test_the_slides_of_a_plan_can_be_pasted_as_they_are() -> None:
    for plan in plans(GUIDE):
        deck = read_deck(plan.slides)
        assert deck.problems == ()
        assert len(deck.slides) == len(plan.slides.splitlines())
        assert all(slide.notes for slide in deck.slides)


@pytest.mark.parametrize("link", sorted(links(GUIDE)))
def test_every_link_opens_its_page_without_a_notice(
    link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = ClaimResults()
    monkeypatch.setattr(results, "start", lambda: None)  # what the page of the claims has to try
    monkeypatch.setattr(claims, "CLAIM_RESULTS", results)
    # Notices do not depend on a training, so none is started.
    monkeypatch.setattr(heads_training, "may_start", lambda _: False)
    monkeypatch.setattr(heads_training, "training_line", lambda: None)
    assert complaints(link) == []


def test_what_is_quoted_is_what_the_stage_says() -> None:
    for plan in plans(GUIDE):
        found = list(quotes(plan))
        assert len(found) == sum(row[4].count("“") for row in plan.rows) > 0
        for scene, quote in found:
            assert quote in said(scene)


def test_the_plans_can_be_read_aloud() -> None:
    text = re.sub(r"^ {4}/\S+ ", "", GUIDE, flags=re.MULTILINE)
    text = re.sub(r"^\|.*?\|?$", lambda row: row[0].replace("|", "\n\n"), text, flags=re.MULTILINE)
    assert_readable(readable(text))


def test_the_checks_find_what_is_wrong() -> None:
    assert complaints("/feature_map_shift") == ["there is no page feature_map_shift"]
    assert "pattern" in complaints("/feature_map_shifts?pattern=zebra")[0]
    assert "no lesson" in complaints("/learn?lesson=zebra")[0]
    assert "no link to a page with a stage" in scene_at("/claim_check")[1][0]
    plan = plans(GUIDE)[0]
    assert gaps(replace(plan, rows=plan.rows[1:])) == ["2–4"]
    assert gaps(replace(plan, minutes=11)) == ["ends at 10"]
    assert unused(replace(plan, slides="/pooling_forgives")) == {2, 3, 4}
    (scene, quote), *_ = quotes(plan)
    assert scene.moved == (0, 4)
    assert quote not in said(replace(scene, position=scene.start))
