"""Reads uploaded photos in processes that are killed when they take too long."""

from __future__ import annotations

import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Lock, Timer

from pages.ui.server.photo_worker import LENGTH_BYTES, PIXELS
from rfcore.errors import ImageError
from rfcore.pictures.photos import MAX_BYTES, read_photo

MAX_SECONDS = 5.0
"""Seconds after which the process that decodes a photo is killed."""

START_SECONDS = 5.0
"""Further seconds for the first photo of a process, which takes about half a second to start."""

MAX_WORKERS = 2
"""Photos that are decoded at a time."""

MAX_WAIT = 30.0
"""Seconds that a photo waits for its turn."""

_ROOT = Path(__file__).parents[3]

_TOO_LONG = (
    "This picture takes too long or too much memory to read. "
    "Save a smaller copy, for example 1000 pixels wide, and choose that."
)
_CANNOT_START = (
    "No photo can be read now: the server could not start the process for it. "
    "Try again in a minute."
)
_MANY = "Many photos are being read now. Try again in a minute."


class _Worker:
    """A process that decodes one photo after another."""

    def __init__(self, size: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pages.ui.server.photo_worker", str(size)],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what libraries say about a stranger's file
        )
        self._start_seconds = START_SECONDS

    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def answer(self, data: bytes, seconds: float) -> bytes | None:
        """Return the answer to a file, or None when the process ended or was killed."""
        inputs, outputs = self._process.stdin, self._process.stdout
        assert inputs is not None
        assert outputs is not None
        deadline = Timer(seconds + self._start_seconds, self._process.kill)
        self._start_seconds = 0.0
        deadline.daemon = True
        deadline.start()
        try:
            inputs.write(len(data).to_bytes(LENGTH_BYTES, "little"))
            inputs.write(data)
            inputs.flush()
            length = int.from_bytes(outputs.read(LENGTH_BYTES), "little")
            answer = outputs.read(length)
        except OSError:  # it ended while it was written to
            return None
        finally:
            deadline.cancel()
        return answer if length and len(answer) == length else None

    def end(self) -> None:
        """Kill the process."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if stream is not None:
                    stream.close()


class _Turns:
    """Lets so many at a time pass; the others in the order in which they came."""

    def __init__(self, places: int) -> None:
        self._free, self._lock = places, Lock()
        self._waiting: deque[Event] = deque()

    @contextmanager
    def turn(self, seconds: float) -> Iterator[bool]:
        """Wait for a turn; False when it did not come in time."""
        mine = Event()
        with self._lock:
            if self._free:
                self._free -= 1
                mine.set()
            else:
                self._waiting.append(mine)
        mine.wait(seconds)
        with self._lock:
            has_turn = mine.is_set()
            if not has_turn:
                self._waiting.remove(mine)
        try:
            yield has_turn
        finally:
            if has_turn:
                self._pass_on()

    def _pass_on(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1


class PhotoReader:
    """Reads photos in a few processes, which are kept for the next photos.

    size: pixels per side of what is read. seconds: after these a process is killed. wait: seconds
    that a photo waits for its turn. The script of a session runs once at a time, and so no session
    has more than one photo here.
    """

    def __init__(self, size: int, *, seconds: float = MAX_SECONDS, wait: float = MAX_WAIT) -> None:
        self.size, self.seconds, self.wait = size, seconds, wait
        self._turns = _Turns(MAX_WORKERS)
        self._idle: list[_Worker] = []

    def read(self, data: bytes) -> bytes:
        """Return size x size gray bytes. Raises ImageError, saying what to do, if it cannot."""
        if len(data) > MAX_BYTES:
            read_photo(data)  # says so without decoding
        with self._turns.turn(self.wait) as has_turn:
            if not has_turn:
                raise ImageError(_MANY)
            return self._read(data)

    def close(self) -> None:
        """End the processes that wait for photos."""
        while self._idle:
            self._idle.pop().end()

    def _worker(self) -> _Worker:
        with suppress(IndexError):  # none is idle
            while not (worker := self._idle.pop()).is_alive():
                worker.end()
            return worker
        return _Worker(self.size)

    def _read(self, data: bytes) -> bytes:
        try:
            worker = self._worker()
        except OSError as error:
            raise ImageError(_CANNOT_START) from error
        answer = None
        try:
            answer = worker.answer(data, self.seconds)
        except RuntimeError as error:  # no thread could be started for the time limit
            raise ImageError(_CANNOT_START) from error
        finally:
            if answer is None:
                worker.end()
            else:
                self._idle.append(worker)
        if answer is None:
            raise ImageError(_TOO_LONG)
        if answer.startswith(PIXELS):
            return answer[1:]
        raise ImageError(answer[1:].decode())
