"""One name, one thing: what is public bears a name that nothing else in the project has.

A reader who searches for a name then finds what is meant. What one module alone uses is private.
"""

from collections import defaultdict
from pathlib import Path

import pytest

from tests.support.source_tree import ROOT, plant, public_definitions, python_files

FOLDERS = ("pages/ui", "rfcore", "benchmarks")
CONVENTIONS = {"main", "LENS"}
"""Names that mean the same in each module: what it runs as a script, and the lens that it adds."""


def shared_names(root: Path) -> list[str]:
    """Names of public classes, functions and constants that more than one module defines.

    An import defines nothing: a name that is only passed on stays one thing.
    """
    modules = defaultdict(list)
    for path in python_files(root, *FOLDERS):
        for name in public_definitions(root, path) - CONVENTIONS:
            modules[name].append(str(path))
    return [
        f"{name}: {', '.join(paths)}" for name, paths in sorted(modules.items()) if len(paths) > 1
    ]


def test_no_two_things_share_a_name() -> None:
    assert shared_names(ROOT) == []


def test_every_folder_is_looked_at() -> None:
    for folder in FOLDERS:
        defined = [public_definitions(ROOT, path) for path in python_files(ROOT, folder)]
        assert set().union(*defined)


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("Lens", "class Lens: ...", "Lens = Literal['maps', 'fields']"),
        ("SIZES", "SIZES = (64, 96)", "SIZES: tuple[int, ...] = (8,)"),
        ("place", "def place(): ...", "async def place(): ..."),
        ("ROWS", "ROWS, COLS = 1, 2", "ROWS = OWN = 3"),
    ],
)
def test_a_shared_name_is_caught(tmp_path: Path, name: str, first: str, second: str) -> None:
    plant(tmp_path, {"pages/ui/scene/choices.py": first, "rfcore/stack.py": second})
    assert shared_names(tmp_path) == [f"{name}: pages/ui/scene/choices.py, rfcore/stack.py"]


def test_names_that_are_passed_on_private_or_of_methods_are_allowed(tmp_path: Path) -> None:
    files = {
        "rfcore/__init__.py": "from rfcore.stack import Stack\n__all__ = ['Stack']",
        "rfcore/stack.py": "_MOST = 3\nclass Stack:\n    def parse(self): ...\ndef main(): ...",
        "rfcore/layers.py": "_MOST = 4\nclass Layer:\n    def parse(self): ...\ndef main(): ...",
    }
    plant(tmp_path, files)
    assert shared_names(tmp_path) == []
