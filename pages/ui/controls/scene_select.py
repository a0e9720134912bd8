"""A select box that shows one part of the scene and changes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from pages.ui.controls.notices import show_problem
from pages.ui.scene.scene import Scene
from pages.ui.session.tab_state import tab_state


def scene_select(
    label: str,
    options: Sequence[Any],
    value: Any,
    key: str,
    make: Callable[[Scene, Any], Scene],
    *,
    names: dict[Any, str] | None = None,
    control: str | None = None,
    width: Any = "stretch",
    tip: str | None = None,
    disabled: bool = False,
) -> None:
    """Show a select box for one part of the scene; a choice changes the scene.

    value: the current value; it is added to the options if it is not among them, as after a link.
    make: returns the scene with a chosen value. names: labels of options. control: the name under
    which the problem of a refused change is stored; if given, the caller shows that problem.
    """
    options = [*options, *([] if value in options else [value])]
    key = f"choose_{key}"
    control = control or key
    st.session_state[key] = value
    here = tab_state()
    here.widget_values[key] = value

    def choose() -> None:
        choice = st.session_state[key]
        if not here.is_stale(key, choice):
            here.change(lambda scene: make(scene, choice), control)

    st.selectbox(
        label,
        options,
        key=key,
        format_func=lambda option: (names or {}).get(option, str(option)),
        on_change=choose,
        filter_mode=None,
        help=tip,
        width=width,
        disabled=disabled,
    )
    if control == key:
        show_problem(key)
