"""A control that shows a part of the scene and changes it, and what was wrong with a change."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from pages.ui.scene.scene import Scene
from pages.ui.session.tab_state import learner


def link_notices() -> None:
    """Say which parts of the page's link could not be used, if any."""
    notices = learner().notices
    if notices:
        st.warning("\n".join(f"- {plain(notice)}" for notice in notices))


def choice_box(
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
    """A select box that shows a part of the scene and changes it.

    value: what the part is now; a link may have set it to none of the options, and it is one, too.
    """
    options = [*options, *([] if value in options else [value])]
    key = f"choose_{key}"
    control = control or key
    st.session_state[key] = value
    here = learner()
    here.shown[key] = value

    def choose() -> None:
        choice = st.session_state[key]
        if not here.is_echo(key, choice):
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
        problem_of(key)


def problem_of(control: str) -> None:
    """Show the sentence that a control's last change was refused with, if it was."""
    sentence = learner().problems.get(control)
    if sentence:
        st.error(plain(sentence))


def plain(text: str) -> str:
    """Escape Markdown: a sentence repeats what a stranger wrote in a link, images included.

    Web and mail addresses become links even so, unless an invisible joiner breaks them up.
    """
    text = re.sub(r"(?i)(?=[:@])|(?<=www)(?=\.)", "\u2060", " ".join(text.split()))
    return re.sub(r"([!-/:-@[-`{-~])", r"\\\1", text)
