"""How large a module and a folder may be, so that what one is about can be said in its name."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.source_tree import ROOT, plant, python_files

MAX_LINES = 300
MAX_LINES_OF_TESTS = 850  # a table of cases is long and is still read from one end to the other
MAX_MODULES = 20
MAX_MODULES_OF_TESTS = 30
PRODUCT = ("app.py", "pages", "rfcore", "benchmarks")


def modules(root: Path) -> Iterator[Path]:
    """The project's files of Python, JavaScript and CSS, relative to root."""
    yield from python_files(root, *PRODUCT, "tests")
    for folder in ("assets", "tests"):
        for suffix in ("js", "mjs", "css"):
            yield from (path.relative_to(root) for path in (root / folder).glob(f"**/*.{suffix}"))


def is_test(path: Path) -> bool:
    """Whether a file is one of the tests', and so may be longer; what they share may not."""
    return path.parts[0] == "tests" and path.parts[:2] != ("tests", "support")


def long_modules(root: Path) -> list[str]:
    """Modules that are too long to have one subject."""
    wrong = []
    for path in modules(root):
        lines = (root / path).read_text(encoding="utf-8").count("\n")
        most = MAX_LINES_OF_TESTS if is_test(path) else MAX_LINES
        if lines > most:
            wrong.append(f"{path} has {lines} lines, more than {most}")
    return wrong


def full_folders(root: Path) -> list[str]:
    """Folders with too many modules of one kind to look through.

    An `__init__.py` is not counted: it collects the others.
    """
    count = Counter((path.parent, path.suffix) for path in modules(root) if path.stem != "__init__")
    wrong = []
    for (folder, suffix), found in count.items():
        most = MAX_MODULES_OF_TESTS if folder.parts[:1] == ("tests",) else MAX_MODULES
        if found > most:
            wrong.append(f"{folder} has {found} {suffix} files, more than {most}")
    return wrong


def test_all_kinds_of_modules_are_looked_at() -> None:
    kinds = {(path.parts[0], path.suffix) for path in modules(ROOT)}
    assert kinds >= {
        *((folder, ".py") for folder in ("app.py", "pages", "rfcore", "benchmarks", "tests")),
        ("assets", ".js"),
        ("assets", ".css"),
    }


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("app.py", 300),
        ("pages/ui/scene/scene.py", 300),
        ("rfcore/ops.py", 300),
        ("benchmarks/drag.py", 300),
        ("assets/stage/lenses/fields.js", 300),
        ("assets/stage/stage.css", 300),
        ("tests/support/scenes.py", 300),
        ("tests/scene/test_scene.py", 850),
    ],
)
def test_a_long_module_is_caught(tmp_path: Path, path: str, most: int) -> None:
    plant(tmp_path, {path: "\n" * most})
    assert long_modules(tmp_path) == []
    plant(tmp_path, {path: "\n" * (most + 1)})
    assert long_modules(tmp_path) == [f"{path} has {most + 1} lines, more than {most}"]


@pytest.mark.parametrize(
    ("folder", "suffix", "most"),
    [
        ("rfcore", ".py", 20),
        ("pages/ui/scene", ".py", 20),
        ("assets/stage", ".js", 20),
        ("tests/browser", ".py", 30),
    ],
)
def test_a_full_folder_is_caught(tmp_path: Path, folder: str, suffix: str, most: int) -> None:
    plant(tmp_path, {f"{folder}/module_{number}{suffix}": "" for number in range(most)})
    plant(tmp_path, {f"{folder}/__init__.py": "", f"{folder}/deeper/module{suffix}": ""})
    assert full_folders(tmp_path) == []
    plant(tmp_path, {f"{folder}/one_more{suffix}": ""})
    assert full_folders(tmp_path) == [f"{folder} has {most + 1} {suffix} files, more than {most}"]


def test_no_module_is_long() -> None:
    assert long_modules(ROOT) == []


def test_no_folder_is_full() -> None:
    assert full_folders(ROOT) == []
