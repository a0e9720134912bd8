"""The fields of a lesson's file, each checked as if its writer had never seen another one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


class LessonError(ValueError):
    """A field that cannot be used; path: to it, numbers from 0. problem: why, with what it is."""

    def __init__(self, path: tuple[Any, ...], problem: str) -> None:
        super().__init__(problem)
        self.path, self.problem = path, problem


class TomlTable:
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

    def table(self, name: str) -> TomlTable:
        """Return the fields of a table inside this one."""
        value = self._get(name, None)
        if not isinstance(value, dict):
            raise self.error(name, f"it must be a table of fields, got {value!r}")
        return TomlTable(value, (*self.path, name))

    def tables(self, name: str, most: int) -> list[TomlTable]:
        """Return the fields of each table of a list, of which there is at least one."""
        value = self._get(name, None)
        if not isinstance(value, list) or not 1 <= len(value) <= most:
            raise self.error(name, f"it must be a list of 1 to {most} tables")
        for table in value:
            if not isinstance(table, dict):
                raise self.error(name, f"each of them must be a table of fields, got {table!r}")
        return [TomlTable(table, (*self.path, name, at)) for at, table in enumerate(value)]

    def filled_from(self, other: TomlTable, names: Iterable[str]) -> TomlTable:
        """Return these fields, and of some names those of another table that are missing here."""
        more = {name: other._table[name] for name in names if name in other}
        return TomlTable({**more, **self._table}, self.path)

    def _get(self, name: str, default: Any) -> Any:
        if name not in self._table and default is None:
            raise self.error(name, "this field is missing")
        return self._table.get(name, default)
