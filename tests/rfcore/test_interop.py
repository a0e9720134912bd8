"""Stacks written as PyTorch and Keras code: it computes what ours do, and is read back."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from rfcore import (
    AvgPool2d,
    BlurPool2d,
    Conv2d,
    GlobalAvgPool2d,
    GlobalMaxPool2d,
    Layer,
    LayerError,
    MaxPool2d,
    Network,
    NotationError,
    ReLU,
    ShapeError,
    Stack,
)
from rfcore.interop import read_model, to_keras, to_pytorch
from rfcore.ops import PADDING_MODES, PaddingMode
from rfcore.zoo import ZOO

torch.set_num_threads(1)


@st.composite
def models(draw: st.DrawFn) -> tuple[Stack, tuple[int, int, int]]:
    """A stack of any kinds that fits an input of some shape, and that shape."""
    shape = channels, rows, cols = draw(st.tuples(*map(st.integers, (1, 5, 5), (3, 18, 18))))
    layers: list[Layer] = []
    for _ in range(draw(st.integers(1, 5))):
        layer = draw(some_layer(min(rows, cols)))
        try:
            channels, rows, cols = layer.output_shape((channels, rows, cols))
        except ShapeError:
            continue
        layers.append(layer)
    return Stack(tuple(layers) or (ReLU(),)), shape


@st.composite
def some_layer(draw: st.DrawFn, size: int) -> Layer:
    """A layer; padding stays below `size`, as mirroring needs."""

    def pair(least: int, most: int) -> tuple[int, int]:
        return draw(st.tuples(*[st.integers(least, max(least, most))] * 2))

    kind = draw(st.sampled_from([Conv2d, Conv2d, MaxPool2d, AvgPool2d, BlurPool2d, ReLU, None]))
    if kind is None:
        return draw(st.sampled_from([GlobalAvgPool2d(), GlobalMaxPool2d()]))
    if kind is ReLU:
        return ReLU()
    if kind is BlurPool2d:
        return BlurPool2d(pair(2, 7), pair(1, 3))
    kernel_size, stride = pair(1, 4), pair(1, 3)
    if kind is Conv2d:
        padding, out_channels = pair(0, min(3, size - 1)), draw(st.integers(1, 4))
        return Conv2d(
            kernel_size, stride, padding=padding, dilation=pair(1, 3), out_channels=out_channels
        )
    padding = tuple(draw(st.integers(0, cells // 2)) for cells in kernel_size)
    if kind is MaxPool2d:
        return MaxPool2d(kernel_size, stride, padding=padding, dilation=pair(1, 2))
    return AvgPool2d(kernel_size, stride, padding=padding)


def run_code(code: str, **names: Any) -> Any:
    """The model that a text of code makes."""
    scope: dict[str, Any] = {"__name__": "written", **names}
    exec(compile(code, "written.py", "exec"), scope)
    return scope["model"]


def outputs_differ(code: str, network: Network, x: np.ndarray) -> float:
    """The largest difference between a network and its written PyTorch code; inf for shapes."""
    model = run_code(code).double()
    convolutions = [module for module in model.modules() if isinstance(module, nn.Conv2d)]
    kernels = [kernels for kernels in network.kernels if kernels is not None]
    with torch.no_grad():
        for module, weights in zip(convolutions, kernels, strict=True):
            if module.weight.shape != weights.shape:
                return float("inf")
            module.weight.copy_(torch.from_numpy(weights))
        theirs = model(torch.from_numpy(x)[None])[0].numpy()
    ours = network.forward(x)[-1]
    return float(np.abs(ours - theirs).max()) if ours.shape == theirs.shape else float("inf")


def network_and_input(
    stack: Stack, shape: tuple[int, int, int], mode: PaddingMode
) -> tuple[Network, np.ndarray]:
    network = Network.with_filters(
        stack, shape[0], ["random"] * sum(isinstance(layer, Conv2d) for layer in stack),
        padding_mode=mode,
    )  # fmt: skip
    return network, np.random.default_rng(0).standard_normal(shape) - 0.5


@settings(max_examples=100, deadline=None)
@given(models(), st.sampled_from(PADDING_MODES))
def test_written_pytorch_computes_what_the_network_does(
    model: tuple[Stack, tuple[int, int, int]], mode: PaddingMode
) -> None:
    stack, shape = model
    code = to_pytorch(stack, shape[0], mode)
    network, x = network_and_input(stack, shape, mode)
    assert outputs_differ(code, network, x) < 1e-9


PLANTED = [
    ("C3/2p1", "padding=1, ", ""),
    ("C3/2p1", "stride=2", "stride=1"),
    ("C3p1", 'padding_mode="circular"', 'padding_mode="reflect"'),
    ("C3d2", "dilation=2", "dilation=1"),
    ("C2x3", "(2, 3)", "(3, 2)"),
    ("M3/1p1", "nn.MaxPool2d", "nn.AvgPool2d"),
    ("B3", '"reflect"', '"replicate"'),
    ("B4", "(cols - 1) // 2, cols // 2", "cols // 2, (cols - 1) // 2"),
    ("GA", "AdaptiveAvg", "AdaptiveMax"),
]


@pytest.mark.parametrize(("text", "right", "wrong"), PLANTED)
def test_a_planted_mistake_in_the_code_is_seen(text: str, right: str, wrong: str) -> None:
    stack = Stack.parse(text)
    code = to_pytorch(stack, 2, "circular")
    network, x = network_and_input(stack, (2, 7, 10), "circular")
    assert outputs_differ(code, network, x) < 1e-9
    assert right in code
    assert outputs_differ(code.replace(right, wrong), network, x) > 1e-2


@settings(max_examples=100, deadline=None)
@given(models(), st.sampled_from(PADDING_MODES))
def test_what_was_written_is_read_as_the_same_stack(
    model: tuple[Stack, tuple[int, int, int]], mode: PaddingMode
) -> None:
    stack, (channels, *image_size) = model
    code = to_pytorch(stack, channels, mode)
    for text in (code, repr(run_code(code))):
        reading = read_model(text)
        assert reading.stack == stack
        assert reading.notes == ()
        if any(isinstance(layer, Conv2d) and layer.padding != (0, 0) for layer in stack):
            assert reading.padding_mode == mode
    for size in (None, tuple(image_size)):
        reading = read_model(to_keras(stack, channels, size, mode))
        assert (reading.stack, reading.notes) == (stack, ())


@pytest.mark.parametrize("architecture", ZOO, ids=lambda a: a.name)
def test_published_architectures_survive_both_ways(architecture: Any) -> None:
    stack = architecture.stack
    assert read_model(to_pytorch(stack, 3)).stack == stack
    assert read_model(to_keras(stack, 3, (321, 321))).stack == stack


# Keras' own layers stand in as what they were called with; the classes we write really run.


class Recorded(SimpleNamespace):
    """A layer of Keras, which only remembers its arguments."""


def fake_keras() -> Any:
    """Enough of Keras for the code that we write, in NumPy."""

    class BaseLayer:
        def __init__(self, name: str | None = None) -> None:
            self.name = name

        def get_config(self) -> dict[str, Any]:
            return {"name": self.name}

    def recorder(name: str) -> Callable[..., Recorded]:
        return lambda *args, **kwargs: Recorded(kind=name, args=args, **kwargs)

    class Layers:
        Layer = BaseLayer

        def __getattr__(self, name: str) -> Callable[..., Recorded]:
            return recorder(name)

    def pad(x: np.ndarray, width: Any, mode: str = "constant", **values: float) -> np.ndarray:
        return np.pad(x, width, mode=mode, **values)  # type: ignore[call-overload]

    numpy = SimpleNamespace(pad=pad, max=np.max, stack=np.stack)
    return SimpleNamespace(layers=Layers(), ops=numpy, Input=recorder("Input"), Sequential=list)


def run_keras(code: str) -> list[Any]:
    """The layers that a text of Keras code makes."""
    assert "import keras\n" in code
    return run_code(code.replace("import keras\n", ""), keras=fake_keras())


@pytest.mark.parametrize(
    "text", ["M3/2p1", "M2x3/1x2d3x2", "M3x5/2p1x2d2", "B2", "B3/1x3", "B4x7/2", "B5x2/3x1"]
)
def test_the_classes_that_keras_lacks_compute_what_ours_do(text: str) -> None:
    stack = Stack.parse(text)
    network, x = network_and_input(stack, (2, 11, 14), "zeros")
    layer = run_keras(to_keras(stack, 2))[-1]
    theirs = layer.call(x.transpose(1, 2, 0)[None])[0].transpose(2, 0, 1)
    np.testing.assert_allclose(theirs, network.forward(x)[-1], atol=1e-12)


@settings(max_examples=50, deadline=None)
@given(models())
def test_a_written_keras_model_is_read_from_its_json_as_the_same_stack(
    model: tuple[Stack, tuple[int, int, int]],
) -> None:
    stack, (channels, *_) = model
    layers = []
    for layer in run_keras(to_keras(stack, channels)):
        if isinstance(layer, Recorded):
            config = {**vars(layer)}
            names = ARGUMENTS.get(config.pop("kind"), ())
            config |= dict(zip(names, config.pop("args"), strict=False))
            layers.append({"class_name": layer.kind, "config": config})
        else:
            layers.append({"class_name": type(layer).__name__, "config": layer.get_config()})
    text = json.dumps({"class_name": "Sequential", "config": {"name": "s", "layers": layers}})
    reading = read_model(text)
    assert (reading.stack, reading.notes) == (stack, ())


ARGUMENTS = {
    "Conv2D": ("filters", "kernel_size"),
    "MaxPooling2D": ("pool_size",),
    "AveragePooling2D": ("pool_size",),
    "ZeroPadding2D": ("padding",),
}


def test_keras_code_says_what_keras_cannot_do() -> None:
    stack = Stack.parse("C3/2p1d2c4 -> C3p2c4")
    code = to_keras(stack, 1, (32, 32), "circular")
    assert "the stack has circular padding" in code
    assert 'MaxPooling2D(1, strides=2, name="layer_1_stride")' in code
    assert "ZeroPadding2D((2, 2))" in code
    assert "circular" not in to_keras(Stack.parse("C3"), 1, None, "circular")
    assert 'padding="same"' in to_keras(Stack.parse("C3x5p1x2"))
    assert 'padding="same"' not in to_keras(Stack.parse("C3/2p1"))


@pytest.mark.parametrize(
    ("write", "error", "message"),
    [
        (lambda s: to_pytorch(s, 0), LayerError, "in_channels must be at least 1, got 0"),
        (
            lambda s: to_pytorch(s, 1, "odd"),
            LayerError,
            "padding_mode must be one of zeros, .* 'odd'",
        ),
        (lambda s: to_keras(s, True), LayerError, "in_channels must be a whole number, got True"),
        (lambda s: to_keras(s, 1, None, "odd"), LayerError, "padding_mode must be one of zeros"),
        (lambda s: to_keras(s, 1, (0, 5)), LayerError, "image_size must be at least 1, got 0"),
        (lambda s: to_keras(s, 1, (2, 2)), ShapeError, "layer 1, C3x3/1 does not fit"),
    ],
)
def test_wrong_arguments_are_named(write: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        write(Stack.parse("C3"))


@pytest.mark.parametrize("write", [to_pytorch, to_keras])
def test_a_text_in_place_of_a_stack_is_named(write: Any) -> None:
    message = r"^stack must be a Stack, as Stack\.parse gives, got 'C3'$"
    with pytest.raises(LayerError, match=message):
        write("C3")


def test_a_model_that_is_no_text_is_named() -> None:
    with pytest.raises(NotationError, match=r"^text must be a str, paste .* Sequential; got list$"):
        read_model(["Conv2d"])
