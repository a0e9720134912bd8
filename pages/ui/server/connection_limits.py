"""Limits of open connections, for a server that strangers reach without nginx before it.

uvicorn waits for the headers and the body of a request for as long as they take, and reads as many
headers as come. Each such connection holds a file descriptor, and a process without free ones
accepts nobody. It also keeps the beginning of a message on a socket until its end has come.
Streamlit starts uvicorn and passes no options on, so the limits are put into its protocol class. No
Streamlit here.
"""

from __future__ import annotations

import sys
from asyncio import AbstractEventLoop
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADER_SECONDS = 10.0
"""Time in which the headers of a request must have come."""

MAX_HEADER_BYTES = 64 * 1024
"""Bytes of the headers of one request; a browser sends a few thousand."""

MAX_WAITING = 400
"""Connections whose headers have not all come. The one that has waited longest makes room."""

BODY_SECONDS, MIN_BODY_BYTES = 15.0, 16 * 1024
"""A request body that is not complete brings at least so many bytes in each such time."""

MAX_SOCKET_MESSAGE = 5 * 2**18
"""Bytes of one message from a browser: `maxWidgetStateSize`, and a quarter of it."""

WANTED_DESCRIPTORS, SPARE_DESCRIPTORS = 65_536, 128
"""File descriptors that the process asks for, and those of them that are not for connections."""

LIMITED = (
    "connection_made",
    "connection_lost",
    "data_received",
    "on_message_begin",
    "on_headers_complete",
    "on_body",
    "on_message_complete",
)
"""The methods of uvicorn's class that are extended."""  # fmt: skip


def raise_descriptor_limit() -> int:
    """Ask for as many file descriptors as are wanted and allowed; return how many there are."""
    if sys.platform == "win32":
        return WANTED_DESCRIPTORS  # there is no such limit
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = WANTED_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, WANTED_DESCRIPTORS)
    if soft == resource.RLIM_INFINITY or soft >= most:
        return soft if soft > 0 else WANTED_DESCRIPTORS
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    except (OSError, ValueError):  # macOS names no limit, but has one
        return soft
    return most


class _Waiting:
    """Connections whose headers have not all come, in the order in which they began to come."""

    def __init__(self, max_connections: int) -> None:
        self.max_connections = max_connections
        self._began: OrderedDict[HttpToolsProtocol, float] = OrderedDict()
        self._is_armed = False

    def begin(self, protocol: HttpToolsProtocol) -> None:
        loop = protocol.loop
        self._began.setdefault(protocol, loop.time())
        while len(self._began) > min(MAX_WAITING, self.max_connections // 2):
            self._cut(next(iter(self._began)))
        self._arm(loop)

    def end(self, protocol: HttpToolsProtocol) -> None:
        self._began.pop(protocol, None)

    def __contains__(self, protocol: HttpToolsProtocol) -> bool:
        return protocol in self._began

    def _cut(self, protocol: HttpToolsProtocol) -> None:
        self.end(protocol)
        protocol.transport.abort()

    def _arm(self, loop: AbstractEventLoop) -> None:
        if self._began and not self._is_armed:
            self._is_armed = True
            oldest = next(iter(self._began.values()))
            loop.call_later(max(0, oldest + HEADER_SECONDS - loop.time()), self._sweep, loop)

    def _sweep(self, loop: AbstractEventLoop) -> None:
        self._is_armed = False
        while self._began:
            protocol, began = next(iter(self._began.items()))
            if began + HEADER_SECONDS > loop.time():
                break
            self._cut(protocol)
        self._arm(loop)


class _Bodies:
    """Requests whose bodies have not all come.

    All are looked at together, every BODY_SECONDS. `_arrived` has the bytes since the last look, of
    those that were there at that look; `_new` has the others.
    """

    def __init__(self) -> None:
        self._new: set[HttpToolsProtocol] = set()
        self._arrived: dict[HttpToolsProtocol, int] = {}
        self._is_armed = False

    def begin(self, protocol: HttpToolsProtocol) -> None:
        self._new.add(protocol)
        self._arm(protocol.loop)

    def note(self, protocol: HttpToolsProtocol, count: int) -> None:
        if protocol in self._arrived:
            self._arrived[protocol] += count

    def end(self, protocol: HttpToolsProtocol) -> None:
        self._new.discard(protocol)
        self._arrived.pop(protocol, None)

    def _arm(self, loop: AbstractEventLoop) -> None:
        if (self._new or self._arrived) and not self._is_armed:
            self._is_armed = True
            loop.call_later(BODY_SECONDS, self._sweep, loop)

    def _sweep(self, loop: AbstractEventLoop) -> None:
        self._is_armed = False
        slow = [one for one, count in self._arrived.items() if count < MIN_BODY_BYTES]
        for protocol in slow:
            self.end(protocol)
            protocol.transport.abort()
        self._arrived = dict.fromkeys([*self._arrived, *self._new], 0)
        self._new.clear()
        self._arm(loop)


def limit_connections(max_connections: int) -> None:
    """Put the limits into uvicorn's class; call it once, before the server accepts connections.

    max_connections: further connections are closed at once, so that those that are open go on.
    """
    _limit_headers(_Waiting(max_connections))
    _limit_bodies(_Bodies())


def _limit_headers(waiting: _Waiting) -> None:
    was: dict[str, Any] = {name: getattr(HttpToolsProtocol, name) for name in LIMITED}

    def connection_made(self: HttpToolsProtocol, transport: Any) -> None:
        was["connection_made"](self, transport)
        self.config.ws_max_size = min(self.config.ws_max_size, MAX_SOCKET_MESSAGE)
        if len(self.connections) > waiting.max_connections:
            transport.abort()
        else:
            waiting.begin(self)

    def connection_lost(self: HttpToolsProtocol, exc: Exception | None) -> None:
        waiting.end(self)
        was["connection_lost"](self, exc)

    def data_received(self: Any, data: bytes) -> None:
        was["data_received"](self, data)
        if self in waiting:
            self.header_bytes = getattr(self, "header_bytes", 0) + len(data)
            if self.header_bytes > MAX_HEADER_BYTES:
                waiting.end(self)
                self.transport.abort()
        else:
            self.header_bytes = 0

    def on_message_begin(self: HttpToolsProtocol) -> None:
        waiting.begin(self)
        was["on_message_begin"](self)

    def on_headers_complete(self: HttpToolsProtocol) -> None:
        waiting.end(self)
        was["on_headers_complete"](self)

    _extend(connection_made, connection_lost, data_received, on_message_begin, on_headers_complete)


def _limit_bodies(bodies: _Bodies) -> None:
    was: dict[str, Any] = {name: getattr(HttpToolsProtocol, name) for name in LIMITED}

    def connection_lost(self: HttpToolsProtocol, exc: Exception | None) -> None:
        bodies.end(self)
        was["connection_lost"](self, exc)

    def on_headers_complete(self: HttpToolsProtocol) -> None:
        bodies.begin(self)
        was["on_headers_complete"](self)

    def on_body(self: HttpToolsProtocol, body: bytes) -> None:
        bodies.note(self, len(body))
        was["on_body"](self, body)

    def on_message_complete(self: HttpToolsProtocol) -> None:
        bodies.end(self)
        was["on_message_complete"](self)

    _extend(connection_lost, on_headers_complete, on_body, on_message_complete)


def _extend(*methods: Callable[..., None]) -> None:
    for method in methods:
        setattr(HttpToolsProtocol, method.__name__, method)
