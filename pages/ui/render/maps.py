"""The plain lens: does every map move as the pattern, or the whole picture, does? Pure."""

from __future__ import annotations

from typing import Any

from pages.ui.render import readings as words
from pages.ui.render.context import FILLS
from pages.ui.render.lens import FrameInputs, FramePart, Lens
from pages.ui.scene.scene import Scene
from rfcore.equivariance import LayerEquivariance, break_of, compare_activations
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
    """Every map beside the picture, with what it should do and what it did."""

    labels = _LABELS

    def dynamic_part(self, inputs: FrameInputs) -> FramePart:
        """Return sentence, readouts, and the first layer that does not follow exactly."""
        readings = layer_readings(inputs)
        scene = inputs.scene
        errors = errors_of(inputs)
        broken = break_of(scene.stack, errors) if scene.moved != (0, 0) else None
        header: dict[str, Any] = {
            "break": None if broken is None else [broken.layer, words.break_text(broken)]
        }
        if scene.moves == "pattern":
            header["sentence"] = self.pattern_sentence(scene, readings)
            header["readings"] = [_of_pattern(reading) for reading in readings]
        else:
            header["sentence"] = words.picture_sentence(scene.moved, readings, errors, broken)
            header["readings"] = [
                {**_of_pattern(reading), "measured": words.error_text(reading, error)}
                for reading, error in zip(readings, errors, strict=True)
            ]
        return FramePart(header)

    def pattern_sentence(self, scene: Scene, readings: list[words.LayerReading]) -> str:
        """Return what just happened when the pattern alone moved."""
        return words.pattern_sentence(scene.pattern, scene.moved, readings)


LENS = MapsLens()


def errors_of(inputs: FrameInputs) -> tuple[LayerEquivariance, ...]:
    """Return how far the pattern's response, or the whole picture's, is off on every map."""
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


def layer_readings(inputs: FrameInputs) -> list[words.LayerReading]:
    """Return what every map did since the start of the drag."""
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
            words.LayerReading(
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


def _of_pattern(reading: words.LayerReading) -> dict[str, str]:
    return {
        "expected": words.expected_text(reading),
        "measured": words.measured_text(reading),
        "changed": words.changed_cells_text(reading),
    }
