"""The task of a lesson's step, read from its fields. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast

from pages.ui.lessons.measures import MEASURES
from pages.ui.lessons.quantity import Quantity
from pages.ui.lessons.tasks import (
    COMPARE,
    Choice,
    Condition,
    Goal,
    GoalAction,
    Mark,
    Number,
    Option,
    Task,
)
from pages.ui.lessons.toml_table import TomlTable
from pages.ui.scene.scene import Scene
from rfcore.heads.experiment import QUARTERS
from rfcore.heads.head import HEADS

_NAMES: dict[str, tuple[str, ...]] = {
    "measure": (),
    "map": (),
    "head": tuple(head.name for head in HEADS),
    "quarter": QUARTERS,
    "grid": (),
}
"""The arguments of a quantity, each with its allowed names."""


def read_task(fields: TomlTable, scene: Scene) -> Task:
    """Return the task in a step's table; raises LessonError if it is invalid."""
    kind = fields.choice("kind", tuple(_TASKS))
    return _TASKS[kind](fields, scene)


def _mark(fields: TomlTable, scene: Scene) -> Task:
    fields.only("kind", "ask", "why", "move", "map")
    return Mark(
        ask=fields.text("ask"),
        why=fields.text("why"),
        move=fields.place("move"),
        map=fields.whole("map", 0, len(scene.stack), 0),
    )


def _number(fields: TomlTable, scene: Scene) -> Task:
    fields.only("kind", "ask", "why", "move", "hide_maps", "unit", "tolerance", *_NAMES)
    return Number(
        ask=fields.text("ask"),
        why=fields.text("why"),
        move=fields.place("move"),
        hide_maps=fields.flag("hide_maps"),
        quantity=_quantity(fields, scene),
        unit=fields.text("unit", ""),
        tolerance=fields.number("tolerance", 0.0),
    )


def _choice(fields: TomlTable, scene: Scene) -> Task:
    fields.only("kind", "ask", "why", "move", "hide_maps", "options", *_NAMES)
    options = []
    for option in fields.tables("options", 6):
        option.only("text", "is", *_NAMES)
        quantity = _quantity(option.filled_from(fields, _NAMES), scene)
        options.append(Option(option.text("text"), _condition(option, quantity)))
    if len(options) < 2:
        raise fields.error("options", "there must be at least 2 to choose from")
    return Choice(
        ask=fields.text("ask"),
        why=fields.text("why"),
        move=fields.place("move"),
        hide_maps=fields.flag("hide_maps"),
        options=tuple(options),
    )


def _goal(fields: TomlTable, scene: Scene) -> Task:
    fields.only("kind", "ask", "why", "by", "until")
    by = fields.choice("by", ("drag", "pin", "layers"))
    until = []
    for condition in fields.tables("until", 4):
        condition.only("is", *_NAMES)
        # The learner may still add layers, so the number of a map is not checked here.
        until.append(_condition(condition, _quantity(condition, None if by == "layers" else scene)))
    return Goal(
        ask=fields.text("ask"),
        why=fields.text("why"),
        by=cast(GoalAction, by),
        until=tuple(until),
    )


_TASKS: dict[str, Callable[[TomlTable, Scene], Task]] = {
    "mark": _mark,
    "number": _number,
    "choice": _choice,
    "goal": _goal,
}


def _quantity(fields: TomlTable, scene: Scene | None) -> Quantity:
    name = fields.choice("measure", tuple(MEASURES))
    needs = MEASURES[name].needs
    for argument in _NAMES:
        if argument in fields and argument != "measure" and argument not in needs:
            raise fields.error(argument, f"\u201c{name}\u201d does not ask for it")
    return Quantity(
        measure=name,
        map=fields.whole("map", 0, 12 if scene is None else len(scene.stack), 0),
        head=fields.choice("head", _NAMES["head"]) if "head" in needs else "",
        quarter=fields.choice("quarter", QUARTERS) if "quarter" in needs else "",
        grid=fields.whole("grid", 1, 64) if "grid" in needs else 0,
    )


def _condition(fields: TomlTable, quantity: Quantity) -> Condition:
    text = fields.text("is")
    found = re.fullmatch(r"(<=|>=|=|<|>)\s*(-?\d{1,6}(?:\.\d{1,6})?)", text)
    if found is None:
        raise fields.error(
            "is", f'it must be one of {", ".join(COMPARE)} and a number, as in ">= 8"; got {text!r}'
        )
    return Condition(quantity, found.group(1), float(found.group(2)))
