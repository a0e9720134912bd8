"""A hostile tab in a process of its own, which can be killed as a browser ends a tab."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO

from benchmarks.app_server import ROOT
from benchmarks.hostile_attacks import ATTACKS

STARTS_WITHIN = 30.0  # s for the first answer that a hostile tab gets


class Attacker:
    """A hostile tab in a process of its own, which prints a character for each answer."""

    def __init__(self, url: str, name: str, printed: IO[bytes]) -> None:
        self._printed = printed
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.hostile_process", url, name],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=printed,
        )

    @property
    def answers(self) -> int:
        """How many answers it got so far."""
        return os.fstat(self._printed.fileno()).st_size

    @property
    def is_alive(self) -> bool:
        """Whether it goes on."""
        return self._process.poll() is None

    def close(self) -> None:
        """End it now, as a browser ends a tab."""
        self._process.kill()
        self._process.wait()


@contextmanager
def hostile_tab(url: str, name: str) -> Iterator[Attacker]:
    """Open a hostile tab and wait for its first answer."""
    with TemporaryFile() as printed:
        attacker = Attacker(url, name, printed)
        try:
            until = time.monotonic() + STARTS_WITHIN
            while not attacker.answers and attacker.is_alive and time.monotonic() < until:
                time.sleep(0.05)
            yield attacker
        finally:
            attacker.close()


@dataclass(frozen=True)
class _Server:
    url: str


if __name__ == "__main__":
    ATTACKS[sys.argv[2]](_Server(sys.argv[1]), lambda: os.write(1, b"."))
