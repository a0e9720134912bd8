"""The glossary, read from assets/glossary.toml. Pure: no Streamlit here."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from rfcore.errors import RfcoreError

GLOSSARY = Path(__file__).parents[3] / "assets" / "glossary.toml"

_REQUIRED = ("name", "means", "page")
_LISTS = ("also", "forms")
_FIELDS = (*_REQUIRED, "query", *_LISTS)
_LISTED = ", ".join(_FIELDS)


class GlossaryError(RfcoreError):
    """The glossary's file cannot be used; the message names file, line and field."""


@dataclass(frozen=True)
class Term:
    """A term, its meaning, and the page and scene that show it.

    page: the last part of the page's address. query: of the link to the scene; empty for a link
    without one. also: other names of the term. forms: other spellings, without plurals.
    """

    name: str
    means: str
    page: str
    query: str = ""
    also: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        """The term's fragment in an address, as in "feature-map"."""
        return "-".join(self.name.lower().split())

    @property
    def spellings(self) -> tuple[str, ...]:
        """All spellings of the term, plurals included."""
        written = (self.name, *self.also, *self.forms)
        return (*written, *(f"{form}s" for form in written if not form.endswith("s")))

    def mentions(self, text: str) -> bool:
        """Whether a search text occurs in a spelling or in the meaning."""
        wanted = " ".join(text.lower().split())
        return any(wanted in own.lower() for own in (*self.spellings, self.means))


@cache
def terms() -> tuple[Term, ...]:
    """Return the app's own glossary, in learning order.

    >>> next(term.anchor for term in terms() if "unit" in term.also)
    'neuron'
    """
    return read_terms(GLOSSARY.read_text(encoding="utf-8"), GLOSSARY.name)


def read_terms(text: str, file: str) -> tuple[Term, ...]:
    """Parse the text of a glossary; file: its name for messages.

    Raises GlossaryError, which names file, line and field, if an entry cannot be used.

    >>> text = '[[term]]\\nname = "cell"\\nmeans = "A place."\\npage = "pooling_forgives"'
    >>> read_terms(text, "new.toml")[0].spellings
    ('cell', 'cells')
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise GlossaryError(f"{file} is no TOML: {error}") from None
    entries = document.get("term")
    if set(document) != {"term"} or not isinstance(entries, list):
        raise GlossaryError(f"{file}, line 1: a glossary is a list of [[term]], and nothing else")
    places = _Places(text, file)
    found: dict[str, str] = {}
    read = tuple(_read(entry, index, places) for index, entry in enumerate(entries))
    for index, term in enumerate(read):
        for spelling in term.spellings:
            other = found.setdefault(spelling.lower(), term.name)
            if other != term.name or term.name in (earlier.name for earlier in read[:index]):
                raise places.error(index, "name", f'"{spelling}" is explained twice')
    return read


def _read(entry: dict[str, Any], index: int, places: _Places) -> Term:
    for field in _REQUIRED:
        if field not in entry:
            raise places.error(index, None, f'the term has no "{field}"; write a text there')
    texts: list[tuple[str, Any]] = []
    for field, value in entry.items():
        if field not in _FIELDS:
            raise places.error(index, field, f'there is no field "{field}"; there are {_LISTED}')
        if field not in _LISTS:
            texts.append((field, value))
        elif isinstance(value, list):
            texts += [(field, part) for part in value]
        else:
            raise places.error(index, field, f'"{field}" must be a list of texts, got {value!r}')
    for field, value in texts:
        if not isinstance(value, str) or not value.strip():
            raise places.error(index, field, f'"{field}" must be a text, got {value!r}')
    return Term(**(entry | {field: tuple(entry.get(field, ())) for field in _LISTS}))


@dataclass(frozen=True)
class _Places:
    """The lines of each entry's fields in a file."""

    text: str
    file: str

    def error(self, index: int, field: str | None, problem: str) -> GlossaryError:
        """Return an error at a field of an entry, or at its first line."""
        begins = [at.start() for at in re.finditer(r"(?m)^\s*\[\[term\]\]", self.text)]
        # The lines of entries in an inline table are not known.
        first = begins[index] if index < len(begins) else 0
        stands = field and re.compile(rf'(?m)^\s*"?{re.escape(field)}"?\s*=').search(
            self.text, first
        )
        line = self.text.count("\n", 0, stands.end() if stands else first) + 1
        return GlossaryError(f"{self.file}, line {line}: {problem}")
