"""The real app in a process of its own, and the Chromium that looks at it.

The browser tests and the benchmarks share it, so that both see what a learner's browser sees.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Self

from playwright.sync_api import Browser, Playwright

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGS = (
    "--no-sandbox",  # root, as in most containers, cannot have one
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    # Nothing but the page itself may use the network: it would only blur the timings.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# A proxy set for the outside world must not be asked for a server on this machine.
_open_locally = urllib.request.build_opener(urllib.request.ProxyHandler({})).open

TRAINING = '[data-testid="stMainBlockContainer"] button:has-text("Stop")'
"""The button of a page while it trains; Streamlit's own bar has a Stop as well."""


class AppServerError(RuntimeError):
    """The app did not start; the message carries what it printed."""


class AppServer:
    """Run an app with ``streamlit run`` on a free port of this machine, as a context manager.

    Parameters
    ----------
    app: the script, relative to the project's root or absolute.
    arguments: further options for ``streamlit run``, e.g. ``["--server.baseUrlPath", "lab"]``.
    environment: variables to set on top of this process's own.
    base_path: the path under which the app is served, without slashes at its ends.
    command: what starts the app instead; it finds its port in the environment, and nothing else.
    root: the folder to start it in.
    start_timeout: seconds to wait until the app is healthy.
    """

    def __init__(
        self,
        app: str | Path = "app.py",
        *,
        arguments: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        base_path: str = "",
        command: Sequence[str] = (),
        root: Path = ROOT,
        start_timeout: float = 60.0,
    ) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}" + (f"/{base_path}" if base_path else "")
        self._command = [sys.executable, "-m", "streamlit", "run", str(app)]
        self._command += ["--server.port", str(self.port), "--server.address", "127.0.0.1"]
        self._command += ["--server.headless", "true", "--server.fileWatcherType", "none"]
        self._command += ["--server.baseUrlPath", base_path] if base_path else []
        self._command += arguments
        self._environment = {**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})}
        if command:
            self._command = list(command)
            self._environment["STREAMLIT_SERVER_PORT"] = str(self.port)
        self._root = root
        self._start_timeout = start_timeout
        self._last_log = ""

    def __enter__(self) -> Self:
        """Start the app and wait until it is healthy, or raise AppServerError with its log."""
        self._log_file = NamedTemporaryFile(prefix="app-server-", suffix=".log")
        self._process = subprocess.Popen(
            self._command,
            cwd=self._root,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log_file,
            stderr=subprocess.STDOUT,
        )
        try:
            self._wait_until_healthy()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the app; what it printed can still be read."""
        self._stop()

    def restart(self) -> None:
        """Stop the app and start it again on the same port: all that was in its memory is gone."""
        self._stop()
        self.__enter__()

    def kill(self) -> None:
        """End the app at once, as a crash would; ``restart`` brings it back."""
        self._process.kill()
        self._process.wait()

    @property
    def pid(self) -> int:
        """Return the id of the server's process, to measure its memory or time."""
        return self._process.pid

    def log(self) -> str:
        """Return everything that the server has printed so far."""
        if self._log_file.closed:
            return self._last_log
        return Path(self._log_file.name).read_text(encoding="utf-8", errors="replace")

    def _wait_until_healthy(self) -> None:
        deadline = time.monotonic() + self._start_timeout
        while not self._is_healthy():
            if self._process.poll() is not None:
                reason = f"ended with exit code {self._process.returncode}"
            elif time.monotonic() > deadline:
                reason = f"was not healthy after {self._start_timeout:g} s"
            else:
                time.sleep(0.1)
                continue
            raise AppServerError(f"{' '.join(self._command)} {reason}; it printed:\n{self.log()}")

    def _is_healthy(self) -> bool:
        try:
            with _open_locally(f"{self.url}/_stcore/health", timeout=5) as answer:
                return bool(answer.read() == b"ok")
        except OSError:  # refused, reset, timed out, or an HTTP error: not yet
            return False

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:  # a script that never ends keeps the server from leaving
            self._process.kill()
            self._process.wait()
        self._last_log = self.log()
        self._log_file.close()


def memory(pid: int) -> float:
    """Return the MB that a process has in memory."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"no memory of process {pid} is known")


def find_chromium() -> str:
    """Return the path of the browser to use: ``$CHROMIUM``, else the first known one on PATH.

    Raises FileNotFoundError when there is none.
    """
    names = (os.environ["CHROMIUM"],) if os.environ.get("CHROMIUM") else CHROMIUM_NAMES
    for path in map(shutil.which, names):
        if path:
            return path
    raise FileNotFoundError(
        f"no Chromium found among {', '.join(names)}: install one, or set CHROMIUM to its path"
    )


def launch_chromium(playwright: Playwright, executable_path: str, *arguments: str) -> Browser:
    """Start a headless Chromium that talks to nobody but the page it is sent to."""
    return playwright.chromium.launch(
        executable_path=executable_path, headless=True, args=[*CHROMIUM_ARGS, *arguments]
    )


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
