"""The controls below a stage: picture, pattern, layers and kernels; each changes the scene."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from pages.ui import photos
from pages.ui.scene import MAX_CHANNELS, MAX_LAYERS, PRESETS, SIZES, UPLOAD, Scene
from pages.ui.session import learner
from rfcore.filters import CHOICES
from rfcore.images import read_photo
from rfcore.layers import AvgPool2d, BlurPool2d, Conv2d, Layer, MaxPool2d, Pair
from rfcore.ops import PADDING_MODES
from rfcore.patterns import BACKGROUNDS, PATTERNS
from rfcore.receptive_field import receptive_fields
from rfcore.stack import KINDS, Stack

_OWN_STACK = "your own"
_PADDING_NAMES = {
    "zeros": "zeros",
    "circular": "circular (the far side)",
    "reflect": "reflect (mirrored)",
    "replicate": "replicate (the edge)",
}


def link_notices() -> None:
    """Say which parts of the page's link could not be used, if any."""
    notices = learner().notices
    if notices:
        st.warning("\n".join(f"- {_plain(notice)}" for notice in notices))


def picture_controls() -> None:
    """Choose picture, size and pattern, or upload a photo."""
    scene = learner().scene
    picture, size, pattern, padding = st.columns(4)
    pictures = [*BACKGROUNDS, *([UPLOAD] if scene.photo else [])]
    with picture:
        _choice(
            "Picture",
            pictures,
            scene.image,
            "picture",
            lambda scene, image: scene.with_picture(image, scene.size),
            names={UPLOAD: "your photo"},
        )
    with size:
        _choice(
            "Picture size",
            SIZES,
            scene.size,
            "size",
            lambda scene, size: scene.with_picture(scene.image, size),
            names={n: f"{n} × {n} pixels" for n in SIZES},
        )
    with pattern:
        _choice(
            "Pattern",
            PATTERNS,
            scene.pattern,
            "pattern",
            lambda scene, name: scene.with_pattern(name),
        )
    with padding:
        _choice(
            "Beyond the border",
            PADDING_MODES,
            scene.padding_mode,
            "padding",
            lambda scene, mode: replace(scene, padding_mode=mode),
            names=_PADDING_NAMES,
            tip="What a convolution with padding (p1, say) finds there. Without padding no unit "
            "looks beyond the border.",
        )


def photo_control() -> None:
    """Take the learner's own photo; it stays in this browser session."""
    st.file_uploader(
        "Your own photo (PNG, JPEG or WebP)",
        type=["png", "jpg", "jpeg", "webp"],
        key="photo",
        on_change=_take_photo,
        help="It is cut to a square, made gray and scaled down. It stays in this session only.",
    )
    _problem("photo")


def _take_photo() -> None:
    upload = st.session_state["photo"]
    if upload is None:
        return

    def with_photo(scene: Scene) -> Scene:
        pixels = read_photo(upload.getvalue(), photos.PHOTO_SIZE)
        gray = (pixels[0] * 255).round().astype("u1")
        return scene.with_picture(UPLOAD, scene.size, photos.keep(gray.tobytes()))

    learner().change(with_photo, "photo")


def stack_controls() -> None:
    """Choose a preset, or write the notation."""
    here = learner()
    text = str(here.scene.stack)
    name = next((n for n, preset in PRESETS.items() if preset == text), _OWN_STACK)
    preset, notation = st.columns([1, 2])
    with preset:
        _choice(
            "Layers",
            [*PRESETS, *([_OWN_STACK] if name == _OWN_STACK else [])],
            name,
            "preset",
            _with_preset,
        )
    with notation:
        if "notation" not in here.problems:
            st.session_state["notation"] = text
        st.text_input(
            "Layers in writing",
            key="notation",
            on_change=lambda: here.change(
                lambda scene: scene.with_stack(Stack.parse(st.session_state["notation"])),
                "notation",
            ),
            help="C convolution, M max, A average, B blur pool, R ReLU, GA and GM global pools; "
            "kernel, /stride, then p padding, d dilation, c channels. As in C3x3/1p1c8 -> M2x2/2.",
        )
        _problem("notation")


def _with_preset(scene: Scene, name: str) -> Scene:
    return scene if name == _OWN_STACK else scene.with_stack(Stack.parse(PRESETS[name]))


