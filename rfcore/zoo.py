"""Published architectures as notation, with the receptive fields that others published for them.

Each text is the path with the largest field: in a residual unit the convolutions rather than the
shortcut, in an Inception block the longest branch. ReLUs and normalisation are left out, because
they do not change a field. A channel count is that of the layer, without parallel branches.

Source: the table of receptive fields in github.com/google-research/receptive_field, presented in
Araujo, Norris and Sim 2019, "Computing Receptive Fields of Convolutional Neural Networks", Distill.
The layers are those of the same table: github.com/tensorflow/models, research/slim/nets.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from rfcore.receptive_field import ReceptiveField, receptive_fields
from rfcore.stack import Stack

RECEPTIVE_FIELD_TABLE = (
    "https://github.com/google-research/receptive_field/blob/master/receptive_field/"
    "RECEPTIVE_FIELD_TABLE.md"
)

_AT_224 = (
    "On a 224x224 picture TensorFlow pads windows of stride 2 by one cell more after the map than "
    "before it, which moves every field: the padding published for it is {}. On 321x321 both "
    "sides are the same, as here."
)
_PAIR = "The 1x3 and 3x1 convolutions side by side in its last blocks are written as one 3x3."


@dataclass(frozen=True)
class Architecture:
    """A published network: the path with its largest field as notation, and the published field.

    text: the notation. published_size, published_stride, published_padding: of the last layer in
    the text, in input pixels, equal for rows and columns; published_padding is ``-start``.
    published_at: the size of the image for which the padding was published, in pixels per side;
    None if the padding does not depend on it. source: where the figures were published. note: how
    the text differs from the network.

    >>> ZOO[0].name, ZOO[0].field.size, ZOO[0].published_size
    ('AlexNet v2', (195, 195), 195)
    """

    name: str
    text: str
    published_size: int
    published_stride: int
    published_padding: int
    published_at: int | None = None
    source: str = RECEPTIVE_FIELD_TABLE
    note: str = ""

    @cached_property
    def stack(self) -> Stack:
        """The layers that the text describes."""
        return Stack.parse(self.text)

    @cached_property
    def field(self) -> ReceptiveField:
        """The last layer's field, computed from the stack."""
        return receptive_fields(self.stack)[-1]


def _vgg(*convolutions: int) -> str:
    """Return blocks of 3x3 convolutions; convolutions: how many each block has before its pool."""
    widths = (64, 128, 256, 512, 512)
    return ", ".join(
        f"C3p1c{width}, " * count + "M2" for count, width in zip(convolutions, widths, strict=True)
    )


def _resnet(*units: int) -> str:
    """Return blocks of bottleneck units; TF-Slim puts the stride in a block's last unit."""
    layers = ["C7/2p3c64, M3/2p1"]
    for count, width, stride in zip(units, (64, 128, 256, 512), (2, 2, 2, 1), strict=True):
        strides = [1] * (count - 1) + [stride]
        layers += [f"C1c{width}, C3/{s}p1c{width}, C1c{4 * width}" for s in strides]
    return ", ".join(layers)


def _mobilenet() -> str:
    """Return a convolution, then pairs of a depthwise 3x3, written as ordinary, and a 1x1."""
    widths = (32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)
    strided = (2, 4, 6, 12)
    return "C3/2p1c32, " + ", ".join(
        f"C3/{2 if number in strided else 1}p1c{before}, C1c{after}"
        for number, (before, after) in enumerate(pairwise(widths), start=1)
    )


def _tall(width: int, kernel: int = 7) -> str:
    """Return a convolution with a kernel of one column; the map keeps its size."""
    return f"C{kernel}x1p{kernel // 2}x0c{width}"


def _wide(width: int, kernel: int = 7) -> str:
    """Return a convolution with a kernel of one row; the map keeps its size."""
    return f"C1x{kernel}p0x{kernel // 2}c{width}"


def _double(reduced: int, width: int, last: str = "p1") -> str:
    """Return a branch of a 1x1 and two 3x3 convolutions; last: stride and padding of the last."""
    return f"C1c{reduced}, C3p1c{width}, C3{last}c{width}"


