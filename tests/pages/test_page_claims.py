"""The Claim check as Streamlit runs it: claims, verdicts, the ways to the stage, and its words."""

import re
from dataclasses import replace
from threading import Event, Thread
from typing import Any

import pytest

from pages.ui.scene import face
from pages.ui.scene.head_training import Training, to_text
from pages.ui.scene.lenses import page_of
from pages.ui.scene.workspaces import HEADS_WORKSPACE, scene_of, workspace_of
from pages.ui.sections import claims as claim_cards
from pages.ui.sections.claim_text import (
    CLAIMS,
    SOURCES,
    Claim,
    case_table,
    fill_figures,
    verdict_text,
    when_text,
)
from pages.ui.sections.claims import summary_text
from pages.ui.text.prose import explained
from pages.ui.training import claims as claim_results
from pages.ui.training.claims import SLOW_CLAIMS, ClaimResults
from rfcore.claims import EXPERIMENTS, FACE_EXPERIMENTS, HEAD_EXPERIMENTS, Case, Figure, verdict_of
from rfcore.errors import RfcoreError
from rfcore.faces.spec import PartsSpec
from tests.support.page_driver import (
    PAGES,
    Page,
    open_page,
    run_clean,
)

SMALL = PartsSpec(grids=(1, 5, 64), distances=(0, 3), examples=200, fresh=100, steps=60, seed=3)
TITLE = "What is often said, and what holds"
YES, NO = (Case(name, f"it is {name}", name == "so", ()) for name in ("so", "other"))


@pytest.fixture(scope="module")
def everything() -> ClaimResults:
    """All results, from small experiments on heads and faces."""
    results = ClaimResults()
    query = {"size": "32", "stack": "C5x5/1p2,R,M2x2/2,C3x3/1p1c8,R", "lens": "heads"}
    small, problems = scene_of({**query, "train": to_text(Training(examples=60, seed=4))})
    assert problems == []
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(claim_results, "HEADS_WORKSPACE", replace(HEADS_WORKSPACE, scene=small))
        monkeypatch.setitem(face.SPECS, "avg", SMALL)
        results.start()
        results.wait()
    return results


@pytest.fixture
def nothing_dear(monkeypatch: pytest.MonkeyPatch) -> ClaimResults:
    """Results in which what takes seconds does not begin."""
    results = ClaimResults()
    monkeypatch.setattr(results, "start", lambda: None)
    monkeypatch.setattr(claim_cards, "CLAIM_RESULTS", results)
    return results


def open_claims(monkeypatch: pytest.MonkeyPatch, results: ClaimResults) -> Page:
    monkeypatch.setattr(claim_cards, "CLAIM_RESULTS", results)
    return open_page("claim_check.py", {}, title=TITLE)


def texts(page: Page) -> str:
    return "\n".join(part.value for part in (*page.markdown, *page.caption))


def badges(page: Page) -> list[str]:
    """The words of the verdicts, in the order of the cards."""
    found = [re.fullmatch(r":\w+-badge\[:material/\w+: (.+)\]", m.value) for m in page.markdown]
    return [match[1] for match in found if match]


def looks(page: Page) -> set[tuple[str, str, str]]:
    """The colour, the icon and the words of the verdicts."""
    badge = re.compile(r":(\w+)-badge\[:material/(\w+): (.+)\]")
    return {found.group(1, 2, 3) for m in page.markdown if (found := badge.fullmatch(m.value))}


def claims_of(page: Page) -> list[str]:
    by_text = {explained(f"**{claim.claim}**"): claim.claim for claim in CLAIMS}
    return [by_text[m.value] for m in page.markdown if m.value in by_text]


def links(page: Page) -> list[tuple[str, str]]:
    return [(link.proto.page, link.proto.query_string) for link in page.get("page_link")]


