"""Frames of what is remembered alone: the event loop makes no others. Pure."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")

_this_thread = threading.local()


class NotRememberedError(Exception):
    """Something would have to be computed anew, in a block that allows what is remembered alone."""


@contextmanager
def only_remembered() -> Iterator[None]:
    """Let a cache that misses raise NotRememberedError in this thread, instead of computing.

    A cache may have dropped what the last frame had, and a first frame costs many times a further
    one.
    """
    _this_thread.only_remembered = True
    try:
        yield
    finally:
        _this_thread.only_remembered = False


def not_on_demand(make: Callable[_P, _T]) -> Callable[_P, _T]:
    """Return a function that raises NotRememberedError where `only_remembered` is in force."""

    @wraps(make)
    def guarded(*arguments: _P.args, **options: _P.kwargs) -> _T:
        if getattr(_this_thread, "only_remembered", False):
            raise NotRememberedError
        return make(*arguments, **options)

    return guarded
