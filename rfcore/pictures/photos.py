"""Photos from picture files; the only module that uses Pillow."""

from __future__ import annotations

import math
import re
import threading
import warnings
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from rfcore.checks import whole_number_within
from rfcore.errors import ImageError

MAX_BYTES = 8 * 1024 * 1024
"""The largest picture file that is read, in bytes."""

MAX_PIXELS = 40_000_000
"""The largest picture that is decoded, in pixels."""

MAX_WEBP_PIXELS = 16_000_000
"""The largest WebP picture that is decoded, in pixels. A pixel takes 17 bytes then, 4 otherwise."""

MAX_SCANS = 100
"""The largest number of scans in a JPEG file; cameras and editors write about ten."""

_BACKDROP = 0.5  # mid-gray behind transparent parts

# Modes wider than a byte, and what is white in them: Pillow's convert("L") would clip at 255.
_WHITE = {"I;16": 65535, "I;16B": 65535, "I;16L": 65535, "I;16N": 65535, "I": 65535, "F": 255}

_ORIENTATION = 0x0112  # the Exif tag. Source: Exif 2.32, Orientation

# One picture at a time: a decoded one can take hundreds of megabytes, and the warning filters that
# are set meanwhile apply to the whole process.
_DECODING = threading.Lock()


def read_photo(data: bytes, size: int = 64) -> NDArray[np.float32]:
    """Read a picture file as a square grayscale photo.

    data: a PNG, JPEG or WebP file. size: of the photo, 32 to 256 pixels per side. The picture is
    turned upright, gets a mid-gray background where it is transparent, is cropped to its middle
    square and scaled. Of an animation, the first frame is used. Returns float32 (1, size, size) in
    [0, 1], multiples of 1/255. Raises ImageError, which says what to do, if it cannot be read.

    >>> buffer = BytesIO()
    >>> Image.new("L", (640, 480), 51).save(buffer, "PNG")
    >>> photo = read_photo(buffer.getvalue(), 32)
    >>> photo.shape, float(photo[0, 0, 0])
    ((1, 32, 32), 0.20000000298023224)
    """
    _check_size(size)
    _check_file(data)
    with _DECODING, warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\.")
        try:
            return _decode(data, size)
        except ImageError:
            raise
        except Image.DecompressionBombError as error:
            raise ImageError(
                f"The picture has more pixels than can be read; {_PIXEL_RULE}"
            ) from error
        except MemoryError as error:
            raise ImageError(_NO_MEMORY) from error
        except Exception as error:  # damaged files make Pillow raise a dozen different types
            if str(error).startswith("out of memory error"):  # an OSError of Pillow's decoders
                raise ImageError(_NO_MEMORY) from error
            raise ImageError(
                f"The picture is cut off or damaged: its {len(data):,} bytes could not be read to "
                "the end. Save or download it again, or choose another photo."
            ) from error


_SMALLER_COPY = "Save a smaller copy, for example 1000 pixels wide, and choose that."

_PIXEL_RULE = f"at most {MAX_PIXELS // 1_000_000} million pixels can be read. {_SMALLER_COPY}"

_NO_MEMORY = (
    "There is too little memory to read this picture now. Try again in a minute, or save a smaller "
    "copy, for example 1000 pixels wide, and choose that."
)


def _check_size(size: int) -> None:
    whole_number_within(size, "photo size", 32, 256, error=ImageError)


def _check_file(data: bytes) -> None:
    if not isinstance(data, bytes):
        raise ImageError(f"data must be the bytes of a picture file, got {type(data).__name__}")
    if not data:
        raise ImageError("This file is empty (0 bytes). Choose a PNG, JPEG or WebP photo.")
    if len(data) > MAX_BYTES:
        raise ImageError(
            f"The file has {len(data) / 2**20:.1f} MB; at most {MAX_BYTES // 2**20} MB can be "
            "read. Save a smaller copy, for example 1000 pixels wide, and choose that."
        )
    known = data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"))
    if not known and not (data.startswith(b"RIFF") and data[8:12] == b"WEBP"):
        raise ImageError(
            f"This file is not a PNG, JPEG or WebP picture: it begins with {repr(data[:12])[1:]}. "
            "Choose a photo in one of these formats."
        )
    if header := _header_size(data):
        _check_pixels(*header)
        if data.startswith(b"RIFF") and header[0] * header[1] > MAX_WEBP_PIXELS:
            raise ImageError(
                f"The picture is {header[0]} x {header[1]} pixels; at most "
                f"{MAX_WEBP_PIXELS // 1_000_000} million pixels of a WebP picture can be read. "
                f"{_SMALLER_COPY}"
            )
    if data.startswith(b"\xff\xd8") and (scans := _scans(data)) > MAX_SCANS:
        raise ImageError(
            f"This JPEG picture is stored in {scans:,} scans; at most {MAX_SCANS} can be read. "
            f"{_SMALLER_COPY}"
        )


