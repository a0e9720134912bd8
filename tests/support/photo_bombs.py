"""Small picture files that take very long or very much memory to decode."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image


def many_scans(extra: int, side: int = 2000) -> bytes:
    """A progressive JPEG of a few kilobytes whose last scan is repeated so many times."""
    buffer = BytesIO()
    picture = Image.fromarray(np.full((side, side, 3), 90, np.uint8))
    picture.save(buffer, "JPEG", progressive=True)
    content = buffer.getvalue()
    last = content.rindex(b"\xff\xda")
    return content[:-2] + content[last:-2] * extra + content[-2:]


def empty_canvas() -> bytes:
    """A WebP file of 34 bytes that declares a canvas of 39.7 million pixels."""
    size = (6299).to_bytes(3, "little")
    return b"RIFF\x1a\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0" + size + size + b"ANIM"
