"""A stack's arithmetic on the page: how every field comes about, and how the fields grow."""

from __future__ import annotations

import streamlit as st

from pages.ui.derivation import beginning, derivation, growth, one_or_two
from pages.ui.growth_chart import growth_chart
from pages.ui.tables import scrolling_table
from rfcore.layers import Pair
from rfcore.stack import Stack


def arithmetic(stack: Stack, image_size: Pair, key: str) -> None:
    """Show a stack's derivation and its growth chart.

    image_size: (rows, cols) of the picture, which the stack must fit. key: of the chart.
    """
    derivation_table(stack, image_size)
    growth_chart(stack, image_size, key)


def derivation_table(stack: Stack, image_size: Pair) -> None:
    """Show layer by layer how the field comes about; a long stack scrolls.

    image_size: (rows, cols) of the picture, which the stack must fit.
    """
    steps = derivation(stack, image_size)
    st.markdown(f"{beginning(steps)} {growth(steps)}")
    rows = [
        {
            "layer": f"{step.number}\u00a0{step.layer}",
            "field": one_or_two(step.field.size),
            "jump": one_or_two(step.field.jump),
            "how it comes about": step.words,
        }
        for step in steps
    ]
    scrolling_table(rows)
