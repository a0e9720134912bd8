"""The change of one map when the pattern moved, and its readouts. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from pages.ui.text.format import arrows, percent
from rfcore.equivariance import Break, LayerEquivariance
from rfcore.layers import Layer, Pair
from rfcore.shifts import MeasuredShift

ALIKE = 0.85
"""The least similarity of a response that followed; the readout shows the number."""

SAME = 1e-5
"""The largest error that counts as rounding, as a share of a map's largest value."""


@dataclass(frozen=True)
class LayerReading:
    """The change of one map when the pattern moved, in cells of that map; layers count from 1."""

    number: int
    layer: Layer
    jump: Pair
    expected: tuple[Fraction, Fraction]
    measured: MeasuredShift | None
    changed: int
    cells: int

    @property
    def has_places(self) -> bool:
        """Whether the map has more than one cell, so that a response can move on it."""
        return self.cells > 1

    @property
    def between_cells(self) -> bool:
        """Whether the expected shift of this map is no whole number of cells."""
        return self.has_places and any(part.denominator != 1 for part in self.expected)

    @property
    def followed(self) -> bool:
        """Whether the response moved by the expected shift and stayed nearly the same."""
        if self.measured is None or self.measured.similarity < ALIKE:
            return False
        return all(
            did == should for did, should in zip(self.measured.shift, self.expected, strict=True)
        )


def expected_text(reading: LayerReading) -> str:
    """Return the expected shift of a map as a short text."""
    if not reading.has_places:
        return "no places left"
    if reading.between_cells:
        return f"{arrows(reading.expected, '', '').strip()}, between two cells"
    return arrows(reading.expected)


def measured_text(reading: LayerReading) -> str:
    """Return the measured shift of a map and the similarity of its response as a short text."""
    if not reading.has_places:
        return "no places left"
    if reading.measured is None:
        return "not at both places" if reading.changed else "no response"
    if reading.measured.is_exact:
        return arrows(reading.measured.shift)
    clear = reading.measured.similarity >= ALIKE
    text = arrows(reading.measured.shift) if clear else "no clear shift"
    return f"{text}, {alike(reading.measured)}"


def changed_cells_text(reading: LayerReading) -> str:
    """Say how many cells of a map have another number than at the start."""
    return f"{reading.changed:,} of {reading.cells:,}"


def error_text(reading: LayerReading, error: LayerEquivariance) -> str:
    """Say in short whether a map shifted as expected when the whole picture moved."""
    if not reading.has_places:
        return "no places left"
    if not error.is_comparable:
        return "nothing left to compare"
    if reading.between_cells:
        return f"no shift can, {off_text(error.blend_error, error)}"
    if _is_nothing(error.error, error) and _is_nothing(error.border_error, error):
        return arrows(reading.expected)
    if _is_nothing(error.error, error):
        return f"{arrows(reading.expected)}; border {off_text(error.border_error, error)}"
    return off_text(error.error, error)


def break_text(broken: Break) -> str:
    """Say in short why a layer is the first that is not exactly equivariant."""
    return {
        "stride": "the move is no whole number of its cells",
        "border": "only at the border",
        "operation": "away from the border as well",
        "global": "no places left",
    }[broken.reason]


def _is_nothing(amount: float | None, error: LayerEquivariance) -> bool:
    return amount is None or amount <= SAME * error.scale


def off_text(amount: float | None, error: LayerEquivariance) -> str:
    """Return the error of a map as text, as a share of its largest value."""
    return f"{percent((amount or 0.0) / error.scale if error.scale else 0.0)} off"


def alike(measured: MeasuredShift) -> str:
    """Return the similarity of two responses in percent; a copy has 100."""
    return f"{max(0, int(100 * measured.similarity))} % alike"
