"""What the server tells every browser, asks of it, and keeps of it."""

import asyncio
import base64
import hashlib
import re
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from benchmarks.app_server import AppServer
from pages.ui.server.headers import (
    HEADERS,
    STREAMLITS_SCRIPT,
    SecurityHeaders,
    frame_ancestors,
    security_headers,
    server_error,
)

ELSEWHERE = "https://elsewhere.example"
SOCKETS = ("/frames", "/_stcore/stream")

ANSWERS = {
    "page": ("GET", "/", 200),
    "page by its path": ("GET", "/pooling_forgives", 200),
    "its script": ("GET", "{script}", 200),
    "asset": ("GET", "/assets/stage/stage.js", 200),
    "no asset": ("GET", "/assets/none.js", 404),
    "health": ("GET", "/_stcore/health", 200),
    "host config": ("GET", "/_stcore/host-config", 200),
    "no media": ("GET", "/media/none.png", 404),
    "upload without a session": ("PUT", "/_stcore/upload_file/none/none", 403),
    "deletion without a token": ("DELETE", "/_stcore/upload_file/none/none", 403),
    "path out of the folder": ("GET", "/assets/..%2f..%2fapp.py", 400),
    "wrong method": ("POST", "/_stcore/health", 405),
}

_open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


def ask(url: str, method: str = "GET") -> tuple[int, dict[str, str], str]:
    try:
        answer = _open(urllib.request.Request(url, method=method), timeout=10)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return answer.status, headers, answer.read().decode(errors="replace")


@pytest.fixture
def quiet(server: AppServer) -> Iterator[None]:
    """Nothing in the log afterwards: no trace, no warning."""
    before = server.log()
    yield
    assert server.log() == before


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS.values(), ids=ANSWERS.keys())
def test_every_answer_has_the_headers(
    server: AppServer, quiet: None, method: str, path: str, status: int
) -> None:
    if "{script}" in path:
        found = re.search(r'src="\.(/static/js/[^"]+)"', ask(server.url)[2])
        assert found
        path = found[1]
    got, headers, _ = ask(server.url + path, method)
    assert got == status
    for name, value in HEADERS.items():
        assert headers[name.lower()] == value


def test_the_headers_say_what_they_should() -> None:
    policy = dict(part.split(" ", 1) for part in HEADERS["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'self'"
    assert "unsafe-inline" not in policy["script-src"]
    assert "'unsafe-eval'" not in policy["script-src"]
    assert not any("http" in sources or "*" in sources for sources in policy.values())
    assert HEADERS["X-Content-Type-Options"] == "nosniff"
    assert HEADERS["Referrer-Policy"] == "no-referrer"
    assert HEADERS["X-Frame-Options"] == "SAMEORIGIN"


def test_the_one_script_in_the_page_is_the_one_that_the_policy_knows(server: AppServer) -> None:
    scripts = re.findall(r"<script>(.*?)</script>", ask(server.url)[2], re.DOTALL)
    digests = [hashlib.sha256(script.encode()).digest() for script in scripts]
    known = [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
    assert known == [STREAMLITS_SCRIPT]


@pytest.mark.parametrize(
    ("text", "ancestors", "frames"),
    [
        ("", "'self'", "SAMEORIGIN"),
        (" none ", "'none'", "DENY"),
        ("'self' https://moodle.example", "'self' https://moodle.example", None),
        ("https://a.example, https://*.b.example:8443/", "https://a.example https://*.b.example:8443",
         None),
    ],
)  # fmt: skip
def test_named_sites_may_frame_the_app(text: str, ancestors: str, frames: str | None) -> None:
    headers = security_headers(frame_ancestors(text))
    assert headers["Content-Security-Policy"].endswith(f"; frame-ancestors {ancestors}")
    assert headers.get("X-Frame-Options") == frames


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "moodle.example",
        "https:",
        "https://a.example/x",
        "javascript:x",
        "https://a;script-src",
    ],
)
def test_what_names_no_site_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="names sites such as"):
        frame_ancestors(text)


def test_a_fault_of_ours_tells_nothing_and_has_the_headers() -> None:
    def fail(request: Request) -> Response:
        raise RuntimeError("a secret of the server")

    app = Starlette(
        routes=[Route("/", fail)],
        middleware=[Middleware(SecurityHeaders, headers=HEADERS)],
        exception_handlers={Exception: server_error},
    )
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}
    with pytest.raises(RuntimeError):  # for the log
        asyncio.run(app(scope, receive, send))
    start, body = sent
    assert (start["status"], body["body"]) == (500, b"Something went wrong here.")
    told = {name.decode(): value.decode() for name, value in start["headers"]}
    assert {name.lower(): value for name, value in HEADERS.items()}.items() <= told.items()


# ---- sockets


def open_socket(server: AppServer, path: str, **headers: str) -> ClientConnection:
    return connect(
        server.url.replace("http", "ws") + path,
        additional_headers={name.replace("_", "-"): value for name, value in headers.items()},
        subprotocols=[Subprotocol("streamlit")] if "stream" in path else None,
    )


@pytest.mark.parametrize("path", SOCKETS)
@pytest.mark.parametrize(
    "origin", [ELSEWHERE, "null", "http://[", "http://localhost:1", "", "http://127.0.0.1"]
)
def test_a_socket_of_another_site_is_refused(
    server: AppServer, quiet: None, path: str, origin: str
) -> None:
    """Without a line in the log, and so without Streamlit's own look-up of this machine outside."""
    with pytest.raises(InvalidStatus) as refused, open_socket(server, path, Origin=origin):
        pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("path", SOCKETS)
def test_a_socket_of_this_site_is_let_in(server: AppServer, quiet: None, path: str) -> None:
    with open_socket(server, path, Origin=server.url):
        pass


@pytest.mark.parametrize("path", SOCKETS)
def test_behind_a_proxy_the_name_that_it_was_asked_by_counts(
    server: AppServer, quiet: None, path: str
) -> None:
    with open_socket(server, path, Origin="https://lab.example", X_Forwarded_Host="lab.example"):
        pass
    with (
        pytest.raises(InvalidStatus),
        open_socket(server, path, Origin=ELSEWHERE, X_Forwarded_Host="lab.example"),
    ):
        pass


def test_a_text_where_bytes_are_due_ends_the_connection_without_a_trace(
    server: AppServer, quiet: None
) -> None:
    with open_socket(server, "/_stcore/stream", Origin=server.url) as socket:
        socket.send("no bytes")
        with pytest.raises(ConnectionClosed):
            _ = [socket.recv(timeout=10) for _ in range(100)]
