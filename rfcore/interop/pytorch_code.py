"""A stack as PyTorch code: a complete script that builds an `nn.Sequential` called `model`."""

from __future__ import annotations

from rfcore.errors import LayerError
from rfcore.layers import (
    AvgPool2d,
    BlurPool2d,
    Conv2d,
    Elementwise,
    GlobalAvgPool2d,
    GlobalMaxPool2d,
    Layer,
    MaxPool2d,
    Pair,
    as_pair,
)
from rfcore.ops import PaddingMode, checked_mode
from rfcore.stack import Stack, checked_stack

_BLUR = '''

class BlurPool2d(nn.Module):
    """A binomial blur, then every stride-th cell; the border is mirrored (Zhang 2019)."""

    def __init__(self, kernel_size, stride):
        super().__init__()
        self.kernel_size, self.stride = kernel_size, stride
        rows, cols = (
            torch.tensor([float(comb(taps - 1, k)) for k in range(taps)]) / 2 ** (taps - 1)
            for taps in kernel_size
        )
        self.register_buffer("weight", torch.outer(rows, cols)[None, None])

    def forward(self, x):
        rows, cols = self.kernel_size
        border = ((cols - 1) // 2, cols // 2, (rows - 1) // 2, rows // 2)
        x = nn.functional.pad(x, border, mode="reflect")
        channels = x.shape[-3]
        weight = self.weight.expand(channels, 1, rows, cols)
        return nn.functional.conv2d(x, weight, stride=self.stride, groups=channels)

    def extra_repr(self):
        return f"kernel_size={self.kernel_size}, stride={self.stride}"

'''


def to_pytorch(stack: Stack, in_channels: int = 1, padding_mode: PaddingMode = "zeros") -> str:
    """Return PyTorch code for a stack: a complete script, from its imports to ``model = …``.

    in_channels: of the image. padding_mode: what lies beyond the border for every convolution.
    Convolutions have no bias, as in `Network.with_filters`. The model takes a batch (n, channels,
    rows, cols).
    Raises LayerError when `stack` is not a Stack, for a channel count below 1 or an unknown
    padding_mode.

    >>> print(to_pytorch(Stack.parse("C3p1c4 -> R -> M2"), padding_mode="circular"))
    import torch.nn as nn
    <BLANKLINE>
    model = nn.Sequential(
        nn.Conv2d(1, 4, kernel_size=3, padding=1, padding_mode="circular", bias=False),
        nn.ReLU(),
        nn.MaxPool2d(kernel_size=2, stride=2),
    )
    <BLANKLINE>
    """
    checked_stack(stack)
    channels = as_pair(in_channels, "in_channels", 1)[0]
    checked_mode(padding_mode)
    lines = []
    for layer in stack:
        lines.append(f"    {_call(layer, channels, padding_mode)},")
        channels = layer.output_channels(channels)
    head = "import torch.nn as nn\n"
    if any(isinstance(layer, BlurPool2d) for layer in stack):
        head = "from math import comb\n\nimport torch\nimport torch.nn as nn\n" + _BLUR
    return "\n".join([head, "model = nn.Sequential(", *lines, ")", ""])


def _call(layer: Layer, channels: int, padding_mode: PaddingMode) -> str:
    match layer:
        case Conv2d():
            options = [f"kernel_size={short(layer.kernel_size)}"]
            options += _unless(1, "stride", layer.stride) + _unless(0, "padding", layer.padding)
            options += _unless(1, "dilation", layer.dilation)
            if layer.padding != (0, 0) and padding_mode != "zeros":
                options.append(f'padding_mode="{padding_mode}"')
            arguments = [f"{channels}, {layer.out_channels}", *options, "bias=False"]
            return f"nn.Conv2d({', '.join(arguments)})"
        case MaxPool2d() | AvgPool2d():
            options = [f"kernel_size={short(layer.kernel_size)}", f"stride={short(layer.stride)}"]
            options += _unless(0, "padding", layer.padding)
            options += _unless(1, "dilation", layer.dilation)
            return f"nn.{type(layer).__name__}({', '.join(options)})"
        case BlurPool2d():
            return f"BlurPool2d(kernel_size={layer.kernel_size}, stride={layer.stride})"
        case Elementwise():
            return layer.pytorch
        case GlobalAvgPool2d():
            return "nn.AdaptiveAvgPool2d(1)"
        case GlobalMaxPool2d():
            return "nn.AdaptiveMaxPool2d(1)"
    raise LayerError(f"{layer} has no PyTorch code")


def _unless(default: int, name: str, pair: Pair) -> list[str]:
    """Return an option as code, or nothing when it has PyTorch's default."""
    return [] if pair == (default, default) else [f"{name}={short(pair)}"]


def short(pair: Pair) -> str:
    """Return a (rows, cols) pair as code: one number when both are the same.

    >>> short((3, 3)), short((3, 5))
    ('3', '(3, 5)')
    """
    return str(pair[0]) if pair[0] == pair[1] else str(pair)
