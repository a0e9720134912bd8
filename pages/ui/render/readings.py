"""The sentences and readouts of a frame, made from what rfcore measured. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import takewhile

from pages.ui.text.format import arrows, direction, percent
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
        return f"no shift can, {_off(error.blend_error, error)}"
    if _is_nothing(error.error, error) and _is_nothing(error.border_error, error):
        return arrows(reading.expected)
    if _is_nothing(error.error, error):
        return f"{arrows(reading.expected)}; border {_off(error.border_error, error)}"
    return _off(error.error, error)


def break_text(broken: Break) -> str:
    """Say in short why a layer is the first that does not follow exactly."""
    return {
        "stride": "the move is no whole number of its cells",
        "border": "only at the border",
        "operation": "away from the border as well",
        "global": "no places left",
    }[broken.reason]


def picture_sentence(
    moved: Pair,
    readings: list[LayerReading],
    errors: Sequence[LayerEquivariance],
    broken: Break | None,
) -> str:
    """Say what just happened when the whole picture moved with the pattern."""
    if moved == (0, 0):
        return "Drag: the whole picture moves. Which maps follow?"
    parts = [f"The whole picture moved {direction(moved, 'px', plural='px')}."]
    gone = next((i for i, error in enumerate(errors) if not error.is_comparable), None)
    if broken is None and gone is not None:
        name = _name(readings[gone])
        return f"{parts[0]} Nothing of {name[0].lower() + name[1:]} is left to compare."
    if broken is None:
        return f"{parts[0]} Every map followed, cell for cell."
    if broken.layer:
        followers = "Layer 1" if broken.layer == 1 else f"Layers 1 to {broken.layer}"
        parts.append(f"{followers} followed, cell for cell.")
    return " ".join([*parts, _picture_break(readings[broken.layer], errors[broken.layer], broken)])


def _picture_break(reading: LayerReading, error: LayerEquivariance, broken: Break) -> str:
    name = _name(reading)
    if broken.reason == "global":
        return f"{name} has no places left: its value {'changed' if reading.changed else 'stayed'}."
    if broken.reason == "stride":
        return f"{name} cannot follow: {_broken_part(reading)}."
    if broken.reason == "border":
        off = _off(error.border_error, error)
        return f"{name} is up to {off} its largest value, but only where it meets the border."
    off = _off(error.error, error)
    return f"{name} is up to {off} its largest value, away from the border as well."


def _is_nothing(amount: float | None, error: LayerEquivariance) -> bool:
    return amount is None or amount <= SAME * error.scale


def _off(amount: float | None, error: LayerEquivariance) -> str:
    """Say by how much a map is off, as a share of its largest value."""
    return f"{percent((amount or 0.0) / error.scale if error.scale else 0.0)} off"


def pattern_sentence(pattern: str, moved: Pair, readings: list[LayerReading]) -> str:
    """Say what just happened, from the first layer to the one that broke, in short sentences."""
    if moved == (0, 0):
        return f"Drag the {pattern}. Which maps follow?"
    parts = [f"Moved {direction(moved, 'px', plural='px')}."]
    followers = list(takewhile(lambda reading: reading.followed, readings))
    if followers:
        parts.append(_followed_sentence(followers, all_of_them=len(followers) == len(readings)))
    if len(followers) < len(readings):
        parts.append(_break_sentence(readings[len(followers)]))
    return " ".join(parts)


def response_sentence(pattern: str, moved: Pair, reading: LayerReading) -> str:
    """Say what the response in one map did when the pattern moved."""
    if moved == (0, 0):
        return f"Drag the {pattern}, or point at a cell of the map: its products are written out."
    if not reading.followed or reading.measured is None:
        return pattern_sentence(pattern, moved, [reading])
    went = direction(reading.measured.shift, "cell")
    same = "the same numbers at other places"
    how = same if reading.measured.is_exact else alike(reading.measured)
    return f"Moved {direction(moved, 'px', plural='px')}. The response moved {went}: {how}."


def _followed_sentence(followers: list[LayerReading], *, all_of_them: bool) -> str:
    if len(followers) == 1:
        text = f"{_name(followers[0])} followed"
    elif all_of_them:
        text = "Every map followed"
    else:
        text = f"Layers 1 to {len(followers)} followed"
    least = min((r.measured for r in followers if r.measured), key=lambda m: m.similarity)
    return f"{text}." if least.is_exact else f"{text}, {alike(least)}."


def _break_sentence(reading: LayerReading) -> str:
    name, changed = _name(reading), f"{reading.changed:,} of {reading.cells:,} cells changed"
    if not reading.has_places:
        return f"{name} has no places left: its value {'changed' if reading.changed else 'stayed'}."
    if reading.measured is None and reading.changed == 0:
        return f"{name} shows nothing of the pattern."
    if reading.measured is None:
        return f"{name} does not show the pattern at both places. {changed}."
    if reading.changed == 0:
        return f"{name} did not notice: no cell of this channel changed."
    if reading.between_cells:
        return f"{name} cannot follow: {_broken_part(reading)}. {changed}."
    if reading.measured.similarity < ALIKE:
        return f"{name} shows no clear shift, only {alike(reading.measured)}. {changed}."
    did = direction(reading.measured.shift, "cell")
    return f"{name} went {did} instead, {alike(reading.measured)}. {changed}."


def _broken_part(reading: LayerReading) -> str:
    """Say which part of the expected shift is no whole number of cells, and how wide a cell is."""
    broken = [part if part.denominator != 1 else Fraction(0) for part in reading.expected]
    jumps = sorted({j for j, part in zip(reading.jump, broken, strict=True) if part})
    width = " by ".join(map(str, jumps))
    return f"{direction((broken[0], broken[1]), 'cell')} lies between two cells of {width} px"


def _name(reading: LayerReading) -> str:
    return f"Layer {reading.number} ({reading.layer.name})"


def alike(measured: MeasuredShift) -> str:
    """Say, in percent, how alike two responses are; 100 is a copy."""
    return f"{max(0, int(100 * measured.similarity))} % alike"
