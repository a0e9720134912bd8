"""Refuses requests for a host name that is not this server's. Pure ASGI: no Streamlit here.

With DNS rebinding, a page of another site reaches a server in a private network: its own host name
suddenly stands for that server's address. The browser then takes both for one site, and only the
`Host` header tells them apart.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.ui.server.socket_origins import POLICY_VIOLATION

HOSTS_VARIABLE = "SHIFT_LAB_ALLOWED_HOSTS"
"""The environment variable with the host names of the app, besides those of this machine."""

ANY = "*"

REFUSAL = f"This server has another name. Whoever runs it can add this one to {HOSTS_VARIABLE}.\n"


def allowed_hosts(text: str) -> tuple[str, ...]:
    """Return the host names that the app answers to: those of this machine, and those in a text.

    text: names separated by blanks or commas; `*.example.org` stands for all names below
    example.org, and `*` for any name. Raises ValueError for a URL or a name with a port.

    >>> allowed_hosts("lab.example.org, *.example.edu")[-2:]
    ('lab.example.org', '*.example.edu')
    """
    named = [name.lower() for name in text.replace(",", " ").split()]
    for name in named:
        bare = name.removeprefix("*.")
        if name != ANY and (not bare.strip(".") or set(bare) & set("*/:@")):
            raise ValueError(f"{HOSTS_VARIABLE} names hosts such as lab.example, got {name!r}")
    own = socket.gethostname().lower()
    short = own.split(".")[0]
    return ("localhost", own, short, f"{short}.local", *(name.rstrip(".") for name in named))


def host_name(header: str) -> str:
    """Return the host name in a `Host` header in lower case, without its port, or "".

    >>> host_name("Lab.Example.:8501"), host_name("[::1]:8501"), host_name("a@b"), host_name("a/b")
    ('lab.example', '::1', '', '')
    """
    try:
        parts = urlsplit(f"//{header}")
        _ = parts.port  # raises ValueError if it is none
    except ValueError:
        return ""
    if parts.netloc != header or "@" in header:
        return ""
    return (parts.hostname or "").rstrip(".")


def is_allowed(header: str, allowed: Sequence[str]) -> bool:
    """Return whether a `Host` header names one of the hosts.

    An IP address is always allowed: DNS rebinding needs a name, so an attack never sends one.
    """
    name = host_name(header)
    if not name:
        return False
    return _is_address(name) or any(_matches(name, pattern) for pattern in allowed)


def _matches(name: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        return name.endswith(pattern[1:])
    return pattern in (name, ANY)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


class AllowedHosts:
    """ASGI middleware that refuses requests and sockets for any other host.

    A proxy may send the name that the browser asked for as `X-Forwarded-Host`; it counts too. A
    request without any name is let through, because no browser sends one.
    """

    def __init__(self, app: ASGIApp, *, allowed: Sequence[str]) -> None:
        self.app, self.allowed = app, tuple(allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a connection on to the app, or refuse it."""
        if scope["type"] == "lifespan" or all(
            is_allowed(name, self.allowed) for name in _names(Headers(scope=scope))
        ):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()  # "websocket.connect"
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        else:
            await PlainTextResponse(REFUSAL, status_code=421)(scope, receive, send)


def _names(headers: Headers) -> list[str]:
    forwarded = ",".join(headers.getlist("x-forwarded-host")).split(",")
    return [*headers.getlist("host"), *filter(None, (name.strip() for name in forwarded))]


HOSTS = allowed_hosts(os.environ.get(HOSTS_VARIABLE, ""))
"""The hosts that this server answers to."""
