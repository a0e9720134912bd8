"""The table of a stack's layers, for the page and for the CSV file."""

from __future__ import annotations

import streamlit as st

from pages.ui.sections.derivation import list_height
from pages.ui.session.tab_state import tab_state
from rfcore.layers import Pair
from rfcore.receptive_field import receptive_fields
from rfcore.stack import Stack


def layer_table(stack: Stack | None = None, image_size: Pair | None = None) -> None:
    """Show the table of the layers; a long one scrolls.

    stack, image_size: the layers and the (rows, cols) of the picture, which they must fit; by
    default those of the tab's scene.
    """
    scene = tab_state().scene
    rows = layer_rows(stack or scene.stack, image_size or (scene.size, scene.size))
    st.table(rows, hide_index=True, border="horizontal", height=list_height(len(rows)))


def layer_rows(
    stack: Stack, image_size: Pair, times: str = "\u00a0×\u00a0"
) -> list[dict[str, str]]:
    """Return one row per layer, by the names of the columns.

    image_size: (rows, cols) of the picture. times: the sign between rows and columns. Raises
    ShapeError when the stack does not fit the picture.
    """

    def in_short(pair: Pair) -> str:
        return str(pair[0]) if pair[0] == pair[1] else times.join(map(str, pair))

    shapes = stack.shapes((1, *image_size))
    fields = receptive_fields(stack, image_size)
    rows, size = [], image_size
    for number, (layer, shape, field) in enumerate(zip(stack, shapes, fields, strict=True), 1):
        window = layer.window(size)
        rows.append(
            {
                "layer": f"{number}\u00a0{layer.name}",
                "kernel": in_short(window.kernel_size),
                "stride": in_short(window.stride),
                "padding": in_short(window.padding),
                "dilation": in_short(window.dilation),
                "output": times.join(map(str, shape)),
                "receptive field": in_short(field.size),
                "jump": in_short(field.jump),
                "start": in_short(field.start),
            }
        )
        size = shape[1:]
    return rows
