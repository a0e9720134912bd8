"""Parse a model's text into the layers that it names, in order; nothing of it is executed."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from rfcore.errors import NotationError


@dataclass(frozen=True)
class LineNote:
    """How a line, or a layer, without an exact counterpart was read.

    where: ``line 3``, or the layer's name in JSON. text: its beginning. remark: how it was read,
    and why. may_change_fields: whether the stack's receptive fields may differ from the model's.
    """

    where: str
    text: str
    remark: str
    may_change_fields: bool = False

    def __str__(self) -> str:
        return f"{self.where}, {self.text}: {self.remark}"


@dataclass(frozen=True)
class Call:
    """One layer in the text: the name of its class, its positional and its named arguments."""

    name: str
    where: str
    text: str
    values: tuple[object, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)

    def argument(self, place: int | None, name: str, default: object = None) -> object:
        """Return the argument of a name, or at a position counted from 0, else the default."""
        if name in self.options:
            return self.options[name]
        return self.values[place] if place is not None and place < len(self.values) else default


IN_A_ROW = frozenset({"Sequential", "VGG", "AlexNet", "Conv2dNormActivation", "ConvNormActivation"})
"""Containers that run their layers in the written order."""

_OPEN_ONLY = IN_A_ROW | {"OrderedDict", "add"}
_NO_LAYERS = frozenset({"build", "compile", "cpu", "cuda", "eval", "fit", "print", "summary", "to"})
_OWN_CLASSES = frozenset({"BlurPool2d", "BlurPool2D", "PaddedMaxPooling2D"})

_NOTHING = re.compile(r"[\s,\[\])]+|#[^\n]*|(?:>>>|\.\.\.)(?= )|(?:import|from)\b[^\n]*")
_BLOCK = re.compile(r"(?:class\s+(?P<name>\w+)|def\s|@)[^\n]*")
_HEAD = re.compile(
    r"""(?: \( ["']?[\w.-]{1,99}["']? \) \s* : \s* (?: (?P<count>\d{1,9})\ x\ )?  # (features):
      | \( \s* ["'][^"'\n]{0,99}["'] \s* , \s* )?                        # ("conv1", nn.Conv2d(…))
    (?: [A-Za-z_][\w.]{0,99} \s* = \s* )?                                # model = …
    (?: \w{1,99} \. ){0,9} (?P<name> [A-Za-z_]\w{0,99} ) \(""",
    re.VERBOSE,
)
_PRINTED_CHILD = re.compile(r"[ \t]*\r?\n\s*\([\w.-]{1,99}\)[ \t]*:")
_PIECE = re.compile(r""""[^"\n]*"|'[^'\n]*'|[()\[\]{},]|[^"'()\[\]{},]+|["']""")
_OPTION = re.compile(r"\s*([A-Za-z_]\w*)\s*=(?!=)(.*)", re.DOTALL)
_NUMBERS = re.compile(r"[\d\s(),.\[\]eE+-]{1,80}")

_CLASS = "left out; the code of a class is not followed, so paste what print(model) shows of it"
_NO_LAYER = "left out; it is not a layer"
_PRINTED_ORDER = (
    "its parts are read as if they ran one after another, as printed; a print does not show "
    "where they branch or are used again"
)
_NESTED = "left out with all in it; a {name} may branch, which its print does not show"
_FUNCTIONAL = "it is read as if it came after the line before; a functional model may branch"
_REPEATED = "it stands for {count} of them and is read once"


def calls_in_text(text: str) -> Iterator[Call | LineNote]:
    """Yield the layers of a printed model or code in order, and notes on lines that name none.

    Raises NotationError when a bracket is never closed.

    >>> [call.name for call in calls_in_text("nn.Conv2d(1, 8, 3), nn.ReLU()")]
    ['Conv2d', 'ReLU']
    """
    scanner = _Scanner(text)
    while scanner.at < len(scanner.text):
        yield from scanner.step()


class _Scanner:
    """A position in a text that only advances, so reading takes linear time."""

    def __init__(self, text: str) -> None:
        self.text = text.expandtabs()
        self.at = 0
        self.line_starts = [0, *(end.end() for end in re.finditer("\n", self.text))]
        self.in_model = False

    def step(self) -> list[Call | LineNote]:
        """Read the item that begins here, move past it, and return its calls and notes."""
        text, at = self.text, self.at
        nothing = _NOTHING.match(text, at)
        if nothing is not None:
            self.at = nothing.end()
            return []
        block = _BLOCK.match(text, at)
        if block is not None:
            return self.skip_block(block)
        head = _HEAD.match(text, at)
        if head is None:
            self.at = end_of_line(text, at)
            line = text[at : self.at].rstrip()
            is_word = re.fullmatch(r"[\w.]{1,99}", line)  # as in ">>> model"
            return [] if is_word else [self.note(at, line, _NO_LAYER)]
        name = head["name"]
        if name in _OPEN_ONLY:
            self.at = head.end()
            self.in_model |= name in IN_A_ROW
            return []
        if _PRINTED_CHILD.match(text, head.end()):
            return self.container(head)
        return self.layer(head)

    def note(self, at: int, text: str, remark: str) -> LineNote:
        return LineNote(self.where(at), excerpt(text), remark, may_change_fields=True)

    def where(self, at: int) -> str:
        return f"line {bisect_right(self.line_starts, at)}"

    def skip_block(self, block: re.Match[str]) -> list[Call | LineNote]:
        """Skip a class or a function: its header, and all lines that are indented deeper."""
        begin = self.line_starts[bisect_right(self.line_starts, block.start()) - 1]
        indent = block.start() - begin
        self.at = block.end()
        while self.at < len(self.text):
            end = end_of_line(self.text, self.at + 1)
            line = self.text[self.at + 1 : end]
            if line.strip() and len(line) - len(line.lstrip()) <= indent:
                break
            self.at = end
        if block["name"] is None or block["name"] in _OWN_CLASSES:
            return []
        return [self.note(block.start(), block[0].rstrip(" :"), _CLASS)]

    def container(self, head: re.Match[str]) -> list[Call | LineNote]:
        """Enter the outermost container; skip a custom container inside it as a whole."""
        name = head["name"]
        self.at = head.end()
        remark = _PRINTED_ORDER
        if self.in_model:
            self.at = self.arguments(head)[1]
            remark = _NESTED.format(name=name)
        self.in_model = True
        return [self.note(head.start(), name, remark)]

    def layer(self, head: re.Match[str]) -> list[Call | LineNote]:
        parts, self.at = self.arguments(head)
        if head["name"] in _NO_LAYERS:
            return []
        self.in_model = True
        written = excerpt(self.text[head.start("name") : self.at])
        found: list[Call | LineNote] = [
            _call(head["name"], self.where(head.start()), written, parts)
        ]
        if head["count"]:
            remark = _REPEATED.format(count=head["count"])
            found.append(self.note(head.start(), written, remark))
        if self.text.startswith("(", self.at):
            self.at = self.arguments(head, self.at + 1)[1]
            found.append(self.note(head.start(), written, _FUNCTIONAL))
        return found

    def arguments(self, head: re.Match[str], at: int | None = None) -> tuple[list[str], int]:
        """Return the arguments between brackets, split at top-level commas, and their end."""
        start = head.end() if at is None else at
        depth = 0
        parts = []
        for piece in _PIECE.finditer(self.text, start):
            mark = piece[0]
            if mark in "([{":
                depth += 1
            elif depth == 0 and mark in ",)]}":
                parts.append(self.text[start : piece.start()])
                start = piece.end()
                if mark != ",":
                    return [part for part in parts if part.strip()], start
            elif mark in ")]}":
                depth -= 1
        raise NotationError(
            f"{self.where(head.start())} opens a bracket that is never closed; "
            "paste the whole model"
        )


def excerpt(text: str) -> str:
    """Return the beginning of a text on one line, for a message.

    >>> excerpt("Conv2D(\\n    8, 3)")
    'Conv2D(8, 3)'
    """
    line = re.sub(r"\s+", " ", text[:200]).strip().replace("( ", "(")
    return line if len(line) <= 60 and len(text) <= 200 else line[:60] + "…"


def end_of_line(text: str, at: int) -> int:
    """Return where the line of a position ends."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _call(name: str, where: str, written: str, parts: list[str]) -> Call:
    values, options = [], {}
    for part in parts:
        option = _OPTION.fullmatch(part)
        if option is None:
            values.append(_value(part))
        else:
            options[option[1]] = _value(option[2])
    return Call(name, where, written, tuple(values), options)


def _value(text: str) -> object:
    """Read a number, a tuple of numbers, True, False or None; anything else stays a string."""
    text = text.strip()
    if text in ("None", "True", "False"):
        return {"None": None, "True": True, "False": False}[text]
    if _NUMBERS.fullmatch(text):
        listed = re.sub(r",\s*\]", "]", text.replace("(", "[").replace(")", "]"))
        try:
            return as_tuples(json.loads(listed))
        except ValueError:
            return text
    return text.strip("\"'")


def as_tuples(value: object, depth: int = 3) -> object:
    """Return nested lists as tuples, to the depth of a padding; deeper ones stay unchanged."""
    if isinstance(value, list) and depth:
        return tuple(as_tuples(item, depth - 1) for item in value)
    return value
