"""Hides addresses of Streamlit that no page needs. Pure ASGI: no Streamlit here."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class PrivatePaths:
    """ASGI middleware that answers requests for some paths as if nothing was there.

    paths: each without a slash at its end.
    """

    def __init__(self, app: ASGIApp, *, paths: Sequence[str]) -> None:
        self.app, self.paths = app, frozenset(paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to the app, or answer with status 404."""
        if scope["type"] == "http" and scope["path"].rstrip("/") in self.paths:
            await PlainTextResponse("Not found.", status_code=404)(scope, receive, send)
        else:
            await self.app(scope, receive, send)
