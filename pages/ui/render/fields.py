"""The fields lens: the receptive field of a unit, and how much each pixel of it counts. Pure."""

from __future__ import annotations

import numpy as np

from pages.ui.render import fields_text
from pages.ui.render.array_cache import cached_arrays
from pages.ui.render.context import RenderContext
from pages.ui.render.lens import FrameInputs, FramePart, Lens
from pages.ui.scene.frame_cost import gradient_cost
from pages.ui.scene.limits import MAX_GRADIENT, map_shapes
from pages.ui.scene.scene import Scene
from pages.ui.scene.scene_fields import Unit
from rfcore.exact_fields import ExactField, exact_fields
from rfcore.gradient import (
    effective_receptive_field,
    gaussian_width,
    maps_up_to,
    middle_share,
    used_pixels,
)
from rfcore.layers import Pair
from rfcore.ops import Array, PaddingMode
from rfcore.stack import Stack

_LABELS = (
    ("field", "field", "Rows and columns of the box round all that one neuron can see, in pixels."),
    ("jump", "jump", "How far the field moves from one neuron to the next, in pixels."),
    ("start", "first begins at", "The row and column where the first neuron\u2019s field begins."),
    ("reached", "pixel reaches", "The neurons that the pixel you point at can change."),
)
PICTURE_LABELS = (
    (
        "middle",
        "in the middle",
        "How much of the gradient, its sign left out, comes from the middle of the box. That is "
        "half its rows and half its columns, a quarter of its area. An even field would have 25 %.",
    ),
    (
        "width",
        "Gaussian width",
        "One standard deviation of the gradient, its sign left out, along rows and columns.",
    ),
    (
        "used",
        "used now",
        "Pixels whose slightest change would change this neuron now, of those that it can see. A "
        "maximum passes on its winner alone, of a tie the first; a ReLU only what is above 0.",
    ),
)


class FieldsLens(Lens):
    """The field of one unit, in up to three rings, and all units that one pixel can reach."""

    labels = _LABELS
    probes = True
    responses = False

    def static_part(self, scene: Scene, context: RenderContext) -> FramePart:
        """Return the names of the readouts under the picture."""
        return FramePart({"pictureLabels": PICTURE_LABELS})

    def dynamic_part(self, inputs: FrameInputs) -> FramePart:
        """Return what the probed unit sees, and which units the probed pixel reaches.

        Without a probed unit or pixel, the unit of the last map is shown whose field is centred
        nearest to the pattern's middle at the start of the drag.
        """
        scene, context = inputs.scene, inputs.context
        exact = exact_fields_of(scene)
        unit = inputs.probe
        if unit is None and inputs.pixel is None:
            unit = _unit_before(scene, context)
        part = FramePart({"probe": None, "reach": None})
        readings = [
            fields_text.field_texts(field) | {"reached": fields_text.NONE}
            for field in context.fields
        ]
        about_unit = about_pixel = None
        if unit is not None:
            about_unit = _add_unit(part, inputs, unit, exact[unit.layer])
            part.header["sentence"] = fields_text.unit_sentence(about_unit, scene.pattern)
        if inputs.pixel is not None:
            about_pixel = _add_reach(part, inputs.pixel, exact)
            chosen = None if unit is None else _sees(exact[unit.layer], unit, inputs.pixel)
            part.header["sentence"] = fields_text.pixel_sentence(about_pixel, chosen)
            for index, reading in enumerate(readings):
                counts = about_pixel.reached[index], about_pixel.cells[index]
                reading["reached"] = fields_text.reached_text(*counts)
        part.header["readings"] = readings
        part.header["pictureReadings"] = fields_text.unit_texts(about_unit)
        return part


LENS = FieldsLens()


def exact_fields_of(scene: Scene) -> tuple[ExactField, ...]:
    """Return for each layer which pixels its units see, from a cache."""
    return _exact_fields(scene.stack, scene.size, scene.padding_mode)


@cached_arrays
def _exact_fields(stack: Stack, size: int, padding_mode: PaddingMode) -> tuple[ExactField, ...]:
    return exact_fields(stack, (size, size), padding_mode=padding_mode)


