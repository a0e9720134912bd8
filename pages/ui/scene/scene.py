"""The scene: everything that determines what the stage shows. Pure: no Streamlit here.

A share link, a step of a lesson and a slide each hold one scene.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pages.ui.scene.channels import convolutions_of, layer_groups, linked
from pages.ui.scene.choices import (
    DEFAULT_GRID_SIZE,
    DEFAULT_SIZE,
    PICTURE_SIZES,
    check_one_of,
    pattern_size,
    patterns_of,
    sizes_of,
)
from pages.ui.scene.custom_kernels import fitted, own_choice
from pages.ui.scene.grid import GRID, GRID_SIZES, resized_cells
from pages.ui.scene.head_training import Training
from pages.ui.scene.limits import SceneError, check_stack, map_shapes
from pages.ui.scene.photos import Photo
from pages.ui.scene.rules import check_scene
from pages.ui.scene.scene_fields import SceneFields
from rfcore.filters import BANK
from rfcore.stack import Stack


@dataclass(frozen=True)
class Scene(SceneFields):
    """What the stage shows: immutable, hashable, and validated when it is built.

    `SceneFields` describes the fields.
    Raises SceneError, or what rfcore raises, if it cannot be shown.
    """

    def __post_init__(self) -> None:
        check_scene(self)

    def without_drag(self) -> Scene:
        """Return the scene without what a drag changes: one value for a whole drag."""
        return replace(
            self,
            position=(0, 0),
            start=(0, 0),
            unit=None,
            view="now",
            moves="pattern",
            pixel=None,
            rings=(),
            parts=None if self.parts is None else self.parts.without_drag(),
        )

    def with_stack(self, stack: Stack) -> Scene:
        """Return the scene with another stack; choices that fit the new layers stay."""
        check_stack(stack, self.size)
        before = [layer.kernel_size for _, layer, _ in convolutions_of(self.stack)]
        after = convolutions_of(stack)
        more = len(after) - len(before)
        kernels = tuple(
            fitted(choice, size, layer.kernel_size, channels)
            for choice, size, (_, layer, channels) in zip(
                (*self.kernels, *[BANK] * more), (*before, *[None] * more), after, strict=False
            )
        )
        shapes = map_shapes(stack, self.size)
        shown = (*self.channels, *[0] * len(shapes))
        channels = tuple(
            channel if channel < shape[0] else 0
            for channel, shape in zip(shown[: len(shapes)], shapes, strict=True)
        )
        return replace(
            self, stack=stack, kernels=kernels, channels=linked(stack, channels), unit=None
        )

    def with_channel(self, layer: int, channel: int) -> Scene:
        """Return the scene with another channel shown in a layer and in the rest of its group."""
        group = layer_groups(self.stack)
        channels = tuple(
            channel if group[index] == group[layer] else shown
            for index, shown in enumerate(self.channels)
        )
        return replace(self, channels=channels)

    def with_picture(self, image: str, size: int, photo: Photo | None = None) -> Scene:
        """Return the scene on another picture or at another size; the pattern keeps its place."""
        photo = photo if photo is not None else self.photo
        if image == GRID and self.image != GRID:
            size = size if size in GRID_SIZES else DEFAULT_GRID_SIZE
        elif image != GRID and self.image == GRID:
            size = size if size in PICTURE_SIZES else DEFAULT_SIZE
        check_one_of("picture size", size, sizes_of(image))
        check_stack(self.stack, size)
        pattern = self.pattern if self.pattern in patterns_of(image) else patterns_of(image)[0]
        limit = size - pattern_size(pattern, size)
        scale = size / self.size
        position, start = (
            (min(limit, round(row * scale)), min(limit, round(col * scale)))
            for row, col in (self.position, self.start)
        )
        same = size == self.size
        return replace(
            self,
            image=image,
            size=size,
            photo=photo,
            pattern=pattern,
            position=position,
            start=start,
            cells=resized_cells(self.cells, size) if image == GRID else "",
            unit=self.unit if same else None,
            pixel=self.pixel if same else None,
        )

    def with_weights(self, texts: Sequence[str]) -> Scene:
        """Return the scene with the learner's own weights, row by row, in its first convolution."""
        convolutions = convolutions_of(self.stack)
        if not convolutions:
            raise SceneError("this stack has no convolution, so there are no weights to write")
        choice = own_choice(texts, convolutions[0][1].kernel_size)
        return replace(self, kernels=(choice, *self.kernels[1:]))

    def with_training(self, training: Training) -> Scene:
        """Return the scene with this training of its heads; its pattern becomes a class of it."""
        if self.pattern in training.classes:
            return replace(self, training=training)
        bare = replace(self, training=None)
        return replace(bare.with_pattern(training.classes[0]), training=training)

    def with_pattern(self, pattern: str) -> Scene:
        """Return the scene with another pattern, centred where the old one was."""
        check_one_of("pattern", pattern, patterns_of(self.image))
        new = pattern_size(pattern, self.size)
        # Rounded toward 0, so that another pattern and the first one again move nothing.
        step = int((self.pattern_size - new) / 2)
        limit = self.size - new
        position, start = (
            (max(0, min(limit, row + step)), max(0, min(limit, col + step)))
            for row, col in (self.position, self.start)
        )
        return replace(self, pattern=pattern, position=position, start=start)
