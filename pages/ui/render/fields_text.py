"""The sentences and readouts of the fields lens, from what rfcore measured. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pages.ui.text.format import percent
from rfcore.layers import Pair
from rfcore.receptive_field import ReceptiveField

NONE = "\u2013"
"""The readout of a value that is not computed."""

LEFT_OUT = (
    "Its gradient takes too long through these layers: take a smaller picture or fewer channels."
)
"""What stands in place of a gradient that would hold a drag up."""

MAX_LISTED_LAYERS = 4
"""Layers that the sentence about a pixel lists one by one; the readouts show all layers."""


@dataclass(frozen=True)
class UnitReading:
    """Measurements of what one unit sees. number: of its layer, from 1.

    seen: how many pixels of the picture it can see. on_picture: whether its box lies within the
    picture. filled: the share of the seen pixels that the pattern covers. middle, width: the share
    of its gradient in the middle half of its box, and the gradient's standard deviations (rows,
    cols) in pixels; None if the gradient was not computed. is_flat: whether the gradient is zero
    everywhere. used: how many pixels can change the unit with the current input, or None.
    is_left_out: whether the gradient was asked for and takes too long.
    """

    number: int
    field: ReceptiveField
    seen: int
    on_picture: bool
    filled: float
    middle: float | None = None
    width: tuple[float, float] | None = None
    is_flat: bool = False
    used: int | None = None
    is_left_out: bool = False


@dataclass(frozen=True)
class PixelReading:
    """The units that one pixel can reach: of each layer, how many, and how many there are."""

    pixel: Pair
    reached: tuple[int, ...]
    cells: tuple[int, ...]


def unit_sentence(reading: UnitReading, pattern: str) -> str:
    """Say how far a unit sees, how much of that comes from its middle, and what lies there."""
    parts = [_sees(reading)]
    if reading.is_left_out:
        parts.append(LEFT_OUT)
    elif reading.is_flat:
        parts.append("Its gradient here is zero.")
    elif reading.middle is not None and reading.field.size != (1, 1):
        half = _by(reading.field.size[0] / 2, reading.field.size[1] / 2)
        parts.append(
            f"{percent(reading.middle)} of its gradient comes from the middle {half}; "
            "an even field would give 25 %."
        )
    if reading.filled:
        parts.append(f"The {pattern} fills {percent(reading.filled)} of what it sees.")
    return " ".join(parts)


def _sees(reading: UnitReading) -> str:
    who, size = f"One neuron of layer {reading.number}", _by(*reading.field.size)
    pixels = "1 pixel" if reading.seen == 1 else f"{reading.seen:,} pixels"
    if not reading.on_picture:
        return f"{who} has a field of {size}; at this border it sees {pixels} of the picture."
    if reading.field.has_holes:
        return f"{who} has a field of {size} with holes: it sees {pixels} of it."
    return f"{who} sees {size} pixels."


def pixel_sentence(reading: PixelReading, chosen: bool | None) -> str:
    """Say which units a pixel can reach.

    chosen: whether the chosen unit is one of them; None without a chosen unit.
    """
    layers = [
        f"{reached:,} of {cells:,}{' neurons' if not index else ''} of layer {index + 1}"
        for index, (reached, cells) in enumerate(zip(reading.reached, reading.cells, strict=True))
    ]
    if len(layers) > MAX_LISTED_LAYERS:
        layers = [layers[0], f"{layers[-1]}, the last"]
    text = f"Pixel ({reading.pixel[0]}, {reading.pixel[1]}) can reach {_listed(layers)}."
    if chosen is None:
        return text
    return f"{text} The chosen neuron is {'one of them' if chosen else 'not among them'}."


def _listed(parts: Sequence[str]) -> str:
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]


def unit_texts(reading: UnitReading | None) -> dict[str, str]:
    """Return the readouts about a unit, which are shown under the picture."""
    texts = dict.fromkeys(("middle", "width", "used"), NONE)
    if reading is None:
        return texts
    if reading.is_flat:
        texts["middle"] = texts["width"] = "no gradient"
    elif reading.middle is not None and reading.width is not None:
        rows, cols = reading.width
        texts["middle"] = percent(reading.middle)
        texts["width"] = f"{rows:.1f} \u00d7 {cols:.1f} px, box {_by(*reading.field.size)}"
    if reading.used is not None:
        texts["used"] = f"{reading.used:,} of {reading.seen:,} pixels"
    return texts


def field_texts(field: ReceptiveField) -> dict[str, str]:
    """Return the readouts about a layer: field, jump, and start of the first field."""
    rows, cols = map(_whole, field.start)
    return {
        "field": _by(*field.size) + (", with holes" if field.has_holes else ""),
        "jump": _by(*field.jump) if field.jump[0] != field.jump[1] else str(field.jump[0]),
        "start": rows if rows == cols else f"row {rows}, column {cols}",
    }


def reached_text(reached: int, cells: int) -> str:
    """Say how many of a layer's units the pixel can reach."""
    return f"{reached:,} of {cells:,}"


def _by(rows: float, cols: float) -> str:
    return f"{rows:g}\u00d7{cols:g}"


def _whole(number: int) -> str:
    return f"{number}".replace("-", "\u2212")
