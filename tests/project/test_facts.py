"""The facts in the documents: names in files, limits, recipes and figures."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from rfcore.stack import LAYER_KINDS
from tests.support.documents import CODE, DOCUMENTS, README, section
from tests.support.source_tree import ROOT

NAMES_IN_FILE = re.compile(r"((?:`\w+`(?:, | and )?)+) (?:of|in) `([\w./-]+\.\w+)`")
NUMBER = re.compile(r"(\d[\d,]*)(?: (MB|million|billion))?")
UNITS = {"": 1, "MB": 2**20, "million": 10**6, "billion": 10**9}


# ---- names in files, and the limits


def unknown_names(text: str) -> Iterator[str]:
    """The names that a document gives with their file, and that are not defined there."""
    for names, file in NAMES_IN_FILE.findall(text):
        path = ROOT / file
        for name in CODE.findall(names):
            if not path.exists() or name not in definitions(path):
                yield f"{name} in {file}"


def definitions(path: Path) -> set[str]:
    """The names that a Python file defines at its top or in a class; all words of another file."""
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return set(re.findall(r"\w+", source))
    found: set[str] = set()
    tree = ast.parse(source)
    for body in [tree.body, *(node.body for node in tree.body if isinstance(node, ast.ClassDef))]:
        for node in body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                found.add(node.name)
            targets = (
                node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            )
            found |= {
                n.id
                for target in targets
                if target
                for n in ast.walk(target)
                if isinstance(n, ast.Name)
            }
    return found


def wrong_limits(table: str) -> Iterator[str]:
    """The limits whose number is not that of the constants that set them."""
    for row in re.findall(r"^\| (\d.*) \|$", table, re.MULTILINE):
        said, where, *_ = row.split(" | ")
        numbers = {int(n.replace(",", "")) * UNITS[unit] for n, unit in NUMBER.findall(said)}
        for names, file in NAMES_IN_FILE.findall(where):
            for name in CODE.findall(names):
                if name.isupper() and value_of(name, file) not in numbers:
                    yield f"{name} in {file}"


def value_of(name: str, file: str) -> Any:
    return getattr(import_module(file.removesuffix(".py").replace("/", ".")), name)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_names_are_defined_where_a_document_says(document: str) -> None:
    assert list(unknown_names(DOCUMENTS[document])) == []


def test_limits_have_the_numbers_that_the_code_sets() -> None:
    table = section("docs/deployment.md", "Limits")
    assert len(NAMES_IN_FILE.findall(table)) >= 15
    assert list(wrong_limits(table)) == []


def test_a_wrong_name_or_limit_is_found() -> None:
    text = "`GONE` and `SITE` in `pages/ui/site.py`, `x` of `gone.py`, `st` in `pages/ui/site.py`"
    assert list(unknown_names(text)) == [
        "GONE in pages/ui/site.py",
        "x in gone.py",
        "st in pages/ui/site.py",
    ]
    limits = """
| 8 MB per upload | `MAX_BYTES` in `rfcore/pictures/photos.py` | a sentence |
| 41 million pixels | `MAX_PIXELS` in `rfcore/pictures/photos.py` | a sentence |
"""
    assert list(wrong_limits(limits)) == ["MAX_PIXELS in rfcore/pictures/photos.py"]


def test_there_is_a_recipe_for_each_addition() -> None:
    recipes = re.findall(
        r"^\| (an? \w+) \|.*\| `[^|]+ \|$", DOCUMENTS["docs/changing.md"], re.MULTILINE
    )
    named = re.search(r"recipes for (.*?)\.", README, re.DOTALL)
    assert len(recipes) == 10
    assert named is not None
    assert " ".join(named[1].split()) == f"{', '.join(recipes[:-1])} and {recipes[-1]}"


def unnamed_layers(table: str) -> list[str]:
    """The symbols of layers that a table of the notation does not explain."""
    explained = {
        symbol
        for row in re.findall(r"^\| (.*?) \|", table, re.MULTILINE)
        for symbol in CODE.findall(row)
    }
    return [kind.symbol for kind in LAYER_KINDS if kind.symbol not in explained]


def test_the_notation_explains_every_layer() -> None:
    assert unnamed_layers(DOCUMENTS["docs/notation.md"]) == []
    assert unnamed_layers("| `C`, `M` | |\n| `A`, `B`, `GA`, `GM` | `R` |") == ["R"]


# ---- figures


def unexplained_figures(text: str) -> Iterator[str]:
    """The lines of figures that no command of the same section prints.

    Such a line is indented and has a number; each of its words must be in a benchmark's source.
    """
    sources = "\n".join(path.read_text(encoding="utf-8") for path in ROOT.glob("benchmarks/*.py"))
    for part in re.split(r"^#+ .*$", text, flags=re.MULTILINE):
        command = False
        for line in part.splitlines():
            command |= line.startswith("    python -m benchmarks.")
            if re.match(r" {4}.*\d", line) and "python -m" not in line:
                words = re.split(r"\s{2,}|:|(?<!\S)\S*\d\S*(?!\S)", line.strip())
                if not command or any(word.strip() not in sources for word in words):
                    yield line.strip()


def test_figures_stand_below_the_command_that_prints_them() -> None:
    text = DOCUMENTS["docs/measurements.md"]
    assert len(re.findall(r"^ {4}.*\d\.\d", text, re.MULTILINE)) > 20
    assert list(unexplained_figures(text)) == []


def test_a_figure_without_its_command_is_found() -> None:
    text = """
# One
    pooling forgives   120   14.8
# Two
    python -m benchmarks.drag
    pooling forgives   120   14.8
    pooling forgets    120   14.8
"""
    assert list(unexplained_figures(text)) == [
        "pooling forgives   120   14.8",
        "pooling forgets    120   14.8",
    ]


# ---- the modules of the stage


def unnamed_modules(stage: Path) -> list[str]:
    """The modules of the stage that `stage.js` does not import itself."""
    source = (stage / "stage.js").read_text(encoding="utf-8")
    named = set(re.findall(r"^import (?:[^;]* from )?\"\./(.*\.js)\";", source, re.M))
    found = {str(file.relative_to(stage)) for file in stage.rglob("*.js")} - {"stage.js"}
    return sorted(found - named)


def test_a_browser_requests_all_modules_of_the_stage_at_once() -> None:
    assert unnamed_modules(ROOT / "assets" / "stage") == []


def test_a_module_that_the_stage_does_not_name_is_caught(tmp_path: Path) -> None:
    (tmp_path / "lenses").mkdir()
    (tmp_path / "stage.js").write_text('import { a } from "./a.js";\nimport "./b.js";\n')
    for name in ("a.js", "b.js", "lenses/c.js"):
        (tmp_path / name).touch()
    assert unnamed_modules(tmp_path) == ["lenses/c.js"]
