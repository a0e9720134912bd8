"""The derivation of each layer's field, and the first layer that sees the whole picture. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from rfcore.layers import GlobalAvgPool2d, GlobalMaxPool2d, Layer, Pair
from rfcore.receptive_field import ReceptiveField, receptive_fields
from rfcore.stack import Stack

PIXEL = ReceptiveField((1, 1), (1, 1), (0, 0))
"""The field of a pixel of the picture, before any layer."""

MAX_UNSCROLLED = 12
"""The most layers of a list that is shown at its full height."""

SCROLL_HEIGHT = 420
"""Height of a longer list in screen pixels."""


@dataclass(frozen=True)
class DerivationStep:
    """One layer of a derivation: its number from 1, its field, and a text that derives it."""

    number: int
    layer: Layer
    field: ReceptiveField
    words: str

    @property
    def label(self) -> str:
        """The layer's number and notation."""
        return f"{self.number} {self.layer}"

    @property
    def result(self) -> str:
        """The layer with its field and its jump, as a sentence."""
        pixels = (
            "1 pixel" if self.field.size == (1, 1) else f"{short_size_text(self.field.size)} pixels"
        )
        return f"{self.layer}: {pixels}, jump {short_size_text(self.field.jump)}."


def derivation(stack: Stack, image_size: Pair) -> tuple[DerivationStep, ...]:
    """Return for each layer of a stack its effect on size, jump and start of the field.

    image_size: (rows, cols) of the picture. Raises ShapeError if the stack does not fit it.
    Source: Araujo, Norris and Sim 2019, "Computing Receptive Fields of Convolutional Neural
    Networks", Distill.

    >>> derivation(Stack.parse("C3 -> M2 -> C3"), (64, 64))[-1].words
    '(kernel 3 − 1) × jump 2 = 4 pixels more: 4 + 4 = 8.'
    """
    sizes = (image_size, *(shape[1:] for shape in stack.shapes((1, *image_size))))
    before, steps = PIXEL, []
    for number, (layer, size, field) in enumerate(
        zip(stack, sizes, receptive_fields(stack, image_size), strict=False), start=1
    ):
        steps.append(DerivationStep(number, layer, field, _words(layer, size, before, field)))
        before = field
    return tuple(steps)


def _words(layer: Layer, size: Pair, before: ReceptiveField, after: ReceptiveField) -> str:
    kernel_size, stride, padding, dilation = layer.window(size)
    sentences = [
        _by_axis(_growth, kernel_size, dilation, before.jump, before.size, after.size),
        _by_axis(_jump, stride, before.jump, after.jump),
        _by_axis(_start, padding, before.jump, before.start, after.start),
    ]
    if isinstance(layer, GlobalAvgPool2d | GlobalMaxPool2d):
        sentences.insert(0, f"Its kernel is the whole map, {size_text(size)} cells.")
        sentences.append("One neuron is left.")
    if after.has_holes and not before.has_holes:
        sentences.append("The field has holes now: it spans pixels that it does not see.")
    return " ".join(filter(None, sentences))


def _by_axis(say: Callable[..., str], *pairs: Pair) -> str:
    """Return one sentence, or one for rows and one for columns where they differ."""
    rows, cols = (say(*numbers) for numbers in zip(*pairs, strict=True))
    if rows == cols:
        return rows
    return " ".join(f"{name}: {text}" for name, text in (("Rows", rows), ("Columns", cols)) if text)


def _growth(kernel: int, dilation: int, jump: int, before: int, after: int) -> str:
    if kernel == 1:
        return "It looks at one cell at a time: nothing is added."
    more = after - before
    spread = "" if dilation == 1 else f"Dilation {dilation} × "
    return (
        f"{spread}(kernel {kernel} − 1) × jump {jump} = {count_text(more, 'pixel')} more: "
        f"{before} + {more} = {after}."
    )


def _jump(stride: int, before: int, after: int) -> str:
    return "" if stride == 1 else f"Its stride makes the jump {before} × {stride} = {after}."


def _start(padding: int, jump: int, before: int, after: int) -> str:
    if padding == 0:
        return ""
    earlier = before - after
    return (
        f"Padding {padding} × jump {jump} = {count_text(earlier, 'pixel')} earlier: the start is "
        f"{before} − {earlier} = {after}.".replace("-", "−")
    )


def derivation_intro(steps: tuple[DerivationStep, ...]) -> str:
    """Return the text above a derivation: the first field, and the terms that the list uses."""
    text = (
        "A pixel of the picture sees itself: its field is 1, and its jump is 1. "
        "**Jump**: how many pixels apart two neighbouring neurons look."
    )
    if any(step.field.start != (0, 0) for step in steps):
        text += (
            " **Start**: the pixel where the first neuron’s field begins; below 0 it lies in the "
            "padding."
        )
    return text


