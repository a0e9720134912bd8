"""The controls of the stack: preset, notation, kind of pools, and kernels."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from pages.ui.controls.notices import show_problem
from pages.ui.controls.scene_select import scene_select
from pages.ui.scene.channels import convolutions_of
from pages.ui.scene.choices import PRESETS
from pages.ui.scene.custom_kernels import is_own
from pages.ui.scene.scene import Scene
from pages.ui.session.tab_state import tab_state
from pages.ui.text.prose import prose
from rfcore.filters import CHOICES
from rfcore.pools import POOL_KINDS, pool_kind, with_pools
from rfcore.stack import LAYER_KINDS, Stack

_OWN_STACK = "your own"


def stack_controls() -> None:
    """Show the controls of the preset, of the kind of all pools, and of the notation."""
    here = tab_state()
    text = str(here.scene.stack)
    name = next((n for n, preset in PRESETS.items() if preset == text), _OWN_STACK)
    preset, pools, notation = st.columns([1, 1, 2])
    with preset:
        scene_select(
            "Layers",
            list(PRESETS),
            name,
            "preset",
            _with_preset,
        )
    with pools:
        pool_control()
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
            help="\n".join(f"- {kind.symbol} {kind.name}" for kind in LAYER_KINDS)
            + "\n\nThen kernel, /stride, p padding, d dilation, c channels. "
            "As in C3x3/1p1c8 -> M2x2/2.",
        )
        show_problem("notation")


def pool_control() -> None:
    """Show the control that makes all pools of the stack max, average or blur pools."""
    stack = tab_state().scene.stack
    kind = pool_kind(stack)
    has_pools = with_pools(stack, "max") != with_pools(stack, "average")
    name = kind or ("mixed" if has_pools else "there is none")
    scene_select(
        "All pools",
        POOL_KINDS if has_pools else [name],
        name,
        "pools",
        lambda scene, kind: (
            scene if kind == name else scene.with_stack(with_pools(scene.stack, kind))
        ),
        disabled=not has_pools,
        tip="A blur pool smooths with a kernel one cell larger than the pool it stands in for, and "
        "then takes every so many cells.",
    )


def _with_preset(scene: Scene, name: str) -> Scene:
    return scene if name == _OWN_STACK else scene.with_stack(Stack.parse(PRESETS[name]))


def kernel_controls() -> None:
    """Show the controls of the kernels of each convolution."""
    scene = tab_state().scene
    convolutions = convolutions_of(scene.stack)
    if not convolutions:
        st.caption("This stack has no convolution, so there are no kernels to choose.")
        return
    with st.container(horizontal=True):
        for place, (number, layer, _) in enumerate(convolutions):
            choice = scene.kernels[place]
            own = [choice] if is_own(choice) else []
            scene_select(
                f"Layer {number}, {layer}",
                CHOICES,
                choice,
                f"kernels_{place}",
                partial(_with_kernels, place),
                names={
                    "bank": "one kernel per channel",
                    "random": "random weights",
                    **dict.fromkeys(own, "your own"),
                },
                width=230,
            )
    prose(
        "A kernel sees one channel. From the second convolution on, it is applied to a mix of the "
        "channels before it, with fixed weights that were drawn once.",
        quiet=True,
    )


def _with_kernels(place: int, scene: Scene, choice: str) -> Scene:
    kernels = (*scene.kernels[:place], choice, *scene.kernels[place + 1 :])
    return replace(scene, kernels=kernels)
