"""Downloads of the learner's stack: PyTorch code, Keras code, and a CSV table of its layers."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from pages.ui.scene.scene import Scene
from pages.ui.sections.layer_table import layer_rows
from pages.ui.session.tab_state import tab_state
from rfcore.errors import RfcoreError
from rfcore.interop import to_keras, to_pytorch


class ExportFile(NamedTuple):
    """A file to download: label of its button, name, media type, and a function that makes it."""

    label: str
    name: str
    mime: str
    make: Callable[[Scene], str]


def pytorch_code(scene: Scene) -> str:
    """Return PyTorch code of the scene's stack, with its padding mode."""
    return to_pytorch(scene.stack, padding_mode=scene.padding_mode)


def keras_code(scene: Scene) -> str:
    """Return Keras code of the scene's stack for its picture; raises what `to_keras` does."""
    return to_keras(
        scene.stack, image_size=(scene.size, scene.size), padding_mode=scene.padding_mode
    )


def layer_csv(scene: Scene) -> str:
    """Return the table of the scene's layers as CSV, with a header line."""
    rows = layer_rows(scene.stack, (scene.size, scene.size), times="x")
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {name: figure.replace("\u00a0", " ") for name, figure in row.items()} for row in rows
    )
    return text.getvalue()


EXPORT_FILES = (
    ExportFile("PyTorch code", "shift_lab_stack.py", "text/x-python", pytorch_code),
    ExportFile("Keras code", "shift_lab_stack_keras.py", "text/x-python", keras_code),
    ExportFile("Layers as CSV", "shift_lab_layers.csv", "text/csv", layer_csv),
)


def export_buttons() -> None:
    """Show a download button for each file, or why it cannot be made."""
    scene = tab_state().scene
    with st.container(horizontal=True):
        for file in EXPORT_FILES:
            try:
                text = file.make(scene)
            except RfcoreError as error:
                st.info(f"{file.label}: {str(error).rstrip('.')}.", width=300)
                continue
            st.download_button(
                file.label,
                text,
                file_name=file.name,
                mime=file.mime,
                key=file.name,
                on_click="ignore",
                icon=":material/download:",
            )
