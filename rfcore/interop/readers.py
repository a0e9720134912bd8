"""How each layer of PyTorch and Keras that has a counterpart is read."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from rfcore.interop.calls import Call
from rfcore.interop.keras_code import STRIDE_SUFFIX
from rfcore.interop.sizes import (
    FoundWindow,
    activation_name,
    channels_of,
    pair,
    sides,
    whole,
    window,
)
from rfcore.interop.translation import Translation
from rfcore.layers import (
    AvgPool2d,
    BlurPool2d,
    Conv2d,
    GlobalAvgPool2d,
    GlobalMaxPool2d,
    Layer,
    MaxPool2d,
    ReLU,
)
from rfcore.ops import PaddingMode

_CEIL = "its last windows may hang over the border (ceil_mode); here the map may end a cell earlier"
_GRID = (
    "left out; the windows of a pool to a grid depend on the picture's size, and only a pool to "
    "one cell has a counterpart"
)
_GROUPS = "read as an ordinary convolution: the same windows, though each reads all channels"


def _pytorch_convolution(model: Translation, call: Call) -> None:
    found = window(
        call.argument(2, "kernel_size"),
        call.argument(3, "stride", 1),
        call.argument(4, "padding", 0),
        call.argument(5, "dilation", 1),
    )
    out_channels = whole(call.argument(1, "out_channels"), "out_channels")
    model.expect_channels(call, call.argument(0, "in_channels"))
    model.put_convolution(call, found, out_channels, call.argument(8, "padding_mode", "zeros"))
    if call.argument(6, "groups", 1) != 1:
        model.note(call, _GROUPS)


def _pytorch_pool(kind: type[MaxPool2d] | type[AvgPool2d], model: Translation, call: Call) -> None:
    is_max = kind is MaxPool2d
    kernel_size = call.argument(0, "kernel_size")
    stride = call.argument(1, "stride")
    found = window(
        kernel_size,
        kernel_size if stride is None else stride,
        call.argument(2, "padding", 0),
        call.argument(3, "dilation", 1) if is_max else 1,
    )
    model.put_pool(call, kind, found)
    if call.argument(5 if is_max else 3, "ceil_mode"):
        model.note(call, _CEIL)
    if not is_max and not call.argument(4, "count_include_pad", True):
        _note_average(model, call, found)


def _adaptive_pool(layer: Layer, model: Translation, call: Call) -> None:
    size = call.argument(0, "output_size")
    if size not in (1, (1,), (1, 1)):
        model.leave_out_grid(call, _GRID)
        return
    model.put(layer)


def _pytorch_border(mode: PaddingMode, model: Translation, call: Call) -> None:
    model.put_border(call, sides(call.argument(0, "padding"), is_keras=False), mode)


def _keras_convolution(model: Translation, call: Call) -> None:
    filters = whole(call.argument(0, "filters"), "filters")
    _put_keras_convolution(model, call, filters, kernel=1, dilation=5, activation=7)
    if call.argument(6, "groups", 1) != 1:
        model.note(call, _GROUPS)


def _separable_convolution(model: Translation, call: Call) -> None:
    filters = whole(call.argument(0, "filters"), "filters")
    _put_keras_convolution(model, call, filters, kernel=1, dilation=5, activation=8)
    model.note(call, _GROUPS)


def _depthwise_convolution(model: Translation, call: Call) -> None:
    multiplier = whole(call.argument(3, "depth_multiplier", 1), "depth_multiplier")
    filters = whole((model.channels or 1) * multiplier, "channels times depth_multiplier")
    _put_keras_convolution(model, call, filters, kernel=0, dilation=5, activation=6)
    model.note(call, _GROUPS)


def _put_keras_convolution(
    model: Translation, call: Call, filters: int, *, kernel: int, dilation: int, activation: int
) -> None:
    found = window(
        call.argument(kernel, "kernel_size"),
        call.argument(kernel + 1, "strides", 1),
        call.argument(kernel + 2, "padding", "valid"),
        call.argument(dilation, "dilation_rate", 1),
    )
    model.put_convolution(call, found, filters)
    _add_activation(model, call, call.argument(activation, "activation"))


def _keras_pool(kind: type[MaxPool2d] | type[AvgPool2d], model: Translation, call: Call) -> None:
    kernel_size = call.argument(0, "pool_size", 2)
    stride = call.argument(1, "strides")
    found = window(
        kernel_size,
        kernel_size if stride is None else stride,
        call.argument(2, "padding", "valid"),
        1,
    )
    last = model.layers[-1] if model.layers else None
    if str(call.argument(None, "name")).endswith(STRIDE_SUFFIX) and isinstance(last, Conv2d):
        model.layers[-1] = Conv2d(
            last.kernel_size,
            found.window.stride,
            padding=last.padding,
            dilation=last.dilation,
            out_channels=last.out_channels,
        )
        return
    model.put_pool(call, kind, found)
    if kind is AvgPool2d and call.argument(2, "padding") == "same":
        _note_average(model, call, found)


def _padded_max_pool(model: Translation, call: Call) -> None:
    found = window(
        call.argument(0, "pool_size"),
        call.argument(1, "strides"),
        call.argument(2, "padding"),
        call.argument(3, "dilation_rate"),
    )
    model.put_pool(call, MaxPool2d, found)


def _blur_pool(size: str, stride: str, model: Translation, call: Call) -> None:
    kernel_size = pair(call.argument(0, size), "kernel_size", 1)
    layer = BlurPool2d(kernel_size, pair(call.argument(1, stride), "stride", 1))
    model.put(layer)


def _keras_border(model: Translation, call: Call) -> None:
    model.put_border(call, sides(call.argument(0, "padding", 1), is_keras=True), "zeros")


def _relu(model: Translation, call: Call) -> None:
    others = [call.argument(None, name) for name in ("max_value", "negative_slope", "threshold")]
    others += [value for value in call.values if not isinstance(value, bool)]
    if any(value not in (None, 0) for value in others):
        model.note(call, "left out; it acts on each cell separately and moves nothing")
    else:
        model.layers.append(ReLU())


def _activation(model: Translation, call: Call) -> None:
    _add_activation(model, call, call.argument(0, "activation"))


def _add_activation(model: Translation, call: Call, value: object) -> None:
    name = activation_name(value)
    if name == "relu":
        model.layers.append(ReLU())
    elif name is not None:
        remark = f"its activation {name} is left out; it acts on each cell separately"
        model.note(call, remark)


def _input(model: Translation, call: Call) -> None:
    for name in ("shape", "input_shape", "batch_shape", "batch_input_shape"):
        model.channels = channels_of(call.argument(0, name)) or model.channels


def _put(layer: Layer, model: Translation, _call: Call) -> None:
    model.put(layer)


def _note_average(model: Translation, call: Call, found: FoundWindow) -> None:
    if found.window.padding != (0, 0):
        model.note(call, "its average leaves padding out; here padding counts as zeros")


READERS: dict[str, Callable[[Translation, Call], None]] = {
    "Conv2d": _pytorch_convolution,
    "MaxPool2d": partial(_pytorch_pool, MaxPool2d),
    "AvgPool2d": partial(_pytorch_pool, AvgPool2d),
    "AdaptiveAvgPool2d": partial(_adaptive_pool, GlobalAvgPool2d()),
    "AdaptiveMaxPool2d": partial(_adaptive_pool, GlobalMaxPool2d()),
    "ZeroPad2d": partial(_pytorch_border, "zeros"),
    "ReflectionPad2d": partial(_pytorch_border, "reflect"),
    "ReplicationPad2d": partial(_pytorch_border, "replicate"),
    "CircularPad2d": partial(_pytorch_border, "circular"),
    "BlurPool2d": partial(_blur_pool, "kernel_size", "stride"),
    "ReLU": _relu,
    "Input": _input,
    "InputLayer": _input,
    "Conv2D": _keras_convolution,
    "SeparableConv2D": _separable_convolution,
    "DepthwiseConv2D": _depthwise_convolution,
    **dict.fromkeys(("MaxPooling2D", "MaxPool2D"), partial(_keras_pool, MaxPool2d)),
    **dict.fromkeys(("AveragePooling2D", "AvgPool2D"), partial(_keras_pool, AvgPool2d)),
    **dict.fromkeys(
        ("GlobalAveragePooling2D", "GlobalAvgPool2D"), partial(_put, GlobalAvgPool2d())
    ),
    **dict.fromkeys(("GlobalMaxPooling2D", "GlobalMaxPool2D"), partial(_put, GlobalMaxPool2d())),
    "ZeroPadding2D": _keras_border,
    "PaddedMaxPooling2D": _padded_max_pool,
    "BlurPool2D": partial(_blur_pool, "pool_size", "strides"),
    "Activation": _activation,
}
"""For each class name, the function that adds its layers to a translation."""
