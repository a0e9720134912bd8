"""Hostile input for a live server: links, stage messages and frame requests over its sockets."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from random import Random
from socket import create_connection, socket
from typing import Self
from urllib.request import urlopen

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from benchmarks.app_server import AppServer, memory
from benchmarks.fuzz_changes import changed_message
from benchmarks.fuzz_inputs import PHOTOS, SCENES, changed_link, valid_message
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
        self._try(random.choice((self._link, self._message, self._frames)), random)

    def raw(self, random: Random) -> None:
        """Break the rules of HTTP and sockets; the server answers others all the same."""
        attacks = (self._unread, self._unfinished, self._headers, self._upload, self._log_lines)
        random.choice(attacks)(random)
        begun = time.monotonic()
        with urlopen(f"{self._server.url}/_stcore/health", timeout=self.slowest) as answer:
            answer.read()
        if time.monotonic() - begun > self.slowest:
            raise AssertionError("health was answered late")

    def _try(self, case: Callable[[Random], None], random: Random) -> None:
        try:
            case(random)
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

    def _unread(self, random: Random) -> None:
        """Ask for frames and read none of them."""
        scene = random.choice(SCENES)
        message = json.dumps(valid_message(scene, query=to_query_string(scene), photo=None))
        with self._line() as line:
            line.sendall(handshake(self._server.port, "/frames"))
            with suppress(ConnectionError, TimeoutError):
                for _ in range(30):
                    line.sendall(_masked(message.encode()))

    def _unfinished(self, random: Random) -> None:
        """Announce a message of many megabytes, and send a part of it."""
        size = random.randint(1, 2**34)
        with self._line() as line:
            line.sendall(
                handshake(self._server.port, random.choice(("/frames", "/_stcore/stream")))
            )
            with suppress(ConnectionError, TimeoutError):
                line.sendall(announced(size) + bytes(min(size - 1, 2_000_000)))

    def _headers(self, random: Random) -> None:
        """Send headers that are endless, or no headers."""
        with self._line() as line, suppress(ConnectionError, TimeoutError):
            line.sendall(b"GET / HTTP/1.1\r\n")
            for _ in range(200):
                line.sendall(b"x-" + random.randbytes(8).hex().encode() + b": " + b"y" * 1000)
                line.sendall(random.choice((b"\r\n", b"\r\n", b"\n", b"\0", b": ")))

    def _upload(self, random: Random) -> None:
        """Upload a file for a session that does not exist, or one that is not complete."""
        body = random.choice(PHOTOS)
        size = len(body) + random.choice((0, 0, 1000, 2**40))
        path = f"/_stcore/upload_file/{random.randbytes(8).hex()}/{random.randbytes(8).hex()}"
        with self._line() as line, suppress(ConnectionError, TimeoutError):
            head = f"PUT {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\n"
            line.sendall(head.encode() + body)
            line.recv(4000)

    def _log_lines(self, random: Random) -> None:
        """Ask for what has line breaks and colour codes in its name."""
        hostile = random.choice(("%0d%0aERROR", "%1b[31m", "%00", "%e2%80%ae", "x" * 9000))
        path = random.choice((f"/{hostile}", f"/frames?{hostile}", f"/_stcore/{hostile}"))
        with self._line() as line, suppress(ConnectionError, TimeoutError):
            line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            line.recv(4000)

    def _line(self) -> socket:
        line = create_connection(("127.0.0.1", self._server.port), timeout=self.slowest)
        line.settimeout(0.5)
        return line


def handshake(port: int, path: str) -> bytes:
    """Return the request that opens a socket of a server on this machine."""
    host = f"127.0.0.1:{port}"
    return (
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
    ).encode()


def announced(size: int) -> bytes:
    """Return the head of a binary message of so many bytes, as a client sends it."""
    return b"\x82\xff" + size.to_bytes(8, "big") + b"\0\0\0\0"


def _masked(text: bytes) -> bytes:
    """Return a text message of a socket, as a client sends it."""
    return b"\x81\xfe" + len(text).to_bytes(2, "big") + b"\0\0\0\0" + text