def test_every_claim_has_its_card_its_verdict_and_its_table(
    monkeypatch: pytest.MonkeyPatch, everything: ClaimResults
) -> None:
    page = open_claims(monkeypatch, everything)
    said = [claim for claim in CLAIMS if not claim.is_error]
    errors = [claim for claim in CLAIMS if claim.is_error]
    assert (len(said), len(errors)) == (13, 4)
    assert claims_of(page) == [claim.claim for claim in (*said, *errors)]
    cases = [everything.find(claim.name) or () for claim in CLAIMS]
    assert badges(page) == [verdict_text(found) for found in cases]
    assert looks(page) == {
        ("green", "check_circle", "Holds"),
        ("orange", "rule", "Holds when"),
        ("red", "cancel", "Does not hold"),
    }
    assert summary_text(cases) in texts(page)
    for table, found in zip(page.table, cases, strict=True):
        columns = case_table(found)
        assert list(table.value.columns) == list(columns)
        assert [list(column) for _, column in table.value.items()] == list(columns.values())
    for claim, found in zip(CLAIMS, cases, strict=True):
        assert explained(fill_figures(claim.why, found)) in texts(page)


def test_every_figure_can_be_read_on_its_card(everything: ClaimResults) -> None:
    for claim in CLAIMS:
        cases = everything.find(claim.name) or ()
        table = case_table(cases)
        for case in cases:
            for figure in case.figures:
                shown = {*table, *re.findall(rf"\{{{case.name}/([^}}]+)\}}", claim.why)}
                in_line = any(f"{figure.name}: " in line for line in table.get("measured", []))
                assert figure.name in shown or in_line, (claim.name, figure.name)


def test_the_filter_shows_the_claims_of_one_verdict(
    monkeypatch: pytest.MonkeyPatch, everything: ClaimResults
) -> None:
    page = open_claims(monkeypatch, everything)
    for wanted in ("holds", "holds when", "does not hold"):
        page.segmented_control(key="claim_filter").set_value(wanted)
        run_clean(page)
        names = [c for c in CLAIMS if verdict_of(everything.find(c.name) or ()) == wanted]
        assert claims_of(page) == [claim.claim for claim in names]
        assert set(badges(page)) == {wanted.capitalize()}
        assert len(names) >= 2


def test_the_cheap_claims_are_there_while_the_dear_ones_are_tried_out(
    nothing_dear: ClaimResults,
) -> None:
    page = open_page("claim_check.py", {}, title=TITLE)
    assert badges(page).count("Being tried out") == len(SLOW_CLAIMS) == 4
    assert len(page.table) == len(EXPERIMENTS)
    assert f"still being tried out {len(SLOW_CLAIMS)}." in texts(page)
    assert len(page.get("skeleton")) == len(SLOW_CLAIMS)
    assert len(links(page)) == len(CLAIMS)


def test_an_experiment_that_fails_shows_a_sentence_and_is_not_tried_again(
    nothing_dear: ClaimResults, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    calls = []

    def fails() -> Any:
        calls.append(1)
        raise ZeroDivisionError("a bug")

    monkeypatch.setitem(claim_results.EXPERIMENTS, "own-stride", fails)
    page = open_page("claim_check.py", {}, title=TITLE)
    run_clean(page)
    assert badges(page).count("No verdict") == 1
    assert len(page.table) == len(EXPERIMENTS) - 1
    assert len(calls) == 1
    assert "a bug" not in texts(page)
    assert "own-stride failed" in caplog.text


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_every_button_opens_a_scene_without_a_problem(claim: Claim) -> None:
    scene, problems = scene_of(claim.query)
    assert problems == []
    assert workspace_of(scene.lens).admits(scene.stack)
    assert (PAGES / f"{page_of(scene.lens)}.py").exists()
    assert scene.lens == claim.query["lens"]


def test_the_buttons_are_links_to_these_scenes(nothing_dear: ClaimResults) -> None:
    shown = open_page("claim_check.py", {}, title=TITLE)
    names = [link.proto.label for link in shown.get("page_link")]
    assert len(set(names)) == len(CLAIMS)  # a list of links can be told apart by ear
    found = links(shown)
    for claim, (page, query) in zip(CLAIMS, found, strict=True):
        linked = replace(claim, scene=query)
        assert linked.query == claim.query
        assert page == page_of(scene_of(claim.query)[0].lens)


def test_sixty_learners_at_once_try_each_claim_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    results, begun, calls = ClaimResults(), Event(), []

    def slow() -> Any:
        calls.append(1)
        begun.wait(0.2)
        return (YES,)

    monkeypatch.setattr(claim_results, "_cases_of", lambda name: slow())
    learners = [Thread(target=results.find, args=("own-stride",)) for _ in range(60)]
    for learner in learners:
        learner.start()
        results.start()
    for learner in learners:
        learner.join()
    results.wait()
    assert len(calls) == 1 + len(SLOW_CLAIMS)
    assert results.find("own-stride") == (YES,)


def test_what_was_stopped_is_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    results, found = ClaimResults(), [None, (YES,)]
    tried: list[str] = []

    def cases_of(name: str) -> Any:
        tried.append(name)
        return found[min(tried.count(name), 2) - 1]

    monkeypatch.setattr(claim_results, "_cases_of", cases_of)
    for _ in range(3):
        results.start()
        results.wait()
    assert sorted(tried) == sorted(2 * SLOW_CLAIMS)
    assert all(results.find(name) == (YES,) for name in SLOW_CLAIMS)


# ---------------------------------------------------------------------------------- its words


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?])\s+", text.strip()) if part]