def growth_sentence(steps: tuple[DerivationStep, ...]) -> str:
    """Return a sentence on the fields of all layers, or of the first and last of a long stack.

    >>> growth_sentence(derivation(Stack.parse("C3 -> M2 -> C3"), (64, 64)))
    'The field grows layer by layer: 3, then 4, then 8 pixels a side.'
    """
    named = steps if len(steps) <= MAX_UNSCROLLED else (steps[0], steps[-1])
    square = all(is_square(step.field.size) for step in named)
    side = "pixels a side" if square else "pixels"
    sizes = [(short_size_text if square else size_text)(step.field.size) for step in named]
    if len(steps) == 1:
        return f"One layer: its field is {sizes[0]} {side}."
    if len(steps) > MAX_UNSCROLLED:
        return f"The field grows over {len(steps)} layers, from {sizes[0]} to {sizes[-1]} {side}."
    return f"The field grows layer by layer: {', then '.join(sizes)} {side}."


def field_comparison(before: ReceptiveField, after: ReceptiveField) -> str:
    """Return a sentence that compares the last field before and after a change of the layers.

    >>> before = ReceptiveField((8, 8), (2, 2), (0, 0))
    >>> field_comparison(before, ReceptiveField((16, 16), (4, 4), (0, 0)))
    'The last neurons would see 16×16 pixels instead of 8×8, jump 4 instead of 2.'
    """
    see = f"The last neurons would see {size_text(after.size)} pixels"
    see += " as before" if after.size == before.size else f" instead of {size_text(before.size)}"
    jump = f"jump {short_size_text(after.jump)}"
    jump += (
        " as before" if after.jump == before.jump else f" instead of {short_size_text(before.jump)}"
    )
    return f"{see}, {jump}."


def size_text(pair: Pair) -> str:
    """Return (rows, cols) in the form 8×8."""
    return f"{pair[0]}×{pair[1]}"


def count_text(number: int, name: str) -> str:
    """Return a count with its noun, as in 1 pixel or 4 pixels."""
    return f"{number} {name}" if number == 1 else f"{number} {name}s"


def short_size_text(pair: Pair) -> str:
    """Return (rows, cols) as one number where both are equal, else in the form 8×6."""
    return str(pair[0]) if is_square(pair) else size_text(pair)


def is_square(pair: Pair) -> bool:
    """Whether rows and columns are equal."""
    return pair[0] == pair[1]


def first_whole_picture_layer(stack: Stack, image_size: Pair) -> int | None:
    """Return the first layer, from 1, with a neuron whose field covers the picture.

    image_size: (rows, cols) of the picture. None when no field of the last layer covers it.
    Raises ShapeError when the stack does not fit the picture.

    >>> first_whole_picture_layer(Stack.parse("C3 -> M2 -> C3"), (8, 8))
    3
    """
    found = None
    shapes, fields = stack.shapes((1, *image_size)), receptive_fields(stack, image_size)
    for number in range(len(stack), 0, -1):
        if not _covers(fields[number - 1], shapes[number - 1][1:], image_size):
            break
        found = number
    return found


def _covers(field: ReceptiveField, map_size: Pair, image_size: Pair) -> bool:
    """Whether the span of some unit of the map contains the image.

    A field as large as the image does not suffice: padding may shift every unit's span off it.
    """
    for start, jump, size, units, pixels in zip(
        field.start, field.jump, field.size, map_size, image_size, strict=True
    ):
        last = min(-start // jump, units - 1)  # the last unit whose span begins before the image
        if start + last * jump + size < pixels:
            return False
    return True


def whole_picture_text(stack: Stack, image_size: Pair) -> str:
    """Return a sentence on the first layer whose neurons can see the whole picture.

    image_size: (rows, cols) of the picture. Raises ShapeError when the stack does not fit it.

    >>> whole_picture_text(Stack.parse("C3 -> M2 -> C3"), (64, 64))
    'No neuron of this stack can see the whole picture: the last sees 8 of 64 pixels a side.'
    """
    number = first_whole_picture_layer(stack, image_size)
    fields = receptive_fields(stack, image_size)
    if number is not None:
        text = f"From layer {number} on, one neuron can see the whole picture."
        if fields[number - 1].has_holes:
            text += " Its field has holes there: it does not see every pixel."
        return text
    size = fields[-1].size
    if all(field >= pixels for field, pixels in zip(size, image_size, strict=True)):
        return (
            f"The last field is {size_text(size)} pixels, as large as the picture, but padding "
            "puts each of them partly beside it. So no neuron of the last layer can see all of it."
        )
    seen, whole, side = size_text(size), size_text(image_size), ""
    if is_square(size) and is_square(image_size):
        seen, whole, side = str(size[0]), str(image_size[0]), " a side"
    return (
        "No neuron of this stack can see the whole picture: the last sees "
        f"{seen} of {whole} pixels{side}."
    )


def list_height(layers: int) -> Literal["content"] | int:
    """Return the height of a list of layers, in Streamlit's terms.

    >>> list_height(3), list_height(200)
    ('content', 420)
    """
    return "content" if layers <= MAX_UNSCROLLED else SCROLL_HEIGHT
