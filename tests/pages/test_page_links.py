"""What a page makes of the link that opened it, good or bad, and of going back."""

import re
import time

import pytest

from pages.ui.scene.link import KEYS, to_query
from pages.ui.scene.scene import Scene
from pages.ui.session import late_values
from tests.support.page_driver import STAYS, choose, errors, header, notices, plain, run_clean
from tests.support.shifts_page import PRESET, notation, open_shifts


def test_link_opens_its_scene() -> None:
    query = {
        "picture": "bricks",
        "size": "96",
        "pattern": "dog",
        "stack": "C3x3/1c3,M2x2/2",
        "kernels": "spot",
        "padding": "circular",
        "at": "30,40",
        "from": "20,10",
        "channels": "3,3",
        "unit": "2,5,6",
        "view": "difference",
    }
    page = open_shifts(**query)
    assert page.warning == []
    assert page.query_params == query  # nothing is written that was not changed
    shown = header(page)
    assert (shown["position"], shown["start"]) == ([30, 40], [20, 10])
    assert (shown["unit"], shown["view"]) == ([1, 5, 6], "difference")
    assert [layer["channel"] for layer in shown["setting"]["layers"]] == [2, 2]
    boxes = {box.key: box.value for box in page.selectbox}
    assert boxes["choose_picture"] == "bricks"
    assert boxes["choose_size"] == 96
    assert boxes["choose_pattern"] == "dog"
    assert boxes["choose_padding"] == "circular"
    assert boxes["choose_preset"] == "your own"
    assert boxes["choose_kernels_0"] == "spot"


@pytest.mark.parametrize("key", KEYS)
def test_bad_part_of_a_link_gives_one_warning(key: str) -> None:
    good = {"picture": "bricks", "pattern": "dog", "at": "1,2", "view": "start"}
    page = open_shifts(**{**good, key: "~"})
    (warning,) = page.warning
    assert plain(warning.value.removeprefix("- ")).startswith(f"The link’s “{key}” was left out: ")
    assert "\n" not in warning.value
    assert page.error == []
    query = header(page)["query"]
    for kept in good.keys() - {key}:
        assert f"{kept}={good[kept]}" in query


def test_link_of_nonsense_opens_the_default_with_one_warning() -> None:
    page = open_shifts(**dict.fromkeys(KEYS, "~"))
    (warning,) = page.warning
    sentences = warning.value.split("\n")
    assert len(sentences) == len(KEYS)
    assert all(sentence.startswith("- The link’s ") for sentence in sentences)
    assert header(page)["query"] == header(open_shifts())["query"]
    choose(page, "pattern", "dog")  # what the link said is of no interest any more
    assert page.warning == []
    assert page.query_params == to_query(Scene(pattern="dog"))


@pytest.mark.parametrize(
    "stack",
    ["C1x1/999999,C1x1/999999", "C1x1/9000p9000c1", "C3x3/1d999999p999999", ",".join("C" * 900)],
)
def test_link_cannot_ask_for_more_than_the_stage_can_draw(stack: str) -> None:
    page = open_shifts(stack=stack)
    assert len(page.warning) == 1
    assert notation(page) == PRESET


def test_link_cannot_ask_for_padding_that_its_maps_do_not_have() -> None:
    page = open_shifts(stack="GA,C3x3/1p1", padding="reflect")
    assert notices(page) == [
        "The link’s “padding” was left out: layer 2, reflect padding of 1x1 cells needs a larger "
        "map than 1x1; at most 0x0 here."
    ]
    choose(page, "padding", "circular")
    choose(page, "padding", "reflect")
    assert errors(page) == [
        "Layer 2, reflect padding of 1x1 cells needs a larger map than 1x1; at most 0x0 here."
        + STAYS
    ]
    assert page.selectbox(key="choose_padding").value == "circular"


