"""Opens an imported stack on the stage, if the stage can show it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial

import streamlit as st

from pages.ui.scene.choices import sizes_of
from pages.ui.scene.scene import Scene
from pages.ui.session.tab_state import tab_state
from rfcore.errors import RfcoreError
from rfcore.layers import DEFAULT_CHANNELS, Conv2d, Layer
from rfcore.ops import PaddingMode
from rfcore.stack import Stack


def with_imported_stack(
    scene: Scene, stack: Stack, padding_mode: PaddingMode | None = None
) -> Scene:
    """Return the scene with an imported stack, and with its padding mode if that is given.

    If the stack is too expensive, it gets fewer channels; if it does not fit the picture, a larger
    picture is tried. Neither changes what a neuron sees. Raises the error of the unchanged stack in
    the unchanged scene if nothing helps.
    """
    try:
        return _with_stack(scene, stack, scene.size, padding_mode)
    except RfcoreError as error:
        refusal = error
    for size in (size for size in sizes_of(scene.image) if size >= scene.size):
        for layers in (stack, with_fewer_channels(stack)):
            with suppress(RfcoreError):
                return _with_stack(scene, layers, size, padding_mode)
    raise refusal


def _with_stack(scene: Scene, stack: Stack, size: int, padding_mode: PaddingMode | None) -> Scene:
    mode = scene.padding_mode if padding_mode is None else padding_mode
    # The present layers may not fit another size or padding mode; a layer of one cell always does.
    bare = scene.with_stack(Stack((Conv2d(1, out_channels=1),)))
    return replace(bare.with_picture(scene.image, size), padding_mode=mode).with_stack(stack)


def with_fewer_channels(stack: Stack) -> Stack:
    """Return a stack with the same fields and at most DEFAULT_CHANNELS channels per layer."""

    def slim(layer: Layer) -> Layer:
        if not isinstance(layer, Conv2d) or layer.out_channels <= DEFAULT_CHANNELS:
            return layer
        return Conv2d(
            layer.kernel_size, layer.stride, padding=layer.padding, dilation=layer.dilation
        )

    return Stack(tuple(map(slim, stack)))


def open_button(
    label: str, stack: Stack, control: str, padding_mode: PaddingMode | None = None
) -> bool:
    """Show a button that opens a stack on the stage; return whether the stage has refused it.

    control: the button's name. The refusal is shown until another stack is tried.
    """
    st.button(label, key=f"open_{control}", on_click=_open, args=(stack, control, padding_mode))
    refused, sentence = st.session_state.get(f"refused_{control}", (None, ""))
    if refused == stack:
        st.info(f"{sentence} So here is the arithmetic alone.")
        return True
    here = tab_state().scene
    if here.stack == stack:
        st.caption(f"It is on the stage, on a picture of {here.size}×{here.size} pixels.")
    elif here.stack == with_fewer_channels(stack):
        st.caption(
            f"It is on the stage, on a picture of {here.size}×{here.size} pixels and with at most "
            f"{DEFAULT_CHANNELS} channels a layer. Channels do not change what a neuron sees."
        )
    return False


def _open(stack: Stack, control: str, padding_mode: PaddingMode | None) -> None:
    here = tab_state()
    here.change(partial(with_imported_stack, stack=stack, padding_mode=padding_mode), control)
    st.session_state.pop(f"refused_{control}", None)
    sentence = here.problems.pop(control, None)
    if sentence:
        # Stored apart from the scene's problems: it is about this stack, whatever the scene is.
        st.session_state[f"refused_{control}"] = (stack, sentence)
