"""The editor for one layer of the stack at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from pages.ui.controls.notices import show_problem
from pages.ui.controls.scene_select import scene_select
from pages.ui.scene.limits import MAX_CHANNELS, MAX_LAYERS
from pages.ui.scene.scene import Scene
from pages.ui.session.tab_state import tab_state
from rfcore.layers import AvgPool2d, BlurPool2d, Conv2d, Layer, MaxPool2d, Pair
from rfcore.stack import LAYER_KINDS, Stack


def layer_editor() -> None:
    """Show the controls that edit, move or remove a layer, or add one after it."""
    here = tab_state()
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
    show_problem("editor")


def _layer_fields(layer: Layer, at: int) -> None:
    names = {kind: kind.name for kind in LAYER_KINDS}
    scene_select(
        "Kind",
        LAYER_KINDS,
        type(layer),
        "kind",
        lambda scene, kind: _with_layer(scene, at, _of_kind(kind, scene.stack.layers[at])),
        names=names,
        control="editor",
        width=190,
    )
    fields: dict[str, tuple[str, int, int]] = {}
    if isinstance(layer, Conv2d | MaxPool2d | AvgPool2d | BlurPool2d):
        fields["kernel_size"] = ("Kernel size", 1, 31)
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
        tab_state().change(
            lambda scene: _with_layer(
                scene, at, _rebuilt(scene.stack.layers[at], **{name: number})
            ),
            "editor",
        )

    # The notation allows larger values than the field. Streamlit would show the least value then.
    most = max(most, st.session_state[key])
    st.number_input(label, least, most, key=key, step=1, on_change=change, width=130)


def _layer_buttons(at: int, count: int) -> None:
    def reorder(make: Callable[[list[Layer]], None], chosen: int) -> None:
        def change(scene: Scene) -> Scene:
            layers = list(scene.stack.layers)
            make(layers)
            return scene.with_stack(Stack(tuple(layers)))

        tab_state().change(change, "editor")
        if "editor" not in tab_state().problems:
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
    """Return a layer of another kind with the same kernel and stride, as far as it has them."""
    if kind not in _PARAMETERS:
        return kind()
    default = Conv2d(3) if kind is Conv2d else MaxPool2d(2) if kind is MaxPool2d else None
    kernel_size = getattr(layer, "kernel_size", getattr(default, "kernel_size", (2, 2)))
    stride = getattr(layer, "stride", getattr(default, "stride", (2, 2)))
    return kind(kernel_size, stride)  # type: ignore[call-arg]
