"""Error messages as sentences for the page."""

from __future__ import annotations


def as_sentence(message: str) -> str:
    """Return an error message with a capital letter first and a full stop last.

    >>> as_sentence("stride must be at least 1, got 0")
    'Stride must be at least 1, got 0.'
    """
    return message[:1].upper() + message[1:] + ("" if message.endswith(".") else ".")
