"""What a page makes of the messages that its stage sends, good or bad."""

import pytest

from tests.support.page_driver import (
    choose,
    header,
    run_clean,
    send,
)
from tests.support.shifts_page import open_shifts
from tests.support.stage_messages import drag_message


def test_hand_moves_the_pattern_and_writes_the_link_when_it_rests() -> None:
    page = open_shifts()
    moving = header(send(page, drag_message(committed=False)))
    assert (moving["position"], moving["start"]) == ([25, 14], [24, 12])
    assert (moving["mount"], moving["token"], moving["notice"]) == ("m1", 1, "")
    assert moving["sentence"].startswith("Moved 1 px down, 2 px right.")
    assert page.query_params == {}
    resting = header(
        send(page, drag_message(token=2, unit=[2, 3, 4], channels=[0, 5, 0], view="start"))
    )
    assert (resting["token"], resting["unit"], resting["view"]) == (2, [2, 3, 4], "start")
    assert page.query_params["at"] == "25,14"
    assert page.query_params["unit"] == "3,3,4"
    assert page.query_params["channels"] == "6,6,1"
    assert page.query_params["view"] == "start"


def test_what_the_browser_has_is_not_sent_again() -> None:
    page = open_shifts()
    name = header(page)["scene"]
    send(page, drag_message(knownScene=name, knownStart=[24, 12]))
    shown = header(page)
    assert "setting" not in shown
    assert [plane[0] for plane in shown["planes"]] == ["now0", "now1", "now2"]


def test_message_is_taken_in_once_only() -> None:
    page = send(open_shifts(), drag_message())
    choose(page, "size", 128)
    assert page.query_params["at"] == "50,28"
    run_clean(page)  # the message still lies there
    assert header(page)["position"] == [50, 28]
    send(page, drag_message(token=2, position=[1, 1]))  # sent before the stage knew of the change
    assert header(page)["position"] == [50, 28]
    assert header(page)["revision"] == 1
    send(page, drag_message(token=3, revision=1, position=[1, 1]))
    assert header(page)["position"] == [1, 1]
    send(page, drag_message(mount="m2", token=3, revision=1, position=[2, 2]))  # another window
    assert header(page)["position"] == [2, 2]


@pytest.mark.parametrize(
    ("message", "notice"),
    [
        ("drag", "the stage sends a message with named parts, got 'drag'"),
        ([], "the stage sends a message with named parts, got []"),
        (
            drag_message(position=[float("nan"), 0]),
            "the pattern's position (row) is a whole number, got nan",
        ),
        (
            drag_message(position=[1e9, 0]),
            "the pattern's position (row) is a whole number, got 1000000000.0",
        ),
        (
            drag_message(position=[10**9, 0]),
            "the cat must stay inside the picture: its position is a row and a column from 0 to "
            "48, got 1000000000, 0",
        ),
        (
            drag_message(position=["24", "12"]),
            "the pattern's position (row) is a whole number, got '24'",
        ),
        (drag_message(position=None), "the pattern's position is a row and a column, got None"),
        (drag_message(token=True), "the message's number is a whole number, got True"),
        (drag_message(channels="000"), "the shown channels are a list of numbers, got '000'"),
        (drag_message(channels=[0, 0, 8]), "layer 3 has channels 1 to 8, got 9"),
        (drag_message(unit=[9, 0, 0]), "the stack has layers 1 to 3, got layer 10"),
        (drag_message(view="<script>"), "a map shows now, start, difference, got '<script>'"),
        (drag_message(mount={}), "mount is a short text, got {}"),
    ],
)
def test_nonsense_from_the_stage_is_answered_with_a_sentence(message: object, notice: str) -> None:
    page = send(open_shifts(), drag_message(token=9, position=[3, 4]))
    link = dict(page.query_params)
    send(page, message)
    shown = header(page)
    assert shown["notice"] == f"The stage could not do that: {notice}."
    assert shown["position"] == [3, 4]
    assert page.query_params == link
    assert page.error == []
    send(page, drag_message(token=10, position=[5, 6]))
    assert header(page)["notice"] == ""
    assert header(page)["position"] == [5, 6]


@pytest.mark.parametrize("state", [{}, {"message": None}, {"wand": 5}])
def test_stage_that_said_nothing_gets_the_scene(state: dict[str, object]) -> None:
    page = open_shifts(at="7,8")
    page.session_state["stage"] = state
    run_clean(page)
    assert (header(page)["position"], header(page)["notice"]) == ([7, 8], "")
