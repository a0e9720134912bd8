"""The memory of those who left: sessions refer to themselves, and go when Python looks for them."""

from __future__ import annotations

import ctypes
import gc
import sys
from threading import Lock
from time import monotonic

EVERY = 5.0
"""Seconds between two sweeps: each holds up everybody's frames for some 20 ms."""

# The C library of Linux keeps what is free for itself until it is asked to return it.
_return_free = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None

_sweeping = Lock()
_last = [0.0]


def keep_what_is_loaded() -> None:
    """Let no sweep look through what is there now; to be called once all is imported."""
    gc.collect()
    gc.freeze()


def sweep() -> None:
    """Let go of what those who left had held, if that was not done a moment ago."""
    if monotonic() - _last[0] > EVERY and _sweeping.acquire(blocking=False):
        try:
            gc.collect()
            if _return_free is not None:
                _return_free(0)
            _last[0] = monotonic()
        finally:
            _sweeping.release()
