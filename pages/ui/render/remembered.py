"""Blocks in which a cache may not compute anything: the event loop uses them. Pure."""

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
    """A cached value is missing in a block that allows only cached ones."""


@contextmanager
def only_remembered() -> Iterator[None]:
    """Within the block, a missing cache entry raises NotRememberedError instead of being computed.

    A cache may have dropped what the last frame used, and a first frame costs many times as much as
    a further one. The block applies to this thread only.
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
