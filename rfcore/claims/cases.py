"""The cases in which a claim was tried out, and the verdict that follows from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

from rfcore.errors import RfcoreError

Verdict = Literal["holds", "holds when", "does not hold"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

FigureUnit = Literal["", "px", "box", "share", "list"]
"""The value of a figure: a count, pixels, a (rows, cols) pair of pixels, a share, or a list."""

Value = int | float | Fraction | tuple[float, ...]


@dataclass(frozen=True)
class Figure:
    """One number that a case measured.

    name: what was measured, in a few words. unit: how to read the value.

    >>> Figure("field", (8, 8), "box").value
    (8, 8)
    """

    name: str
    value: Value
    unit: FigureUnit = ""


@dataclass(frozen=True)
class Case:
    """A condition under which a claim was tried out, and what came of it.

    name: one word to refer to it. condition: a clause that completes "holds when ...". holds:
    whether the claim held there. figures: what was measured.

    >>> Case("inside", "the step stays in its window", True, (Figure("steps", 12),)).figure("steps")
    Figure(name='steps', value=12, unit='')
    """

    name: str
    condition: str
    holds: bool
    figures: tuple[Figure, ...]

    def figure(self, name: str) -> Figure:
        """Return a figure by its name; raises RfcoreError when the case has no such figure."""
        for figure in self.figures:
            if figure.name == name:
                return figure
        names = ", ".join(figure.name for figure in self.figures)
        raise RfcoreError(f"case {self.name} measured {names}, not {name!r}")


def verdict_of(cases: Sequence[Case]) -> Verdict:
    """Return the verdict on a claim: it holds in all of its cases, in some or in none.

    Raises RfcoreError when there is no case.

    >>> inside, across = Case("inside", "", True, ()), Case("across", "", False, ())
    >>> verdict_of([inside]), verdict_of([inside, across]), verdict_of([across])
    ('holds', 'holds when', 'does not hold')
    """
    if not cases:
        raise RfcoreError("a verdict needs at least one case that was tried out, got none")
    if all(case.holds for case in cases):
        return "holds"
    return "holds when" if any(case.holds for case in cases) else "does not hold"
