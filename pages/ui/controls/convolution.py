"""The controls of the page on one convolution: its lens and its kernel."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from pages.ui.controls.scene_select import scene_select
from pages.ui.scene.channels import convolutions_of
from pages.ui.scene.custom_kernels import is_own, own_kernel, weight_texts
from pages.ui.scene.lenses import LENS_TABLE, lenses_on, page_of
from pages.ui.scene.scene import Scene
from pages.ui.scene.workspaces import KERNEL_SIZES, PADDINGS, STRIDES, one_convolution
from pages.ui.session.tab_state import tab_state
from rfcore.filters import FILTERS, RANDOM, channel_filter, convolution_kernels

_OWN = "your own"


def lens_switch() -> None:
    """Switch between the page's lenses on the same scene."""
    lens = st.session_state["choose_lens"] = tab_state().scene.lens
    st.segmented_control(
        "Look at",
        lenses_on(page_of(lens)),
        format_func=lambda lens: LENS_TABLE[lens].label,
        key="choose_lens",
        required=True,
        label_visibility="collapsed",
        on_change=lambda: tab_state().change(
            lambda scene: replace(scene, lens=st.session_state["choose_lens"]), "lens"
        ),
    )


def convolution_controls() -> None:
    """Show the controls of the kernel, its size, stride and padding."""
    scene = tab_state().scene
    _, layer, _ = convolutions_of(scene.stack)[0]
    kernel, *places = st.columns([2, 1, 1, 1])
    with kernel:
        choice = scene.kernels[0]
        scene_select(
            "Kernel",
            [*FILTERS, RANDOM, _OWN],
            _OWN if is_own(choice) else channel_filter(choice, 0),
            "kernel",
            _with_kernel,
            names={RANDOM: "random weights"},
            tip="To write your own, change any weight on the stage.",
        )
    sizes = (layer.kernel_size[0], layer.stride[0], layer.padding[0])
    fields: tuple[tuple[str, tuple[int, ...], dict[Any, str], str | None], ...] = (
        ("Kernel size", KERNEL_SIZES, {n: f"{n} × {n}" for n in KERNEL_SIZES}, None),
        ("Stride", STRIDES, {}, "How many pixels the window slides from one cell to the next."),
        ("Padding", PADDINGS, {0: "0 (valid)"}, "Rows and columns added on every side."),
    )
    for at, (column, (label, options, names, tip)) in enumerate(zip(places, fields, strict=True)):
        key = label.lower().replace(" ", "_") + "_of_one"
        with column:
            scene_select(
                label,
                options,
                sizes[at],
                key,
                partial(_with_size, at),
                names=names,
                tip=tip,
            )


def _with_kernel(scene: Scene, name: str) -> Scene:
    if name != _OWN:
        return replace(scene, kernels=(name,))
    # The editor begins with the weights that the kernel has.
    return scene.with_weights(_texts(scene))


def _texts(scene: Scene) -> list[str]:
    _, layer, _ = convolutions_of(scene.stack)[0]
    choice = scene.kernels[0]
    if is_own(choice):
        return weight_texts(own_kernel(choice, layer.kernel_size))
    return weight_texts(convolution_kernels(choice, layer, 1))


def _with_size(at: int, scene: Scene, value: int) -> Scene:
    _, layer, _ = convolutions_of(scene.stack)[0]
    sizes = [layer.kernel_size[0], layer.stride[0], layer.padding[0]]
    sizes[at] = value
    return scene.with_stack(one_convolution(*sizes))
