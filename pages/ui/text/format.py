"""Numbers as text: shares, shifts, decimals. Pure."""

from __future__ import annotations

from fractions import Fraction

from rfcore.layers import Pair


def percent(share: float) -> str:
    """Format a share in whole percent; "0 %" and "100 %" are written for exactly 0 and 1 only.

    >>> percent(0.4), percent(0.001), percent(0.996), percent(1.0)
    ('40 %', 'under 1 %', 'over 99 %', '100 %')
    """
    if 0 < share < 0.01:
        return "under 1 %"
    if 0.99 < share < 1 - 1e-9:  # a sum of shares may differ from 1 by rounding
        return "over 99 %"
    return f"{100 * share:.0f} %"


def arrows(
    amount: tuple[Fraction, Fraction] | Pair, unit: str = "cell", plural: str = "cells"
) -> str:
    """Format (rows, cols) with arrows, as in "↓ 1  → 2.5 cells"."""
    rows, cols = Fraction(amount[0]), Fraction(amount[1])
    parts = [
        f"{more if number > 0 else less} {number_text(abs(number))}"
        for number, (less, more) in ((rows, "↑↓"), (cols, "←→"))
        if number
    ]
    return " ".join([*(parts or ["0"]), unit if {abs(rows), abs(cols)} == {0, 1} else plural])


def direction(amount: tuple[Fraction, Fraction] | Pair, unit: str, plural: str = "") -> str:
    """Format (rows, cols) in words, as in "1 cell down, 2.5 cells right"."""
    words = []
    rows, cols = Fraction(amount[0]), Fraction(amount[1])
    for number, (less, more) in ((rows, ("up", "down")), (cols, ("left", "right"))):
        if number:
            size = abs(number)
            name = unit if size == 1 else plural or f"{unit}s"
            words.append(f"{number_text(size)} {name} {more if number > 0 else less}")
    return ", ".join(words) or f"0 {plural or unit + 's'}"


def decimal(value: float) -> str:
    """Format a number with at most three decimals, without trailing zeros and without "-0".

    >>> decimal(0.125), decimal(-2.0), decimal(-0.0004)
    ('0.125', '-2', '0')
    """
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def number_text(value: Fraction) -> str:
    """Format a quantity: halves and quarters as decimals, others as fractions, as in "1 1/3"."""
    if value.denominator == 1:
        return str(value.numerator)
    if value.denominator in (2, 4):
        return f"{float(value):g}"
    whole, rest = divmod(value.numerator, value.denominator)
    return f"{whole} {rest}/{value.denominator}" if whole else f"{rest}/{value.denominator}"


def amount_text(amount: float) -> str:
    """Format a value of a map with three significant digits.

    >>> amount_text(0.31249), amount_text(22311.0)
    ('0.312', '22,300')
    """
    return f"{float(f'{amount:.3g}'):,g}"
