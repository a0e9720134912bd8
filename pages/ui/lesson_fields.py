"""The fields of a lesson's file, each checked as if its writer had never seen another one. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from pages.ui.measures import MEASURES, Quantity
from pages.ui.scene import Scene
from pages.ui.tasks import (
    COMPARE,
    By,
    Choice,
    Condition,
    Goal,
    Mark,
    Number,
    Option,
    Task,
)
from rfcore.examples import HEADS
from rfcore.experiments import QUARTERS

_NAMES: dict[str, tuple[str, ...]] = {
    "measure": (),
    "map": (),
    "head": tuple(head.name for head in HEADS),
    "quarter": QUARTERS,
    "grid": (),
}
"""What belongs to a quantity, with the names that there are."""


class LessonError(ValueError):
    """A field that cannot be used; path: to it, numbers from 0. problem: why, with what it is."""

    def __init__(self, path: tuple[Any, ...], problem: str) -> None:
        super().__init__(problem)
        self.path, self.problem = path, problem


class Fields:
    """One table of a lesson's file, and the path to it."""

    def __init__(self, table: Mapping[str, Any], path: tuple[Any, ...]) -> None:
        self._table, self.path = table, path

    def __contains__(self, name: str) -> bool:
        return name in self._table

    def error(self, name: str, problem: str) -> LessonError:
        """Return the error of a field."""
        return LessonError((*self.path, name), problem)

    def only(self, *names: str) -> None:
        """Raise LessonError for a field that nobody reads, as one that is misspelled."""
        for name in self._table:
            if name not in names:
                raise self.error(name, f"there is no such field; there are {', '.join(names)}")

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text that is not empty, or the default if the field is missing."""
        value = self._get(name, default)
        if not isinstance(value, str) or (not value.strip() and default is None):
            raise self.error(name, f"it must be a text that is not empty, got {value!r}")
        return value.strip()

    def whole(self, name: str, least: int, most: int, default: int | None = None) -> int:
        """Return a whole number in a range."""
        value = self._get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.error(name, f"it must be a whole number, {least} to {most}, got {value!r}")
        return value

    def number(self, name: str, default: float) -> float:
        """Return a number of at least 0."""
        value = self._get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
            raise self.error(name, f"it must be a number, 0 or more, got {value!r}")
        return float(value)

    def flag(self, name: str) -> bool:
        """Return true or false; false if the field is missing."""
        value = self._get(name, False)
        if not isinstance(value, bool):
            raise self.error(name, f"it must be true or false, got {value!r}")
        return value

    def choice(self, name: str, names: tuple[str, ...]) -> str:
        """Return one of some names."""
        value = self.text(name)
        if value not in names:
            raise self.error(name, f"it must be one of {', '.join(names)}; got {value!r}")
        return value

    def place(self, name: str) -> tuple[int, int]:
        """Return a (rows, cols) move in pixels, (0, 0) if the field is missing."""
        value = self._get(name, [0, 0])
        are_whole = isinstance(value, list) and all(type(part) is int for part in value)
        if not are_whole or len(value) != 2:
            raise self.error(name, f"it must be two whole numbers, as in [0, 1], got {value!r}")
        return value[0], value[1]

    def table(self, name: str) -> Fields:
        """Return the fields of a table inside this one."""
        value = self._get(name, None)
        if not isinstance(value, dict):
            raise self.error(name, f"it must be a table of fields, got {value!r}")
        return Fields(value, (*self.path, name))

    def tables(self, name: str, most: int) -> list[Fields]:
        """Return the fields of each table of a list, of which there is at least one."""
        value = self._get(name, None)
        if not isinstance(value, list) or not 1 <= len(value) <= most:
            raise self.error(name, f"it must be a list of 1 to {most} tables")
        for table in value:
            if not isinstance(table, dict):
                raise self.error(name, f"each of them must be a table of fields, got {table!r}")
        return [Fields(table, (*self.path, name, at)) for at, table in enumerate(value)]

    def filled_from(self, other: Fields, names: Iterable[str]) -> Fields:
        """Return these fields, and of some names those of another table that are missing here."""
        more = {name: other._table[name] for name in names if name in other}
        return Fields({**more, **self._table}, self.path)

    def _get(self, name: str, default: Any) -> Any:
        if name not in self._table and default is None:
            raise self.error(name, "this field is missing")
        return self._table.get(name, default)


def read_task(fields: Fields, scene: Scene) -> Task:
    """Return the task of a step's table; raises LessonError for what is none."""
    kind = fields.choice("kind", tuple(_TASKS))
    return _TASKS[kind](fields, scene)


def _mark(fields: Fields, scene: Scene) -> Task:
    fields.only("kind", "ask", "why", "move", "map")
    return Mark(
        ask=fields.text("ask"),
        why=fields.text("why"),
        move=fields.place("move"),
        map=fields.whole("map", 0, len(scene.stack), 0),
    )


def _number(fields: Fields, scene: Scene) -> Task:
    fields.only("kind", "ask", "why", "move", "veil", "unit", "tolerance", *_NAMES)
    return Number(
        ask=fields.text("ask"),
        why=fields.text("why"),
        move=fields.place("move"),
        veil=fields.flag("veil"),
        quantity=_quantity(fields, scene),
        unit=fields.text("unit", ""),
        tolerance=fields.number("tolerance", 0.0),
    )


def _choice(fields: Fields, scene: Scene) -> Task:
    fields.only("kind", "ask", "why", "move", "veil", "options", *_NAMES)
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
        veil=fields.flag("veil"),
        options=tuple(options),
    )


def _goal(fields: Fields, scene: Scene) -> Task:
    fields.only("kind", "ask", "why", "by", "until")
    by = fields.choice("by", ("drag", "pin", "layers"))
    until = []
    for condition in fields.tables("until", 4):
        condition.only("is", *_NAMES)
        # The layers of a stack that is still to be built are counted when it is there.
        until.append(_condition(condition, _quantity(condition, None if by == "layers" else scene)))
    return Goal(
        ask=fields.text("ask"),
        why=fields.text("why"),
        by=cast(By, by),
        until=tuple(until),
    )


_TASKS: dict[str, Callable[[Fields, Scene], Task]] = {
    "mark": _mark,
    "number": _number,
    "choice": _choice,
    "goal": _goal,
}


def _quantity(fields: Fields, scene: Scene | None) -> Quantity:
    name = fields.choice("measure", tuple(MEASURES))
    needs = MEASURES[name].needs
    for given in _NAMES:
        if given in fields and given != "measure" and given not in needs:
            raise fields.error(given, f"\u201c{name}\u201d does not ask for it")
    return Quantity(
        measure=name,
        map=fields.whole("map", 0, 12 if scene is None else len(scene.stack), 0),
        head=fields.choice("head", _NAMES["head"]) if "head" in needs else "",
        quarter=fields.choice("quarter", QUARTERS) if "quarter" in needs else "",
        grid=fields.whole("grid", 1, 64) if "grid" in needs else 0,
    )


def _condition(fields: Fields, quantity: Quantity) -> Condition:
    text = fields.text("is")
    found = re.fullmatch(r"(<=|>=|=|<|>)\s*(-?\d{1,6}(?:\.\d{1,6})?)", text)
    if found is None:
        raise fields.error(
            "is", f'it must be one of {", ".join(COMPARE)} and a number, as in ">= 8"; got {text!r}'
        )
    return Condition(quantity, found.group(1), float(found.group(2)))