def _unit_before(scene: Scene, context: RenderContext) -> Unit:
    """Return the unit of the last map whose field's middle is nearest to the pattern's."""
    field, (_, *counts) = context.fields[-1], map_shapes(scene.stack, scene.size)[-1]
    row, col = (
        # The doubled distance of the middles plus the jump, by the doubled jump: rounds to nearest.
        min(
            max((2 * (place - start) + scene.pattern_size - size + jump) // (2 * jump), 0),
            count - 1,
        )
        for place, start, size, jump, count in zip(
            scene.start, field.start, field.size, field.jump, counts, strict=True
        )
    )
    return Unit(len(context.fields) - 1, row, col)


def _sees(exact: ExactField, unit: Unit, pixel: Pair) -> bool:
    return bool(exact.rows[unit.row, pixel[0]] and exact.cols[unit.col, pixel[1]])


def _add_unit(
    part: FramePart, inputs: FrameInputs, unit: Unit, exact: ExactField
) -> fields_text.UnitReading:
    """Add what a unit sees, in the rings that are switched on, and return the numbers about it."""
    scene, context = inputs.scene, inputs.context
    field = context.fields[unit.layer]
    span = field.span(unit.row, unit.col)
    rows, cols = exact.seen_by(unit.row, unit.col)
    part.header["probe"] = [unit.layer, unit.row, unit.col]
    part.planes |= {"seenRows": _flags(rows), "seenCols": _flags(cols)}
    seen = int(rows.sum()) * int(cols.sum())
    image = context.picture_of(scene)
    asked = (context.network, image, unit.layer, (unit.row, unit.col))
    rings = {"effective", "used"} & {*scene.rings}
    is_left_out = bool(rings) and gradient_cost(scene.stack, scene.size, unit.layer) > MAX_GRADIENT
    rings = set() if is_left_out else rings
    maps = maps_up_to(*asked[:3]) if rings else None
    channel = scene.channels[unit.layer]
    middle = width = used = None
    is_flat = False
    if "effective" in rings:
        gradient = np.abs(effective_receptive_field(*asked, channel=channel, maps=maps))
        is_flat = not gradient.any()
        _add_cropped(part, "effective", gradient * (255 / (gradient.max() or 1)))
        # With a wrapping border, a field larger than the picture contains a pixel several times.
        if scene.padding_mode != "circular" or max(field.size) <= scene.size:
            middle, width = _spread(gradient, span, scene.padding_mode)
    if "used" in rings:
        now = used_pixels(*asked, channel=channel, maps=maps)
        _add_cropped(part, "used", now)
        used = int(now.sum())
    return fields_text.UnitReading(
        number=unit.layer + 1,
        field=field,
        seen=seen,
        on_picture=min(span) >= 0 and max(span) <= scene.size,
        filled=_filled(inputs, rows, cols) / seen if seen else 0.0,
        middle=middle,
        width=width,
        is_flat=is_flat,
        used=used,
        is_left_out=is_left_out,
    )


def _spread(
    gradient: Array, span: tuple[int, int, int, int], padding_mode: PaddingMode
) -> tuple[float, tuple[float, float]]:
    """Return the share of a gradient in the middle half of a box, and its standard deviations.

    If the border wraps, the parts of the gradient beyond it are joined to the rest first.
    """
    if padding_mode == "circular":
        size = len(gradient)
        back = [size // 2 - (span[axis] + span[axis + 1]) // 2 for axis in (0, 2)]
        gradient = np.roll(gradient, back, axis=(0, 1))
        span = (span[0] + back[0], span[1] + back[0], span[2] + back[1], span[3] + back[1])
    return middle_share(gradient, span), gaussian_width(gradient)


def _filled(inputs: FrameInputs, rows: Array, cols: Array) -> float:
    """Return how many of the seen pixels the pattern covers; partly covered ones count in part."""
    alpha = inputs.context.pattern.alpha
    row, col = inputs.scene.position
    seen_rows, seen_cols = rows[row : row + len(alpha)], cols[col : col + alpha.shape[1]]
    return float(seen_rows @ alpha @ seen_cols)


def _add_reach(
    part: FramePart, pixel: Pair, exact: tuple[ExactField, ...]
) -> fields_text.PixelReading:
    """Add which units of every map a pixel can reach, and return how many there are."""
    part.header["reach"] = pixel
    reached, cells = [], []
    for index, field in enumerate(exact):
        rows, cols = field.reached_from(*pixel)
        part.planes |= {f"reachRows{index}": _flags(rows), f"reachCols{index}": _flags(cols)}
        reached.append(int(rows.sum()) * int(cols.sum()))
        cells.append(len(rows) * len(cols))
    return fields_text.PixelReading(pixel, tuple(reached), tuple(cells))


def _add_cropped(part: FramePart, name: str, values: Array) -> None:
    """Add a plane of the picture's pixels, cropped to the box of the nonzero ones, if any."""
    ends = [np.flatnonzero(values.any(axis=axis))[[0, -1]] for axis in (1, 0) if values.any()]
    if not ends:
        return
    (row0, row1), (col0, col1) = ([int(first), int(last) + 1] for first, last in ends)
    part.header[name] = [row0, row1, col0, col1]
    part.planes[name] = np.rint(values[row0:row1, col0:col1]).astype("u1")


def _flags(values: Array) -> Array:
    return values.astype("u1")[None]
