"""An animation as a GIF, drawn pixel by pixel from a fixed table of colours. Pure.

A cell of a map is a whole number of GIF pixels, so its edges stay sharp. Nothing is written to
disk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image

from pages.ui.scene.limits import SceneError
from pages.ui.share.animation import Animation
from pages.ui.share.gif_colors import ACCENT, TABLE, WHITE
from pages.ui.share.gif_panels import AnimationFrame, Box, Panel, animation_frame, margin_of, scaled
from pages.ui.share.gif_text import write_caption, write_numbers, write_sentence
from rfcore.ops import Array

MAX_WIDTH, MAX_HEIGHT = 1600, 1000
"""Pixels of the largest frame, about the size of a slide."""

MAX_GIF_PIXELS = 40_000_000
"""Pixels of all frames together. Making a GIF takes up to about three times as many bytes."""

_MAX_PANEL, _MIN_PANEL = 560, 180  # px; smaller ones wrap into another row
_GAP, _CAPTION, _SENTENCE = 20, 66, 104  # px: between panels, above each one, and below all of them
_MIN_WIDTH = 760  # px, for the sentence
_EDGE = WHITE * 2 // 3


@dataclass(frozen=True)
class Layout:
    """Where the panels of a frame are.

    columns, rows: number of panels. zoom: GIF pixels per picture pixel. extent: picture pixels of a
    panel's side, including the margin on both sides.
    """

    columns: int
    rows: int
    zoom: int
    extent: int

    @property
    def side(self) -> int:
        """Pixels of a panel's side."""
        return self.zoom * self.extent

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of a frame, in pixels."""
        width = self.columns * self.side + (self.columns + 1) * _GAP
        height = self.rows * (self.side + _CAPTION + _GAP) + _SENTENCE
        return max(width, _MIN_WIDTH), height

    def corner(self, index: int) -> tuple[int, int]:
        """Return the (row, col) pixel where a panel begins, below its caption."""
        row, col = divmod(index, self.columns)
        return (
            _CAPTION + row * (self.side + _CAPTION + _GAP),
            _GAP + col * (self.side + _GAP),
        )


def layout_of(panels: int, extent: int, frames: int) -> Layout:
    """Return the layout with the fewest rows whose panels are at least _MIN_PANEL pixels wide.

    panels: how many there are. extent: the side of each, in picture pixels. frames: of the GIF.
    Raises SceneError when no layout fits the limits of a GIF.
    """
    best: Layout | None = None
    for rows in range(1, panels + 1):
        columns = -(-panels // rows)
        for zoom in range(1, max(1, _MAX_PANEL // extent) + 1):
            layout = Layout(columns, rows, zoom, extent)
            if _fits(layout, frames) and (best is None or zoom > best.zoom):
                best = layout
        if best is not None and best.side >= _MIN_PANEL:
            break
    if best is None:
        raise SceneError(
            f"{frames} frames of {panels} panels, each {extent}×{extent} px, are too large for a "
            "GIF; go fewer steps, or take a smaller picture or fewer layers"
        )
    return best


def _fits(layout: Layout, frames: int) -> bool:
    width, height = layout.size
    return width <= MAX_WIDTH and height <= MAX_HEIGHT and width * height * frames <= MAX_GIF_PIXELS


def make_gif(
    animation: Animation,
    seconds: float,
    progress: Callable[[int], object] = int,
    turn: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> bytes:
    """Return an animation as a GIF that repeats forever.

    seconds: per frame. progress: called after each frame with the number of finished frames.
    turn: returns the block in which each frame is drawn.
    """
    frames = _frames(animation, progress, turn)
    file = BytesIO()
    next(frames).save(
        file,
        format="GIF",
        save_all=True,
        append_images=frames,
        duration=round(1000 * seconds),
        loop=0,
    )
    return file.getvalue()


def _frames(
    animation: Animation,
    progress: Callable[[int], object],
    turn: Callable[[], AbstractContextManager[object]],
) -> Iterator[Image.Image]:
    layout: Layout | None = None
    for done, scene in enumerate(animation.scenes(), 1):
        with turn():
            frame = animation_frame(scene)
            margin = margin_of(frame.panels, scene.size)
            extent = scene.size + 2 * margin
            layout = layout or layout_of(len(frame.panels), extent, animation.frames)
            image = draw_frame(frame, layout, margin, scene.size)
        yield image
        progress(done)


def draw_frame(frame: AnimationFrame, layout: Layout, margin: int, size: int) -> Image.Image:
    """Return one frame: an image whose pixels are indices of colours in TABLE."""
    width, height = layout.size
    pixels = np.full((height, width), WHITE, np.uint8)
    text_layer = Image.new("L", (width, height), 255)
    for index, panel in enumerate(frame.panels):
        corner = layout.corner(index)
        target = pixels[_part(corner, layout.side)]
        _draw_cells(target, panel, layout.zoom, margin)
        _frame_picture(target, layout.zoom, margin, size)
        write_caption(text_layer, panel, corner, layout.side)
    picture = pixels[_part(layout.corner(0), layout.side)]
    if frame.began != frame.around:
        _outline(picture, frame.began, layout.zoom, margin, dashed=True)
    _outline(picture, frame.around, layout.zoom, margin)
    write_sentence(text_layer, frame.sentence, height - _SENTENCE, _GAP)
    letters = np.asarray(text_layer)
    pixels[letters < 255] = np.rint(letters[letters < 255] * (WHITE / 255))
    image = Image.fromarray(pixels)
    for index, panel in enumerate(frame.panels):
        write_numbers(image, panel, layout.corner(index), layout.zoom, margin)
    image.putpalette([part for color in TABLE for part in color])
    return image


def _part(corner: tuple[int, int], side: int) -> tuple[slice, slice]:
    return slice(corner[0], corner[0] + side), slice(corner[1], corner[1] + side)


def _draw_cells(target: Array, panel: Panel, zoom: int, margin: int) -> None:
    row0, row1, col0, col1 = scaled(panel.box, zoom, margin)
    rows, cols = panel.colors.shape
    down, across = (row1 - row0) // rows, (col1 - col0) // cols
    cells = np.repeat(np.repeat(panel.colors, down, axis=0), across, axis=1)
    top, left = max(0, -row0), max(0, -col0)  # cells beyond the margin
    shown = cells[top : len(target) - row0, left : len(target) - col0]
    target[row0 + top :, col0 + left :][: shown.shape[0], : shown.shape[1]] = shown


def _frame_picture(target: Array, zoom: int, margin: int, size: int) -> None:
    """Draw the picture's edge in a panel, so that it shows how much of the picture a map covers."""
    low, high = margin * zoom, (margin + size) * zoom
    for edge in (low, high - 1):
        target[edge, low:high] = _EDGE
        target[low:high, edge] = _EDGE


def _outline(target: Array, box: Box, zoom: int, margin: int, *, dashed: bool = False) -> None:
    """Draw a box in the accent colour, with a light rim that makes it visible on any colour."""
    row0, row1, col0, col1 = scaled(box, zoom, margin)
    rows, cols = np.indices(target.shape)
    # How far a pixel lies outside the box's edge; negative inside.
    outside = np.maximum(
        np.maximum(row0 - rows, rows - row1 + 1), np.maximum(col0 - cols, cols - col1 + 1)
    )
    target[(outside >= -2) & (outside <= 2)] = WHITE
    line = (outside >= -1) & (outside <= 1)
    if dashed:
        line &= (rows + cols) // 6 % 2 == 0
    target[line] = ACCENT
