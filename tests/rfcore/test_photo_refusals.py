"""A file that holds no photo, a damaged or a huge one: a helpful ImageError, and nothing else."""

from __future__ import annotations

import struct
import threading
import time
import warnings
import zlib
from io import BytesIO

import numpy as np
import pytest
import skimage.data
from PIL import Image, ImageFile

from rfcore.errors import ImageError
from rfcore.pictures import photos as images
from rfcore.pictures.photos import MAX_BYTES, MAX_PIXELS, MAX_SCANS, read_photo
from tests.support.photo_bombs import empty_canvas, many_scans
from tests.support.picture_files import ORIENTATION, assert_is_photo, chunk, encoded, png

DAMAGED = "The picture is cut off or damaged"


def refusal(content: object, **options: object) -> str:
    with pytest.raises(ImageError) as caught:
        read_photo(content, **options)
    assert type(caught.value) is ImageError
    return str(caught.value)


def test_an_empty_file() -> None:
    assert refusal(b"") == "This file is empty (0 bytes). Choose a PNG, JPEG or WebP photo."


@pytest.mark.parametrize(
    "content",
    [
        b"Dear class, this is my picture.",
        b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00",
        b"RIFF\x24\x00\x00\x00WAVEfmt ",
        b"BM",
        b"\x89PN",
        bytes(100),
    ],
)
def test_another_kind_of_file_whatever_its_name(content: bytes) -> None:
    assert refusal(content) == (
        f"This file is not a PNG, JPEG or WebP picture: it begins with {repr(content[:12])[1:]}. "
        "Choose a photo in one of these formats."
    )


@pytest.mark.parametrize("file_format", ["TIFF", "GIF", "BMP", "TGA"])
def test_other_formats_that_pillow_knows_are_refused(file_format: str) -> None:
    content = encoded(Image.new("L", (8, 8)), file_format)
    assert refusal(content).startswith("This file is not a PNG, JPEG or WebP picture")


@pytest.mark.parametrize("content", ["a.png", None, 3, bytearray(b"\x89PNG"), BytesIO()])
def test_something_that_is_not_bytes(content: object) -> None:
    kind = type(content).__name__
    assert refusal(content) == f"data must be the bytes of a picture file, got {kind}"


@pytest.mark.parametrize("size", [31, 257, 0, -64, 64.0, True, "64", None])
def test_a_size_out_of_range_or_not_an_int(size: object) -> None:
    content = encoded(Image.new("L", (8, 8)))
    message = f"photo size must be a whole number from 32 to 256, got {size!r}"
    assert refusal(content, size=size) == message


def test_a_file_that_is_too_large() -> None:
    content = encoded(Image.new("L", (8, 8)))
    assert_is_photo(read_photo(content + bytes(MAX_BYTES - len(content))))
    message = refusal(content + bytes(MAX_BYTES + 2**19 - len(content)))
    assert message == (
        "The file has 8.5 MB; at most 8 MB can be read. "
        "Save a smaller copy, for example 1000 pixels wide, and choose that."
    )


def webp_headers(width: int, height: int) -> dict[str, bytes]:
    bits = (width - 1) | (height - 1) << 14
    parts = {
        "VP8 ": b"\x00\x00\x00\x9d\x01\x2a" + struct.pack("<HH", width, height),
        "VP8L": b"\x2f" + struct.pack("<I", bits),
        "VP8X": bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little"),
    }
    return {
        kind: b"RIFF" + struct.pack("<I", 12 + len(part)) + b"WEBP" + kind.encode()
        + struct.pack("<I", len(part)) + part
        for kind, part in parts.items()
    }  # fmt: skip


def jpeg_header(width: int, height: int) -> bytes:
    frame = struct.pack(">HBHHBBBB", 11, 8, height, width, 1, 1, 0x11, 0)
    scan = struct.pack(">HBBBBBB", 8, 1, 1, 0, 0, 63, 0)
    return b"\xff\xd8\xff\xc0" + frame + b"\xff\xda" + scan


def huge_headers() -> dict[str, tuple[int, int, bytes]]:
    found = {
        "png": (30_000, 30_000, png(30_000, 30_000, 8, 2)),
        "png just too large": (8000, 5001, png(8000, 5001, 8, 2, chunk(b"IDAT", b""))),
        "jpeg": (5001, 8000, jpeg_header(5001, 8000)),
    }
    for kind, content in webp_headers(16_000, 16_000).items():
        found[kind] = (16_000, 16_000, content)
    return found


