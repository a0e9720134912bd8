"""Keeps what strangers write from filling or forging the log. No Streamlit here.

Streamlit logs texts that a browser sent, such as the name of a fragment, as they are and at any
length. A new line in one begins a line of the log that looks like the server's own, and a colour
code reaches the terminal that shows the log.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Any

MAX_LINE = 1_000
"""Characters of one line; the rest is counted."""

FIRST_LINES, LAST_LINES = 10, 60
"""Lines of a traceback that are kept, from its beginning and from its end."""

CHARACTERS_PER_SECOND, BURST = 5_000, 200_000
"""What is logged in the long run, and at once: by errors, and by all other messages together."""


def one_line(text: str) -> str:
    r"""Return a text as one line that any terminal can show, cut to MAX_LINE characters.

    >>> one_line("a\nb \x1b[31mred")
    'a\\nb \\x1b[31mred'
    """
    text = text.rstrip()
    cut = f" [{len(text) - MAX_LINE} more characters]" if len(text) > MAX_LINE else ""
    text = text[:MAX_LINE]
    if not text.isprintable():
        text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    return text + cut


def indented(lines: list[str]) -> str:
    """Return the lines of a traceback, each indented: no line of it can pass for one of the log."""
    if len(lines) > FIRST_LINES + LAST_LINES:
        left_out = len(lines) - FIRST_LINES - LAST_LINES
        lines = [*lines[:FIRST_LINES], f"[{left_out} more lines]", *lines[-LAST_LINES:]]
    return "\n".join(f"  {one_line(line)}" for line in lines)


class SafeRecord(logging.LogRecord):
    """A record whose message is one line, and whose traceback is bounded."""

    left_out = 0
    """Records before this one that were not logged."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.exc_info:
            # Formatters take this text in place of a traceback of their own.
            lines = "".join(traceback.format_exception(*self.exc_info)).split("\n")
            self.exc_text = indented([line for line in lines if line.strip()])

    def getMessage(self) -> str:  # noqa: N802  the name of the base class
        """Return the message as one line."""
        text = one_line(super().getMessage())
        return f"[{self.left_out} messages left out] {text}" if self.left_out else text


class Budget:
    """How many characters may still be logged. It grows with time up to BURST."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._left, self._at = float(BURST), clock()
        self._lock = Lock()
        self._left_out = 0

    def admit(self, record: logging.LogRecord) -> bool:
        """Return whether a record may be logged, and tell it how many before it could not."""
        with self._lock:
            now = self._clock()
            grown = self._left + (now - self._at) * CHARACTERS_PER_SECOND
            self._left, self._at = min(grown, BURST), now
            if self._left <= 0:
                self._left_out += 1
                return False
            self._left -= 100 + len(record.getMessage()) + len(record.exc_text or "")
            if isinstance(record, SafeRecord):
                record.left_out = self._left_out
            self._left_out = 0
            return True


def protect_log() -> None:
    """Make all records of this process safe, also those of libraries; call it once."""
    logging.setLogRecordFactory(SafeRecord)
    errors, others = Budget(), Budget()
    handle = logging.Logger.handle

    # Streamlit gives every logger a handler of its own, also later: only here do all records pass.
    def handle_within_budget(self: logging.Logger, record: logging.LogRecord) -> None:
        budget = errors if record.levelno >= logging.ERROR else others
        if budget.admit(record):
            handle(self, record)

    setattr(logging.Logger, "handle", handle_within_budget)  # noqa: B010  mypy allows no other way
