"""The learner's own model: pasted as text, parsed into layers, opened on the stage."""

from __future__ import annotations

import streamlit as st

from pages.ui.controls.notices import show_problem
from pages.ui.sections.derivation import count_text
from pages.ui.sections.growth import field_arithmetic
from pages.ui.sections.layer_table import layer_table
from pages.ui.sections.open_stack import open_button
from pages.ui.session.tab_state import tab_state
from pages.ui.text.prose import prose
from pages.ui.text.sentence import as_sentence
from rfcore.errors import RfcoreError
from rfcore.interop import ModelReading, read_model

MODEL_CONTROL = "model"

MAX_MODEL_SIZE = 2048
"""Pixels per side of the largest picture for which a model's fields are computed."""


def own_model() -> None:
    """Show the input of a model's text, the layers that were read, and notes on the rest."""
    st.text_area(
        "A printed PyTorch or Keras model",
        key="model_text",
        height=200,
        placeholder="Sequential(\n  (0): Conv2d(3, 16, kernel_size=(3, 3), stride=(1, 1))\n  …\n)",
        help="What print(model) shows of a PyTorch nn.Sequential, or model.to_json() of a Keras "
        "Sequential. The text is read, never run.",
        persist_state="session",
    )
    st.button("Read it", on_click=_read)
    show_problem(MODEL_CONTROL)
    reading = st.session_state.get("model_reading")
    if reading is not None:
        _show(reading)


def _read() -> None:
    """Parse the text; if it cannot be parsed, the model that was read before stays."""
    problems = tab_state().problems
    problems.pop(MODEL_CONTROL, None)
    try:
        st.session_state["model_reading"] = read_model(st.session_state.get("model_text") or "")
    except RfcoreError as error:
        problems[MODEL_CONTROL] = as_sentence(str(error))


def _show(reading: ModelReading) -> None:
    st.markdown(f"The model has {count_text(len(reading.stack), 'layer')} that a stack can hold:")
    st.code(str(reading.stack), language=None, wrap_lines=True)
    _show_notes(reading)
    size = st.number_input(
        "On a picture of so many pixels a side",
        1,
        MAX_MODEL_SIZE,
        tab_state().scene.size,
        key="model_size",
        width=300,
    )
    try:
        layer_table(reading.stack, (size, size))
        fits = True
    except RfcoreError as error:
        st.warning(f"The model needs another picture: {str(error).rstrip('.')}.")
        fits = False
    refused = open_button("Put it on the stage", reading.stack, MODEL_CONTROL, reading.padding_mode)
    prose(
        "The stage shows gray pictures, so the first convolution gets 1 channel there. Its kernels "
        "are those that you choose for the stage: a printed model has no weights.",
        quiet=True,
    )
    if refused and fits:
        field_arithmetic(reading.stack, (size, size), "model_chart")


def _show_notes(reading: ModelReading) -> None:
    """Show which lines have no counterpart; as plain text, because they repeat what was pasted."""
    if not reading.notes:
        st.caption("Nothing was left out.")
        return
    st.markdown("What was left out, or read as something else:")
    with st.container(height=220 if len(reading.notes) > 6 else "content", gap="xsmall"):
        st.text("\n".join(map(str, reading.notes)))
    if not reading.has_same_fields:
        st.warning("The fields of the model may differ from those of these layers.")
