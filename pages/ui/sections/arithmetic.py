"""A stack's arithmetic on the page: how every field comes about, and how the fields grow."""

from __future__ import annotations

import streamlit as st

from pages.ui.sections.derivation import derivation, derivation_intro, growth_sentence
from pages.ui.sections.growth import growth_chart
from pages.ui.sections.scrolling import height_for
from pages.ui.text.prose import prose
from rfcore.layers import Pair
from rfcore.stack import Stack


def arithmetic(stack: Stack, image_size: Pair, key: str) -> None:
    """Show a stack's derivation and its growth chart.

    image_size: (rows, cols) of the picture, which the stack must fit. key: of the chart.
    """
    derivation_list(stack, image_size)
    growth_chart(stack, image_size, key)


def derivation_list(stack: Stack, image_size: Pair) -> None:
    """Show layer by layer how the field comes about; a long stack scrolls.

    image_size: (rows, cols) of the picture, which the stack must fit.
    """
    steps = derivation(stack, image_size)
    prose(f"{derivation_intro(steps)} {growth_sentence(steps)}")
    with st.container(height=height_for(len(steps))):
        st.markdown("\n".join(f"{step.number}. **{step.result}** {step.words}" for step in steps))
