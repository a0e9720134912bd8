"""The package's own front page: every public name is listed once, exported and documented."""

import inspect
import re

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


@pytest.mark.parametrize("name", [n for n in NAMES if callable(getattr(rfcore, n))])
def test_every_public_name_says_what_it_is(name: str) -> None:
    public = getattr(rfcore, name)
    doc = inspect.getdoc(public) or ""
    assert doc, f"{name} has no docstring"
    if inspect.isfunction(public):
        assert ">>>" in doc, f"{name} has no doctest"
