"""Hostile input for a live server: links, stage messages and frame requests over its sockets."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from random import Random
from typing import Self

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from benchmarks.app_server import AppServer, memory
from benchmarks.fuzz_changes import changed_message
from benchmarks.fuzz_inputs import SCENES, changed_link, valid_message
from benchmarks.simulated_tab import Tab, tab_of
from pages.ui.scene.lenses import page_of
from pages.ui.scene.link import to_query_string
from pages.ui.scene.workspaces import STACK_WORKSPACE

STAY = 12
"""The number of cases in each tab; new tabs test that old sessions are freed."""


class LiveServer:
    """The app in its own process, as a context manager, and a tab that sends it hostile input.

    slowest: the longest time that an answer may take, in seconds.
    """

    def __init__(self, slowest: float) -> None:
        self.slowest = slowest
        self._server = AppServer()
        self._open: AbstractContextManager[Tab] | None = None
        self._at: Tab
        self._used = 0

    def __enter__(self) -> Self:
        """Start the app, and run it once, because its first run imports for seconds."""
        self._server.__enter__()
        self._tab()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the app."""
        self._leave()
        self._server.__exit__(None, None, None)

    @property
    def memory(self) -> float:
        """The memory of the app in MB."""
        return memory(self._server.pid)

    @property
    def traces(self) -> int:
        """The number of unhandled exceptions in the app's log."""
        return self._server.log().count("Traceback")

    def wire(self, random: Random) -> None:
        """Send a link, a stage message or a few frames to the live server."""
        try:
            random.choice((self._link, self._message, self._frames))(random)
        except BaseException:
            self._leave()
            raise

    def _tab(self) -> Tab:
        if self._open is None or self._used >= STAY:
            if self._open is not None:
                self._at.rest()
            self._leave()
            self._open = tab_of(self._server, self.slowest)
            self._at, self._used = self._open.__enter__(), 0
        self._used += 1
        return self._at

    def _leave(self) -> None:
        if self._open is not None:
            self._open.__exit__(None, None, None)
            self._open = None

    def _link(self, random: Random) -> None:
        self._tab().open(*changed_link(random))

    def _message(self, random: Random) -> None:
        tab, page, query = (
            self._tab(),
            page_of(STACK_WORKSPACE.scene.lens),
            to_query_string(STACK_WORKSPACE.scene),
        )
        tab.open(page, query)
        tab.read()
        message = changed_message(
            random, valid_message(STACK_WORKSPACE.scene, mount=f"{random.random()}")
        )
        tab.run(page, query, {**message, "revision": tab.header["revision"]}, fragment=True)

    def _frames(self, random: Random) -> None:
        scene = random.choice(SCENES)
        first = valid_message(scene, query=to_query_string(scene), photo=None)
        with connect(self._server.url.replace("http", "ws") + "/frames") as socket:
            for message in (first, *(changed_message(random, first) for _ in range(3))):
                try:
                    socket.send(json.dumps(message))
                    socket.recv(timeout=self.slowest)
                except ConnectionClosed:  # refused; the stage would ask through its component
                    return
