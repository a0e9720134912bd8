"""Picture files, made byte by byte where Pillow would not make them."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
from PIL import Image

ORIENTATION = 0x0112


def encoded(picture: Image.Image, file_format: str = "PNG", **options: object) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, file_format, **options)
    return buffer.getvalue()


def png(width: int, height: int, depth: int, color_type: int, *chunks: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunks)


def chunk(kind: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum


def ramp(rows: int, cols: int) -> np.ndarray:
    """Gray bytes that rise to the right and, more slowly, downwards: no flip looks like another."""
    row, col = np.mgrid[0:rows, 0:cols]
    return np.rint(160 * col / (cols - 1) + 60 * row / (rows - 1)).astype(np.uint8)


def assert_is_photo(photo: np.ndarray, size: int = 64) -> None:
    assert photo.shape == (1, size, size)
    assert_bytes_keep(photo)


def assert_bytes_keep(plane: np.ndarray) -> None:
    """Assert that a plane of 0 to 1 in float32 comes back from bytes as it was."""
    assert plane.dtype == np.float32
    assert plane.min() >= 0
    assert plane.max() <= 1
    as_bytes = np.rint(plane * 255).astype(np.uint8)
    np.testing.assert_array_equal(as_bytes.astype(np.float32) / np.float32(255), plane)
