"""The colours of a GIF: grays and the stage's signed colours, at most 256. Pure.

A GIF has one table of colours, and its pixels are indices into it. The colours are those of the
stage's light theme (assets/stage/draw/colors.js), in fewer steps.
"""

from __future__ import annotations

import numpy as np

from rfcore.ops import Array

Color = tuple[int, int, int]

RAMPS: dict[str, tuple[Color, Color, Color]] = {
    "negative": ((250, 250, 248), (122, 170, 221), (22, 66, 138)),
    "positive": ((250, 250, 248), (240, 163, 84), (148, 54, 0)),
}
"""The colours at zero, at half and at the full value."""

GRAYS = 96
"""Steps from black to white, for pictures and text."""

STEPS = 74
"""Steps of each sign; even, so that the middle of a ramp is one of them."""

_ACCENT: Color = (179, 19, 95)

BLACK, WHITE = 0, GRAYS - 1
_ZERO = GRAYS + STEPS
ACCENT = GRAYS + 2 * STEPS + 1


def mixed(ramp: tuple[Color, ...], share: float) -> Color:
    """Return the colour at a position from 0 to 1 along a ramp, rounded half up.

    >>> mixed(((0, 0, 0), (10, 20, 30)), 0.25)
    (3, 5, 8)
    """
    place = share * (len(ramp) - 1)
    left = min(int(place), len(ramp) - 2)
    red, green, blue = (
        int(a + (b - a) * (place - left) + 0.5)
        for a, b in zip(ramp[left], ramp[left + 1], strict=True)
    )
    return red, green, blue


def _table() -> list[Color]:
    grays = [round(255 * step / WHITE) for step in range(GRAYS)]
    signed = [
        mixed(RAMPS["negative" if step < 0 else "positive"], abs(step) / STEPS)
        for step in range(-STEPS, STEPS + 1)
    ]
    return [*((gray, gray, gray) for gray in grays), *signed, _ACCENT]


TABLE: tuple[Color, ...] = tuple(_table())
"""Every colour, by its index."""

_LIGHTNESS = np.array(TABLE) @ (0.299, 0.587, 0.114)


def gray(values: Array, full: float) -> Array:
    """Return the colour indices of a picture; 0 is black and `full` is white."""
    found: Array = np.rint(np.clip(values / full, 0, 1) * WHITE).astype(np.uint8)
    return found


def signed_colors(values: Array, full: float) -> Array:
    """Return the colour indices of a map; the strongest colours are at -`full` and `full`."""
    steps = np.rint(np.clip(values / full, -1, 1) * STEPS)
    found: Array = (steps + _ZERO).astype(np.uint8)
    return found


def ink_on(number: int) -> int:
    """Return the index of black or white, whichever has more contrast on a colour."""
    return BLACK if _LIGHTNESS[number] > 130 else WHITE
