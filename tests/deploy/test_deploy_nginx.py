"""Several processes as one: nginx with the project's configuration, and the script that runs them.

The processes here only say which one they are; `test_browser_nginx` has the real ones.
"""

import gzip
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import cast

import pytest

from benchmarks.app_server import free_port
from tests.support.nginx import CONFIGURATION, OWN_PORTS, Nginx

ROOT = CONFIGURATION.parents[1]
SESSION = "/_stcore/stream"
SETTINGS = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
MOST = SETTINGS["server"]["maxUploadSize"] * 2**20
"""Bytes of the largest photo."""
SCRIPT = "let answer = 42; // " + "as always " * 400


class Process(ThreadingHTTPServer):
    """Answers every request with its own port, except for one script."""

    def __init__(self, port: int, pause: float = 0) -> None:
        super().__init__(("127.0.0.1", port), Answer)
        self.pause = pause
        Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        """Leave the port; whoever asks next is refused."""
        self.shutdown()
        self.server_close()


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        time.sleep(cast("Process", self.server).pause)
        is_script = self.path.endswith(".js")
        body = SCRIPT if is_script else str(self.server.server_address[1])
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript" if is_script else "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Heard", f"{self.headers['Host']} {self.headers['X-Forwarded-Proto']}")
        self.end_headers()
        self.wfile.write(body.encode())

    def do_PUT(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@dataclass(frozen=True)
class Heard:
    """What a learner gets back."""

    status: int
    headers: Message
    body: bytes


class Learner:
    """A browser: it keeps one cookie."""

    def __init__(self, nginx: Nginx) -> None:
        self.port = nginx.port
        self.cookie = ""

    def get(self, path: str, body: bytes = b"", **headers: str) -> Heard:
        """Return the answer; what has a body is put."""
        cookie = {"Cookie": self.cookie} if self.cookie else {}
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=10)) as line:
            line.request("PUT" if body else "GET", path, body or None, {**cookie, **headers})
            answer = line.getresponse()
            self.cookie = (answer.headers["Set-Cookie"] or self.cookie).split(";")[0]
            return Heard(answer.status, answer.headers, answer.read())

    def process(self, path: str = SESSION) -> int:
        """Return the port of the process that answers."""
        answer = self.get(path)
        assert answer.status == 200
        return int(answer.body)


@pytest.fixture
def processes() -> Iterator[list[Process]]:
    made = [Process(0), Process(0)]
    yield made
    for process in made:
        process.stop()


@pytest.fixture
def nginx(processes: list[Process], tmp_path: Path) -> Iterator[Nginx]:
    with Nginx([process.server_port for process in processes], tmp_path) as nginx:
        yield nginx


def test_a_class_behind_one_address_is_spread_and_each_learner_stays(nginx: Nginx) -> None:
    learners = [Learner(nginx) for _ in range(60)]
    at = [learner.process() for learner in learners]
    assert list(Counter(at).values()) == [30, 30]
    for path in ("/", "/frames", "/media/a.png", "/lab/_stcore/stream", SESSION):
        assert [learner.process(path) for learner in learners] == at
    assert nginx.log() == ""


def test_the_page_asks_for_no_cookie_and_the_session_for_one(nginx: Nginx) -> None:
    learner = Learner(nginx)
    assert learner.get("/").headers["Set-Cookie"] is None
    for path in (SESSION, f"/lab{SESSION}"):
        answer = Learner(nginx).get(path)
        name, *rules = answer.headers["Set-Cookie"].split("; ")
        assert re.fullmatch(rf"shiftlab={answer.body.decode()}\.[0-9a-f]{{32}}", name)
        assert rules == ["Path=/", "HttpOnly", "SameSite=Lax"]


def test_learners_of_a_dead_process_go_on_together_and_stay_when_it_is_back(
    nginx: Nginx, processes: list[Process]
) -> None:
    learners = [Learner(nginx) for _ in range(24)]
    homes = [learner.process() for learner in learners]
    dead, alive = (process.server_port for process in processes)
    assert dead in homes

    processes[0].stop()
    # A second window of theirs, and what belongs to no session, moves nobody.
    assert {learner.process("/frames") for learner in learners} == {alive}
    assert [int(learner.cookie.split("=")[1].split(".")[0]) for learner in learners] == homes
    assert {learner.process() for learner in learners} == {alive}
    assert f"127.0.0.1:{dead}" in nginx.log()

    processes[0] = Process(dead)
    for path in ("/_stcore/upload_file/session/file", "/frames", SESSION):
        assert {learner.process(path) for learner in learners} == {alive}


def test_a_cookie_that_somebody_made_up_leads_to_a_process_all_the_same(nginx: Nginx) -> None:
    secret = Process(0)  # a server of this machine that is nobody's business
    for made_up in (f"{secret.server_port}.{'0' * 32}", "0.", "8501.x", "'\"<>", f"1.{'f' * 400}"):
        learner = Learner(nginx)
        learner.cookie = f"shiftlab={made_up}"
        assert learner.process() != secret.server_port
        assert re.fullmatch(r"shiftlab=\d+\.[0-9a-f]{32}", learner.cookie)
    secret.stop()


