"""The project's own sources: its modules, what they import, and what they define.

Every function takes the root of a tree, so that a test can also plant one with a fault in it.
"""

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]


class Import(NamedTuple):
    """One imported name: the file and line of the import, the module, and the full name."""

    path: Path
    line: int
    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line} imports {self.name}"


def python_files(root: Path, *folders: str) -> list[Path]:
    """The Python files of folders, at any depth, and of single files; relative to root."""
    found = [root / name for name in folders if name.endswith(".py")]
    for folder in folders:
        found += (root / folder).glob("**/*.py")
    return sorted(path.relative_to(root) for path in found if path.exists())


def product_files(root: Path) -> list[Path]:
    """The Python files of the app itself, relative to root."""
    return python_files(root, "app.py", "pages", "rfcore")


def imports_of(root: Path, path: Path) -> Iterator[Import]:
    """Every import in a file, also those inside functions, with relative ones made absolute."""
    for node in ast.walk(ast.parse((root / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(path, node.lineno, alias.name, alias.name)
        elif isinstance(node, ast.ImportFrom):
            package = path.parent.parts[: len(path.parent.parts) + 1 - node.level]
            parts = [*(package if node.level else ()), *([node.module] if node.module else ())]
            module = ".".join(parts)
            for alias in node.names:
                yield Import(path, node.lineno, module, f"{module}.{alias.name}")


def product_imports(root: Path) -> list[Import]:
    """Every import in the app's own files."""
    return [found for path in product_files(root) for found in imports_of(root, path)]


def is_inside(name: str, module: str) -> bool:
    """Whether a full name is a module, or something in it."""
    return name == module or name.startswith(f"{module}.")


def module_name(path: Path) -> str:
    """The name by which a file is imported; a package's is that of its `__init__.py`."""
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def module_graph(root: Path) -> dict[str, set[str]]:
    """The app's modules, and which of them each one imports, for type checking too."""
    graph: dict[str, set[str]] = {module_name(path): set() for path in product_files(root)}
    for found in product_imports(root):
        name = found.name
        while name not in graph and "." in name:  # a class or a function, not a module
            name = name.rpartition(".")[0]
        if name in graph:
            graph[module_name(found.path)].add(name)
    return graph


def reachable(graph: Mapping[str, set[str]], start: str) -> set[str]:
    """All that a node leads to, itself included."""
    found, waiting = set(), [start]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += graph.get(node, ())
    return found


def circle(graph: Mapping[str, set[str]]) -> list[str]:
    """One circle of a graph, as the nodes along it; empty where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found: list[str] = error.args[1][::-1]  # each node imports the next
        return found
    return []


def public_definitions(root: Path, path: Path) -> set[str]:
    """The public classes, functions and constants that a module itself defines at its top level."""
    found = set()
    for node in ast.parse((root / path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                found |= {part.id for part in ast.walk(target) if isinstance(part, ast.Name)}
    return {name for name in found if not name.startswith("_")}


def plant(root: Path, files: Mapping[str, str]) -> None:
    """Write files into an empty tree, to show a checker what it must find."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
