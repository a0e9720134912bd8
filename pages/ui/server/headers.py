"""Security headers of every response: nothing from other sites is loaded, no injected script runs.

Pure ASGI: no Streamlit here.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ANCESTORS_VARIABLE = "SHIFT_LAB_FRAME_ANCESTORS"
"""The environment variable that names the sites which may show the app in a frame."""

STREAMLITS_SCRIPT = "'sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA='"
"""The digest of the one inline script in Streamlit's page."""

_SELF, _NONE = "'self'", "'none'"

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), usb=()"
    ),
}

_SOURCES = {
    "default-src": _NONE,
    # Streamlit imports each component's loader as a blob. It also tests for WebAssembly;
    # 'wasm-unsafe-eval' does not allow text to be run as a script.
    "script-src": f"'self' blob: 'wasm-unsafe-eval' {STREAMLITS_SCRIPT}",
    # Streamlit and Plotly insert inline styles.
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "media-src": "'self' blob:",
    "connect-src": _SELF,
    "manifest-src": _SELF,
    "base-uri": _NONE,
    "form-action": _NONE,
    "object-src": _NONE,
}


def frame_ancestors(text: str) -> tuple[str, ...]:
    """Return the sites that may show the app in a frame, as a policy names them.

    text: origins separated by blanks or commas, such as https://moodle.example, or 'self', or
    'none'; empty means 'self'. Raises ValueError for anything else.

    >>> frame_ancestors("self, https://*.example.org")
    ("'self'", 'https://*.example.org')
    """
    names = [name.strip("'\"") for name in text.replace(",", " ").split()] or ["self"]
    return tuple(f"'{name}'" if name in ("self", "none") else _origin(name) for name in names)


def _origin(name: str) -> str:
    parts = urlsplit(name)
    bare = f"{parts.scheme}://{parts.netloc}"
    if parts.scheme not in ("http", "https") or name.rstrip("/") != bare or set(bare) & set(";@'"):
        raise ValueError(
            f"{ANCESTORS_VARIABLE} names sites such as https://moodle.example, got {name!r}"
        )
    return bare


def security_headers(ancestors: Sequence[str]) -> dict[str, str]:
    """Return the headers of every response, by name.

    ancestors: the sites that may show the app in a frame, from `frame_ancestors`.
    """
    sources = {**_SOURCES, "frame-ancestors": " ".join(ancestors)}
    policy = "; ".join(f"{name} {value}" for name, value in sources.items())
    headers = {**_HEADERS, "Content-Security-Policy": policy}
    # The older header can express only these two; for any other sites it would be wrong.
    frames = {"'self'": "SAMEORIGIN", "'none'": "DENY"}.get(" ".join(ancestors))
    return headers if frames is None else {**headers, "X-Frame-Options": frames}


class SecurityHeaders:
    """ASGI middleware that adds the headers to every HTTP response, errors included.

    Cookies of a response over TLS are marked as such, so that a browser sends them over TLS alone.
    Streamlit does so only if it has the certificate itself, and not behind a proxy that has it.
    """

    def __init__(self, app: ASGIApp, headers: dict[str, str]) -> None:
        self.app, self.headers = app, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request and add the headers to its response."""
        over_tls = scope["type"] == "http" and _is_over_tls(scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self.headers)
                if over_tls:
                    _secure_cookies(headers)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def _is_over_tls(scope: Scope) -> bool:
    # A client can forge this header, but it affects only the client's own cookies.
    forwarded = Headers(scope=scope).get("x-forwarded-proto", "").split(",")[0].strip()
    return "https" in (scope.get("scheme"), forwarded.lower())


def _secure_cookies(headers: MutableHeaders) -> None:
    cookies = headers.getlist("set-cookie")
    del headers["set-cookie"]
    for cookie in cookies:
        rules = {rule.strip().lower() for rule in cookie.split(";")[1:]}
        headers.append("set-cookie", cookie if "secure" in rules else f"{cookie}; Secure")


HEADERS = security_headers(frame_ancestors(os.environ.get(ANCESTORS_VARIABLE, "")))
"""The headers of this server's responses."""


def server_error(_request: Request, _error: Exception) -> Response:
    """Return the response to an unhandled exception; it reveals no details."""
    return PlainTextResponse("Something went wrong here.", status_code=500, headers=HEADERS)
