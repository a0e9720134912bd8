"""The text in a GIF: captions, the sentence, and numbers in cells that are large enough. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from pages.ui.share.gif_colors import ink_on
from pages.ui.share.gif_panels import Panel, scaled
from pages.ui.text.format import decimal

_INK = 37  # gray; the stage's own is as dark
_MIN_CELL = 17  # px; smaller cells show no number, as on the stage
_TITLE, _SENTENCE = 26, (26, 23, 20, 17, 14)  # px; a long sentence is written smaller
_LINES = 3

_REPLACEMENTS = str.maketrans({"×": "x", "−": "-", "–": "-", "→": "right", "←": "left"})
_REPLACEMENTS |= str.maketrans({"↑": "up", "↓": "down", "\u00a0": " ", "é": "e"})


@lru_cache(maxsize=32)
def font(size: int) -> ImageFont.FreeTypeFont:
    """Return the font that comes with Pillow, `size` pixels high."""
    found = ImageFont.load_default(size)
    assert isinstance(found, ImageFont.FreeTypeFont)  # every wheel of Pillow includes FreeType
    return found


def drawable_text(text: str) -> str:
    """Return a text that uses only characters of the font.

    >>> drawable_text("picture 64×64")
    'picture 64x64'
    """
    return text.translate(_REPLACEMENTS)


def write_caption(image: Image.Image, panel: Panel, corner: tuple[int, int], side: int) -> None:
    """Write the two lines above a panel whose upper left pixel, (row, col), is `corner`."""
    pen = ImageDraw.Draw(image)
    row, col = corner
    for text, size, above in ((panel.title, _TITLE, 34), (panel.note, 20, 7)):
        text = drawable_text(text)
        while size > 9 and font(size).getlength(text) > side:
            size -= 1
        pen.text((col, row - above), text, fill=_INK, font=font(size), anchor="ls")


def write_sentence(image: Image.Image, sentence: str, top: int, left: int) -> None:
    """Write a sentence below the row `top`, in the largest font in which it fits three lines."""
    width = image.width - 2 * left
    for size in _SENTENCE:
        lines = list(_lines(drawable_text(sentence), size, width))
        if len(lines) <= _LINES:
            break
    pen = ImageDraw.Draw(image)
    for number, line in enumerate(lines[:_LINES]):
        pen.text((left, top + round(1.25 * size * number)), line, fill=_INK, font=font(size))


def _lines(text: str, size: int, width: int) -> Iterator[str]:
    line = ""
    for word in text.split():
        longer = f"{line} {word}".lstrip()
        if line and font(size).getlength(longer) > width:
            yield line
            longer = word
        line = longer
    yield line


def write_numbers(
    image: Image.Image, panel: Panel, corner: tuple[int, int], zoom: int, margin: int
) -> None:
    """Write each cell's number into it, if the cells are large enough.

    image: its pixels are indices of colours.
    """
    if panel.numbers is None:
        return
    row0, row1, col0, col1 = scaled(panel.box, zoom, margin)
    rows, cols = panel.numbers.shape
    height, width = (row1 - row0) / rows, (col1 - col0) / cols
    side = min(height, width)
    texts = [[decimal(float(round(value, 2))) for value in line] for line in panel.numbers]
    longest = max(len(text) for line in texts for text in line)
    size = int(min(0.5 * side, 1.55 * side / longest))
    if side < _MIN_CELL or size < 8:
        return
    pen = ImageDraw.Draw(image)
    pen.fontmode = "1"  # no antialiasing: only colours of the table
    for r, line in enumerate(texts):
        for c, text in enumerate(line):
            place = (
                corner[1] + col0 + (c + 0.5) * width,
                corner[0] + row0 + (r + 0.5) * height,
            )
            ink = ink_on(int(panel.colors[r, c]))
            pen.text(place, drawable_text(text), fill=ink, font=font(size), anchor="mm")