def test_a_photo_passes_and_nothing_much_larger(nginx: Nginx) -> None:
    assert Learner(nginx).get("/_stcore/upload_file/a/b", b"x" * (MOST + 1000)).status == 200
    # Refused by what it says of itself, before it is sent.
    with closing(HTTPConnection("127.0.0.1", nginx.port, timeout=10)) as line:
        line.request("PUT", "/_stcore/upload_file/a/b", headers={"Content-Length": str(2 * MOST)})
        assert line.getresponse().status == 413


@pytest.mark.parametrize(
    "path", ["/_stcore/metrics", "/lab/_stcore/metrics/", "/%5fstcore/metrics"]
)
def test_nobody_reads_the_metrics_through_nginx(nginx: Nginx, path: str) -> None:
    assert Learner(nginx).get(path).status == 404


def uploaded_slowly(port: int, most: int, look: Callable[[], None]) -> Heard:
    """Put a photo of the largest size; look at what is there before its last byte is sent."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as line:
        line.putrequest("PUT", "/_stcore/upload_file/a/b")
        line.putheader("Content-Length", str(most))
        line.endheaders(b"x" * (most - 1))
        time.sleep(0.3)
        look()
        line.send(b"x")
        answer = line.getresponse()
        return Heard(answer.status, answer.headers, answer.read())


def test_no_part_of_a_photo_is_ever_in_a_file(nginx: Nginx, tmp_path: Path) -> None:
    """Such a file is deleted as soon as it is open: only nginx's own descriptors show it."""
    found: set[str] = set()

    def look() -> None:
        for pid in nginx.processes():
            for descriptor in Path(f"/proc/{pid}/fd").iterdir():
                with suppress(FileNotFoundError):
                    found.add(str(descriptor.readlink()))

    assert uploaded_slowly(nginx.port, MOST, look).status == 200
    assert any(name.startswith("socket:") for name in found)  # it did look
    assert not [name for name in found if "_temp" in name or name.startswith(str(tmp_path / "c"))]
    assert "buffered to a temporary file" not in nginx.log()
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in written} <= {"nginx.conf", "nginx.log", "pid"}


def test_a_photo_for_a_dead_process_gets_an_answer(nginx: Nginx, processes: list[Process]) -> None:
    learner = next(x for x in iter(lambda: Learner(nginx), None)
                   if x.process() == processes[0].server_port)  # fmt: skip
    processes[0].stop()
    assert learner.get("/_stcore/upload_file/a/b", b"x" * MOST).status == 200


# ---- a process that hangs


class Hung:
    """A process that was stopped: its kernel accepts connections, and nobody answers."""

    def __init__(self, port: int) -> None:
        self.listener = socket.create_server(("127.0.0.1", port))

    def stop(self) -> None:
        self.listener.close()


def test_learners_of_a_process_that_hangs_get_another(tmp_path: Path) -> None:
    alive, hangs = Process(0), Hung(0)
    port = hangs.listener.getsockname()[1]
    with Nginx([port, alive.server_port], tmp_path, patience=1) as nginx:
        learner = Learner(nginx)
        learner.cookie = f"shiftlab={port}.{'0' * 32}"
        assert learner.process("/") == alive.server_port
        for _ in range(4):  # and new ones
            assert Learner(nginx).process("/") == alive.server_port
    alive.stop()
    hangs.stop()


@pytest.mark.parametrize("path", [SESSION, "/frames", "/lab/frames"])
def test_a_socket_may_be_silent_for_longer(tmp_path: Path, path: str) -> None:
    slow = Process(0, pause=2)
    with Nginx([slow.server_port, slow.server_port], tmp_path, patience=1) as nginx:
        assert Learner(nginx).process(path) == slow.server_port
        assert Learner(nginx).get("/").status == 504
    slow.stop()