def layer_editor() -> None:
    """Pick one layer and edit it, move it, take it away or put another after it."""
    here = learner()
    layers = here.scene.stack.layers
    chosen = min(st.session_state.get("layer_at", 0) or 0, len(layers) - 1)
    st.session_state["layer_at"] = chosen
    st.segmented_control(
        "Layer",
        range(len(layers)),
        format_func=lambda at: f"{at + 1}  {layers[at]}" if at < len(layers) else "",
        key="layer_at",
        required=True,
    )
    layer = layers[chosen]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _layer_fields(layer, chosen)
    with st.container(horizontal=True):
        _layer_buttons(chosen, len(layers))
    _problem("editor")


def _layer_fields(layer: Layer, at: int) -> None:
    names = {kind: kind.name for kind in KINDS}
    _choice(
        "Kind",
        KINDS,
        type(layer),
        "kind",
        lambda scene, kind: _with_layer(scene, at, _of_kind(kind, scene.stack.layers[at])),
        names=names,
        control="editor",
        width=190,
    )
    fields: dict[str, tuple[str, int, int]] = {}
    if isinstance(layer, Conv2d | MaxPool2d | AvgPool2d | BlurPool2d):
        fields["kernel_size"] = ("Kernel", 1, 31)
        fields["stride"] = ("Stride", 1, 16)
    if isinstance(layer, Conv2d | MaxPool2d | AvgPool2d):
        fields["padding"] = ("Padding", 0, 31)
    if isinstance(layer, Conv2d | MaxPool2d):
        fields["dilation"] = ("Dilation", 1, 16)
    if isinstance(layer, Conv2d):
        fields["out_channels"] = ("Channels", 1, MAX_CHANNELS)
    for name, (label, least, most) in fields.items():
        value = getattr(layer, name)
        if isinstance(value, tuple) and value[0] != value[1]:
            st.text_input(
                label,
                f"{value[0]}x{value[1]}",
                disabled=True,
                width=110,
                help="Rows and columns differ: change it in the notation.",
            )
            continue
        _number_field(name, label, least, most, value, at)


def _number_field(name: str, label: str, least: int, most: int, value: int | Pair, at: int) -> None:
    key = f"field_{name}"
    st.session_state[key] = value[0] if isinstance(value, tuple) else value

    def change() -> None:
        number = st.session_state[key]
        learner().change(
            lambda scene: _with_layer(
                scene, at, _rebuilt(scene.stack.layers[at], **{name: number})
            ),
            "editor",
        )

    # The notation can say more than the field offers; Streamlit would show the least instead.
    most = max(most, st.session_state[key])
    st.number_input(label, least, most, key=key, step=1, on_change=change, width=130)


def _layer_buttons(at: int, count: int) -> None:
    def reorder(make: Callable[[list[Layer]], None], chosen: int) -> None:
        def change(scene: Scene) -> Scene:
            layers = list(scene.stack.layers)
            make(layers)
            return scene.with_stack(Stack(tuple(layers)))

        learner().change(change, "editor")
        if "editor" not in learner().problems:
            st.session_state["layer_at"] = chosen

    def swap(other: int) -> Callable[[list[Layer]], None]:
        def make(layers: list[Layer]) -> None:
            layers[at], layers[other] = layers[other], layers[at]

        return make

    st.button("Move earlier", disabled=at == 0, on_click=reorder, args=(swap(at - 1), at - 1))
    st.button("Move later", disabled=at == count - 1, on_click=reorder, args=(swap(at + 1), at + 1))
    st.button(
        "Add a convolution after",
        disabled=count >= MAX_LAYERS,
        on_click=reorder,
        args=(lambda layers: layers.insert(at + 1, Conv2d(3)), at + 1),
    )
    st.button(
        "Add a max pool after",
        disabled=count >= MAX_LAYERS,
        on_click=reorder,
        args=(lambda layers: layers.insert(at + 1, MaxPool2d(2)), at + 1),
    )
    st.button(
        "Remove",
        disabled=count == 1,
        on_click=reorder,
        args=(lambda layers: layers.pop(at), max(0, at - 1)),
    )


def _with_layer(scene: Scene, at: int, layer: Layer) -> Scene:
    layers = list(scene.stack.layers)
    layers[at] = layer
    return scene.with_stack(Stack(tuple(layers)))


_PARAMETERS: dict[type[Layer], tuple[str, ...]] = {
    Conv2d: ("kernel_size", "stride", "padding", "dilation", "out_channels"),
    MaxPool2d: ("kernel_size", "stride", "padding", "dilation"),
    AvgPool2d: ("kernel_size", "stride", "padding"),
    BlurPool2d: ("kernel_size", "stride"),
}