def test_all_sentences_are_short_and_plain() -> None:
    said = [text for claim in CLAIMS for text in (claim.claim, claim.why, claim.look)]
    said += [source.says for source in SOURCES.values()]
    page = (PAGES / "claim_check.py").read_text(encoding="utf-8")
    said += ["".join(re.findall(r'^    "(.*)"$', page, re.MULTILINE))]
    assert len(said[-1]) > 60  # the lead was found
    for text in said:
        assert text.endswith("."), text
        assert "!" not in text
        for sentence in sentences(re.sub(r"\{[^}]*\}", "some", text)):
            assert len(sentence.split()) <= 25, sentence


def test_no_verdict_and_no_figure_that_was_measured_is_typed_in(everything: ClaimResults) -> None:
    for claim in CLAIMS:
        assert not re.search(r"\b(true|false|wrong|right|holds)\b", claim.why.lower()), claim.name
        typed = re.sub(r"\{[^}]*\}|\b\d+×\d+\b|3/8|5/8", "", claim.why)
        numbers = re.findall(r"\d+", typed)
        conditions = " ".join(case.condition for case in everything.find(claim.name) or ())
        assert all(re.search(rf"\b{number}\b", conditions) for number in numbers), claim.name


def test_every_source_is_named_and_every_name_is_a_source() -> None:
    used = {name for claim in CLAIMS for name in claim.sources}
    assert used == set(SOURCES)
    assert all(claim.sources for claim in CLAIMS)
    for source in SOURCES.values():
        assert source.url.startswith("https://") or not source.url


def test_every_claim_has_an_experiment_and_every_experiment_a_claim() -> None:
    names = [claim.name for claim in CLAIMS]
    assert sorted(names) == sorted([*EXPERIMENTS, *HEAD_EXPERIMENTS, *FACE_EXPERIMENTS])


def test_conditions_are_named_just_where_a_claim_holds_in_some() -> None:
    assert when_text([YES, NO]) == "It holds when it is so."
    assert when_text([YES, replace(YES, condition="it rains"), NO]) == (
        "It holds when it is so. It also holds when it rains."
    )
    assert when_text([YES]) == when_text([NO]) == ""


def test_the_table_says_what_came_of_each_case() -> None:
    inside = replace(YES, figures=(Figure("steps", 12), Figure("begins", -3, "px")))
    assert case_table([inside, replace(inside, holds=False)]) == {
        "Tried out when": ["it is so", "it is so"],
        "The claim": ["holds", "fails"],
        "steps": ["12", "12"],
        "begins": ["\u22123\u00a0px"] * 2,
    }


def test_the_summary_counts_each_verdict_where_it_belongs() -> None:
    assert summary_text([(YES,), (YES,), (YES,), (YES, NO), (YES, NO), (NO,), None]) == (
        "Of 7 claims: holds 3; holds under a condition 2; does not hold 1; still being tried out 1."
    )


def test_a_figure_cannot_be_read_as_markdown_and_a_missing_one_is_named() -> None:
    case = Case("a", "so", True, (Figure("right", 0.998, "share"), Figure("wrong", 0.001, "share")))
    assert fill_figures("{a/right}, {a/wrong}", [case]) == "over 99 %, under 1 %"
    assert case_table([case])["right"] == ["over 99 %"]
    with pytest.raises(RfcoreError, match="no case 'b', only a"):
        fill_figures("{b/right}", [case])
