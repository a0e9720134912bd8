"""From which layer on one neuron can see the whole picture. Pure: no Streamlit here."""

from __future__ import annotations

from pages.ui.sections.derivation import is_square, size_text
from rfcore.layers import Pair
from rfcore.receptive_field import ReceptiveField, receptive_fields
from rfcore.stack import Stack


def first_to_see_all(stack: Stack, image_size: Pair) -> int | None:
    """Return the layer, counted from 1, from which on some neuron's field covers the picture.

    image_size: (rows, cols) of the picture. None when no neuron of the last layer has such a
    field. Raises ShapeError when the stack does not fit the picture.

    >>> first_to_see_all(Stack.parse("C3 -> M2 -> C3"), (8, 8))
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
    """Whether a unit of the map has all of the image in its span.

    A field as large as the image is not enough: padding may put all of them beside it.
    """
    for start, jump, size, units, pixels in zip(
        field.start, field.jump, field.size, map_size, image_size, strict=True
    ):
        last = min(-start // jump, units - 1)  # the last unit whose span begins before the image
        if start + last * jump + size < pixels:
            return False
    return True


def whole_picture(stack: Stack, image_size: Pair) -> str:
    """Say from which layer on one neuron can see the whole picture, if from any.

    image_size: (rows, cols) of the picture. Raises ShapeError when the stack does not fit it.

    >>> whole_picture(Stack.parse("C3 -> M2 -> C3"), (64, 64))
    'No neuron of this stack can see the whole picture: the last sees 8 of 64 pixels a side.'
    """
    number = first_to_see_all(stack, image_size)
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
