"""Picture files in, square gray photos or a helpful ImageError out; nothing else may come out."""

from __future__ import annotations

import struct
import threading
import time
import warnings
import zlib
from io import BytesIO
from itertools import pairwise

import numpy as np
import pytest
import skimage.data
from PIL import Image, ImageFile

from rfcore.errors import ImageError
from rfcore.pictures import photos as images
from rfcore.pictures.photos import MAX_BYTES, MAX_PIXELS, read_photo, scale_photo

ORIENTATION = 0x0112
DAMAGED = "The picture is cut off or damaged"


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
    assert photo.dtype == np.float32
    assert photo.min() >= 0
    assert photo.max() <= 1
    as_bytes = np.rint(photo * 255).astype(np.uint8)
    np.testing.assert_array_equal(as_bytes.astype(np.float32) / np.float32(255), photo)


def refusal(content: object, **options: object) -> str:
    with pytest.raises(ImageError) as caught:
        read_photo(content, **options)
    assert type(caught.value) is ImageError
    return str(caught.value)


@pytest.mark.parametrize("size", [32, 64, 256])
def test_a_png_of_the_right_size_comes_back_exactly(size: int) -> None:
    photo = read_photo(encoded(Image.fromarray(ramp(size, size))), size)
    assert_is_photo(photo, size)
    np.testing.assert_array_equal(photo[0], ramp(size, size) / np.float32(255))


def test_the_size_is_64_when_none_is_given() -> None:
    assert_is_photo(read_photo(encoded(Image.fromarray(ramp(10, 12)))))


