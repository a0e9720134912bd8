"""Refuses WebSockets from pages of other sites. Pure ASGI: no Streamlit here."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY_VIOLATION, BYTES_ONLY = 1008, 1003
"""Close codes of the WebSocket protocol."""


class SameOriginSockets:
    """ASGI middleware that refuses every WebSocket which a page of another site opens.

    Streamlit would ask an external server for this machine's address before it refuses one, and
    would block all sessions meanwhile.

    allowed: origins of further sites that may open one, e.g. "https://lab.example". bytes_only:
    paths of binary sockets. A text message there ends the connection like a disconnect, because
    Streamlit would log a traceback for it.
    """

    def __init__(
        self, app: ASGIApp, *, allowed: Sequence[str] = (), bytes_only: Sequence[str] = ()
    ) -> None:
        self.app, self.allowed = app, frozenset(_site(origin) for origin in allowed)
        self.bytes_only = frozenset(bytes_only)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a connection on to the app, or refuse it."""
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if origin is not None and _site(origin) not in self._own(headers):
            await receive()  # "websocket.connect"
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
            return
        if origin is not None:
            # A proxy may have changed the host, and Streamlit compares it with the origin.
            scope = {**scope, "headers": list(scope["headers"])}
            MutableHeaders(scope=scope)["host"] = _site(origin)

        async def receive_bytes() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive" and message.get("bytes") is None:
                return {"type": "websocket.disconnect", "code": BYTES_ONLY}
            return message

        only_bytes = scope["path"] in self.bytes_only
        await self.app(scope, receive_bytes if only_bytes else receive, send)

    def _own(self, headers: Headers) -> frozenset[str]:
        # A page cannot set these headers of its sockets. A proxy forwards the requested host.
        named = {headers.get("host", ""), headers.get("x-forwarded-host", "").split(",")[0].strip()}
        return self.allowed | named - {""}


def _site(origin: str) -> str:
    """Return the host and port of an origin, or "" if it is not a URL."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""