@pytest.mark.parametrize("kind", huge_headers())
def test_a_huge_picture_is_refused_by_its_header_before_anything_is_decoded(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    width, height, content = huge_headers()[kind]
    # Pillow opens a PNG or JPEG file without decoding it, but makes a canvas for a WebP file.
    target, name = (ImageFile.ImageFile, "load") if kind == "jpeg" else (Image, "open")
    monkeypatch.setattr(target, name, lambda *_, **__: pytest.fail(f"{name} was called"))
    assert refusal(content) == (
        f"The picture is {width} x {height} pixels; at most 40 million pixels can be read. "
        "Save a smaller copy, for example 1000 pixels wide, and choose that."
    )


def test_a_jpeg_of_many_scans_is_refused_before_anything_is_decoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("open was called"))
    assert refusal(many_scans(1990)) == (
        "This JPEG picture is stored in 2,000 scans; at most 100 can be read. "
        "Save a smaller copy, for example 1000 pixels wide, and choose that."
    )


@pytest.mark.parametrize("progressive", [False, True])
def test_scans_are_counted_only_where_they_are(progressive: bool) -> None:
    picture = Image.fromarray(skimage.data.chelsea())
    exif = Image.Exif()
    exif[0x010E] = "\xff\xda" * 200  # a text that looks like scans
    content = encoded(picture, "JPEG", progressive=progressive, exif=exif, quality=95)
    content += b"\xff\xda" * 200  # a film behind the picture, say
    scans = images._scans(content)
    assert 1 <= scans <= MAX_SCANS // 5
    assert (scans > 1) == progressive
    assert_is_photo(read_photo(content))


def test_a_webp_file_of_few_bytes_gets_no_canvas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("open was called"))
    assert refusal(empty_canvas()) == (
        "The picture is 6300 x 6300 pixels; at most 16 million pixels of a WebP picture can be "
        "read. Save a smaller copy, for example 1000 pixels wide, and choose that."
    )


