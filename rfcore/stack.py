"""A stack of layers: an immutable tuple of specs, and its text notation both ways."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rfcore.checks import as_sequence, check_instance, map_shape, short_repr
from rfcore.errors import LayerError, NotationError, ShapeError
from rfcore.layers import (
    AvgPool2d,
    BlurPool2d,
    Conv2d,
    GlobalAvgPool2d,
    GlobalMaxPool2d,
    Layer,
    MaxPool2d,
    Pair,
    ReLU,
    Shape,
)

LAYER_KINDS: tuple[type[Layer], ...] = (
    Conv2d,
    MaxPool2d,
    AvgPool2d,
    BlurPool2d,
    ReLU,
    GlobalAvgPool2d,
    GlobalMaxPool2d,
)
_KIND_OF = {kind.symbol: kind for kind in LAYER_KINDS}
_SMALL = {symbol[0].lower() for symbol in _KIND_OF}
_LETTERS = ", ".join(f"{kind.symbol} ({kind.name})" for kind in LAYER_KINDS)
_PARAMETER_OF = {"p": "padding", "d": "dilation", "c": "out_channels"}
_OPTIONS_OF = {"C": "pdc", "M": "pd", "A": "p", "B": ""}

MAX_TEXT = 10_000
"""Characters of a notation that are read; the deepest published stack here has a fifth of it."""

_ARROW = re.compile(r"[-=]+>|→|,")
_END_WORDS = re.compile(r"input( image)?|output( feature map)?", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Z]+[^A-Z]*|[^A-Z]+")
_SIZE = r"\d{1,6}(?:x\d{1,6})?"
_LAYER = re.compile(rf"(?P<symbol>[A-Z]+)(?P<kernel>{_SIZE})?(?:/(?P<stride>{_SIZE}))?")
_OPTION = re.compile(rf"([pdc])({_SIZE})")


@dataclass(frozen=True)
class Stack:
    """Layers in order, from the image to the last map; immutable and hashable.

    Raises NotationError if there is no layer, and LayerError for an item that is not a layer.

    >>> Stack.parse("input image --> C3x3/1 --> M2x2/2 --> C3x3/1 --> output feature map")
    Stack.parse('C3x3/1 -> M2x2/2 -> C3x3/1')
    """

    layers: tuple[Layer, ...]

    def __post_init__(self) -> None:
        layers = as_sequence(self.layers)
        if layers is None:
            raise LayerError(f"layers must be a tuple of layers, got {short_repr(self.layers)}")
        object.__setattr__(self, "layers", layers)
        if not self.layers:
            raise NotationError("a stack needs at least one layer, as in C3x3/1")
        for layer in self.layers:
            if not isinstance(layer, Layer):
                raise LayerError(f"a stack is made of layers, got {short_repr(layer)}")

    @classmethod
    def parse(cls, text: str) -> Stack:
        """Read a stack from its notation.

        text: layers joined by ``->``, ``-->``, ``→``, commas or blanks. A letter (C convolution,
        M max, A average, B blur pool, R ReLU, GA and GM global pools), the kernel as rows x cols,
        ``/`` stride (1, and a pool's own kernel, when left out), then in any order ``p`` padding,
        ``d`` dilation, ``c`` output channels.
        Raises NotationError, which names the token, where it stands, and what would be right. It is
        raised for a value that is not a str, too.

        >>> str(Stack.parse("C3, M2, C3 d2 p1 c4"))
        'C3x3/1 -> M2x2/2 -> C3x3/1p1d2c4'
        """
        if not isinstance(text, str):
            raise NotationError(f"text must be a str, as in 'C3x3/1', got {short_repr(text)}")
        if len(text) > MAX_TEXT:
            raise NotationError(
                f"a notation has at most {MAX_TEXT} characters, this one has {len(text)}"
            )
        return cls(tuple(_read_layer(token, at) for token, at in _tokens(text)))

    def output_shape(self, shape: Shape) -> Shape:
        """Return the (channels, rows, cols) that come out of an input of `shape`.

        Raises ShapeError, which names the layer, when one does not fit.

        >>> Stack.parse("C3x3/1 -> M2x2/2 -> C3x3/1").output_shape((1, 64, 64))
        (8, 29, 29)
        """
        return self.shapes(shape)[-1]

    def shapes(self, shape: Shape) -> tuple[Shape, ...]:
        """Return the (channels, rows, cols) after each layer; raises as `output_shape` does."""
        return _shapes(self, map_shape(shape))

    def cost(self, shape: Shape) -> int:
        """Return the multiply-adds (comparisons, in a max pool) of one pass over `shape`.

        >>> Stack.parse("C3x3/1c2").cost((3, 5, 5))
        486
        """
        inputs = (map_shape(shape), *self.shapes(shape)[:-1])
        return sum(layer.cost(before) for layer, before in zip(self.layers, inputs, strict=True))

    def __str__(self) -> str:
        return " -> ".join(map(str, self.layers))

    def __repr__(self) -> str:
        return f"Stack.parse({str(self)!r})"

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers)


def checked_stack(stack: Stack) -> Stack:
    """Return a stack as it is; raises LayerError for anything else, such as its notation."""
    check_instance(stack, Stack, "stack", "as Stack.parse gives", error=LayerError)
    return stack


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    """Yield every layer's token and the place of its first character, counted from 1."""
    text = text.replace("×", "x")
    items: list[tuple[str, int]] = []
    start = 0
    for arrow in _ARROW.finditer(text):
        items.append((text[start : arrow.start()], start))
        start = arrow.end()
    items.append((text[start:], start))
    if _END_WORDS.fullmatch(items[0][0].strip()):
        items.pop(0)
    if items and _END_WORDS.fullmatch(items[-1][0].strip()):
        items.pop()
    for item, offset in items:
        if not item.strip():
            if len(items) == 1:
                return
            raise NotationError(
                f"a layer is missing at character {offset + 1}; write one, as in C3x3/1, "
                "or take the arrow away"
            )
        for match in _TOKEN.finditer(item):
            token = match.group().strip()
            if token:
                lead = len(match.group()) - len(match.group().lstrip())
                yield token, offset + match.start() + lead + 1


def _read_layer(token: str, at: int) -> Layer:
    shown = token if len(token) <= 40 else token[:40] + "…"
    where = f'"{shown}" at character {at}'
    if re.search(r"\d\s+\d", token):
        raise NotationError(f"{where} has a blank between two numbers; write it as in C3x3/1")
    text = re.sub(r"\s+", "", token)
    head = _LAYER.match(text)
    if head is None or head["symbol"] not in _KIND_OF:
        hint = " (layers start with a capital letter)" if text[0] in _SMALL else ""
        raise NotationError(f"{where} is not a layer{hint}; layers are {_LETTERS}")
    kind = _KIND_OF[head["symbol"]]
    if kind.symbol not in _OPTIONS_OF:
        if text != kind.symbol:
            raise NotationError(f"{where}: {kind.symbol} ({kind.name}) takes no numbers")
        return kind()
    if head["kernel"] is None:
        raise NotationError(f"{where} has no kernel size; write it as in {kind.symbol}3x3")
    arguments = _read_options(text[head.end() :], kind, where)
    kernel_size = _read_size(head["kernel"])
    default = 1 if kind is Conv2d else kernel_size
    arguments["stride"] = default if head["stride"] is None else _read_size(head["stride"])
    try:
        return kind(kernel_size, **arguments)  # type: ignore[call-arg]
    except LayerError as error:
        raise NotationError(f"{where}: {error}") from None


def _read_options(text: str, kind: type[Layer], where: str) -> dict[str, int | Pair]:
    arguments: dict[str, int | Pair] = {}
    allowed = _OPTIONS_OF[kind.symbol]
    at = 0
    while at < len(text):
        option = _OPTION.match(text, at)
        if option is None or option[1] not in allowed:
            known = ", ".join(f"{o} ({_PARAMETER_OF[o].replace('_', ' ')})" for o in allowed)
            raise NotationError(
                f'{where}: "{text[at : at + 20]}" does not belong there; '
                + (
                    f"after kernel and stride come {known}, each with a number of up to 6 digits"
                    if allowed
                    else f"a {kind.name} has a kernel and a stride only"
                )
            )
        name = _PARAMETER_OF[option[1]]
        if name in arguments:
            raise NotationError(f"{where} gives {option[1]} twice; give it once")
        if name == "out_channels" and "x" in option[2]:
            raise NotationError(f"{where}: channels are one number, as in c8, got c{option[2]}")
        arguments[name] = _read_size(option[2])
        at = option.end()
    return arguments


def _read_size(text: str) -> int | Pair:
    rows, _, cols = text.partition("x")
    return (int(rows), int(cols)) if cols else int(rows)


@lru_cache(maxsize=512)
def _shapes(stack: Stack, shape: Shape) -> tuple[Shape, ...]:
    shapes = []
    for number, layer in enumerate(stack.layers, start=1):
        try:
            shape = layer.output_shape(shape)
        except ShapeError as error:
            raise ShapeError(f"layer {number}, {error}") from None
        shapes.append(shape)
    return tuple(shapes)
