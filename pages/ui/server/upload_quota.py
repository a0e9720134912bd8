"""A quota of uploads for each session and for all together. Pure ASGI: no Streamlit here.

Streamlit keeps each uploaded file until the browser deletes it or the session ends, two minutes
after its tab has closed. A photo is read at once and needs its file no longer. So the oldest
files are deleted, by the request that a browser would send.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SESSION_FILES = 2
"""Uploaded files that are kept for a session; the oldest is deleted first."""

ALL_BYTES = 256 * 2**20
"""Bytes of uploaded files that are kept for all sessions; the oldest file is deleted first."""

SESSION_AT_ONCE = 2
"""Uploads of a session that may arrive at the same time."""

ARRIVING_BYTES = 128 * 2**20
"""Bytes of all uploads that may have arrived in part at the same time."""

_LEAST = 64 * 1024  # what a small file counts, so that their number is bounded too

_BUSY = "Many files are being uploaded now. Try again in a minute."
_AT_ONCE = "Your last photos are still being uploaded. Wait until they have arrived."


class _File(NamedTuple):
    """An uploaded file by the path of its address."""

    session: str
    path: str


class UploadQuota:
    """ASGI middleware that bounds the uploads which arrive and those that are kept.

    prefix: what the paths of uploads begin with; a session and a file follow.
    """

    def __init__(self, app: ASGIApp, *, prefix: str) -> None:
        self.app, self.prefix = app, prefix
        self._kept: dict[_File, int] = {}  # the oldest first
        self._arriving: Counter[str] = Counter()  # uploads by session
        self._arrived = 0  # bytes of the uploads that are not complete

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to the app, or refuse an upload."""
        if scope["type"] != "http" or not scope["path"].startswith(self.prefix):
            await self.app(scope, receive, send)
            return
        file = _File(scope["path"][len(self.prefix) :].split("/")[0], scope["path"])
        if scope["method"] == "PUT":
            await self._upload(file, scope, receive, send)
            return
        if scope["method"] == "DELETE":
            self._kept.pop(file, None)
        await self.app(scope, receive, send)

    async def _upload(self, file: _File, scope: Scope, receive: Receive, send: Send) -> None:
        length = Headers(scope=scope).get("content-length", "")
        announced = int(length) if length.isdecimal() and len(length) < 16 else 0
        refusal = None
        if self._arrived + announced > ARRIVING_BYTES:
            refusal = _BUSY
        elif self._arriving[file.session] >= SESSION_AT_ONCE:
            refusal = _AT_ONCE
        if refusal is not None:
            answer = PlainTextResponse(refusal, status_code=429, headers={"Retry-After": "60"})
            await answer(scope, receive, send)
            return
        size, is_kept = 0, False

        async def receive_counted() -> Message:
            nonlocal size
            message = await receive()
            more = len(message.get("body", b""))
            if self._arrived + more > ARRIVING_BYTES:
                return {"type": "http.disconnect"}
            size += more
            self._arrived += more
            return message

        async def send_noted(message: Message) -> None:
            nonlocal is_kept
            if message["type"] == "http.response.start":
                is_kept = message["status"] < 300
            await send(message)

        self._arriving[file.session] += 1
        try:
            await self.app(scope, receive_counted, send_noted)
        finally:
            self._arrived -= size
            self._arriving[file.session] -= 1
            if not self._arriving[file.session]:
                del self._arriving[file.session]
        if is_kept:
            self._kept.pop(file, None)
            self._kept[file] = max(size, _LEAST)
            await self._delete_oldest(file.session, scope)

    async def _delete_oldest(self, session: str, scope: Scope) -> None:
        """Delete the files beyond the quota; the request's headers show that it may do so."""
        own = [file for file in self._kept if file.session == session]
        beyond = own[:-SESSION_FILES]
        left = sum(self._kept.values()) - sum(self._kept[file] for file in beyond)
        for file, size in self._kept.items():
            if left <= ALL_BYTES:
                break
            if file not in beyond:
                beyond.append(file)
                left -= size
        for file in beyond:
            # The browser may have deleted it while another one was.
            self._kept.pop(file, None)
            await self._delete(file, scope)

    async def _delete(self, file: _File, scope: Scope) -> None:
        async def receive_nothing() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send_nothing(_: Message) -> None:
            """The browser did not ask for this answer."""

        own = {key: value for key, value in scope.items() if key not in {"path_params", "endpoint"}}
        request = {**own, "method": "DELETE", "path": file.path, "raw_path": file.path.encode()}
        await self.app(request, receive_nothing, send_nothing)
