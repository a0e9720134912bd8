"""The state of one browser tab in each workspace, and the link that mirrors its scene."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import streamlit as st

from pages.ui.scene.lenses import LensName
from pages.ui.scene.link import KEYS, from_query, to_query
from pages.ui.scene.scene import Scene
from pages.ui.scene.stage_message import StageMessage
from pages.ui.scene.workspaces import Workspace
from pages.ui.server.free_memory import collect_garbage
from pages.ui.session.late_values import (
    MAX_STALE_VALUES,
    ReplacedLinks,
    is_settling,
    with_replaced,
)
from pages.ui.session.stage_state import stage_state
from pages.ui.text.sentence import as_sentence
from rfcore.errors import RfcoreError

_TAB_STATES = "tab_states"
_PAGE = "page"

_PATH = "path"

MAX_WORKSPACES = 80
"""Workspaces whose state a tab keeps; each step of a lesson and each slide has its own."""


@dataclass
class TabState:
    """The state of one browser tab in one workspace.

    workspace: its name, its start scene, and the stacks that it admits. scene: the last valid
    scene. bare: the scene of a link without scene parameters: the start scene, or the scene at the
    learner's last return. revision: counts the changes that did not come from the stage; the stage
    drops its own scene when it grows. It starts at a random number, so that messages of a stage in
    another session or workspace do not match. query: the link as last read or written.
    replaced_links: recently replaced links with their times in seconds. notices: sentences about
    the link, shown above the stage. problems: one sentence by control name. last_message: (mount,
    token) of the stage message accepted last. widget_values: what each control shows.
    stale_values: what each control showed before the stage changed the scene.
    """

    workspace: Workspace
    scene: Scene
    bare: Scene
    revision: int = field(default_factory=lambda: secrets.randbelow(2**31))
    query: dict[str, str] | None = None
    replaced_links: ReplacedLinks = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)
    last_message: tuple[str, int] = ("", 0)
    widget_values: dict[str, object] = field(default_factory=dict)
    stale_values: dict[str, tuple[object, ...]] = field(default_factory=dict)

    def is_stale(self, control: str, value: object) -> bool:
        """Whether a control's value is from before the stage changed the scene, not a new choice.

        The browser sends the values of all controls with each message. A message sent before the
        browser received the new value still has the old one. A slow browser may be late: an old
        value that arrives together with a new stage message is stale too.
        """
        is_shown = value == self.widget_values.get(control)
        is_old = value in self.stale_values.get(control, ()) and not is_shown
        return is_old and (is_settling() or self._has_new_stage_message())

    def _has_new_stage_message(self) -> bool:
        sent = stage_state("message")
        return (
            isinstance(sent, dict) and (sent.get("mount"), sent.get("token")) != self.last_message
        )

    def change(self, make: Callable[[Scene], Scene], control: str) -> None:
        """Replace the scene by `make(scene)`; keep the current one if `make` raises an RfcoreError.

        The sentence of an error is kept under the control's name.
        """
        self.notices.clear()
        self.problems.pop(control, None)
        try:
            scene = make(self.scene)
        except RfcoreError as error:
            self.problems[control] = f"{as_sentence(str(error))} The scene stays as it was."
            return
        if scene != self.scene:
            self.stale_values.clear()
            if scene.stack != self.scene.stack:
                self.problems.clear()  # they were about other layers
            self.scene = scene
            self.revision += 1
            self.write_link()

    def is_new(self, message: StageMessage) -> bool:
        """Whether a stage message was not accepted yet; a rerun delivers the last one again."""
        return (message.mount, message.token) != self.last_message

    def accept(self, message: StageMessage) -> bool:
        """Apply a stage message to the scene; raises SceneError if the scene does not allow it.

        A message that was sent before a control changed the scene is ignored. Returns whether the
        message changed something that controls show.
        """
        self.last_message = (message.mount, message.token)
        if message.revision != self.revision:
            return False
        before, self.scene = self.scene, message.applied_to(self.scene)
        if message.committed:
            self.write_link()
        others_show_it = any(
            getattr(before, part) != getattr(self.scene, part)
            for part in ("kernels", "cells", "training")
        )
        if others_show_it:
            # A slow browser may be several changes behind.
            self.stale_values = {
                control: (*self.stale_values.get(control, ()), value)[-MAX_STALE_VALUES:]
                for control, value in self.widget_values.items()
            }
        return others_show_it

    def write_link(self) -> None:
        """Write the scene into the address bar, so that reload, Back and bookmarks keep it."""
        self.replaced_links = with_replaced(self.replaced_links, self.query or {})
        self.query = to_query(self.scene)
        if _scene_query() != self.query:
            st.query_params.from_dict({**_other_query(), **self.query})

    def read_link(self, lenses: tuple[LensName, ...], *, arrived: bool) -> None:
        """Load the scene of the address bar, unless it is the link that was written there last.

        lenses: those of the page; the first is the default. arrived: whether the learner came from
        another page. With a link without scene parameters they find the scene as they left it.
        """
        query = _scene_query()
        if arrived and not query:
            self.query = query
            if self.scene.lens not in lenses:
                self.scene = replace(self.scene, lens=lenses[0])
            self.bare = self.scene
            self.revision += 1
            if self.scene != replace(self.workspace.scene, lens=lenses[0]):
                self.write_link()
            else:
                # The previous page may have written its link after the navigation.
                st.query_params.from_dict(_other_query())
            return
        if query == (self.query or {}):
            return
        # Right after one or several runs: sent before the browser received the new link.
        if is_settling() and any(query == link for link, _ in self.replaced_links):
            return
        self.replaced_links.clear()  # the learner used Back, and may do so again at once
        base = replace(self.workspace.scene, lens=lenses[0]) if query else self.bare
        self.scene, self.notices = from_query(query, self.scene.photo, base)
        if self.scene.lens not in lenses:
            self.notices.append(
                f"The link\u2019s \u201clens\u201d was left out: this page has "
                f"{', '.join(lenses)}, not {self.scene.lens}."
            )
            self.scene = replace(self.scene, lens=lenses[0])
        if not self.workspace.admits(self.scene.stack):
            self.notices.append(
                f"The link\u2019s \u201cstack\u201d was left out: this page has "
                f"{self.workspace.stacks}, as in {base.stack}, not {str(self.scene.stack)[:40]}."
            )
            self.scene = self.scene.with_stack(base.stack)
        self.revision += 1
        self.problems.clear()
        self.query = query


def open_workspace(workspace: Workspace, *lenses: LensName) -> TabState:
    """Open a page's workspace and load the scene of its link.

    lenses: those of the page; the first is the default.
    """
    state = st.session_state
    states = state.setdefault(_TAB_STATES, {})
    page = (workspace.name, lenses)
    arrived = workspace.name in states and state.get(_PAGE) != page
    if workspace.name not in states:
        scene = replace(workspace.scene, lens=lenses[0])
        states[workspace.name] = TabState(workspace, scene, scene)
    states[workspace.name] = states.pop(workspace.name)  # most recently used last
    while len(states) > MAX_WORKSPACES:
        states.pop(next(iter(states)))
    state[_PAGE] = page
    here = tab_state()
    here.read_link(lenses, arrived=arrived)
    return here


def note_navigation(path: str) -> None:
    """Record which page is about to run, so that `open_workspace` knows an arrival from a rerun."""
    if _PATH not in st.session_state:
        collect_garbage()  # a new session: older ones may have ended
    if st.session_state.get(_PATH) != path:
        st.session_state[_PATH] = path
        st.session_state[_PAGE] = None


def tab_state() -> TabState:
    """Return the state of this browser tab in the workspace that was opened last."""
    state = st.session_state
    workspace_name, _ = state[_PAGE]
    found: TabState = state[_TAB_STATES][workspace_name]
    return found


def _scene_query() -> dict[str, str]:
    return {key: st.query_params[key] for key in KEYS if key in st.query_params}


def _other_query() -> dict[str, str]:
    return {key: value for key, value in st.query_params.items() if key not in KEYS}
