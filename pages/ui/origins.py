"""Who may open a socket: pages of this site alone. Pure ASGI: no Streamlit here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY_VIOLATION, UNREADABLE = 1008, 1003
"""Close codes of the WebSocket protocol."""


class OwnSockets:
    """ASGI middleware that refuses every WebSocket which a page of another site opens.

    Streamlit asks a server outside for this machine's address before it refuses one, and holds up
    everybody meanwhile. allowed: further sites whose pages may, e.g. "https://lab.example".
    checks: by the path of a socket, whether a message there, or None for a text, can be read; one
    that cannot ends the connection as if the page had left.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        allowed: Sequence[str] = (),
        checks: Mapping[str, Callable[[bytes | None], bool]],
    ) -> None:
        self.app, self.allowed = app, frozenset(_site(origin) for origin in allowed)
        self.checks = checks

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

        check = self.checks.get(scope["path"])

        async def receive_sound() -> Message:
            message = await receive()
            if check and message["type"] == "websocket.receive" and not check(message.get("bytes")):
                return {"type": "websocket.disconnect", "code": UNREADABLE}
            return message

        await self.app(scope, receive_sound, send)

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
