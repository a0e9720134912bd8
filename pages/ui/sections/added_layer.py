"""The effect of one more pool or convolution on the last field."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.ui.controls.notices import show_problem
from pages.ui.scene.scene import Scene
from pages.ui.sections.derivation import field_comparison
from pages.ui.session.tab_state import tab_state
from rfcore.errors import RfcoreError
from rfcore.layers import Conv2d, Layer, MaxPool2d
from rfcore.receptive_field import ReceptiveField, receptive_fields
from rfcore.stack import Stack

ADD_CONTROL = "added"


def layer_adder() -> None:
    """Show the controls that add a max pool or a convolution at a chosen place."""
    scene = tab_state().scene
    layers = scene.stack.layers
    # The stack may have become shorter since the place was chosen.
    st.session_state["place"] = min(st.session_state.get("place", 1), len(layers))
    place = st.selectbox(
        "Where",
        range(len(layers) + 1),
        key="place",
        format_func=lambda at: f"after layer {at}, {layers[at - 1]}" if at else "before layer 1",
        filter_mode=None,
        width=300,
    )
    for column, name, layer in zip(
        st.columns(2, border=True),
        ("pooling layer", "convolution"),
        (MaxPool2d(2), Conv2d(3)),
        strict=True,
    ):
        with column:
            _offer(scene, name, layer, place)
    show_problem(ADD_CONTROL)


def _offer(scene: Scene, name: str, layer: Layer, place: int) -> None:
    """Show the effect of a layer at a place with a button to add it, or why it does not fit."""
    st.markdown(f"**Add a {name} here: {layer}**")
    add = partial(with_layer, layer=layer, place=place)
    try:
        changed = add(scene)
        problem = ""
        st.markdown(field_comparison(_last_field(scene), _last_field(changed)))
    except RfcoreError as error:
        problem = str(error)
        st.markdown(f"It cannot stand here: {problem.rstrip('.')}.")
    st.button(
        f"Add {layer}",
        key=f"add_{layer.symbol}",
        disabled=bool(problem),
        on_click=tab_state().change,
        args=(add, ADD_CONTROL),
    )


def with_layer(scene: Scene, layer: Layer, place: int) -> Scene:
    """Return the scene with one more layer; place: the number of layers before it.

    Raises SceneError or ShapeError if the new scene cannot be shown.
    """
    layers = scene.stack.layers
    return scene.with_stack(Stack((*layers[:place], layer, *layers[place:])))


def _last_field(scene: Scene) -> ReceptiveField:
    return receptive_fields(scene.stack, (scene.size, scene.size))[-1]
