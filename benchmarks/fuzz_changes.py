"""Seeded changes that turn valid texts, messages and files into hostile ones."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from copy import deepcopy
from random import Random
from typing import Any, TypeVar

Sequenced = TypeVar("Sequenced", str, bytes)

NUMBERS = ("0", "-1", "1e999", "NaN", "0x7", "2147483648", "9" * 40, "1.5", "\u0663", "\u00b2")
TOKENS = (
    *NUMBERS, "", "/", "-->", ",", "(", "[", "{", '"', "'", "\\", "\n", "\r", "\x00", "\x85",
    "\u2028", "\u202e", "\ud800", "%00", "%", "&", "=", "#", "../", "<script>", "$x$", "{0}",
    "C3", "M2x2/2", "GA", "p9", "d99", "c999", "None", "lambda: 0", "__import__('os')", "=" * 300,
    "((((((((" * 40,
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, float("nan"), float("inf"), 2**31, 2**53, 10**400, "", "x",
    "1,1", "\ud800", "x" * 500, [], [0], [0, 0], [1, 2, 3], ["0", "1"], [[[[]]]], {}, {"a": 1},
)  # fmt: skip


def changed_text(random: Random, text: str, others: Sequence[str]) -> str:
    """Return a text with one to six changes; others: texts whose pieces are inserted."""
    for _ in range(random.randint(1, 6)):
        at = random.randint(0, len(text))
        to = min(len(text), at + random.choice((0, 1, 1, 2, 8, 60)))
        piece = random.choice((random.choice(TOKENS), _piece(random, random.choice(others)), ""))
        text = text[:at] + piece + text[to:]
    return text * random.choice((1, 1, 1, 1, 1, 2, 60))


def changed_bytes(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Return a file with one to eight changes, most of them of a few bytes near its head."""
    for _ in range(random.randint(1, 8)):
        at = random.randint(0, min(len(data), random.choice((40, 200, len(data)))))
        to = min(len(data), at + random.choice((1, 1, 2, 4, 50)))
        some = random.randbytes(to - at)
        piece = random.choice(
            (some, some, b"\xff" * (to - at), _piece(random, random.choice(others)))
        )
        data = data[:at] + piece + data[to:]
    return data[: random.choice((len(data),) * 4 + (random.randint(0, len(data)),))]


def changed_message(random: Random, message: dict[str, Any]) -> dict[str, Any]:
    """Return a message with one to three values replaced, removed or added."""
    changed: dict[str, Any] = json.loads(json.dumps(message))
    for _ in range(random.randint(1, 3)):
        name = random.choice([*changed, "extra"])
        value = changed.get(name)
        if random.random() < 0.1:
            changed.pop(name, None)
        elif isinstance(value, list) and value and random.random() < 0.6:
            value[random.randrange(len(value))] = deepcopy(random.choice(VALUES))
        else:
            # A copy, because later changes may write into it.
            changed[name] = deepcopy(random.choice((*VALUES, random.randint(-5, 300))))
    return changed


def escaped(random: Random, text: str) -> str:
    """Return a JSON text with letters of its words written as escapes; its values stay the same."""

    def letters(word: re.Match[str]) -> str:
        return "".join(
            f"\\u{ord(letter):04x}" if letter.isalpha() and random.random() < 0.3 else letter
            for letter in word[0]
        )

    return re.sub(r'"[a-zA-Z]+"', letters, text)


def _piece(random: Random, whole: Sequenced) -> Sequenced:
    at = random.randint(0, len(whole))
    return whole[at : at + random.randint(0, 30)]
