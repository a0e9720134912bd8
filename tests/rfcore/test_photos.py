"""Picture files in, square gray photos out."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from itertools import pairwise

import numpy as np
import pytest
import skimage.data
from PIL import Image

from rfcore.errors import ImageError
from rfcore.pictures import photos as images
from rfcore.pictures.photos import read_photo, scale_photo
from tests.support.picture_files import ORIENTATION, assert_is_photo, chunk, encoded, png, ramp


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
