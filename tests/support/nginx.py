"""The nginx of this machine, with the project's own configuration over some processes."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from socket import socket
from typing import Self

from benchmarks.app_server import free_port

CONFIGURATION = Path(__file__).resolve().parents[2] / "deploy" / "nginx.conf"
OWN_PORTS = ("8501", "8502")
"""What the configuration calls its processes."""


def find_nginx() -> str:
    """Return the path of nginx: ``$NGINX_PATH``, or where Debian puts it, often not on PATH."""
    found = shutil.which(
        os.environ.get("NGINX_PATH", "nginx"), path=f"{os.environ['PATH']}:/usr/sbin"
    )
    assert found, (
        "no nginx found: install one (on Debian: apt-get install nginx), or set NGINX_PATH"
    )
    return found


class Nginx:
    """Run nginx over two processes of this machine, as a context manager.

    Parameters
    ----------
    ports: the processes', in place of those in the configuration.
    folder: for its files, empty.
    patience: seconds in place of the ten that a process has to answer what is no socket.
    """

    def __init__(self, ports: Sequence[int], folder: Path, patience: int = 10) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = folder / "nginx.log"
        written = CONFIGURATION.read_text(encoding="utf-8")
        for own, port in zip(OWN_PORTS, ports, strict=True):
            written = written.replace(own, str(port))
        written = written.replace("listen 80;", f"listen 127.0.0.1:{self.port};")
        # Not every container lets anyone raise its limits.
        written = re.sub(r"worker_rlimit_nofile \d+;", "", written)
        written = re.sub(r"worker_connections \d+;", "worker_connections 256;", written)
        written = written.replace("proxy_read_timeout 10s;", f"proxy_read_timeout {patience}s;")
        # Not everyone may write where nginx does by itself, nor its workers where pytest does.
        places = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = "".join(f"{name}_temp_path {folder / name};" for name in places)
        written = re.sub(r"^http \{", f"http {{ {temporary}", written, flags=re.MULTILINE)
        if os.geteuid() == 0:
            written = f"user root;\n{written}"
        (folder / "nginx.conf").write_text(written, encoding="utf-8")
        options = f"daemon off; pid {folder / 'pid'}; error_log {self._log} warn;"
        self._command = [find_nginx(), "-p", str(folder), "-c", str(folder / "nginx.conf")]
        self._command += ["-e", str(self._log), "-g", options]

    def __enter__(self) -> Self:
        """Start nginx and wait until it answers."""
        self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while not self._listens():
            assert self._process.poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.02)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop nginx at once, with its workers."""
        self._process.terminate()
        self._process.wait(timeout=10)

    def processes(self) -> list[int]:
        """Return the ids of nginx and its workers."""
        own = self._process.pid
        children = Path(f"/proc/{own}/task/{own}/children").read_text(encoding="utf-8")
        return [own, *map(int, children.split())]

    def log(self) -> str:
        """Return all that nginx has complained of."""
        return self._log.read_text(encoding="utf-8") if self._log.exists() else ""

    def _listens(self) -> bool:
        with socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
