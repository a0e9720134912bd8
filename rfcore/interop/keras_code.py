"""A stack as Keras code: a complete script that builds a `keras.Sequential` called `model`."""

from __future__ import annotations

from rfcore.errors import LayerError
from rfcore.interop.pytorch_code import short
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

STRIDE_SUFFIX = "_stride"
"""Suffix of the name of a one-cell pool that has the stride of a dilated convolution."""

_WINDOWS = '''

def windows(x, kernel_size, strides, dilation_rate=(1, 1)):
    """Yield, tap by tap, the cell that every window has at that tap."""
    (row_stride, col_stride), (row_step, col_step) = strides, dilation_rate
    for row in range(kernel_size[0]):
        last_row = (row - kernel_size[0] + 1) * row_step or None
        for col in range(kernel_size[1]):
            last_col = (col - kernel_size[1] + 1) * col_step or None
            rows = slice(row * row_step, last_row, row_stride)
            cols = slice(col * col_step, last_col, col_stride)
            yield x[:, rows, cols, :]
'''

_MAX = '''

class PaddedMaxPooling2D(keras.layers.Layer):
    """Max pooling with padding that never wins, the same on both sides, and with dilation."""

    def __init__(self, pool_size, strides, padding, dilation_rate, **kwargs):
        super().__init__(**kwargs)
        self.pool_size, self.strides = pool_size, strides
        self.padding, self.dilation_rate = padding, dilation_rate

    def call(self, x):
        border = [(0, 0), *((cells, cells) for cells in self.padding), (0, 0)]
        x = keras.ops.pad(x, border, constant_values=-float("inf"))
        taps = list(windows(x, self.pool_size, self.strides, self.dilation_rate))
        return keras.ops.max(keras.ops.stack(taps), axis=0)

    def get_config(self):
        sizes = {"pool_size": self.pool_size, "strides": self.strides}
        borders = {"padding": self.padding, "dilation_rate": self.dilation_rate}
        return {**super().get_config(), **sizes, **borders}
'''

_BLUR = '''

class BlurPool2D(keras.layers.Layer):
    """A binomial blur, then every stride-th cell; the border is mirrored (Zhang 2019)."""

    def __init__(self, pool_size, strides, **kwargs):
        super().__init__(**kwargs)
        self.pool_size, self.strides = pool_size, strides

    def call(self, x):
        border = [(0, 0), *(((taps - 1) // 2, taps // 2) for taps in self.pool_size), (0, 0)]
        x = keras.ops.pad(x, border, mode="reflect")
        rows, cols = ([comb(taps - 1, k) for k in range(taps)] for taps in self.pool_size)
        weights = [row * col / sum(rows) / sum(cols) for row in rows for col in cols]
        taps = windows(x, self.pool_size, self.strides)
        return sum(weight * tap for weight, tap in zip(weights, taps))

    def get_config(self):
        return {**super().get_config(), "pool_size": self.pool_size, "strides": self.strides}
'''

_OTHER_MODE = """
# Keras pads with zeros only: where this text pads a convolution, the stack has {mode} padding.
"""


def to_keras(
    stack: Stack,
    in_channels: int = 1,
    image_size: Pair | None = None,
    padding_mode: PaddingMode = "zeros",
) -> str:
    """Return Keras code for a stack: a complete script, from its imports to ``model = …``.

    in_channels: of the image. image_size: its (rows, cols), any when left out. Convolutions have
    no bias; maps are channels last. A layer that Keras lacks becomes a small class in the code.
    Keras has only the padding_mode zeros; for another one a comment in the code says so.
    Raises LayerError when `stack` is not a Stack, for channels or sizes below 1 or an unknown
    padding_mode, ShapeError when the image is too small.

    >>> print(to_keras(Stack.parse("C3p1c4 -> R -> C3/2p1c4"), 3, (64, 64)))
    import keras
    <BLANKLINE>
    model = keras.Sequential([
        keras.Input(shape=(64, 64, 3)),
        keras.layers.Conv2D(4, 3, padding="same", use_bias=False),
        keras.layers.ReLU(),
        keras.layers.ZeroPadding2D((1, 1)),
        keras.layers.Conv2D(4, 3, strides=2, use_bias=False),
    ])
    <BLANKLINE>
    """
    checked_stack(stack)
    channels = as_pair(in_channels, "in_channels", 1)[0]
    checked_mode(padding_mode)
    sizes = "None, None"
    if image_size is not None:
        rows, cols = as_pair(image_size, "image_size", 1)
        stack.shapes((channels, rows, cols))
        sizes = f"{rows}, {cols}"
    calls = [f"keras.Input(shape=({sizes}, {channels}))"]
    for number, layer in enumerate(stack, start=1):
        calls += _calls(layer, number)
    body = [f"    {call}," for call in calls]
    head = _head(stack, "\n".join(body), padding_mode)
    return "\n".join([head, "model = keras.Sequential([", *body, "])", ""])


