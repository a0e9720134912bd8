"""On which line of a TOML file a field stands, which its reader does not tell. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any


def line_of(lines: Sequence[str], path: Sequence[Any]) -> int:
    """Return the line, from 1, on which a field stands, or the table in which it is missing."""
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
    """Return the line, from 0, of a field, or of a table in a list, below the one found before.

    within: the first line of the step, the one found before, and the end of the step.
    """
    first, found, end = within
    if isinstance(part, int):
        tables = [at for at in range(found, end) if re.match(r"\s*\{", lines[at])]
        return tables[part] if part < len(tables) else found
    if re.search(rf"[{{,]\s*{part}\s*=", lines[found]):
        return found
    named = re.compile(rf"\s*\[steps\.{part}\]|\s*{part}\s*=")
    # What is not in an inline table may be inherited from the table around it.
    for at in (*range(found, end), *range(first, found)):
        if named.match(lines[at]):
            return at
    return found
