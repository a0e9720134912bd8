"""The fields of a lesson's TOML file, with checks and with their lines. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any


class LessonError(ValueError):
    """A field that cannot be used.

    path: the keys and indices that lead to it. problem: the rule and the value that breaks it.
    """

    def __init__(self, path: tuple[Any, ...], problem: str) -> None:
        super().__init__(problem)
        self.path, self.problem = path, problem


class TomlTable:
    """One table of a lesson's file. path: the keys and indices that lead to it."""

    def __init__(self, table: Mapping[str, Any], path: tuple[Any, ...]) -> None:
        self._table, self.path = table, path

    def __contains__(self, name: str) -> bool:
        return name in self._table

    def error(self, name: str, problem: str) -> LessonError:
        """Return the error of a field."""
        return LessonError((*self.path, name), problem)

    def only(self, *names: str) -> None:
        """Raise LessonError for any other field, such as one that is misspelled."""
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
        """Return a table inside this one."""
        value = self._get(name, None)
        if not isinstance(value, dict):
            raise self.error(name, f"it must be a table of fields, got {value!r}")
        return TomlTable(value, (*self.path, name))

    def tables(self, name: str, most: int) -> list[TomlTable]:
        """Return the tables of a list of 1 to `most`."""
        value = self._get(name, None)
        if not isinstance(value, list) or not 1 <= len(value) <= most:
            raise self.error(name, f"it must be a list of 1 to {most} tables")
        for table in value:
            if not isinstance(table, dict):
                raise self.error(name, f"each of them must be a table of fields, got {table!r}")
        return [TomlTable(table, (*self.path, name, at)) for at, table in enumerate(value)]

    def filled_from(self, other: TomlTable, names: Iterable[str]) -> TomlTable:
        """Return this table, with missing fields of these names taken from another table."""
        more = {name: other._table[name] for name in names if name in other}
        return TomlTable({**more, **self._table}, self.path)

    def _get(self, name: str, default: Any) -> Any:
        if name not in self._table and default is None:
            raise self.error(name, "this field is missing")
        return self._table.get(name, default)


def line_of(lines: Sequence[str], path: Sequence[Any]) -> int:
    """Return the line, from 1, of a field; of its table if the field is missing."""
    first, end = 0, len(lines)
    if len(path) > 1 and isinstance(path[1], int):
        heads = [at for at, line in enumerate(lines) if line.strip().startswith("[[steps]]")]
        if path[1] < len(heads):
            first = heads[path[1]]
            end = heads[path[1] + 1] if path[1] + 1 < len(heads) else len(lines)
        path = path[2:]
    found = first
    for part in path:
        found = _next_line(lines, (first, found, end), part)
    return found + 1


def _next_line(lines: Sequence[str], within: tuple[int, int, int], part: str | int) -> int:
    """Return the index of the line of a field, or of a table in a list.

    within: indices of the step's first line, of the line found before, and of the step's end.
    """
    first, found, end = within
    if isinstance(part, int):
        tables = [at for at in range(found, end) if re.match(r"\s*\{", lines[at])]
        return tables[part] if part < len(tables) else found
    if re.search(rf"[{{,]\s*{part}\s*=", lines[found]):
        return found
    named = re.compile(rf"\s*\[steps\.{part}\]|\s*{part}\s*=")
    # A field that an inline table lacks may be inherited from the table around it.
    for at in (*range(found, end), *range(first, found)):
        if named.match(lines[at]):
            return at
    return found