@pytest.mark.parametrize(
    "value",
    [
        "![x](http://evil.example/x.png)",
        "[click](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        "**bold** _it_ `code` ~~no~~",
        "$x^2$ :red[x] :smile: :material/home:",
        "\\",
        "# head",
        "1. one",
    ],
)
def test_markdown_in_a_link_is_shown_as_it_was_written(value: str) -> None:
    (warning,) = open_shifts(picture=value, stack=value.lower(), at=value).warning
    picture, stack, place = (plain(line.removeprefix("- ")) for line in warning.value.split("\n"))
    assert f"there is no picture “{value}”; choose flat, " in picture
    assert f'"{value.lower()}" at character 1 is not a layer' in stack
    assert f"as in 24,12, got “{value}”." in place


@pytest.mark.parametrize(
    "value", ["http://evil.example", "WWW.evil.example", "www.evil.example", "me@evil.example"]
)
def test_address_in_a_link_is_no_link_on_the_page(value: str) -> None:
    (warning,) = open_shifts(picture=value).warning
    text = re.sub(r"\\(.)", r"\1", warning.value)  # what the browser looks for addresses in
    assert not re.search(r"(?i)https?://|www\.|\w@", text)
    assert value in plain(warning.value.removeprefix("- "))


def test_lines_in_a_link_stay_in_their_sentence() -> None:
    (warning,) = open_shifts(picture="a\n\n# b\n- c").warning
    assert "“a # b - c”" in plain(warning.value.removeprefix("- "))


def test_a_link_sent_before_the_new_one_arrived_undoes_nothing() -> None:
    page = choose(open_shifts(), "pattern", "dog")
    sent_before = dict(page.query_params)
    choose(page, "picture", "noise")
    page.query_params.clear()
    page.query_params.update(sent_before)
    choose(page, "pattern", "face")  # a click that was under way
    assert page.selectbox(key="choose_picture").value == "noise"
    assert page.query_params["pattern"] == "face"
    assert page.query_params["picture"] == "noise"


def test_a_link_of_several_changes_ago_undoes_nothing_either() -> None:
    page = choose(open_shifts(), "pattern", "dog")
    sent_before = dict(page.query_params)
    choose(page, "picture", "noise")
    choose(page, "padding", "circular")
    page.query_params.clear()
    page.query_params.update(sent_before)
    run_clean(page)
    assert page.selectbox(key="choose_picture").value == "noise"
    assert page.selectbox(key="choose_padding").value == "circular"


def test_a_link_sent_while_a_long_run_went_on_undoes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What counts is how long the server has been at rest, not when it wrote the link."""
    page = choose(open_shifts(), "pattern", "dog")
    sent_before = dict(page.query_params)
    choose(page, "picture", "noise")
    page.session_state["last_run_end"] = clock = time.monotonic() + 20  # the run took so long
    monkeypatch.setattr(late_values, "monotonic", lambda: clock + 0.1)
    page.query_params.clear()
    page.query_params.update(sent_before)
    choose(page, "pattern", "face")
    assert page.selectbox(key="choose_picture").value == "noise"
    monkeypatch.setattr(late_values, "monotonic", lambda: clock + 5)
    page.query_params.clear()
    page.query_params.update(sent_before)
    run_clean(page)  # after a rest it is someone who went back
    assert page.selectbox(key="choose_picture").value == "meadow"


def test_going_back_brings_the_scene_back(unhurried: None) -> None:
    page = choose(open_shifts(), "pattern", "dog")
    first = dict(page.query_params)
    choose(page, "picture", "noise")
    assert page.query_params["picture"] == "noise"
    page.query_params.clear()
    page.query_params.update(first)
    run_clean(page)
    assert page.selectbox(key="choose_picture").value == "meadow"
    assert page.selectbox(key="choose_pattern").value == "dog"
    page.query_params.clear()
    run_clean(page)
    assert page.selectbox(key="choose_pattern").value == "cat"


def test_parts_of_the_address_that_are_not_ours_stay() -> None:
    page = choose(open_shifts(lang="de"), "pattern", "dog")
    assert page.query_params == {"lang": "de", **to_query(Scene(pattern="dog"))}
