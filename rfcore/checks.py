"""Checks that every room shares: a value that breaks its rule becomes one clear sentence."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rfcore.errors import RfcoreError, ShapeError

LONGEST = 10**12
"""Cells along an axis of a map: more than any memory holds, and few enough digits to print."""


def whole_number(
    value: object,
    name: str,
    least: int | None = None,
    most: int | None = None,
    *,
    error: type[RfcoreError],
) -> int:
    """Return a whole number as a Python int; raises `error` for anything else, or out of limits.

    >>> whole_number(np.uint8(3), "steps", 1, error=ShapeError)
    3
    """
    number = _as_int(value)
    if number is None:
        raise error(f"{name} must be a whole number, got {shown(value)}")
    if least is not None and number < least:
        raise error(f"{name} must be at least {least}, got {shown(number)}")
    if most is not None and number > most:
        raise error(f"{name} must be at most {most}, got {shown(number)}")
    return number


def whole_number_within(
    value: object, name: str, least: int, most: int, where: str = "", *, error: type[RfcoreError]
) -> int:
    """Return a whole number from `least` to `most`, both included; raises `error` when it is none.

    where: what sets these limits, for the sentence.

    >>> whole_number_within(3, "layer", 0, 4, error=ShapeError)
    3
    """
    number = _as_int(value)
    if number is None or not least <= number <= most:
        place = f" {where}" if where else ""
        raise error(
            f"{name} must be a whole number from {least} to {most}{place}, got {shown(value)}"
        )
    return number


def whole_pair(
    value: object,
    name: str,
    least: int | None = None,
    *,
    error: type[RfcoreError],
    parts: tuple[str, str] = ("rows", "cols"),
) -> tuple[int, int]:
    """Return two whole numbers as a tuple; raises `error`, which names the part that is wrong.

    >>> whole_pair((2, -1), "moved", error=ShapeError)
    (2, -1)
    """
    first, second = entries(value, name, parts, error=error)
    return (
        whole_number(first, f"{parts[0]} of {name}", least, error=error),
        whole_number(second, f"{parts[1]} of {name}", least, error=error),
    )


def entries(
    value: object, name: str, parts: tuple[str, ...], *, error: type[RfcoreError]
) -> tuple[Any, ...]:
    """Return what stands in a tuple that has one entry for each of `parts`; raises `error`.

    >>> entries([1, 2], "unit", ("row", "col"), error=ShapeError)
    (1, 2)
    """
    found = items(value)
    if found is None or len(found) != len(parts):
        raise error(f"{name} must be ({', '.join(parts)}), got {shown(value)}")
    return found


def items(value: object) -> tuple[Any, ...] | None:
    """Return what stands in a sequence; None for what is none, or a text.

    >>> items([1, 2]), items("C3"), items(3)
    ((1, 2), None, None)
    """
    if isinstance(value, str) or not isinstance(value, Iterable):
        return None
    if isinstance(value, np.ndarray) and value.ndim == 0:  # iterable by its looks alone
        return None
    return tuple(value)


def one_of(value: object, name: str, choices: Sequence[str], *, error: type[RfcoreError]) -> None:
    """Raise `error` when a value is none of some texts.

    >>> one_of("avg", "kind", ("avg", "max"), error=ShapeError)
    """
    if not isinstance(value, str) or value not in choices:
        raise error(f"{name} must be one of {', '.join(choices)}, got {shown(value)}")


def map_shape(shape: object) -> tuple[int, int, int]:
    """Return the (channels, rows, cols) of a map as Python ints; raises ShapeError.

    >>> map_shape((np.int64(8), 29, 29))
    (8, 29, 29)
    """
    numbers = [_as_int(number) for number in items(shape) or ()]
    whole = [number for number in numbers if number is not None and number >= 1]
    if len(whole) != 3 or len(numbers) != 3:
        raise ShapeError(
            f"a shape is (channels, rows, cols), each a whole number of at least 1, "
            f"got {shown(shape)}"
        )
    if max(whole) > LONGEST:
        raise ShapeError(f"a shape has at most {LONGEST} cells an axis, got {shown(shape)}")
    return whole[0], whole[1], whole[2]


def planes(x: object, name: str) -> NDArray[Any]:
    """Return an array (..., rows, cols) as it is; raises ShapeError when it is none.

    >>> planes(np.zeros((2, 3)), "x").shape
    (2, 3)
    """
    if not isinstance(x, np.ndarray) or x.ndim < 2:
        raise ShapeError(f"{name} must be an array (..., rows, cols), got {kind_of(x)}")
    if x.size == 0:
        raise ShapeError(f"{name} needs at least one cell, got {kind_of(x)}")
    return x


def instance(value: object, kind: type, name: str, hint: str, *, error: type[RfcoreError]) -> None:
    """Raise `error` when a value is not of a kind; `hint` says where such a value comes from.

    >>> instance(ShapeError("no"), RfcoreError, "problem", "as a check raises it", error=ShapeError)
    """
    if not isinstance(value, kind):
        raise error(f"{name} must be a {kind.__name__}, {hint}, got {shown(value)}")


def kind_of(array: object) -> str:
    """Return an array's shape for a sentence; of what is no array, its type.

    >>> kind_of(np.zeros((2, 3))), kind_of([1])
    ('shape (2, 3)', "<class 'list'>")
    """
    return f"shape {array.shape}" if isinstance(array, np.ndarray) else repr(type(array))


def shown(value: object) -> str:
    """Return a value for a sentence: Python refuses to print a number of thousands of digits.

    >>> shown(-7), shown("C3"), shown(10**5000)
    ('-7', "'C3'", 'a number too long to print')
    """
    try:
        return repr(value)
    except ValueError:
        return "a number too long to print"


def _as_int(value: object) -> int | None:
    """Return a whole number as a Python int, None when it is none; True and False are none."""
    if type(value) is int:  # nearly all there is, and asked some hundred times a frame
        return value
    if isinstance(value, bool | np.bool):
        return None
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:  # also for an array, which has __index__ whatever it holds
        return None