@pytest.mark.parametrize(
    "error", [MemoryError(), OSError("out of memory error when reading image file")]
)
def test_too_little_memory_is_told_as_what_it_is(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(images, "_decode", fail)
    assert refusal(encoded(Image.new("L", (8, 8)))) == (
        "There is too little memory to read this picture now. Try again in a minute, or save a "
        "smaller copy, for example 1000 pixels wide, and choose that."
    )


@pytest.mark.parametrize("lossless", [True, False])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_webp_header_gives_the_size_that_pillow_finds(mode: str, lossless: bool) -> None:
    content = encoded(Image.new(mode, (301, 45)), "WEBP", lossless=lossless, exif=b"Exif\x00\x00")
    plain = encoded(Image.new(mode, (301, 45)), "WEBP", lossless=lossless)
    assert images._header_size(content) == images._header_size(plain) == (301, 45)


def test_the_largest_allowed_picture_is_read() -> None:
    content = encoded(Image.new("1", (8000, MAX_PIXELS // 8000), 1))
    np.testing.assert_array_equal(read_photo(content), 1)


def test_a_huge_jpeg_that_pillow_itself_refuses() -> None:
    assert refusal(jpeg_header(60_000, 60_000)) == (
        "The picture has more pixels than can be read; at most 40 million pixels can be read. "
        "Save a smaller copy, for example 1000 pixels wide, and choose that."
    )


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("part", [0.02, 0.3, 0.7, 0.97])
def test_a_picture_that_is_cut_off(file_format: str, part: float) -> None:
    whole = encoded(Image.fromarray(skimage.data.chelsea()), file_format)
    content = whole[: int(len(whole) * part)]
    assert refusal(content) == (
        f"The picture is cut off or damaged: its {len(content):,} bytes could not be read to the "
        "end. Save or download it again, or choose another photo."
    )


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"RIFF\x00\x00\x00\x00WEBP",
        b"RIFF\x00\x00\x00\x00WEBPVP8X",
        png(8, 8, 8, 0),
        png(0, 0, 8, 0, chunk(b"IDAT", zlib.compress(b""))),
        png(8, 8, 77, 0, chunk(b"IDAT", b"")),
        png(8, 8, 8, 0, chunk(b"IDAT", b"no deflate stream")),
    ],
)
def test_a_header_with_nothing_behind_it(content: bytes) -> None:
    assert refusal(content).startswith(DAMAGED)


def test_no_warning_of_pillow_leaks_and_the_filters_are_put_back() -> None:
    animated = png(8, 8, 8, 0, chunk(b"acTL", struct.pack(">II", 0, 0)))  # Pillow warns of it
    animated += chunk(b"IDAT", zlib.compress(bytes(9 * 8))) + chunk(b"IEND", b"")
    filters = list(warnings.filters)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with Image.open(BytesIO(animated)) as picture:
            picture.load()
        assert len(caught) == 1, "this file no longer shows what the test is for"
        np.testing.assert_array_equal(read_photo(animated), 0)
        assert len(caught) == 1
    assert warnings.filters == filters


def test_many_threads_at_once() -> None:
    content = encoded(Image.fromarray(skimage.data.astronaut()), "JPEG")
    want, filters, found = read_photo(content), list(warnings.filters), []
    threads = [threading.Thread(target=lambda: found.append(read_photo(content))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    for photo in found:
        np.testing.assert_array_equal(photo, want)
    assert warnings.filters == filters


def test_one_picture_is_decoded_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    active, most = [], []

    def decode(data: bytes, size: int) -> None:
        active.append(data)
        time.sleep(0.005)
        most.append(len(active))
        active.pop()

    monkeypatch.setattr(images, "_decode", decode)
    content = encoded(Image.new("L", (8, 8)))
    threads = [threading.Thread(target=read_photo, args=(content,)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 5


def fuzz_seeds() -> list[bytes]:
    color = Image.fromarray(skimage.data.chelsea()).resize((60, 40))
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    frames = {"save_all": True, "append_images": [color.rotate(90)]}
    return [
        encoded(color, exif=exif),
        encoded(color.quantize(16), transparency=3),
        encoded(color.convert("LA")),
        encoded(color, **frames),
        encoded(color, "JPEG", exif=exif),
        encoded(color, "JPEG", progressive=True),
        encoded(color.convert("CMYK"), "JPEG"),
        encoded(color, "MPO", **frames),
        encoded(color, "WEBP", exif=exif),
        encoded(color.convert("RGBA"), "WEBP", lossless=True),
        encoded(color, "WEBP", **frames),
    ]


def mutated(content: bytes, random: np.random.Generator) -> bytes:
    changed = bytearray(content)
    for _ in range(random.integers(1, 4)):
        # Headers are where the surprises are: many changes go there.
        reach = min(len(changed), 200) if random.random() < 0.3 else len(changed)
        place = int(random.integers(0, max(reach, 1)))
        match random.integers(0, 4):
            case 0:
                changed[place : place + 1] = bytes([random.integers(256)])
            case 1:
                changed[place : place + 4] = random.choice(
                    [b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff"]
                )
            case 2:
                del changed[place : place + int(random.integers(1, 40))]
            case _:
                changed[place:place] = changed[: int(random.integers(1, 40))]
    return bytes(changed)


def with_right_checksums(content: bytes) -> bytes:
    """A PNG whose chunks pass their checksum, so that the mutation gets past it."""
    place, repaired = 8, content[:8]
    while place + 12 <= len(content):
        length = int.from_bytes(content[place : place + 4], "big")
        kind, body = content[place + 4 : place + 8], content[place + 8 : place + 8 + length]
        repaired += chunk(kind, body)
        place += 12 + length
    return repaired


def test_mutated_files_give_a_photo_or_an_image_error() -> None:
    random, seeds = np.random.default_rng(7), fuzz_seeds()
    photos = refused = 0
    for turn in range(440):
        content = mutated(seeds[turn % len(seeds)], random)
        if turn % 2 and content.startswith(b"\x89PNG"):
            content = with_right_checksums(content)
        try:
            photo = read_photo(content, 32)
        except ImageError:
            refused += 1
        else:
            assert_is_photo(photo, 32)
            assert np.isfinite(photo).all()
            photos += 1
    assert photos > 50
    assert refused > 50


def test_the_limit_of_pillow_itself_is_left_as_it_was() -> None:
    read_photo(encoded(Image.new("L", (8, 8))))
    assert Image.MAX_IMAGE_PIXELS == 1024**3 // 4 // 3
    assert not ImageFile.LOAD_TRUNCATED_IMAGES