def test_scripts_are_packed_and_the_app_hears_who_was_asked(nginx: Nginx) -> None:
    packed = Learner(nginx).get("/assets/stage/stage.js", **{"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.body).decode() == SCRIPT
    plain = Learner(nginx).get("/assets/stage/stage.js")
    assert plain.body.decode() == SCRIPT
    assert plain.headers["X-Heard"] == f"127.0.0.1:{nginx.port} http"


def test_every_process_is_named_for_new_learners_and_for_those_who_return() -> None:
    written = CONFIGURATION.read_text(encoding="utf-8")
    assert tuple(re.findall(r"server 127\.0\.0\.1:(\d+) max_fails", written)) == OWN_PORTS * 2
    returning = re.findall(r'"~\^(\d+)\\\." 127\.0\.0\.1:(\d+);', written)
    assert returning == [(port, port) for port in OWN_PORTS]


# ---- the script that runs the processes

FAKE_STREAMLIT = f"""#!{sys.executable}
import os, pathlib, sys, time
port = sys.argv[sys.argv.index("--server.port") + 1]
pathlib.Path({{folder!r}}, f"{{{{port}}}}.{{{{os.getpid()}}}}").write_text("\\n".join(sys.argv[1:]))
time.sleep(60)
"""


def seen(condition: Callable[[], bool]) -> bool:
    """Whether a condition comes true within ten seconds."""
    deadline = time.monotonic() + 10
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def is_running(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_the_script_runs_what_the_configuration_names_and_starts_anew_what_ends(
    tmp_path: Path,
) -> None:
    ports = [free_port(), free_port()]
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(
        CONFIGURATION.read_text(encoding="utf-8")
        .replace(OWN_PORTS[0], str(ports[0]))
        .replace(OWN_PORTS[1], str(ports[1]))
    )
    notes = tmp_path / "notes"
    notes.mkdir()
    streamlit = tmp_path / "streamlit"
    streamlit.write_text(FAKE_STREAMLIT.format(folder=str(notes)))
    streamlit.chmod(0o755)

    def started() -> dict[int, int]:
        """The port of every process ever started, by its id."""
        return {int(note.suffix[1:]): int(note.stem) for note in notes.iterdir()}

    serve = subprocess.Popen(
        ["bash", ROOT / "deploy" / "serve.sh", "--server.baseUrlPath", "lab"],
        env={**os.environ, "NGINX_CONF": str(configuration), "STREAMLIT": str(streamlit)},
        stderr=subprocess.PIPE,
    )
    try:
        assert seen(lambda: len(started()) == 2)
        first = started()
        assert sorted(first.values()) == sorted(ports)
        arguments = next(notes.iterdir()).read_text().split("\n")
        assert arguments[:4] == ["run", "app.py", "--server.address", "127.0.0.1"]
        assert {"--server.baseUrlPath", "lab"} <= set(arguments)

        killed = next(pid for pid, port in first.items() if port == ports[0])
        os.kill(killed, signal.SIGKILL)
        assert seen(lambda: len(started()) == 3)
        again = [port for pid, port in started().items() if pid not in first]
        assert again == [ports[0]]
    finally:
        serve.terminate()
        _, said = serve.communicate(timeout=10)
    assert f"the process on port {ports[0]} has ended and is started again" in said.decode()
    assert seen(lambda: not any(map(is_running, started())))


ANSWERING_STREAMLIT = f"""#!{sys.executable}
import http.server, os, pathlib, resource, sys
port = sys.argv[sys.argv.index("--server.port") + 1]
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_error(404)
    def log_message(self, *_):
        pass
server = http.server.HTTPServer(("127.0.0.1", int(port)), Answer)
most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
pathlib.Path({{folder!r}}, f"{{{{port}}}}.{{{{os.getpid()}}}}").write_text(str(most))
server.serve_forever()
"""


def test_the_script_starts_anew_what_hangs_and_gives_it_more_descriptors(tmp_path: Path) -> None:
    port = free_port()
    configuration, notes = tmp_path / "nginx.conf", tmp_path / "notes"
    configuration.write_text(f"    server 127.0.0.1:{port} max_fails=1;\n")
    notes.mkdir()
    streamlit = tmp_path / "streamlit"
    streamlit.write_text(ANSWERING_STREAMLIT.format(folder=str(notes)))
    streamlit.chmod(0o755)
    quick = {"CHECK_EVERY": "0.1", "CHECK_TIMEOUT": "0.5", "CHECK_FAILURES": "3"}
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    serve = subprocess.Popen(
        ["bash", "-c", f"ulimit -Sn 512 && exec bash {ROOT / 'deploy' / 'serve.sh'}"],
        env={**os.environ, **quick, "NGINX_CONF": str(configuration), "STREAMLIT": str(streamlit)},
        stderr=subprocess.PIPE,
    )

    def started() -> list[int]:
        return [int(note.suffix[1:]) for note in notes.iterdir() if note.read_text()]

    try:
        assert seen(lambda: len(started()) == 1)
        first = started()
        assert int(next(notes.iterdir()).read_text()) == min(65536, hard)
        time.sleep(1)  # several questions, all answered
        assert started() == first
        os.kill(first[0], signal.SIGSTOP)
        assert seen(lambda: len(started()) == 2)
        assert not is_running(first[0])
        again = next(pid for pid in started() if pid not in first)
        os.kill(again, signal.SIGSTOP)  # the end of the script does not wait for it for ever
    finally:
        serve.terminate()
        _, said = serve.communicate(timeout=20)
    assert f"the process on port {port} does not answer and is killed" in said.decode()
    assert seen(lambda: not is_running(again))


def test_the_script_says_so_when_no_server_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty.conf").write_text("http {}\n")
    done = subprocess.run(
        ["bash", ROOT / "deploy" / "serve.sh"],
        env={**os.environ, "NGINX_CONF": str(tmp_path / "empty.conf")},
        capture_output=True,
        text=True,
        timeout=10,
    )
    assert done.returncode == 1
    assert "names no server such as 127.0.0.1:8501" in done.stderr
