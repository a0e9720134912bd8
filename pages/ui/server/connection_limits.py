"""Limits of open connections, for a server that strangers reach without nginx before it.

uvicorn waits for the headers of a request for as long as they take, and reads as many as come. Each
such connection holds a file descriptor, and a process without free ones accepts nobody. Streamlit
starts uvicorn and passes no options on, so the limits are put into its protocol class. Pure ASGI
servers: no Streamlit here.
"""

from __future__ import annotations

import sys
from asyncio import AbstractEventLoop
from collections import OrderedDict
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADER_SECONDS = 10.0
"""Time in which the headers of a request must have come."""

MAX_HEADER_BYTES = 64 * 1024
"""Bytes of the headers of one request; a browser sends a few thousand."""

MAX_WAITING = 400
"""Connections whose headers have not all come. The one that has waited longest makes room."""

WANTED_DESCRIPTORS, SPARE_DESCRIPTORS = 65_536, 128
"""File descriptors that the process asks for, and those of them that are not for connections."""

LIMITED = (
    "connection_made",
    "connection_lost",
    "data_received",
    "on_message_begin",
    "on_headers_complete",
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


def limit_connections(max_connections: int) -> None:
    """Put the limits into uvicorn's class; call it once, before the server accepts connections.

    max_connections: further connections are closed at once, so that those that are open go on.
    """
    waiting = _Waiting(max_connections)
    was: dict[str, Any] = {name: getattr(HttpToolsProtocol, name) for name in LIMITED}

    def connection_made(self: HttpToolsProtocol, transport: Any) -> None:
        was["connection_made"](self, transport)
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

    for limited in (
        connection_made, connection_lost, data_received, on_message_begin, on_headers_complete
    ):  # fmt: skip
        setattr(HttpToolsProtocol, limited.__name__, limited)