def _rebuilt(layer: Layer, **changes: Any) -> Layer:
    arguments = {name: getattr(layer, name) for name in _PARAMETERS.get(type(layer), ())}
    return type(layer)(**{**arguments, **changes})


def _of_kind(kind: type[Layer], layer: Layer) -> Layer:
    """Return a layer of another kind that keeps kernel and stride where it has them."""
    if kind not in _PARAMETERS:
        return kind()
    default = Conv2d(3) if kind is Conv2d else MaxPool2d(2) if kind is MaxPool2d else None
    kernel_size = getattr(layer, "kernel_size", getattr(default, "kernel_size", (2, 2)))
    stride = getattr(layer, "stride", getattr(default, "stride", (2, 2)))
    return kind(kernel_size, stride)  # type: ignore[call-arg]


def kernel_controls() -> None:
    """Choose the kernels of each convolution."""
    scene = learner().scene
    convolutions = [
        (number, layer)
        for number, layer in enumerate(scene.stack, start=1)
        if isinstance(layer, Conv2d)
    ]
    if not convolutions:
        st.caption("This stack has no convolution, so there are no kernels to choose.")
        return
    with st.container(horizontal=True):
        for place, (number, layer) in enumerate(convolutions):
            _choice(
                f"Layer {number}, {layer}",
                CHOICES,
                scene.kernels[place],
                f"kernels_{place}",
                partial(_with_kernels, place),
                names={"bank": "one filter per channel", "random": "random weights"},
                width=230,
            )
    st.caption(
        "A filter sees one channel. From the second convolution on, it is applied to a mix of the "
        "channels before it, with fixed weights that were drawn once."
    )


def _with_kernels(place: int, scene: Scene, choice: str) -> Scene:
    kernels = (*scene.kernels[:place], choice, *scene.kernels[place + 1 :])
    return replace(scene, kernels=kernels)


def layer_table() -> None:
    """Show every layer in numbers."""
    scene = learner().scene
    size = (scene.size, scene.size)
    shapes = scene.stack.shapes((1, *size))
    rows = []
    for number, (layer, shape, field) in enumerate(
        zip(scene.stack, shapes, receptive_fields(scene.stack, size), strict=True), start=1
    ):
        window = layer.window(shapes[number - 2][1:] if number > 1 else size)
        rows.append(
            {
                "layer": f"{number}\u00a0{layer.name}",
                "kernel": _pair(window.kernel_size),
                "stride": _pair(window.stride),
                "padding": _pair(window.padding),
                "dilation": _pair(window.dilation),
                "output": "\u00a0×\u00a0".join(map(str, shape)),
                "receptive field": _pair(field.size),
                "jump": _pair(field.jump),
                "start": _pair(field.start),
            }
        )
    st.table(rows, hide_index=True, border="horizontal")


def _pair(pair: Pair) -> str:
    return str(pair[0]) if pair[0] == pair[1] else f"{pair[0]}\u00a0×\u00a0{pair[1]}"


def _choice(
    label: str,
    options: Sequence[Any],
    value: Any,
    key: str,
    make: Callable[[Scene, Any], Scene],
    *,
    names: dict[Any, str] | None = None,
    control: str | None = None,
    width: Any = "stretch",
    tip: str | None = None,
) -> None:
    """A select box that shows a part of the scene and changes it."""
    key = f"choose_{key}"
    control = control or key
    st.session_state[key] = value
    st.selectbox(
        label,
        options,
        key=key,
        format_func=lambda option: (names or {}).get(option, str(option)),
        on_change=lambda: learner().change(
            lambda scene: make(scene, st.session_state[key]), control
        ),
        filter_mode=None,
        help=tip,
        width=width,
    )
    if control == key:
        _problem(key)


def _problem(control: str) -> None:
    sentence = learner().problems.get(control)
    if sentence:
        st.error(_plain(sentence))


def _plain(text: str) -> str:
    """Escape Markdown: a sentence repeats what a stranger wrote in a link, images included.

    Web and mail addresses become links even so, unless an invisible joiner breaks them up.
    """
    text = re.sub(r"(?i)(?=[:@])|(?<=www)(?=\.)", "\u2060", " ".join(text.split()))
    return re.sub(r"([!-/:-@[-`{-~])", r"\\\1", text)
