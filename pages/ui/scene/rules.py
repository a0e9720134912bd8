"""Validation of a scene: every rule that its fields must satisfy, each with its own message."""

from __future__ import annotations

from pages.ui.scene.channels import convolutions_of
from pages.ui.scene.choices import (
    MOVES,
    RINGS,
    UPLOAD,
    VIEWS,
    check_one_of,
    patterns_of,
    sizes_of,
)
from pages.ui.scene.custom_kernels import check_kernel_choice, is_own
from pages.ui.scene.face import FACES, FEATURES
from pages.ui.scene.grid import GRID, check_cells
from pages.ui.scene.head_training import Training
from pages.ui.scene.lenses import LENS_NAMES
from pages.ui.scene.limits import SceneError, check_border, check_stack, map_shapes
from pages.ui.scene.scene_fields import SceneFields
from rfcore.ops import PADDING_MODES
from rfcore.pictures.backgrounds import BACKGROUNDS


def check_scene(scene: SceneFields) -> None:
    """Raise SceneError, or what rfcore raises, if a scene cannot be shown."""
    _check_parts(scene)
    _check_picture(scene)
    _check_stack(scene)
    _check_shown(scene)
    if scene.training is not None:
        _check_training(scene, scene.training)


def _check_parts(scene: SceneFields) -> None:
    if scene.parts is None:
        if scene.lens == "parts":
            raise SceneError("only a face of parts is seen through this lens")
        return
    if scene.lens != "parts":
        raise SceneError(f"a face of parts is seen through the lens parts, not {scene.lens}")
    if scene.stack != FEATURES:
        raise SceneError(f"a face has the features of {FEATURES}, got {str(scene.stack)[:40]}")
    if scene.moves != "pattern":
        raise SceneError("here the face moves over its background, not the whole picture")


def _check_picture(scene: SceneFields) -> None:
    if scene.image == UPLOAD and scene.photo is None:
        raise SceneError("there is no photo of yours here yet; choose a picture or upload one")
    pictures = (*BACKGROUNDS, GRID, *([UPLOAD] if scene.photo else []))
    if scene.parts is not None:
        pictures = (FACES,)
    check_one_of("picture", scene.image, pictures)
    check_one_of("picture size", scene.size, sizes_of(scene.image))
    check_one_of("pattern", scene.pattern, patterns_of(scene.image))
    if scene.image == GRID:
        check_cells(scene.cells, scene.size)
    elif scene.cells:
        raise SceneError(f"only a grid has cells of your own, the {scene.image} has none")
    limit = scene.size - scene.pattern_size
    for name, place in (("position", scene.position), ("start", scene.start)):
        if not all(0 <= number <= limit for number in place):
            raise SceneError(
                f"the {scene.pattern} must stay inside the picture: its {name} is a row and a "
                f"column from 0 to {limit}, got {place[0]}, {place[1]}"
            )


def _check_stack(scene: SceneFields) -> None:
    check_stack(scene.stack, scene.size)
    check_one_of("padding mode", scene.padding_mode, PADDING_MODES)
    convolutions = len(convolutions_of(scene.stack))
    if len(scene.kernels) != convolutions:
        raise SceneError(
            f"the stack has {convolutions} convolutions and needs a choice of kernels for "
            f"each, got {len(scene.kernels)}"
        )
    for choice, (number, layer, channels) in zip(
        scene.kernels, convolutions_of(scene.stack), strict=True
    ):
        check_kernel_choice(choice, layer, channels, number)
    check_border(scene.stack, scene.size, scene.padding_mode)


def _check_shown(scene: SceneFields) -> None:
    shapes = map_shapes(scene.stack, scene.size)
    if len(scene.channels) != len(shapes):
        raise SceneError(
            f"each of the {len(shapes)} layers shows one channel, got {len(scene.channels)}"
        )
    for number, (channel, shape) in enumerate(zip(scene.channels, shapes, strict=True), 1):
        if not 0 <= channel < shape[0]:
            raise SceneError(f"layer {number} has channels 1 to {shape[0]}, got {channel + 1}")
    if scene.unit is not None and not scene.has_unit(scene.unit):
        if not 0 <= scene.unit.layer < len(shapes):
            raise SceneError(
                f"the stack has layers 1 to {len(shapes)}, got layer {scene.unit.layer + 1}"
            )
        rows, cols = shapes[scene.unit.layer][1:]
        raise SceneError(
            f"layer {scene.unit.layer + 1} has rows 0 to {rows - 1} and columns 0 to "
            f"{cols - 1}, got unit {scene.unit.row}, {scene.unit.col}"
        )
    check_one_of("view", scene.view, VIEWS)
    check_one_of("lens", scene.lens, LENS_NAMES)
    check_one_of("way to move", scene.moves, MOVES)
    for ring in scene.rings:
        check_one_of("ring", ring, RINGS)
    if scene.pixel is not None and not scene.has_pixel(scene.pixel):
        raise SceneError(
            f"the picture has rows and columns 0 to {scene.size - 1}, got pixel "
            f"{scene.pixel[0]}, {scene.pixel[1]}"
        )


def _check_training(scene: SceneFields, training: Training) -> None:
    if scene.image not in BACKGROUNDS:
        raise SceneError(
            f"heads are trained on a drawn picture, {', '.join(BACKGROUNDS)}, not on a "
            f"{scene.image}"
        )
    if scene.pattern not in training.classes:
        raise SceneError(
            f"the heads tell a {training.classes[0]} from a {training.classes[1]}; the pattern "
            f"is one of them, got \u201c{scene.pattern}\u201d"
        )
    if scene.moves != "pattern":
        raise SceneError(
            "the heads are asked about a pattern that moves alone, not with the whole picture"
        )
    if any(map(is_own, scene.kernels)):
        raise SceneError("heads are trained on named kernels, not on weights of your own")
    assert scene.experiment is not None  # its own checks have passed
