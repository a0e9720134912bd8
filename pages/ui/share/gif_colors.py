"""The colours of a sweep's GIF: grays and the stage's signed colours, 256 at most. Pure.

A GIF has one table of colours, so each pixel is chosen from it at once and nothing is matched
afterwards. They are the stage's own light ones (assets/stage/draw/colors.js), in fewer steps.
"""

from __future__ import annotations

import numpy as np

from rfcore.ops import Array

Color = tuple[int, int, int]

RAMPS: dict[str, tuple[Color, Color, Color]] = {
    "negative": ((250, 250, 248), (122, 170, 221), (22, 66, 138)),
    "positive": ((250, 250, 248), (240, 163, 84), (148, 54, 0)),
}
"""From zero to the strongest value, by way of the middle."""

GRAYS = 96
"""Steps from black to white, for pictures and type."""

STEPS = 74
"""Steps of each sign; an even number, so that the middle of a ramp is one of them."""

_ACCENT: Color = (179, 19, 95)

BLACK, WHITE = 0, GRAYS - 1
_ZERO = GRAYS + STEPS
ACCENT = GRAYS + 2 * STEPS + 1


def mixed(ramp: tuple[Color, ...], share: float) -> Color:
    """Return the colour at a share, from 0 to 1, of the way along a ramp; halves go up.

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
"""Every colour by its number."""

_LIGHTNESS = np.array(TABLE) @ (0.299, 0.587, 0.114)


def gray(values: Array, full: float) -> Array:
    """Return the colour numbers of a picture whose values reach from 0, black, to `full`."""
    found: Array = np.rint(np.clip(values / full, 0, 1) * WHITE).astype(np.uint8)
    return found


def signed(values: Array, full: float) -> Array:
    """Return the colour numbers of a map whose colour is full at -`full` and `full`."""
    steps = np.rint(np.clip(values / full, -1, 1) * STEPS)
    found: Array = (steps + _ZERO).astype(np.uint8)
    return found


def ink_on(number: int) -> int:
    """Return black or white, whichever is read better on a colour."""
    return BLACK if _LIGHTNESS[number] > 130 else WHITE
