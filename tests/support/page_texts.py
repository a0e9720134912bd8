"""What a learner can read: the texts of a page, of a frame and of the sources, as sentences."""

import ast
import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from tests.support.page_driver import header, stages

# What elements call their texts; their other strings are names for the browser.
_SHOWN = ("body", "label", "help", "placeholder", "options", "content", "caption", "alt")
_NO_TEXT = ("code", "bidi_component")
HOLE = "something"
"""Stands for a figure or a name that a source puts into its sentence."""


def texts_of(page: AppTest) -> list[str]:
    """Every text that a page shows: its stage's too, tips and labels included."""
    found = [text for node in page.main for text in _texts_of_node(node)]
    return found + [text for _ in stages(page) for text in strings_in(header(page))]


def _texts_of_node(node: Any) -> Iterator[str]:
    proto = getattr(node, "proto", None)
    if proto is None or node.type in _NO_TEXT:
        return
    for field, value in proto.ListFields():
        if field.name in ("tab", "expandable"):
            yield value.label
        elif field.name in _SHOWN:
            for text in [value] if isinstance(value, str) else value:
                yield from readable(text) if isinstance(text, str) else ()


def readable(text: str) -> list[str]:
    """A Markdown or HTML text as it is read, in paragraphs; tooltips apart from their sentence."""
    text = re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)
    parts = [*_MEANING.findall(text), *_PARAGRAPHS.split(_MEANING.sub("", text))]
    return [found for part in parts if (found := _without_marks(part))]


_MEANING = re.compile(r'<span class="meaning"[^>]*>(.*?)</span>')
_PARAGRAPHS = re.compile(r"<(?!/?(?:span|b|i|em|strong)\b)[^>]*>|\n\s*(?:\n|[-*] |\d+\. )")
_MARKS = re.compile(
    r""":[a-z_]+/[a-z_]+:  # an icon
    | </?(?:span|b|i|em|strong)\b[^>]*>
    | ^\s*(?:[-*#]+|\d+\.)[ ]  # of a list, or a heading
    | \*\*
    | (?<!\w)[*_](?=\w)
    | (?<=[\w.])[*_](?!\w)
    | \u2060
    """,
    re.VERBOSE,
)


def _without_marks(text: str) -> str:
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)  # a link is read as what it says
    text = re.sub(r"\\([^\w\s])", r"\1", _MARKS.sub("", text))
    return " ".join(html.unescape(text).split())


def strings_in(value: Any) -> Iterator[str]:
    """Every text in what JSON or TOML holds."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from strings_in(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from strings_in(part)


def sentences_in(text: str) -> list[str]:
    """The sentences of a text.

    >>> sentences_in("It moved 1.5 px. Did it? (No.) Yes")
    ['It moved 1.5 px.', 'Did it?', '(No.)', 'Yes']
    """
    return re.split(r"(?<=[.?!])\s+|(?<=[.?!][\u201d)])\s+", text)


def words_in(text: str) -> list[str]:
    """The words of a text: numbers count, signs do not."""
    return [word for word in text.split() if re.search(r"\w", word)]


def texts_of_python(path: Path) -> Iterator[str]:
    """The texts of a Python file that are no docstrings, with a word for every figure put in."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    apart: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            apart.add(node.value)  # a docstring
        if isinstance(node, ast.JoinedStr):
            apart.update(part for part in ast.walk(node) if isinstance(part, ast.Constant))
            pieces = (
                part.value if isinstance(part, ast.Constant) else HOLE for part in node.values
            )
            yield "".join(map(str, pieces))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in apart:
            yield node.value


def texts_of_script(path: Path) -> Iterator[str]:
    """The texts of a JavaScript file, with a word for every figure put in."""
    source = re.sub(r"(?m)(?<!:)//.*$|/\*(?s:.*?)\*/", "", path.read_text(encoding="utf-8"))
    source = re.sub(r"([\"`])\s*\+\s*([\"`])", "", source)  # a text that goes on in the next line
    for found in re.finditer(r'"([^"\n]*)"|`([^`]*)`', source):
        text = re.sub(r"\$\{(?:[^{}]|\{[^{}]*\})*\}", HOLE, found[1] or found[2] or "")
        yield text.replace("\\u00d7", "×").replace("\\u201c", "“").replace("\\u201d", "”")
