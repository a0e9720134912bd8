"""Resumes a session only in the browser that began it.

A tab that was cut off names its session when it connects again, and Streamlit gives the session to
anybody who can name it, even while its tab is open. Here the browser must also send the cookie with
which the session began: Streamlit's own token against forged requests, one for each browser.
"""

from __future__ import annotations

from collections import OrderedDict
from hashlib import sha256

from google.protobuf.descriptor_pool import Default
from google.protobuf.message import DecodeError
from google.protobuf.message_factory import GetMessageClass
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_OWNERS = 10_000
"""Sessions whose browser is remembered; Streamlit itself keeps far fewer."""

COOKIE = "_streamlit_xsrf"
"""Streamlit's cookie: `2|<mask>|<masked token>|<time>`, the middle two in hexadecimal."""

MIN_TOKEN = 16
"""Least bytes of a token that cannot be guessed."""

PROTOCOL = "sec-websocket-protocol"
"""The header of a socket in which Streamlit's page sends a name, its token and its session."""


class SessionOwners:
    """ASGI middleware that removes a session's name unless the browser began that session.

    A tab without the name gets a new session, as after a restart of the server.

    path: that of Streamlit's socket.
    """

    def __init__(self, app: ASGIApp, *, path: str) -> None:
        self.app, self.path = app, path
        self._owners: OrderedDict[str, bytes] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a connection on to the app, without the name of somebody else's session."""
        if scope["type"] != "websocket" or scope["path"] != self.path:
            await self.app(scope, receive, send)
            return
        browser = browser_of(HTTPConnection(scope).cookies.get(COOKIE, ""))
        scope = self._without_foreign_session(scope, browser)
        known = False

        async def send_and_learn(message: Message) -> None:
            nonlocal known
            if browser is not None and not known and message["type"] == "websocket.send":
                session = _session_in(message.get("bytes"))
                known = bool(session)
                if known:
                    self._remember(session, browser)
            await send(message)

        await self.app(scope, receive, send_and_learn)

    def _without_foreign_session(self, scope: Scope, browser: bytes | None) -> Scope:
        named = Headers(scope=scope).get(PROTOCOL, "").split(",")
        if len(named) < 3:
            return scope
        if browser is not None and self._owners.get(named[2].strip()) == browser:
            return scope
        scope = {**scope, "headers": list(scope["headers"])}
        MutableHeaders(scope=scope)[PROTOCOL] = ",".join(named[:2])
        return scope

    def _remember(self, session: str, browser: bytes) -> None:
        self._owners[session] = browser
        self._owners.move_to_end(session)
        if len(self._owners) > MAX_OWNERS:
            self._owners.popitem(last=False)


def browser_of(cookie: str) -> bytes | None:
    """Return a digest of the token in a browser's cookie COOKIE, or None without a valid one.

    The cookie's text changes with each answer; the token in it does not.
    """
    try:
        _, mask, masked, _ = cookie.strip('"').split("|")
        key, data = bytes.fromhex(mask), bytes.fromhex(masked)
    except ValueError:
        return None
    if not key or len(data) < MIN_TOKEN:
        return None
    return sha256(bytes(byte ^ key[n % len(key)] for n, byte in enumerate(data))).digest()


def _session_in(data: bytes | None) -> str:
    """Return the session that a message to the browser begins or resumes, or ""."""
    # Looked up by name: Streamlit has loaded the message type, but exports no public module for it.
    message = GetMessageClass(Default().FindMessageTypeByName("ForwardMsg"))()
    try:
        message.ParseFromString(data or b"")
    except DecodeError:
        return ""
    session: str = message.new_session.initialize.session_id
    return session
