"""The process that decodes photos: reads picture files from its input, and writes gray pixels.

`photo_reader` starts it. A file that a stranger made can take any time and any memory to decode.
Here the system limits both, and the app goes on when this process is killed.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from math import ceil
from time import process_time
from typing import BinaryIO

from pages.ui.server import threads  # noqa: F401  before NumPy is loaded
from rfcore.errors import ImageError
from rfcore.pictures.photos import read_photo

try:
    import resource
except ImportError:  # not on Windows: there the time limit of the app alone holds
    resource = None  # type: ignore[assignment]

CPU_SECONDS = 2
"""The most CPU time for one photo; a photo of 40 million pixels takes about one second."""

ADDRESS_SPACE = 512 * 2**20
"""The most memory that this process may ask for, in bytes; the largest photo takes 380 MB."""

NICENESS = 5
"""How far this process stands back for others; frames of all learners go before one photo."""

LENGTH_BYTES = 4
"""How many bytes, the lowest first, tell the length of a file or an answer in front of it."""

PIXELS, SENTENCE = b"p", b"r"
"""What an answer begins with, in front of gray pixels or of a sentence."""


def answer_to(data: bytes, size: int) -> bytes:
    """Return the answer to a picture file."""
    try:
        return PIXELS + (read_photo(data, size)[0] * 255).round().astype("u1").tobytes()
    except ImageError as error:
        return SENTENCE + str(error).encode()


def serve(inputs: BinaryIO, outputs: BinaryIO, size: int) -> None:
    """Answer picture files until the input ends."""
    while length := inputs.read(LENGTH_BYTES):
        data = inputs.read(int.from_bytes(length, "little"))
        _limit("RLIMIT_CPU", ceil(process_time()) + CPU_SECONDS)
        answer = answer_to(data, size)
        del data
        outputs.write(len(answer).to_bytes(LENGTH_BYTES, "little") + answer)
        outputs.flush()


def _limit(name: str, value: int) -> None:
    # Only the soft limit, which the process may raise again for the next photo.
    with suppress(ValueError, OSError):  # the system has a lower one
        if resource is not None:
            kind = getattr(resource, name)
            resource.setrlimit(kind, (value, resource.getrlimit(kind)[1]))


if __name__ == "__main__":
    _limit("RLIMIT_AS", ADDRESS_SPACE)
    _limit("RLIMIT_CORE", 0)
    if hasattr(os, "nice"):  # not on Windows
        os.nice(NICENESS)
    with suppress(BrokenPipeError, KeyboardInterrupt):
        serve(sys.stdin.buffer, sys.stdout.buffer, int(sys.argv[1]))
