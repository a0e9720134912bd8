"""The maps lens: does every map move as the pattern, or the whole picture, does? Pure."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import takewhile
from typing import Any

from pages.ui.render.context import FILLS
from pages.ui.render.lens import FrameInputs, FramePart, Lens
from pages.ui.render.readings import (
    ALIKE,
    LayerReading,
    alike,
    break_text,
    changed_cells_text,
    error_text,
    expected_text,
    measured_text,
    off_text,
)
from pages.ui.scene.scene import Scene
from pages.ui.text.format import direction
from rfcore.equivariance import Break, LayerEquivariance, break_of, compare_activations
from rfcore.layers import Pair
from rfcore.shifts import changed_cells, expected_shift, measured_shift

_LABELS = (
    ("expected", "should shift", ""),
    (
        "measured",
        "did shift",
        "Measured for the pattern by itself, on even gray. Alike: how well the response matches "
        "the one before; 100 % is a copy. When the whole picture moves: for all of it.",
    ),
    ("changed", "cells changed", ""),
)


class MapsLens(Lens):
    """All maps beside the picture, each with its expected and its measured shift."""

    labels = _LABELS

    def dynamic_part(self, inputs: FrameInputs) -> FramePart:
        """Return sentence, readouts, and the first layer that is not exactly equivariant."""
        readings = layer_readings(inputs)
        scene = inputs.scene
        errors = errors_of(inputs)
        broken = break_of(scene.stack, errors) if scene.moved != (0, 0) else None
        header: dict[str, Any] = {
            "break": None if broken is None else [broken.layer, break_text(broken)]
        }
        if scene.moves == "pattern":
            header["sentence"] = self.pattern_sentence(scene, readings)
            header["readings"] = [_of_pattern(reading) for reading in readings]
        else:
            header["sentence"] = picture_sentence(scene.moved, readings, errors, broken)
            header["readings"] = [
                {**_of_pattern(reading), "measured": error_text(reading, error)}
                for reading, error in zip(readings, errors, strict=True)
            ]
        return FramePart(header)

    def pattern_sentence(self, scene: Scene, readings: list[LayerReading]) -> str:
        """Say what happened when the pattern alone moved."""
        return pattern_sentence(scene.pattern, scene.moved, readings)


LENS = MapsLens()


def errors_of(inputs: FrameInputs) -> tuple[LayerEquivariance, ...]:
    """Return the equivariance error of every map, for the responses to what moved."""
    scene = inputs.scene
    return compare_activations(
        scene.stack,
        tuple(response[None] for response in inputs.start.responses),
        tuple(response[None] for response in inputs.now.responses),
        scene.moved,
        (scene.size, scene.size),
        padding_mode=scene.padding_mode,
        fill=FILLS[scene.moves],
    )


def layer_readings(inputs: FrameInputs) -> list[LayerReading]:
    """Return the measured and the expected change of every map since the start of the drag."""
    scene, start, now = inputs.scene, inputs.start, inputs.now
    readings = []
    for index, layer in enumerate(scene.stack):
        jump = inputs.context.fields[index].jump
        expected = expected_shift(scene.moved, jump)
        near = (float(expected[0]), float(expected[1]))
        measured = None
        if scene.moves == "pattern":
            measured = measured_shift(start.responses[index], now.responses[index], near=near)
        readings.append(
            LayerReading(
                number=index + 1,
                layer=layer,
                jump=jump,
                expected=expected,
                measured=measured,
                changed=changed_cells(start.maps[index], now.maps[index]),
                cells=now.maps[index].size,
            )
        )
    return readings


def _of_pattern(reading: LayerReading) -> dict[str, str]:
    return {
        "expected": expected_text(reading),
        "measured": measured_text(reading),
        "changed": changed_cells_text(reading),
    }


def pattern_sentence(pattern: str, moved: Pair, readings: list[LayerReading]) -> str:
    """Say what each layer did, from the first to the one that broke equivariance."""
    if moved == (0, 0):
        return f"Drag the {pattern}. Which maps follow?"
    parts = [f"Moved {direction(moved, 'px', plural='px')}."]
    followers = list(takewhile(lambda reading: reading.followed, readings))
    if followers:
        parts.append(_followed_sentence(followers, all_of_them=len(followers) == len(readings)))
    if len(followers) < len(readings):
        parts.append(_break_sentence(readings[len(followers)]))
    return " ".join(parts)


def picture_sentence(
    moved: Pair,
    readings: list[LayerReading],
    errors: Sequence[LayerEquivariance],
    broken: Break | None,
) -> str:
    """Say what happened when the whole picture moved with the pattern."""
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
        off = off_text(error.border_error, error)
        return f"{name} is up to {off} its largest value, but only where it meets the border."
    off = off_text(error.error, error)
    return f"{name} is up to {off} its largest value, away from the border as well."


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
