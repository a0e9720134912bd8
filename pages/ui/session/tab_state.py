"""The learner's scenes: kept by the browser session, the page's own mirrored in its link."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import inf
from time import monotonic

import streamlit as st

from pages.ui.render.readings import sentence_of
from pages.ui.scene.choices import Lens
from pages.ui.scene.link import KEYS, from_query, to_query
from pages.ui.scene.scene import Scene
from pages.ui.scene.stage_message import Hand
from pages.ui.scene.workspaces import Room
from pages.ui.sections.chart import STAGE
from pages.ui.server.free_memory import sweep
from rfcore.errors import RfcoreError

_LEARNERS = "learners"
_PAGE = "page"

_RESTED = "rested"
_PATH = "path"

UNDER_WAY = 0.7
"""Seconds after a run in which a request may come that was sent before the browser heard of it."""

MOST_ROOMS = 80
"""Rooms that a tab is remembered in; each lesson's step and each slide is one."""

ECHOES = 16
"""Values of a control that are known as its old ones."""

KEPT = 30.0
"""Seconds for which a replaced link is known as such."""


@dataclass
class Learner:
    """What the server knows of one browser tab in one room.

    room: its name, and the scene of its first link. scene: the last good one. bare: what a link
    without a scene shows, the room's own scene or that with which the learner came back to it.
    revision: counts the changes that did not come from the stage, so that the stage knows when to
    take over what the server says; it begins anywhere, so that a stage of another session or room
    is not taken for one of this. query: the link as last read or written. left: the links that
    were replaced of late, and when, in seconds. notices: sentences to show once at the top.
    problems: a sentence per control, by its name. answered: the stage message that was taken in
    last. shown: what each control shows. echoes: what each showed before the hand changed that.
    """

    room: Room
    scene: Scene
    bare: Scene
    revision: int = field(default_factory=lambda: secrets.randbelow(2**31))
    query: dict[str, str] | None = None
    left: list[tuple[dict[str, str], float]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)
    answered: tuple[str, int] = ("", 0)
    shown: dict[str, object] = field(default_factory=dict)
    echoes: dict[str, tuple[object, ...]] = field(default_factory=dict)

    def is_echo(self, control: str, value: object) -> bool:
        """Whether a control's change only says what it showed before the hand changed the scene.

        The browser tells what every control shows with each message; one that was sent before it
        heard of the new value is no choice of the learner's. A slow browser may hear late: what
        comes together with a new message of the stage is due to that one.
        """
        is_old = value in self.echoes.get(control, ()) and value != self.shown.get(control)
        return is_old and (is_under_way() or self._hand_has_come())

    def _hand_has_come(self) -> bool:
        told = (st.session_state.get(STAGE) or {}).get("hand")
        return isinstance(told, dict) and (told.get("mount"), told.get("token")) != self.answered

    def change(self, make: Callable[[Scene], Scene], control: str) -> None:
        """Replace the scene by what `make` makes of it; keep the last good one if it raises.

        The sentence of an error is kept under the control's name.
        """
        self.notices.clear()
        self.problems.pop(control, None)
        try:
            scene = make(self.scene)
        except RfcoreError as error:
            self.problems[control] = f"{sentence_of(str(error))} The scene stays as it was."
            return
        if scene != self.scene:
            self.echoes.clear()
            if scene.stack != self.scene.stack:
                self.problems.clear()  # what could not be done was about other layers
            self.scene = scene
            self.revision += 1
            self.write_link()

    def is_new(self, hand: Hand) -> bool:
        """Whether this message of the stage was not taken in yet; a rerun shows the last again."""
        return (hand.mount, hand.token) != self.answered

    def take_in(self, hand: Hand) -> bool:
        """Let the learner's hand change the scene; raises SceneError when it cannot.

        A message that was sent before another control changed the scene changes nothing. Returns
        whether the hand has changed what other controls show as well.
        """
        self.answered = (hand.mount, hand.token)
        if hand.revision != self.revision:
            return False
        before, self.scene = self.scene, hand.applied_to(self.scene)
        if hand.settled:
            self.write_link()
        others_show_it = any(
            getattr(before, part) != getattr(self.scene, part)
            for part in ("kernels", "cells", "training")
        )
        if others_show_it:
            # A slow browser may be several changes behind.
            self.echoes = {
                control: (*self.echoes.get(control, ()), value)[-ECHOES:]
                for control, value in self.shown.items()
            }
        return others_show_it

    def write_link(self) -> None:
        """Mirror the scene in the address bar, so that reload, back and a bookmark keep it."""
        now = monotonic()
        self.left = [(link, at) for link, at in self.left if now - at < KEPT]
        self.left.append((self.query or {}, now))
        self.query = to_query(self.scene)
        if _scene_query() != self.query:
            st.query_params.from_dict({**_other_query(), **self.query})

    def read_link(self, lenses: tuple[Lens, ...], *, arrived: bool) -> None:
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
        if is_under_way() and any(query == link for link, _ in self.left):
            return
        self.left.clear()  # someone went back, and may do so again at once
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


def enter(room: Room, *lenses: Lens) -> Learner:
    """Begin a page that shows a room through some lenses: take over the scene of its link."""
    state = st.session_state
    learners = state.setdefault(_LEARNERS, {})
    page = (room.name, lenses)
    arrived = room.name in learners and state.get(_PAGE) != page
    if room.name not in learners:
        scene = replace(room.scene, lens=lenses[0])
        learners[room.name] = Learner(room, scene, scene)
    learners[room.name] = learners.pop(room.name)  # the one seen last stands last
    while len(learners) > MOST_ROOMS:
        learners.pop(next(iter(learners)))
    state[_PAGE] = page
    here = learner()
    here.read_link(lenses, arrived=arrived)
    return here


def visit(path: str) -> None:
    """Note which page is about to run; who comes to its stage from another one has arrived."""
    if _PATH not in st.session_state:
        sweep()  # somebody new has come, and may have taken the place of one who left
    if st.session_state.get(_PATH) != path:
        st.session_state[_PATH] = path
        st.session_state[_PAGE] = None


def rested() -> None:
    """Note that a run has come to its end."""
    st.session_state[_RESTED] = monotonic()


def learner() -> Learner:
    """Return this browser tab's learner, in the room of the page that was entered last."""
    state = st.session_state
    room_name, _ = state[_PAGE]
    found: Learner = state[_LEARNERS][room_name]
    return found


def is_under_way() -> bool:
    """Whether this run may answer what was sent before the browser heard of the last one's link."""
    return _quiet() < UNDER_WAY


def _quiet() -> float:
    """Return for how many seconds no run has been on."""
    return monotonic() - float(st.session_state.get(_RESTED, -inf))


def _scene_query() -> dict[str, str]:
    return {key: st.query_params[key] for key in KEYS if key in st.query_params}


def _other_query() -> dict[str, str]:
    return {key: value for key, value in st.query_params.items() if key not in KEYS}