def _inception_v2() -> str:
    blocks = [_double(64, 96), _double(64, 96), _double(64, 96, "/2p1")]
    blocks += [_double(96, 128), _double(96, 128), _double(128, 160), _double(160, 192)]
    blocks += [_double(192, 256, "/2p1"), _double(160, 224), _double(192, 224)]
    return ", ".join(["C7/2p3c64, M3/2p1, C1c64, C3p1c192, M3/2p1", *blocks])


_STEM = "C3/2c32, C3c32, C3p1c64"


def _inception_v3() -> str:
    blocks = [_double(64, 96)] * 3 + [_double(64, 96, "/2")]
    for width in (128, 160, 160, 192):
        blocks += [f"C1c{width}", _tall(width), _wide(width), _tall(width), _wide(192)]
    blocks += ["C1c192", _wide(192), _tall(192), "C3/2c192"]
    blocks += ["C1c448, C3p1c384, C3p1c384"] * 2
    return ", ".join([_STEM, "M3/2, C1c80, C3c192, M3/2", *blocks])


def _inception_v4() -> str:
    blocks = ["C3/2c96, C1c64", _wide(64), _tall(64), "C3c96, C3/2c192"]
    blocks += [_double(64, 96)] * 4 + ["C1c192, C3p1c224, C3/2c256"]
    blocks += ["C1c192", _tall(192), _wide(224), _tall(224), _wide(256)] * 7
    blocks += ["C1c256", _wide(256), _tall(320), "C3/2c320"]
    blocks += ["C1c384", _tall(448, 3), _wide(512, 3), "C3p1c256"] * 3
    return ", ".join([_STEM, *blocks])


def _inception_resnet_v2() -> str:
    blocks = [_double(64, 96)] + ["C1c32, C3p1c48, C3p1c64, C1c320"] * 10
    blocks += ["C1c256, C3p1c256, C3/2c384"]
    blocks += ["C1c128", _wide(160), _tall(192), "C1c1088"] * 20
    blocks += ["C1c256, C3p1c288, C3/2c320"]
    blocks += ["C1c192", _wide(224, 3), _tall(256, 3), "C1c2080"] * 10
    return ", ".join([_STEM, "M3/2, C1c80, C3c192, M3/2", *blocks, "C1c1536"])


_ALEXNET = "C11/4c64, M3/2, C5p2c192, M3/2, C3p1c384, C3p1c384, C3p1c256, M3/2"
_DEPTHWISE = (
    "Its depthwise convolutions are written as ordinary ones: the same windows, more weights. "
)
_STRIDE_LAST = "As in TF-Slim, the last unit of a block has the stride; in the paper the first. "


def _residual(name: str, units: tuple[int, ...], size: int, padding: int) -> Architecture:
    note = _STRIDE_LAST + _AT_224.format(padding - 2)
    return Architecture(name, _resnet(*units), size, 32, padding, 321, note=note)


ZOO: tuple[Architecture, ...] = (
    Architecture("AlexNet v2", _ALEXNET, 195, 32, 64, note="To pool5."),
    Architecture("VGG-11", _vgg(1, 1, 2, 2, 2), 150, 32, 59, note="To pool5; also called VGG-A."),
    Architecture("VGG-16", _vgg(2, 2, 3, 3, 3), 212, 32, 90, note="To pool5."),
    _residual("ResNet-50", (3, 4, 6, 3), 483, 241),
    _residual("ResNet-101", (3, 4, 23, 3), 1027, 513),
    _residual("ResNet-152", (3, 8, 36, 3), 1507, 753),
    _residual("ResNet-200", (3, 24, 36, 3), 1763, 881),
    Architecture(
        "MobileNet v1", _mobilenet(), 315, 32, 157, 321, note=_DEPTHWISE + _AT_224.format(126)
    ),
    Architecture("Inception v2", _inception_v2(), 699, 32, 349, 321, note=_AT_224.format(318)),
    Architecture("Inception v3", _inception_v3(), 1311, 32, 618, note=_PAIR),
    Architecture("Inception v4", _inception_v4(), 2071, 32, 998, note=_PAIR),
    Architecture("Inception-ResNet v2", _inception_resnet_v2(), 3039, 32, 1482),
)
"""The architectures, simplest first. A test compares their computed fields with the published."""
