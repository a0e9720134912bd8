"""Predictions beside answers, what may count as a prediction, and goals that can be reached."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.ui.lessons.goal_search import is_reachable
from pages.ui.lessons.grading import grade, validate_answer
from pages.ui.lessons.quantity import Quantity
from pages.ui.lessons.tasks import (
    Choice,
    Condition,
    Goal,
    Mark,
    Number,
    Option,
    solution_of,
)
from pages.ui.scene.limits import SceneError
from pages.ui.scene.scene_fields import Unit
from pages.ui.scene.workspaces import scene_at
from rfcore.stack import Stack

POOL = scene_at("/pooling_forgives?at=2,2")[0]
MAPS = scene_at("/feature_map_shifts?stack=C3x3/1,M2x2/2,C3x3/1&at=24,12")[0]
MARK = Mark(ask="?", why="So.", move=(0, 2), map=1)
NUMBER = Number(
    ask="?", why="It is {answer}.", quantity=Quantity("field", map=3), unit="pixels", tolerance=1
)
CHOICE = Choice(
    ask="?",
    why="So.",
    move=(0, 1),
    options=(
        Option("Yes.", Condition(Quantity("changed", map=1), ">", 0)),
        Option("No.", Condition(Quantity("changed", map=1), "=", 0)),
    ),
)


def test_marked_cells_are_those_whose_maximum_changes() -> None:
    """By hand: the 9 leaves the window of rows and columns 2 to 3 for that of columns 4 to 5."""
    assert solution_of(MARK, POOL) == ((1, 1), (1, 2))
    assert solution_of(replace(MARK, move=(1, 1)), POOL) == ()


def test_marks_are_right_when_all_of_them_are() -> None:
    answer = ((1, 1), (1, 2))
    assert grade(MARK, ((1, 2), (1, 1)), answer).right
    half = grade(MARK, ((1, 1), (0, 0)), answer)
    assert (half.right, half.said, half.found) == (False, "2 marked, 1 of them right", "2 changed")
    none = grade(MARK, (), answer)
    assert (none.right, none.said) == (False, "none will change")
    assert grade(MARK, (), ()).right


def test_a_number_may_be_off_by_the_tolerance() -> None:
    answer = solution_of(NUMBER, MAPS)
    assert answer == 8
    assert [grade(NUMBER, given, answer).right for given in (6.9, 7.0, 8.0, 9.0, 9.1)] == [
        False,
        True,
        True,
        True,
        False,
    ]
    verdict = grade(NUMBER, 3.0, answer)
    assert (verdict.said, verdict.found, verdict.why) == ("3 pixels", "8 pixels", "It is 8 pixels.")


def test_one_option_is_right_and_no_more() -> None:
    assert solution_of(CHOICE, POOL) == 1
    assert grade(CHOICE, 1, 1).right
    wrong = grade(CHOICE, 0, 1)
    assert (wrong.right, wrong.said, wrong.found) == (False, "Yes", "No")
    both = replace(CHOICE, options=(CHOICE.options[1], CHOICE.options[1]))
    with pytest.raises(SceneError, match="of 2 it is 1, 2; measured: 0, 0"):
        solution_of(both, POOL)


def test_a_move_is_made_from_where_the_drag_began() -> None:
    moved = replace(POOL, position=(4, 4))
    assert solution_of(MARK, moved) == solution_of(MARK, POOL)


@pytest.mark.parametrize(
    ("task", "given", "fitting"),
    [
        (NUMBER, 7, 7.0),
        (NUMBER, "7", None),
        (NUMBER, True, None),
        (NUMBER, float("nan"), None),
        (NUMBER, 1e300, None),
        (CHOICE, 1, 1),
        (CHOICE, 2, None),
        (CHOICE, -1, None),
        (CHOICE, False, None),
        (CHOICE, 0.0, None),
        (MARK, [[1, 2], [0, 0], [1, 2]], ((0, 0), (1, 2))),
        (MARK, [], ()),
        (MARK, [[4, 0]], None),
        (MARK, [[0, True]], None),
        (MARK, [[0]], None),
        (MARK, [0, 1], None),
        (MARK, "none", None),
        (MARK, [[0, 0]] * 17, None),
    ],
)
def test_only_what_fits_is_a_prediction(task: Mark, given: object, fitting: object) -> None:
    assert validate_answer(task, POOL, given) == fitting


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=8,
)


@given(ANYTHING)
def test_whatever_comes_is_judged_or_left_out(value: object) -> None:
    for task, scene in ((NUMBER, MAPS), (CHOICE, POOL), (MARK, POOL)):
        fitting = validate_answer(task, scene, value)
        if fitting is not None:
            grade(task, fitting, solution_of(task, scene))


def goal(by: str, *until: Condition) -> Goal:
    return Goal(ask="?", why="So.", by=by, until=until)  # type: ignore[arg-type]


def test_a_goal_needs_all_of_its_conditions() -> None:
    both = goal(
        "drag",
        Condition(Quantity("moved"), ">=", 1),
        Condition(Quantity("changed", map=1), "=", 0),
    )
    assert not both.reached(POOL)
    assert not both.reached(replace(POOL, position=(2, 4)))
    assert both.reached(replace(POOL, position=(3, 3)))


@pytest.mark.parametrize(
    ("by", "condition", "can"),
    [
        ("drag", Condition(Quantity("moved"), ">=", 5), True),
        ("drag", Condition(Quantity("moved"), ">=", 6), False),
        ("drag", Condition(Quantity("changed", map=1), ">=", 2), True),
        ("drag", Condition(Quantity("changed", map=1), ">", 16), False),
    ],
)
def test_places_are_searched_to_the_last(by: str, condition: Condition, can: bool) -> None:
    assert is_reachable(goal(by, condition), POOL) is can


def test_units_are_searched_on_every_map() -> None:
    assert is_reachable(goal("pin", Condition(Quantity("pinned"), "=", 1)), MAPS)
    assert not is_reachable(goal("pin", Condition(Quantity("covered"), "=", 100)), MAPS)
    small = scene_at("/feature_map_shifts?pattern=pixel&at=30,30")[0]
    assert is_reachable(goal("pin", Condition(Quantity("covered"), "=", 100)), small)
    assert not goal("pin", Condition(Quantity("covered"), "=", 0)).reached(small)
    far = replace(small, unit=Unit(2, 0, 0))
    assert goal("pin", Condition(Quantity("covered"), "=", 0)).reached(far)


def test_layers_are_added_in_search_of_a_stack() -> None:
    one = MAPS.with_stack(Stack.parse("C3x3/1"))
    for least, can in ((20, True), (40, True), (90, False)):
        found = is_reachable(goal("layers", Condition(Quantity("field"), ">=", least)), one)
        assert found is can