@pytest.mark.parametrize(
    ("file_format", "options"),
    [
        ("PNG", {}),
        ("JPEG", {"quality": 95}),
        ("JPEG", {"quality": 95, "progressive": True}),
        ("WEBP", {"lossless": True}),
        ("WEBP", {"quality": 95}),
    ],
)
@pytest.mark.parametrize("size", [32, 64])
def test_a_large_gradient_is_scaled_in_every_format(
    file_format: str, options: dict[str, object], size: int
) -> None:
    picture = Image.fromarray(ramp(1000, 1000)).convert("RGB")
    photo = read_photo(encoded(picture, file_format, **options), size)
    assert_is_photo(photo, size)
    center = (np.arange(size) + 0.5) / size * 1000 - 0.5
    want = (160 * center[None, :] + 60 * center[:, None]) / 999 / 255
    np.testing.assert_allclose(photo[0], want, atol=0.012)


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_picture_is_turned_upright(file_format: str, orientation: int) -> None:
    undo = {  # what a camera did to the upright picture before it wrote this orientation
        1: lambda upright: upright,
        2: np.fliplr,
        3: lambda upright: upright[::-1, ::-1],
        4: np.flipud,
        5: np.transpose,
        6: lambda upright: np.rot90(upright, 1),  # shot a quarter to the left: turn right again
        7: lambda upright: upright[::-1, ::-1].T,
        8: lambda upright: np.rot90(upright, -1),
    }[orientation]
    stored = Image.fromarray(np.ascontiguousarray(undo(ramp(128, 128)))).convert("RGB")
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    lossless = {"lossless": True} if file_format == "WEBP" else {}
    quality = {"quality": 95} if file_format == "JPEG" else lossless
    photo = read_photo(encoded(stored, file_format, exif=exif, **quality))
    upright = ramp(128, 128).reshape(64, 2, 64, 2).mean(axis=(1, 3)) / 255
    np.testing.assert_allclose(photo[0], upright, atol=0.012)


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_unknown_orientation_leaves_the_picture_as_it_is(orientation: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    photo = read_photo(encoded(Image.fromarray(ramp(64, 64)), exif=exif))
    np.testing.assert_array_equal(photo[0], ramp(64, 64) / np.float32(255))


@pytest.mark.parametrize(
    "broken",
    [
        b"MM\x00*\x00\x00\x00\x08\xff\xff\x01\x12\x00\x63",  # it ends too early
        b"ZZ\x00*\x00\x00\x00\x08",  # no such byte order
        b"MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x02\x00\x00\x00\x04abc\x00"
        + bytes(4),  # a word
    ],
)
def test_broken_exif_data_does_not_cost_the_picture(broken: bytes) -> None:
    broken = b"Exif\x00\x00" + broken
    for file_format in ("PNG", "JPEG"):
        assert_is_photo(
            read_photo(encoded(Image.fromarray(ramp(64, 64)), file_format, exif=broken))
        )


@pytest.mark.parametrize(("width", "height"), [(300, 100), (100, 300), (101, 64), (64, 67)])
def test_the_middle_square_is_taken(width: int, height: int) -> None:
    side = min(width, height)
    gray = np.full((height, width), 255, np.uint8)
    top, left = (height - side) // 2, (width - side) // 2
    gray[top : top + side + 1, left : left + side + 1] = 51
    photo = read_photo(encoded(Image.fromarray(gray)))
    inner = photo[0, 2:-2, 2:-2]
    np.testing.assert_allclose(inner, 0.2, atol=0.01)


def test_the_middle_of_an_odd_remainder_lies_between_two_pixels() -> None:
    gray = np.tile(np.arange(65, dtype=np.uint8) * 3, (64, 1))
    photo = read_photo(encoded(Image.fromarray(gray)))
    np.testing.assert_allclose(photo[0, :, 3:-3] * 255, (gray[:, 3:-4] + 1.5), atol=0.6)


def test_a_draft_of_a_jpeg_stays_centred() -> None:
    gray = np.zeros((1025, 1031), np.uint8)
    gray[:, 1031 // 2 :] = 255
    photo = read_photo(encoded(Image.fromarray(gray), "JPEG", quality=95))
    assert photo[0, :, 30].max() < 0.2
    assert photo[0, :, 33].min() > 0.8


def test_a_draft_of_a_jpeg_keeps_its_scale() -> None:
    gray = np.zeros((513, 513), np.uint8)  # an eighth of it is 64 and a bit, drafted as 65
    gray[:, 480:] = 255
    drafted = read_photo(encoded(Image.fromarray(gray), "JPEG", quality=95), 32)
    np.testing.assert_allclose(drafted, read_photo(encoded(Image.fromarray(gray)), 32), atol=0.06)


def test_fine_detail_is_averaged_and_not_sampled() -> None:
    gray = np.indices((640, 640)).sum(axis=0) % 2 * 255
    photo = read_photo(encoded(Image.fromarray(gray.astype(np.uint8))))
    np.testing.assert_allclose(photo, 0.5, atol=0.01)


def test_a_large_picture_is_read_in_bands_without_seams() -> None:
    gray = ramp(2000, 2000)  # more than one band at every size
    photo = read_photo(encoded(Image.fromarray(gray)), 256)
    center = (np.arange(256) + 0.5) / 256 * 2000 - 0.5
    want = (160 * center[None, :] + 60 * center[:, None]) / 1999 / 255
    np.testing.assert_allclose(photo[0], want, atol=0.006)


def test_colors_become_luma() -> None:
    for color, gray in (((255, 0, 0), 0.299), ((0, 255, 0), 0.587), ((0, 0, 255), 0.114)):
        for file_format in ("PNG", "JPEG", "WEBP"):
            photo = read_photo(encoded(Image.new("RGB", (80, 80), color), file_format))
            np.testing.assert_allclose(photo, gray, atol=0.02)


def test_cmyk() -> None:
    for ink, gray in (((0, 0, 0, 0), 1.0), ((0, 0, 0, 255), 0.0), ((0, 255, 255, 0), 0.299)):
        photo = read_photo(encoded(Image.new("CMYK", (600, 600), ink), "JPEG"))
        np.testing.assert_allclose(photo, gray, atol=0.02)


def test_one_bit() -> None:
    bits = np.zeros((64, 64), bool)
    bits[:, :20] = True
    photo = read_photo(encoded(Image.fromarray(bits)))
    np.testing.assert_array_equal(photo[0], bits)


def test_sixteen_bits_keep_their_full_range() -> None:
    gray = (ramp(64, 64).astype(np.uint16)) * 257
    photo = read_photo(encoded(Image.fromarray(gray)))
    np.testing.assert_array_equal(photo[0], ramp(64, 64) / np.float32(255))


def test_sixteen_bits_do_not_overshoot_at_an_edge() -> None:
    gray = np.zeros((90, 90), np.uint16)
    gray[:, 45:] = 65535
    photo = read_photo(encoded(Image.fromarray(gray)))
    assert_is_photo(photo)
    assert (photo.min(), photo.max()) == (0, 1)


def test_sixteen_bits_with_a_transparent_gray() -> None:
    rows = np.full((64, 64), 257 * 200, ">u2")
    rows[:, 40:] = 257 * 7
    scanlines = b"".join(b"\x00" + row.tobytes() for row in rows)
    transparent = chunk(b"tRNS", struct.pack(">H", 257 * 7))
    content = png(64, 64, 16, 0, transparent, chunk(b"IDAT", zlib.compress(scanlines)))
    photo = read_photo(content + chunk(b"IEND", b""))
    np.testing.assert_allclose(photo[0, :, :36], 200 / 255, atol=0.01)
    np.testing.assert_allclose(photo[0, :, 44:], 0.5, atol=0.01)


@pytest.mark.parametrize("mode", ["I;16", "I;16B", "I;16L", "I", "F"])
def test_wide_modes_that_other_pillow_versions_open_are_scaled(mode: str) -> None:
    white = 255 if mode == "F" else 65535
    for part in (0.0, 0.2, 1.0):
        picture = Image.new(mode, (200, 300), round(part * white))
        plane = images._middle_square(picture, 200, 300, 32)
        np.testing.assert_allclose(plane, np.full((32, 32), part), atol=1e-4)


def test_transparency_shows_mid_gray() -> None:
    white, clear = (255, 255, 255, 255), (255, 0, 0, 0)
    rgba = Image.new("RGBA", (64, 64), clear)
    rgba.paste(white, (0, 0, 20, 64))
    half = Image.new("LA", (64, 64), (255, 128))
    for file_format, options in (("PNG", {}), ("WEBP", {"lossless": True})):
        photo = read_photo(encoded(rgba, file_format, **options))
        np.testing.assert_array_equal(photo[0, :, :16], 1)
        np.testing.assert_allclose(photo[0, :, 24:], 0.5, atol=0.003)
    np.testing.assert_allclose(read_photo(encoded(half)), 0.75, atol=0.005)


def test_hidden_colors_do_not_bleed_into_the_edge_of_a_transparent_picture() -> None:
    rgba = Image.new("RGBA", (640, 640), (255, 255, 255, 0))  # white, but not to be seen
    rgba.paste((0, 0, 0, 255), (0, 0, 325, 640))
    photo = read_photo(encoded(rgba))
    assert photo.max() < 0.55


@pytest.mark.parametrize("transparency", [0, b"\x00\xff\xff"])
def test_palette_with_transparency(transparency: int | bytes) -> None:
    picture = Image.new("P", (64, 64), 0)
    picture.putpalette([255, 255, 255, 0, 0, 0, 204, 204, 204])
    picture.paste(1, (20, 0, 40, 64))
    picture.paste(2, (40, 0, 64, 64))
    content = encoded(picture, transparency=transparency)
    photo = read_photo(content)
    np.testing.assert_allclose(photo[0, :, :16], 0.5, atol=0.003)
    np.testing.assert_array_equal(photo[0, :, 24:36], 0)
    np.testing.assert_allclose(photo[0, :, 44:], 0.8, atol=0.003)
    opaque = read_photo(encoded(picture))
    np.testing.assert_array_equal(opaque[0, :, :16], 1)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_single_transparent_color(mode: str) -> None:
    picture = Image.new(mode, (64, 64), 255 if mode == "L" else (255, 255, 255))
    picture.paste(0 if mode == "L" else (0, 0, 0), (0, 0, 32, 64))
    transparent = 255 if mode == "L" else (255, 255, 255)
    photo = read_photo(encoded(picture, transparency=transparent))
    np.testing.assert_allclose(photo[0, :, 36:], 0.5, atol=0.003)
    np.testing.assert_array_equal(photo[0, :, :28], 0)


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
def test_one_pixel_becomes_flat(file_format: str) -> None:
    photo = read_photo(encoded(Image.new("L", (1, 1), 51), file_format))
    assert_is_photo(photo)
    np.testing.assert_allclose(photo, 0.2, atol=0.01)
    assert np.ptp(photo) == 0


@pytest.mark.parametrize(("width", "height"), [(20_001, 2), (2, 20_001), (300_000, 1), (1, 77)])
def test_a_very_wide_or_high_picture_is_cut_to_its_middle(width: int, height: int) -> None:
    picture = Image.new("L", (width, height), 255)
    picture.paste(51, (width // 2 - 9, height // 2 - 9, width // 2 + 9, height // 2 + 9))
    np.testing.assert_allclose(read_photo(encoded(picture)), 0.2, atol=1e-6)


@pytest.mark.parametrize("file_format", ["PNG", "WEBP"])
def test_of_an_animation_the_first_frame_is_taken(file_format: str) -> None:
    frames = [Image.new("RGB", (64, 64), (gray, gray, gray)) for gray in (51, 153, 255)]
    content = encoded(frames[0], file_format, save_all=True, append_images=frames[1:], duration=50)
    with Image.open(BytesIO(content)) as picture:
        assert picture.n_frames == 3
    np.testing.assert_allclose(read_photo(content), 0.2, atol=0.01)


def test_a_phone_photo_that_holds_a_second_picture() -> None:
    main, preview = (Image.new("RGB", (200, 200), (gray, gray, gray)) for gray in (51, 255))
    content = encoded(main, "MPO", save_all=True, append_images=[preview])
    assert content.startswith(b"\xff\xd8\xff")
    np.testing.assert_allclose(read_photo(content), 0.2, atol=0.01)


@pytest.mark.parametrize("name", ["astronaut", "chelsea"])
@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
def test_a_real_photo(name: str, file_format: str) -> None:
    color = getattr(skimage.data, name)()  # part of the wheel: nothing is downloaded
    photo = read_photo(encoded(Image.fromarray(color), file_format), 32)
    assert_is_photo(photo, 32)
    luma = color @ np.array([0.299, 0.587, 0.114]) / 255
    side = min(luma.shape)
    top, left = ((length - side) // 2 for length in luma.shape)
    middle = luma[top : top + side, left : left + side]
    edges = np.linspace(0, side, 33).round().astype(int)
    means = [
        [middle[y0:y1, x0:x1].mean() for x0, x1 in pairwise(edges)] for y0, y1 in pairwise(edges)
    ]
    assert np.abs(photo[0] - means).mean() < 0.03
    assert np.corrcoef(photo.ravel(), np.ravel(means))[0, 1] > 0.98


def test_the_file_is_left_to_itself() -> None:
    first = read_photo(encoded(Image.fromarray(ramp(64, 64))))
    first[:] = 0
    again = read_photo(encoded(Image.fromarray(ramp(64, 64))))
    np.testing.assert_array_equal(again[0], ramp(64, 64) / np.float32(255))


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


def test_scale_photo_keeps_the_photo_at_its_own_size() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
    np.testing.assert_array_equal(scale_photo(pixels.tobytes(), 64)[0] * 255, pixels)


def test_scale_photo_shrinks_halves_to_their_own_gray() -> None:
    pixels = np.zeros((256, 256), np.uint8)
    pixels[:, 128:] = 200
    scaled = scale_photo(pixels.tobytes(), 32)[0] * 255
    np.testing.assert_array_equal(scaled[:, :12], 0)
    np.testing.assert_array_equal(scaled[:, 20:], 200)


@pytest.mark.parametrize(
    ("photo", "size", "message"),
    [(b"", 64, "got 0 bytes"), (b"12345", 64, "got 5 bytes"), (b"1" * 16, 16, "got 16")],
)
def test_scale_photo_says_what_it_cannot_scale(photo: bytes, size: int, message: str) -> None:
    with pytest.raises(ImageError, match=message):
        scale_photo(photo, size)
