"""What a server does, seen from outside: its CPU time, and how soon it says that it is healthy."""

from __future__ import annotations

import os
import threading
import time
import urllib.request
from pathlib import Path
from typing import Self

HEALTH_EVERY = 0.2  # s
HEALTH_TIMEOUT = 30.0  # s

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_time(pid: int) -> float:
    """Return the seconds of CPU time that a process and its children have used."""
    parts: dict[int, list[str]] = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = file.read_text(encoding="utf-8", errors="replace")
        except OSError:  # it has ended meanwhile
            continue
        parts[int(file.parent.name)] = text.rpartition(")")[2].split()
    family = {pid}
    while more := {at for at, part in parts.items() if int(part[1]) in family} - family:
        family |= more
    ended = sum(int(ticks) for ticks in parts[pid][13:15])
    return (ended + sum(int(t) for at in family for t in parts[at][11:13])) / _TICKS


class Health:
    """Asks a server for its health several times a second, as a context manager."""

    def __init__(self, url: str) -> None:
        self.slowest = 0.0  # ms
        self._url = f"{url}/_stcore/health"
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def __enter__(self) -> Self:
        """Begin to ask."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Wait for the last answer."""
        self._left.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._left.wait(HEALTH_EVERY):
            begun = time.perf_counter()
            try:
                urllib.request.urlopen(self._url, timeout=HEALTH_TIMEOUT).close()
                took = (time.perf_counter() - begun) * 1000
            except OSError:
                took = float("inf")
            self.slowest = max(self.slowest, took)
