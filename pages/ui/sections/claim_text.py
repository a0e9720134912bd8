"""The texts of the Claim check: words from `assets/claims.toml`, numbers from rfcore. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from urllib.parse import parse_qsl

from pages.ui.text.format import percent
from rfcore.claims import Case, Figure, verdict_of
from rfcore.errors import RfcoreError

_WORDS = Path(__file__).resolve().parents[3] / "assets" / "claims.toml"
_PLACEHOLDER = re.compile(r"\{([^{}/]+)/([^{}]+)\}")


@dataclass(frozen=True)
class Claim:
    """A claim, its explanation and its sources.

    name: of its experiment in `rfcore.claims`. claim: one sentence. why: one or two sentences with
    placeholders {case/figure}. scene: query of a link to a scene that shows it. see: what the link
    leads to. look: what to do there. sources: names in `SOURCES`. is_error: whether it is a popular
    error.
    """

    name: str
    claim: str
    why: str
    scene: str
    see: str
    look: str
    sources: tuple[str, ...]
    is_error: bool = False

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the link."""
        return dict(parse_qsl(self.scene, strict_parsing=True))


@dataclass(frozen=True)
class Source:
    """A source: title, author or site with the year, our summary in one sentence, and address."""

    title: str
    by: str
    says: str
    url: str = ""


def _read() -> tuple[tuple[Claim, ...], dict[str, Source]]:
    found = tomllib.loads(_WORDS.read_text(encoding="utf-8"))
    claims = tuple(
        Claim(**{**claim, "sources": tuple(claim["sources"])}) for claim in found["claims"]
    )
    return claims, {name: Source(**source) for name, source in found["sources"].items()}


CLAIMS, SOURCES = _read()
"""All claims in the order of the page, and the sources by name."""


def verdict_text(cases: Sequence[Case]) -> str:
    """Return the text of the verdict's badge.

    >>> verdict_text([Case("inside", "it stays inside", True, ())])
    'Holds'
    """
    return verdict_of(cases).capitalize()


def when_text(cases: Sequence[Case]) -> str:
    """Say under which conditions a claim holds; "" if it holds under all of them or under none.

    >>> inside, across = Case("a", "it stays inside", True, ()), Case("b", "it leaves", False, ())
    >>> when_text([inside, across]), when_text([inside])
    ('It holds when it stays inside.', '')
    """
    if verdict_of(cases) != "holds when":
        return ""
    first, *others = (case.condition for case in cases if case.holds)
    also = [f"It also holds when {condition}." for condition in others]
    return " ".join([f"It holds when {first}.", *also])


def fill_figures(text: str, cases: Sequence[Case]) -> str:
    """Return a text with each {case/figure} replaced by what that case measured.

    Raises RfcoreError for an unknown case or figure.

    >>> fill_figures("Only {inside/steps}.", [Case("inside", "", True, (Figure("steps", 12),))])
    'Only 12.'
    """
    by_name = {case.name: case for case in cases}

    def value(found: re.Match[str]) -> str:
        case = by_name.get(found[1])
        if case is None:
            raise RfcoreError(f"there is no case {found[1]!r}, only {', '.join(by_name)}")
        return figure_text(case.figure(found[2]))

    return _PLACEHOLDER.sub(value, text)


def case_table(cases: Sequence[Case]) -> dict[str, list[str]]:
    """Return the columns of a claim's table: condition, result, and measured figures.

    Each figure that all cases measured has a column; the others appear in the text only. Without
    such a figure, one column has everything that each case measured.
    """
    names = [
        figure.name
        for figure in cases[0].figures
        if all(figure.name in {other.name for other in case.figures} for case in cases)
    ]
    columns = {name: [figure_text(case.figure(name)) for case in cases] for name in names}
    return {
        "Tried out when": [case.condition for case in cases],
        "The claim": ["holds" if case.holds else "fails" for case in cases],
        **(columns or {"measured": [figures_text(case) for case in cases]}),
    }


def figures_text(case: Case) -> str:
    """Return all figures of a case in one line.

    >>> figures_text(Case("inside", "", True, (Figure("field", (8, 8), "box"),)))
    'field: 8×8\\xa0px'
    """
    return "; ".join(f"{figure.name}: {figure_text(figure)}" for figure in case.figures)


def figure_text(figure: Figure) -> str:
    """Return a figure's value as text.

    >>> figure_text(Figure("gives", (1.0, 0.0), "list")), figure_text(Figure("n", 64800))
    ('[1, 0]', '64,800')
    >>> shares = Fraction(3, 8), Fraction(1), 0.471
    >>> [figure_text(Figure("stay", share, "share")) for share in shares]
    ['3/8', 'all', '47 %']
    """
    value = figure.value
    if isinstance(value, tuple):
        numbers = [f"{number:g}" for number in value]
        return f"{'×'.join(numbers)}\u00a0px" if figure.unit == "box" else f"[{', '.join(numbers)}]"
    if figure.unit == "share" and isinstance(value, float):
        return percent(value)
    if isinstance(value, Fraction):
        whole = {0: "none", 1: "all"} if figure.unit == "share" else {}
        return whole.get(int(value), str(value)) if value.denominator == 1 else str(value)
    text = f"{value:,}".replace("-", "\u2212")
    return f"{text}\u00a0px" if figure.unit == "px" else text
