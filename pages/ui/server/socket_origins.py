"""Who may open a socket: pages of this site alone. Pure ASGI: no Streamlit here."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY_VIOLATION, BYTES_ONLY = 1008, 1003
"""Close codes of the WebSocket protocol."""


class SameOriginSockets:
    """ASGI middleware that refuses every WebSocket which a page of another site opens.

    Streamlit asks a server outside for this machine's address before it refuses one, and holds up
    everybody meanwhile. allowed: further sites whose pages may, e.g. "https://lab.example".
    bytes_only: paths of sockets that speak bytes; there a text ends the connection as if the page
    had left, for Streamlit would write a trace about it.
    """

    def __init__(
        self, app: ASGIApp, *, allowed: Sequence[str] = (), bytes_only: Sequence[str] = ()
    ) -> None:
        self.app, self.allowed = app, frozenset(_site(origin) for origin in allowed)
        self.bytes_only = frozenset(bytes_only)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may come in."""
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
            # A proxy may have put its own name for this server here, and Streamlit compares.
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
        # No page can set these headers of its sockets; a proxy tells the name it was asked by.
        named = {headers.get("host", ""), headers.get("x-forwarded-host", "").split(",")[0].strip()}
        return self.allowed | named - {""}


def _site(origin: str) -> str:
    """Return the host and port of an origin, or nothing if it is no address."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""
