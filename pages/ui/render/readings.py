"""What one map did when the pattern moved, and its readouts. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from pages.ui.text.format import arrows, percent
from rfcore.equivariance import Break, LayerEquivariance
from rfcore.layers import Layer, Pair
from rfcore.shifts import MeasuredShift

ALIKE = 0.85
"""Similarity from which a response counts as having followed; the readout gives the figure."""

SAME = 1e-5
"""Error that passes for rounding, as a share of a map's largest value."""


@dataclass(frozen=True)
class LayerReading:
    """What one map did when the pattern moved, in its own cells; layers count from 1."""

    number: int
    layer: Layer
    jump: Pair
    expected: tuple[Fraction, Fraction]
    measured: MeasuredShift | None
    changed: int
    cells: int

    @property
    def has_places(self) -> bool:
        """Whether the map has more than one cell, so that something can be at another place."""
        return self.cells > 1

    @property
    def between_cells(self) -> bool:
        """Whether no whole-cell shift of this map can show the move."""
        return self.has_places and any(part.denominator != 1 for part in self.expected)

    @property
    def followed(self) -> bool:
        """Whether the response moved by what was expected and stayed, by and large, the same."""
        if self.measured is None or self.measured.similarity < ALIKE:
            return False
        return all(
            did == should for did, should in zip(self.measured.shift, self.expected, strict=True)
        )


def expected_text(reading: LayerReading) -> str:
    """Say, in short, the shift that this map should show."""
    if not reading.has_places:
        return "no places left"
    if reading.between_cells:
        return f"{arrows(reading.expected, '', '').strip()}, between two cells"
    return arrows(reading.expected)


def measured_text(reading: LayerReading) -> str:
    """Say, in short, the shift that this map did show, and how alike the response stayed."""
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
    """Say how many cells of a map hold another number than at the start."""
    return f"{reading.changed:,} of {reading.cells:,}"


def error_text(reading: LayerReading, error: LayerEquivariance) -> str:
    """Say, in short, whether a map shifted as it should when the whole picture did."""
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
    """Say in short why a layer is the first that does not follow exactly."""
    return {
        "stride": "the move is no whole number of its cells",
        "border": "only at the border",
        "operation": "away from the border as well",
        "global": "no places left",
    }[broken.reason]


def _is_nothing(amount: float | None, error: LayerEquivariance) -> bool:
    return amount is None or amount <= SAME * error.scale


def off_text(amount: float | None, error: LayerEquivariance) -> str:
    """Say by how much a map is off, as a share of its largest value."""
    return f"{percent((amount or 0.0) / error.scale if error.scale else 0.0)} off"


def alike(measured: MeasuredShift) -> str:
    """Say, in percent, how alike two responses are; 100 is a copy."""
    return f"{max(0, int(100 * measured.similarity))} % alike"
