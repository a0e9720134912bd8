"""Checks of arguments that all modules share; each error message names the value and the rule."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rfcore.errors import RfcoreError, ShapeError

MAX_AXIS_CELLS = 10**12
"""The most cells along an axis of a map: more than any memory holds, yet short to print."""


def whole_number(
    value: object,
    name: str,
    least: int | None = None,
    most: int | None = None,
    *,
    error: type[RfcoreError],
) -> int:
    """Return a whole number as a Python int; raises `error` for any other value.

    >>> whole_number(np.uint8(3), "steps", 1, error=ShapeError)
    3
    """
    number = _as_int(value)
    if number is None:
        raise error(f"{name} must be a whole number, got {short_repr(value)}")
    if least is not None and number < least:
        raise error(f"{name} must be at least {least}, got {short_repr(number)}")
    if most is not None and number > most:
        raise error(f"{name} must be at most {most}, got {short_repr(number)}")
    return number


def whole_number_within(
    value: object, name: str, least: int, most: int, where: str = "", *, error: type[RfcoreError]
) -> int:
    """Return a whole number from `least` to `most`, both included; raises `error` otherwise.

    where: for the message; it says what sets these limits.

    >>> whole_number_within(3, "layer", 0, 4, error=ShapeError)
    3
    """
    number = _as_int(value)
    if number is None or not least <= number <= most:
        place = f" {where}" if where else ""
        raise error(
            f"{name} must be a whole number from {least} to {most}{place}, got {short_repr(value)}"
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
    """Return two whole numbers as a tuple; the message of `error` names the wrong part.

    >>> whole_pair((2, -1), "moved", error=ShapeError)
    (2, -1)
    """
    first, second = as_fields(value, name, parts, error=error)
    return (
        whole_number(first, f"{parts[0]} of {name}", least, error=error),
        whole_number(second, f"{parts[1]} of {name}", least, error=error),
    )


def as_fields(
    value: object, name: str, parts: tuple[str, ...], *, error: type[RfcoreError]
) -> tuple[Any, ...]:
    """Return a sequence with one entry for each of `parts` as a tuple; raises `error` otherwise.

    >>> as_fields([1, 2], "unit", ("row", "col"), error=ShapeError)
    (1, 2)
    """
    found = as_sequence(value)
    if found is None or len(found) != len(parts):
        raise error(f"{name} must be ({', '.join(parts)}), got {short_repr(value)}")
    return found


def as_sequence(value: object) -> tuple[Any, ...] | None:
    """Return a sequence as a tuple; None for a string or anything else.

    >>> as_sequence([1, 2]), as_sequence("C3"), as_sequence(3)
    ((1, 2), None, None)
    """
    if isinstance(value, str) or not isinstance(value, Iterable):
        return None
    if isinstance(value, np.ndarray) and value.ndim == 0:  # has __iter__, but cannot be iterated
        return None
    return tuple(value)


def check_choice(
    value: object, name: str, choices: Sequence[str], *, error: type[RfcoreError]
) -> None:
    """Raise `error` when a value is not one of `choices`.

    >>> check_choice("avg", "kind", ("avg", "max"), error=ShapeError)
    """
    if not isinstance(value, str) or value not in choices:
        raise error(f"{name} must be one of {', '.join(choices)}, got {short_repr(value)}")


def map_shape(shape: object) -> tuple[int, int, int]:
    """Return a shape (channels, rows, cols) as Python ints; raises ShapeError for anything else.

    >>> map_shape((np.int64(8), 29, 29))
    (8, 29, 29)
    """
    numbers = [_as_int(number) for number in as_sequence(shape) or ()]
    whole = [number for number in numbers if number is not None and number >= 1]
    if len(whole) != 3 or len(numbers) != 3:
        raise ShapeError(
            f"a shape is (channels, rows, cols), each a whole number of at least 1, "
            f"got {short_repr(shape)}"
        )
    if max(whole) > MAX_AXIS_CELLS:
        raise ShapeError(
            f"a shape has at most {MAX_AXIS_CELLS} cells an axis, got {short_repr(shape)}"
        )
    return whole[0], whole[1], whole[2]


def check_planes(x: object, name: str) -> NDArray[Any]:
    """Return an array (..., rows, cols) unchanged; raises ShapeError for anything else.

    >>> check_planes(np.zeros((2, 3)), "x").shape
    (2, 3)
    """
    if not isinstance(x, np.ndarray) or x.ndim < 2:
        raise ShapeError(f"{name} must be an array (..., rows, cols), got {describe_array(x)}")
    if x.size == 0:
        raise ShapeError(f"{name} needs at least one cell, got {describe_array(x)}")
    return x


def check_instance(
    value: object, kind: type, name: str, hint: str, *, error: type[RfcoreError]
) -> None:
    """Raise `error` when a value is not an instance of `kind`.

    hint: for the message; it says where such a value comes from.

    >>> check_instance((8, 8), tuple, "size", "such as (8, 8)", error=ShapeError)
    """
    if not isinstance(value, kind):
        raise error(f"{name} must be a {kind.__name__}, {hint}, got {short_repr(value)}")


def describe_array(array: object) -> str:
    """Return an array's shape for a message, or the type of anything else.

    >>> describe_array(np.zeros((2, 3))), describe_array([1])
    ('shape (2, 3)', "<class 'list'>")
    """
    return f"shape {array.shape}" if isinstance(array, np.ndarray) else repr(type(array))


def short_repr(value: object) -> str:
    """Return the repr of a value for a message; Python refuses numbers of thousands of digits.

    >>> short_repr(-7), short_repr("C3"), short_repr(10**5000)
    ('-7', "'C3'", 'a number too long to print')
    """
    try:
        return repr(value)
    except ValueError:
        return "a number too long to print"


def _as_int(value: object) -> int | None:
    """Return a whole number as a Python int; None for anything else, True and False included."""
    if type(value) is int:  # the usual case, checked some hundred times a frame
        return value
    if isinstance(value, bool | np.bool):
        return None
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:  # also an array: it has __index__, whatever its size and dtype
        return None
