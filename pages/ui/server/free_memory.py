"""Freeing the memory of sessions that have ended.

A session refers to itself, so only Python's garbage collector can free it.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from threading import Lock
from time import monotonic

COLLECT_EVERY = 5.0
"""Least seconds between two collections: each blocks every frame for about 20 ms."""

# glibc keeps freed memory for itself until it is asked to return it to the system.
_malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None

_collecting = Lock()
_last = [0.0]


def freeze_loaded_objects() -> None:
    """Exclude all present objects from later collections; call it once all modules are loaded."""
    gc.collect()
    gc.freeze()


def collect_garbage() -> None:
    """Free what ended sessions held, unless that was done less than COLLECT_EVERY seconds ago."""
    if monotonic() - _last[0] > COLLECT_EVERY and _collecting.acquire(blocking=False):
        try:
            gc.collect()
            if _malloc_trim is not None:
                _malloc_trim(0)
            _last[0] = monotonic()
        finally:
            _collecting.release()
