"""Hostile input for the live server: links, hands and frames over its own sockets."""

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
"""Cases that one tab is used for: sessions have to go as well."""


class LiveServer:
    """The app in a process of its own, as a context manager, and the tab that troubles it.

    slowest: seconds that an answer may take.
    """

    def __init__(self, slowest: float) -> None:
        self.slowest = slowest
        self._server = AppServer()
        self._open: AbstractContextManager[Tab] | None = None
        self._at: Tab
        self._used = 0

    def __enter__(self) -> Self:
        """Start the app, and let it import all that its first run takes seconds for."""
        self._server.__enter__()
        self._tab()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the app."""
        self._leave()
        self._server.__exit__(None, None, None)

    @property
    def memory(self) -> float:
        """Return the MB that the app has in memory."""
        return memory(self._server.pid)

    @property
    def traces(self) -> int:
        """How many unhandled exceptions the app's log tells of."""
        return self._server.log().count("Traceback")

    def wire(self, random: Random) -> None:
        """Send a link, a stage message or a few frames to the live server."""
        try:
            random.choice((self._link, self._hand, self._frames))(random)
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

    def _hand(self, random: Random) -> None:
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
        told = valid_message(scene, query=to_query_string(scene), photo=None)
        with connect(self._server.url.replace("http", "ws") + "/frames") as socket:
            for message in (told, *(changed_message(random, told) for _ in range(3))):
                try:
                    socket.send(json.dumps(message))
                    socket.recv(timeout=self.slowest)
                except ConnectionClosed:  # refused; the stage would ask through its component
                    return
