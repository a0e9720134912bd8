"""Published architectures: our numbers beside the published ones, with a button to open each."""

from __future__ import annotations

import streamlit as st

from pages.ui.sections.growth import field_arithmetic
from pages.ui.sections.open_stack import open_button
from pages.ui.text.prose import prose
from rfcore.zoo import ZOO, Architecture

USUAL_SIZE = 224
"""Pixels per side of the picture for an architecture without a published input size."""

_BY_NAME = {architecture.name: architecture for architecture in ZOO}


def zoo_rows() -> list[dict[str, str | int]]:
    """Return a row per architecture: our numbers, the published ones, and whether they agree."""
    return [
        {
            "name": architecture.name,
            "layers": len(architecture.stack),
            "agreement": agreement(architecture),
            "our field": architecture.field.size[0],
            "published field": architecture.published_size,
            "our jump": architecture.field.jump[0],
            "published stride": architecture.published_stride,
            "our padding": -architecture.field.start[0],
            "published padding": architecture.published_padding,
            "source": architecture.source,
            "note": architecture.note,
        }
        for architecture in ZOO
    ]


def agreement(architecture: Architecture) -> str:
    """Say whether our numbers, for rows and for columns, agree with the published ones.

    >>> agreement(ZOO[0])
    'all agree'
    """
    field = architecture.field
    figures = (
        ("size", field.size, architecture.published_size),
        ("jump", field.jump, architecture.published_stride),
        ("padding", (-field.start[0], -field.start[1]), architecture.published_padding),
    )
    apart = [name for name, ours, published in figures if ours != (published, published)]
    return (
        f"{', '.join(apart)} {'differs' if len(apart) == 1 else 'differ'}" if apart else "all agree"
    )


def zoo_table() -> None:
    """Show every architecture in one table."""
    prose(
        "All in pixels, of the last layer. What is called jump here is published as stride; "
        "padding is how far the first neuron’s field begins before the picture.",
        quiet=True,
    )
    st.dataframe(
        zoo_rows(),
        hide_index=True,
        height="content",
        column_config={
            "name": st.column_config.TextColumn(pinned=True),
            "source": st.column_config.LinkColumn(display_text="where published"),
        },
        alt="Published architectures: our field, jump and padding beside the published figures.",
    )


def zoo_chooser() -> None:
    """Show the choice of an architecture, by control or by link, and a button to open it."""
    wanted = st.query_params.get("zoo") or ZOO[0].name
    if wanted not in _BY_NAME:
        st.warning("The link asks for an architecture that is not in this zoo; choose one here.")
    st.session_state["zoo"] = wanted if wanted in _BY_NAME else ZOO[0].name
    st.selectbox(
        "Architecture", _BY_NAME, key="zoo", on_change=_write_link, filter_mode=None, width=300
    )
    architecture = _BY_NAME[st.session_state["zoo"]]
    stack, size = architecture.stack, architecture.published_at or USUAL_SIZE
    if architecture.note:
        prose(architecture.note)
    if open_button("Open as a stack", stack, "zoo"):
        st.markdown(f"**{architecture.name}** on a picture of {size}×{size} pixels:")
        field_arithmetic(stack, (size, size), "zoo_chart")


def _write_link() -> None:
    """Write the architecture into the link.

    A parameter that is bound to the widget would not do: the scene rewrites all parameters at once,
    and Streamlit allows only the widget to write a bound one.
    """
    st.query_params["zoo"] = st.session_state["zoo"]
