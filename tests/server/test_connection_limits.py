"""Connections that never say what they want: they are cut, and nobody else is kept out."""

import resource
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from http.client import HTTPConnection
from threading import Thread
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from benchmarks.app_server import AppServer, memory
from benchmarks.live_fuzz import announced, handshake
from pages.ui.server import connection_limits
from pages.ui.server.connection_limits import LIMITED, limit_connections

HEALTH = "/_stcore/health"


def connect(port: int, sent: bytes = b"") -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port), timeout=5)
    line.sendall(sent)
    return line


def is_cut(line: socket.socket, within: float) -> bool:
    """Whether the other side ends a connection in so many seconds."""
    line.settimeout(within)
    try:
        return line.recv(1000) == b""
    except ConnectionError:
        return True
    except TimeoutError:
        return False


def status(port: int) -> int:
    with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as line:
        line.request("GET", HEALTH)
        return line.getresponse().status


async def answer(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a server with small limits."""
    for name in LIMITED:  # put back afterwards
        monkeypatch.setattr(HttpToolsProtocol, name, getattr(HttpToolsProtocol, name))
    monkeypatch.setattr(connection_limits, "HEADER_SECONDS", 0.4)
    monkeypatch.setattr(connection_limits, "MAX_WAITING", 5)
    monkeypatch.setattr(connection_limits, "BODY_SECONDS", 0.3)
    monkeypatch.setattr(connection_limits, "MIN_BODY_BYTES", 1000)
    limit_connections(20)
    config = uvicorn.Config(answer, http="httptools", lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield listener.getsockname()[1]
        server.should_exit = True
        thread.join(10)


def test_headers_that_never_end_are_cut(small: int) -> None:
    with connect(small, b"GET / HTTP/1.1\r\n") as line:
        for _ in range(4):  # a byte now and then does not prolong it
            time.sleep(0.1)
            line.sendall(b"x")
        assert is_cut(line, 0.5)
    with connect(small) as silent:
        assert is_cut(silent, 1)


def test_the_headers_of_a_later_request_are_cut_too(small: int) -> None:
    with connect(small, b"GET / HTTP/1.1\r\n\r\n") as line:
        assert line.recv(1000).startswith(b"HTTP/1.1 200")
        line.sendall(b"GET / HTTP/1.1\r\nx")
        assert is_cut(line, 1)


def test_headers_may_not_be_endless(small: int) -> None:
    with connect(small, b"GET / HTTP/1.1\r\n") as line, pytest.raises(ConnectionError):  # noqa: PT012
        for n in range(1000):
            line.sendall(b"x-%d: " % n + b"y" * 1000 + b"\r\n")
            time.sleep(0.0005)


def test_large_headers_pass(small: int) -> None:
    header = b"x: " + b"y" * 30_000 + b"\r\n"
    with connect(small, b"GET / HTTP/1.1\r\n" + header + b"\r\n") as line:
        assert line.recv(1000).startswith(b"HTTP/1.1 200")


POST = b"POST / HTTP/1.1\r\ncontent-length: 100000\r\n\r\n"


def test_a_body_that_trickles_is_cut(small: int) -> None:
    with connect(small, POST) as line:
        begun = time.monotonic()
        with pytest.raises(ConnectionError):  # noqa: PT012
            while time.monotonic() < begun + 5:
                line.sendall(b"x")
                time.sleep(0.01)
        assert 0.3 < time.monotonic() - begun < 2


def test_a_slow_body_that_goes_on_is_read_to_its_end(small: int) -> None:
    with connect(small, POST) as line:
        for _ in range(20):
            line.sendall(b"x" * 5000)
            time.sleep(0.06)
        assert line.recv(1000).startswith(b"HTTP/1.1 200")
        time.sleep(0.8)  # what is complete is looked at no more
        line.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert line.recv(1000).startswith(b"HTTP/1.1 200")


def test_who_waits_longest_makes_room(small: int) -> None:
    with ExitStack() as stack:
        lines = [stack.enter_context(connect(small)) for _ in range(6)]
        assert is_cut(lines[0], 0.3)
        assert status(small) == 200
        assert not is_cut(lines[-1], 0.05)


def test_what_exceeds_all_connections_is_closed_and_the_others_go_on(small: int) -> None:
    with ExitStack() as stack:
        # Each has had an answer, so it waits for nothing.
        lines = []
        for _ in range(20):
            lines.append(stack.enter_context(connect(small, b"GET / HTTP/1.1\r\n\r\n")))
            assert lines[-1].recv(1000).startswith(b"HTTP/1.1 200")
        assert is_cut(stack.enter_context(connect(small)), 1)
        lines[0].sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert lines[0].recv(1000).startswith(b"HTTP/1.1 200")


def unfinished(port: int, path: str) -> socket.socket:
    """A socket that announces a message of 15 MB and sends all of it but its end."""
    line = connect(port)
    line.sendall(handshake(port, path))
    assert b" 101 " in line.recv(4000)
    size = 15_000_000
    with suppress(ConnectionError, TimeoutError):
        line.sendall(announced(size) + b"x" * (size - 1))
    return line


@pytest.mark.parametrize("path", ["/frames", "/_stcore/stream"])
def test_messages_that_never_end_hold_no_memory(server: AppServer, path: str) -> None:
    before = memory(server.pid)
    with ExitStack() as stack:
        for _ in range(60):
            stack.enter_context(unfinished(server.port, path))
        assert memory(server.pid) < before + 60
        assert status(server.port) == 200


def test_many_half_open_connections_keep_nobody_out() -> None:
    """With as few file descriptors as many systems give to a process."""
    run = f"ulimit -n 1024; exec {sys.executable} -m streamlit run app.py"
    with ExitStack() as stack:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        settings = {"STREAMLIT_SERVER_HEADLESS": "true"}
        server = AppServer(command=["bash", "-c", run], environment=settings)
        stack.enter_context(server)
        for n in range(1100):
            try:
                stack.enter_context(connect(server.port, b"GET / HTTP/1.1\r\nx" if n % 2 else b""))
            except (TimeoutError, ConnectionError):
                break  # nobody is accepted any more
        assert status(server.port) == 200
        assert "Too many open files" not in server.log()