def _head(stack: Stack, body: str, padding_mode: str) -> str:
    pads = any(isinstance(layer, Conv2d) and layer.padding != (0, 0) for layer in stack)
    helpers = [
        text
        for name, text in (("PaddedMaxPooling2D(", _MAX), ("BlurPool2D(", _BLUR))
        if name in body
    ]
    return "".join(
        [
            "from math import comb\n\n" if _BLUR in helpers else "",
            "import keras\n",
            _WINDOWS if helpers else "",
            *helpers,
            "\n" if helpers else "",
            _OTHER_MODE.format(mode=padding_mode) if pads and padding_mode != "zeros" else "",
        ]
    )


def _calls(layer: Layer, number: int) -> list[str]:
    match layer:
        case Conv2d():
            return _convolution(layer, number)
        case MaxPool2d() if layer.padding != (0, 0) or layer.dilation != (1, 1):
            return [
                f"PaddedMaxPooling2D(pool_size={layer.kernel_size}, strides={layer.stride}, "
                f"padding={layer.padding}, dilation_rate={layer.dilation})"
            ]
        case MaxPool2d() | AvgPool2d():
            kind = "Max" if isinstance(layer, MaxPool2d) else "Average"
            pool = f"{kind}Pooling2D({short(layer.kernel_size)}, strides={short(layer.stride)})"
            return [*_border(layer.padding), f"keras.layers.{pool}"]
        case BlurPool2d():
            return [f"BlurPool2D(pool_size={layer.kernel_size}, strides={layer.stride})"]
        case Elementwise():
            return [layer.keras]
        case GlobalAvgPool2d():
            return ["keras.layers.GlobalAveragePooling2D(keepdims=True)"]
        case GlobalMaxPool2d():
            return ["keras.layers.GlobalMaxPooling2D(keepdims=True)"]
    raise LayerError(f"{layer} has no Keras code")


def _convolution(layer: Conv2d, number: int) -> list[str]:
    options = [f"{layer.out_channels}, {short(layer.kernel_size)}"]
    # Keras has no convolution with stride and dilation. A pool of one cell takes the stride.
    apart = max(layer.stride) > 1 and max(layer.dilation) > 1
    if layer.stride != (1, 1) and not apart:
        options.append(f"strides={short(layer.stride)}")
    if layer.dilation != (1, 1):
        options.append(f"dilation_rate={short(layer.dilation)}")
    twice = tuple(2 * cells for cells in layer.padding)
    reach = tuple((k - 1) * d for k, d in zip(layer.kernel_size, layer.dilation, strict=True))
    same = layer.stride == (1, 1) and twice == reach != (0, 0)
    if same:
        options.append('padding="same"')
    calls = [] if same else _border(layer.padding)
    calls.append(f"keras.layers.Conv2D({', '.join(options)}, use_bias=False)")
    if apart:
        name = f"layer_{number}{STRIDE_SUFFIX}"
        stride = f'MaxPooling2D(1, strides={short(layer.stride)}, name="{name}")'
        calls.append(f"keras.layers.{stride}")
    return calls


def _border(padding: Pair) -> list[str]:
    return [] if padding == (0, 0) else [f"keras.layers.ZeroPadding2D({padding})"]
