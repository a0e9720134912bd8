"""Who may reach the app: by which name, at which addresses, and whose session is whose."""

import socket
import sys
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from benchmarks.app_server import AppServer
from pages.ui.server.allowed_hosts import allowed_hosts, is_allowed
from pages.ui.server.headers import HEADERS

STREAM = "/_stcore/stream"
REBOUND = (
    "elsewhere.example",
    "lab.example.elsewhere.example",
    "127.0.0.1.elsewhere.example",
    "elsewhere.example:80",
    "localhost@x",
    "localhost:x",
    "xlocalhost",
    "a/b",
    ".",
    "",
)


def ask(server: AppServer, path: str, **headers: str) -> tuple[int, dict[str, str]]:
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=10)) as line:
        line.putrequest("GET", path, skip_host="Host" in headers)
        for name, value in headers.items():
            line.putheader(name.replace("_", "-"), value)
        line.endheaders()
        answer = line.getresponse()
        answer.read()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}


# ---- names


def test_a_name_is_allowed_if_it_is_this_machines_or_given() -> None:
    allowed = allowed_hosts("Lab.Example. *.example.edu")
    own = socket.gethostname()
    for name in ("localhost", own, own.upper(), f"{own.split('.')[0]}.local", "lab.example",
                 "lab.example:8501", "LAB.EXAMPLE.", "a.b.example.edu"):  # fmt: skip
        assert is_allowed(name, allowed), name
    for address in ("127.0.0.1:8501", "[::1]:8501", "[::1]", "192.0.2.2:80", "[fd00::2]"):
        assert is_allowed(address, allowed), address
    for name in (*REBOUND, "example.edu", "::1", "[::1", "192.0.2", "lab.example:99999"):
        assert not is_allowed(name, allowed), name
    assert is_allowed("elsewhere.example", allowed_hosts("*"))


@pytest.mark.parametrize("text", ["https://lab.example", "lab.example:80", "a*b", "*.", ".", "x@y"])
def test_what_names_no_host_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="names hosts such as"):
        allowed_hosts(text)


@pytest.mark.parametrize("path", ["/", "/assets/stage/stage.js", "/_stcore/health"])
@pytest.mark.parametrize("name", REBOUND)
def test_a_request_for_another_host_is_refused(server: AppServer, path: str, name: str) -> None:
    for headers in ({"Host": name}, {"X_Forwarded_Host": name or "x y"}):
        status, told = ask(server, path, **headers)
        assert status == 421
        assert told["content-security-policy"] == HEADERS["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/frames", STREAM])
def test_a_socket_for_another_host_is_refused(server: AppServer, path: str) -> None:
    """A rebound page is of the same site by its `Origin`, so that alone does not stop it."""
    with (
        closing(socket.create_connection(("127.0.0.1", server.port))) as line,
        pytest.raises(InvalidStatus) as refused,
        connect(f"ws://elsewhere.example{path}", sock=line, origin="http://elsewhere.example") as _,
    ):
        pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    "name", ["localhost", "127.0.0.1:1", "[::1]:8501", "192.0.2.2", "lab.example"]
)
def test_a_request_for_this_host_is_answered(server: AppServer, name: str) -> None:
    assert ask(server, "/", Host=name)[0] == 200


# ---- addresses


@pytest.fixture(scope="module")
def own_server() -> Iterator[AppServer]:
    """The app as the README runs it, with no address named."""
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    with AppServer(command=command, environment={"STREAMLIT_SERVER_HEADLESS": "true"}) as server:
        yield server


def test_the_command_of_the_readme_opens_the_app_to_this_machine_alone(
    own_server: AppServer,
) -> None:
    with socket.create_connection(("127.0.0.1", own_server.port), timeout=5):
        pass
    # Another address of this machine: whoever listens on all addresses listens there too.
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", own_server.port), timeout=5)


# ---- what only the operator needs, and cookies


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/metrics/", "/%5Fstcore/metrics"])
def test_the_metrics_are_not_public(server: AppServer, path: str) -> None:
    status, told = ask(server, path)
    assert status == 404
    assert told["content-security-policy"] == HEADERS["Content-Security-Policy"]


def test_behind_tls_the_cookie_is_for_tls_alone(server: AppServer) -> None:
    cookie = ask(server, "/_stcore/health", X_Forwarded_Proto="https")[1]["set-cookie"]
    assert cookie.startswith("_streamlit_xsrf=")
    assert cookie.endswith("; Secure")
    assert "Secure" not in ask(server, "/_stcore/health")[1]["set-cookie"]


# ---- sessions


def browser_cookie(server: AppServer) -> str:
    """What one browser sends back: the cookie of its first request."""
    return ask(server, "/_stcore/health")[1]["set-cookie"].split(";")[0]


def open_tab(server: AppServer, cookie: str, session: str = "") -> ClientConnection:
    names = ["streamlit", "token", *([session] if session else [])]
    return connect(
        server.url.replace("http", "ws") + STREAM,
        origin=server.url,
        additional_headers={"Cookie": cookie} if cookie else {},
        subprotocols=[Subprotocol(name) for name in names],
    )


def session_of(tab: ClientConnection) -> str:
    tab.send(BackMsg(rerun_script=ClientState(page_name="glossary")).SerializeToString())
    while True:
        message = ForwardMsg.FromString(tab.recv(timeout=30))
        if message.WhichOneof("type") == "new_session":
            return message.new_session.initialize.session_id


@pytest.mark.parametrize("thief", ["another browser", "no cookie", "a forged cookie"])
def test_a_session_is_not_given_to_another_browser(server: AppServer, thief: str) -> None:
    cookies = {"another browser": browser_cookie(server), "no cookie": ""}
    with open_tab(server, browser_cookie(server)) as tab:
        session = session_of(tab)
        with open_tab(server, cookies.get(thief, "_streamlit_xsrf=2|x"), session) as other:
            assert session_of(other) != session
        assert session_of(tab) == session  # it goes on


def test_a_browser_resumes_its_own_session(server: AppServer) -> None:
    """Its cookie's text is another after each answer."""
    cookie = browser_cookie(server)
    with open_tab(server, cookie) as tab:
        session = session_of(tab)
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=10)) as line:
        line.request("GET", "/_stcore/health", headers={"Cookie": cookie})
        renewed = line.getresponse().headers["Set-Cookie"].split(";")[0]
    with open_tab(server, renewed, session) as tab:
        assert session_of(tab) == session
