"""The package's own front page: every public name is listed once, exported and documented."""

import inspect
import re
from dataclasses import dataclass
from typing import Any

import pytest

import rfcore

NAMES = sorted(rfcore.__all__)


def listed() -> list[str]:
    text = (rfcore.__doc__ or "").split("The whole vocabulary:")[1].split(">>>")[0]
    groups = re.split(r"\n    (?=\S)", text)[1:]
    return [name.strip() for group in groups for name in group.split(":", 1)[1].split(",")]


def test_the_front_page_lists_what_is_exported() -> None:
    assert sorted(listed()) == NAMES


def test_the_names_of_the_design_are_there() -> None:
    fixed = "conv2d max_pool2d avg_pool2d blur_pool2d relu softmax Stack receptive_fields"
    assert set(f"{fixed} ReceptiveField effective_receptive_field".split()) <= set(NAMES)


def is_error(name: str) -> bool:
    public = getattr(rfcore, name)
    return inspect.isclass(public) and issubclass(public, rfcore.RfcoreError)


def check_doc(public: Any) -> None:
    """Whatever can be called says what it is, shows it, and names what it raises."""
    doc = public.__doc__ or ""  # its own, not that of a parent or the one a dataclass is given
    assert doc, "no docstring"
    assert not doc.startswith(f"{public.__name__}("), "no docstring but the generated one"
    assert ">>>" in doc, "no doctest"
    refuses = inspect.isfunction(public) or {"__init__", "__post_init__"} & {
        name for name, made in vars(public).items() if is_written(made, public)
    }
    assert not refuses or re.search(r"\b[Rr]aises\b", doc), "nothing about errors"


def is_written(method: object, public: Any) -> bool:
    """Whether a method stands in the source: a dataclass makes its own from a text."""
    return inspect.isfunction(method) and method.__code__.co_filename == inspect.getfile(public)


@pytest.mark.parametrize(
    "name", [n for n in NAMES if callable(getattr(rfcore, n)) and not is_error(n)]
)
def test_every_public_name_says_what_it_is(name: str) -> None:
    check_doc(getattr(rfcore, name))


@pytest.mark.parametrize("name", [n for n in NAMES if is_error(n)])
def test_every_error_says_when_it_is_raised(name: str) -> None:
    assert vars(getattr(rfcore, name)).get("__doc__")


def without_words(*_: object) -> None:
    pass


def without_an_example(*_: object) -> None:
    """Do nothing. Raises nothing."""


def without_errors(*_: object) -> None:
    """Do nothing.

    >>> without_errors()
    """


@dataclass
class Generated:
    size: int


@dataclass
class Checked:
    """Something checked.

    >>> Checked(1)
    Checked(size=1)
    """

    size: int

    def __post_init__(self) -> None:
        if self.size < 1:
            raise ValueError


@pytest.mark.parametrize(
    ("planted", "missing"),
    [
        (without_words, "no docstring"),
        (without_an_example, "no doctest"),
        (without_errors, "nothing about errors"),
        (Generated, "no docstring but the generated one"),
        (Checked, "nothing about errors"),
    ],
)
def test_the_check_finds_what_is_missing(planted: object, missing: str) -> None:
    with pytest.raises(AssertionError, match=missing):
        check_doc(planted)
