"""The learner's scenes: kept by the browser session, the page's own mirrored in its link."""

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
"""Rooms that a tab is remembered in; each lesson's step and each slide is one."""


@dataclass
class TabState:
    """What the server knows of one browser tab in one room.

    room: its name, and the scene of its first link. scene: the last good one. bare: what a link
    without a scene shows, the room's own scene or that with which the learner came back to it.
    revision: counts the changes that did not come from the stage, so that the stage knows when to
    take over what the server says; it starts at a random number, so that a stage of another session
    or room is not mistaken for this one. query: the link as last read or written.
    replaced_links: links that were replaced lately, and when, in seconds. notices: sentences to
    show once at the top. problems: a sentence per control, by its name. last_message: mount and
    token of the stage message that was accepted last. widget_values: what each control shows.
    stale_values: what each showed before the stage changed it.
    """

    room: Workspace
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
        """Whether a control's change only says what it showed before the hand changed the scene.

        The browser tells what every control shows with each message; one that was sent before it
        heard of the new value is no choice of the learner's. A slow browser may hear late: what
        comes together with a new message of the stage is due to that one.
        """
        is_shown = value == self.widget_values.get(control)
        is_old = value in self.stale_values.get(control, ()) and not is_shown
        return is_old and (is_settling() or self._hand_has_come())

    def _hand_has_come(self) -> bool:
        told = stage_state("hand")
        return (
            isinstance(told, dict) and (told.get("mount"), told.get("token")) != self.last_message
        )

    def change(self, make: Callable[[Scene], Scene], control: str) -> None:
        """Replace the scene by what `make` makes of it; keep the last good one if it raises.

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
                self.problems.clear()  # what could not be done was about other layers
            self.scene = scene
            self.revision += 1
            self.write_link()

    def is_new(self, hand: StageMessage) -> bool:
        """Whether this message of the stage was not taken in yet; a rerun shows the last again."""
        return (hand.mount, hand.token) != self.last_message

    def accept(self, hand: StageMessage) -> bool:
        """Let the learner's hand change the scene; raises SceneError when it cannot.

        A message that was sent before another control changed the scene changes nothing. Returns
        whether the hand has changed what other controls show as well.
        """
        self.last_message = (hand.mount, hand.token)
        if hand.revision != self.revision:
            return False
        before, self.scene = self.scene, hand.applied_to(self.scene)
        if hand.committed:
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
        """Mirror the scene in the address bar, so that reload, back and a bookmark keep it."""
        self.replaced_links = with_replaced(self.replaced_links, self.query or {})
        self.query = to_query(self.scene)
        if _scene_query() != self.query:
            st.query_params.from_dict({**_other_query(), **self.query})

    def read_link(self, lenses: tuple[LensName, ...], *, arrived: bool) -> None:
        """Take over the scene of the address bar if it is not the one written there last.

        lenses: those of the page, the first for links that name none. arrived: whether the learner
        came from another page; one who comes with a bare link finds the room as they left it.
        """
        query = _scene_query()
        if arrived and not query:
            self.query = query
            if self.scene.lens not in lenses:
                self.scene = replace(self.scene, lens=lenses[0])
            self.bare = self.scene
            self.revision += 1
            if self.scene != replace(self.room.scene, lens=lenses[0]):
                self.write_link()
            else:
                # The page just left may have written its last link after the learner went.
                st.query_params.from_dict(_other_query())
            return
        if query == (self.query or {}):
            return
        # Right after a run, or a queue of them: sent before the browser heard of the new link.
        if is_settling() and any(query == link for link, _ in self.replaced_links):
            return
        self.replaced_links.clear()  # someone went back, and may do so again at once
        base = replace(self.room.scene, lens=lenses[0]) if query else self.bare
        self.scene, self.notices = from_query(query, self.scene.photo, base)
        if self.scene.lens not in lenses:
            self.notices.append(
                f"The link\u2019s \u201clens\u201d was left out: this page has "
                f"{', '.join(lenses)}, not {self.scene.lens}."
            )
            self.scene = replace(self.scene, lens=lenses[0])
        if not self.room.admits(self.scene.stack):
            self.notices.append(
                f"The link\u2019s \u201cstack\u201d was left out: this page has "
                f"{self.room.stacks}, as in {base.stack}, not {str(self.scene.stack)[:40]}."
            )
            self.scene = self.scene.with_stack(base.stack)
        self.revision += 1
        self.problems.clear()
        self.query = query


def open_workspace(room: Workspace, *lenses: LensName) -> TabState:
    """Begin a page that shows a room through some lenses: take over the scene of its link."""
    state = st.session_state
    states = state.setdefault(_TAB_STATES, {})
    page = (room.name, lenses)
    arrived = room.name in states and state.get(_PAGE) != page
    if room.name not in states:
        scene = replace(room.scene, lens=lenses[0])
        states[room.name] = TabState(room, scene, scene)
    states[room.name] = states.pop(room.name)  # the one seen last stands last
    while len(states) > MAX_WORKSPACES:
        states.pop(next(iter(states)))
    state[_PAGE] = page
    here = tab_state()
    here.read_link(lenses, arrived=arrived)
    return here


def note_navigation(path: str) -> None:
    """Note which page is about to run; who comes to its stage from another one has arrived."""
    if _PATH not in st.session_state:
        collect_garbage()  # somebody new has come, and may have taken the place of one who left
    if st.session_state.get(_PATH) != path:
        st.session_state[_PATH] = path
        st.session_state[_PAGE] = None


def tab_state() -> TabState:
    """Return this browser tab's learner, in the room of the page that was entered last."""
    state = st.session_state
    room_name, _ = state[_PAGE]
    found: TabState = state[_TAB_STATES][room_name]
    return found


def _scene_query() -> dict[str, str]:
    return {key: st.query_params[key] for key in KEYS if key in st.query_params}


def _other_query() -> dict[str, str]:
    return {key: value for key, value in st.query_params.items() if key not in KEYS}
