"""Which tabs are open: each holds a socket to Streamlit, known by the key of its handshake."""

from __future__ import annotations

from collections import Counter

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

KEY = "Sec-WebSocket-Key"
"""The header that is different for each socket; a script finds it in `st.context.headers`."""

_open: Counter[str] = Counter()


class OpenTabs:
    """ASGI middleware that notes the open sockets; path: that of Streamlit's socket."""

    def __init__(self, app: ASGIApp, *, path: str) -> None:
        self.app, self.path = app, path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a connection on to the app, and note it for as long as it is open."""
        if scope["type"] != "websocket" or scope["path"] != self.path:
            await self.app(scope, receive, send)
            return
        key = Headers(scope=scope).get(KEY, "")
        _open[key] += 1
        try:
            await self.app(scope, receive, send)
        finally:
            _open[key] -= 1
            if not _open[key]:
                del _open[key]


def is_open(key: str) -> bool:
    """Whether the tab with this key is open. Any thread may ask."""
    return key in _open