def _check_pixels(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise ImageError(f"The picture is {width} x {height} pixels; {_PIXEL_RULE}")


def _header_size(data: bytes) -> tuple[int, int] | None:
    """Return the (width, height) in the header of a PNG or WebP file, without Pillow.

    Pillow allocates the whole canvas as soon as it opens a WebP file, and does not name the size
    of a huge picture that it refuses. A JPEG file is checked once it is open; nothing is decoded by
    then.
    Source: PNG specification 11.2.2; RFC 9649 (WebP), sections 2.5 to 2.7.
    """
    chunk = data[12:16]
    if chunk == b"IHDR":
        return _integer(data[19:15:-1]), _integer(data[23:19:-1])
    if chunk == b"VP8 ":
        return _integer(data[26:28]) & 0x3FFF, _integer(data[28:30]) & 0x3FFF
    if chunk == b"VP8L":
        return (_integer(data[21:25]) & 0x3FFF) + 1, (_integer(data[21:25]) >> 14 & 0x3FFF) + 1
    if chunk == b"VP8X":
        return _integer(data[24:27]) + 1, _integer(data[27:30]) + 1
    return None


_MARKER = re.compile(rb"\xff+([^\x00\x01\xd0-\xd7\xff])")  # zero and restarts belong to a scan


def _scans(data: bytes) -> int:
    """Return the number of scans of the first picture in a JPEG file.

    Segments are skipped, because a thumbnail in one of them has scans too.
    Source: ITU-T T.81, sections B.1.1 and B.2.1.
    """
    if (
        most := data.count(b"\xff\xda")
    ) <= MAX_SCANS:  # no need to step through; some may lie elsewhere
        return most
    scans, place = 0, 2
    while found := _MARKER.search(data, place):
        place = found.end()
        if found[1] == b"\xd9":  # the end of the picture
            break
        if found[1] != b"\xd8":
            place += max(2, int.from_bytes(data[place : place + 2], "big"))
            scans += found[1] == b"\xda"
    return scans


def _integer(data: bytes) -> int:
    return int.from_bytes(data, "little")


def _decode(data: bytes, size: int) -> NDArray[np.float32]:
    with Image.open(BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as picture:
        _check_pixels(*picture.size)
        # A JPEG can be decoded at 1/2, 1/4 or 1/8 of its size, which spares most of the work.
        drafted = picture.draft("L", (2 * size, 2 * size))
        width, height = drafted[1][2:] if drafted else picture.size
        plane = _middle_square(picture, width, height, size)
    return np.rint(np.clip(plane, 0, 1) * 255).astype(np.float32)[None] / np.float32(255)


def _orientation(picture: Image.Image) -> int:
    picture.load()  # a PNG can hold its Exif data behind the pixels
    try:
        return int(picture.getexif().get(_ORIENTATION, 1))
    except Exception:  # a picture with broken Exif data is still a picture
        return 1


def _middle_square(
    picture: Image.Image, width: float, height: float, size: int
) -> NDArray[np.float64]:
    """Return the gray values (size, size) of a picture's middle square, 0 to 1.

    LANCZOS may overshoot that range a little.
    """
    side = min(width, height)
    left, top = (width - side) / 2, (height - side) / 2
    edges = (int(left), int(top), math.ceil(left + side), math.ceil(top + side))
    factor = max(1, int(side / (3 * size)))  # three times the pixels are left for LANCZOS
    middle = _reduced(picture, edges, factor)
    near, far = (left % 1 / factor, top % 1 / factor), side / factor
    box = (near[0], near[1], near[0] + far, near[1] + far)
    scaled = middle.resize((size, size), Image.Resampling.LANCZOS, box)
    # Turned only now, because turning the whole picture would need its memory twice.
    scaled.getexif()[_ORIENTATION] = _orientation(picture)
    values = np.asarray(ImageOps.exif_transpose(scaled), np.float64)
    values = values / _WHITE.get(picture.mode, 255)
    if middle.mode == "LA":
        gray, alpha = values[..., 0], values[..., 1]
        return gray * alpha + _BACKDROP * (1 - alpha)
    return values


def _reduced(picture: Image.Image, edges: tuple[int, int, int, int], factor: int) -> Image.Image:
    """Return the part within `edges`, averaged over factor x factor pixels, in mode L, LA or F.

    It works in bands, because converting a large picture at once would need four times its memory.
    """
    left, top, right, bottom = edges
    mode = "F" if picture.mode in _WHITE else "LA" if picture.has_transparency_data else "L"
    size = math.ceil((right - left) / factor), math.ceil((bottom - top) / factor)
    reduced = Image.new(mode, size)
    for row in range(0, size[1], 64):
        first = top + row * factor
        band = picture.crop((left, first, right, min(first + 64 * factor, bottom)))
        band = _floats(band) if mode == "F" else band.convert(mode)
        reduced.paste(band.reduce(factor), (0, row))
    return reduced


def _floats(band: Image.Image) -> Image.Image:
    """Return a band of more than 8 bits as floats, with mid-gray for its transparent value."""
    values = np.asarray(band.convert("F"))
    if "transparency" in band.info:
        backdrop = np.float32(_BACKDROP * _WHITE[band.mode])
        values = np.where(values == band.info["transparency"], backdrop, values)
    return Image.fromarray(values)


def scale_photo(photo: bytes, size: int) -> NDArray[np.float32]:
    """Return a stored square photo at another size.

    photo: gray pixels, one byte each, row by row, of a square. size: pixels per side, 32 to 256.
    Returns float32 (1, size, size) in [0, 1], multiples of 1/255.
    Raises ImageError when the pixels are not those of a square, or for a size out of range.

    >>> scale_photo(bytes([255]) * 256 * 256, 64).shape
    (1, 64, 64)
    """
    _check_size(size)
    if not isinstance(photo, bytes):
        raise ImageError(f"photo must be the bytes of a stored photo, got {type(photo).__name__}")
    side = math.isqrt(len(photo))
    if side == 0 or side * side != len(photo):
        raise ImageError(f"a stored photo is a square of pixels, got {len(photo)} bytes")
    square = Image.frombytes("L", (side, side), photo)
    scaled = square.resize((size, size), Image.Resampling.LANCZOS)
    return np.asarray(scaled, np.float32)[np.newaxis] / np.float32(255)
