"""The wall between the rooms: which module may import which.

Imports run one way, ``app → pages → pages.ui → rfcore``, and rfcore is plain NumPy. Each checker
here is also shown a planted violation, for a checker that finds nothing may be one that cannot.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from inspect import ismodule
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("rfcore", "pages.ui", "pages", "app")  # each may import the rooms before it
OUTSIDE = ("tests", "benchmarks")  # nobody in the house may import these
CORE_MAY_IMPORT = {*sys.stdlib_module_names, "numpy", "rfcore"}
PILLOW_ROOM = Path("rfcore/pictures/photos.py")
COMPONENT = Path("pages/ui/session/component.py")
COMPONENTS_V2 = "streamlit.components.v2"
PUBLIC_STREAMLIT = {
    "streamlit",
    "streamlit.column_config",
    "streamlit.components",
    "streamlit.components.v1",
    COMPONENTS_V2,
    "streamlit.components.v2.types",
    "streamlit.errors",
    "streamlit.starlette",
    "streamlit.testing.v1",
    "streamlit.typing",
}

IMPORT_ALL_OF_RFCORE = """
import importlib, pkgutil, sys
import rfcore
names = [module.name for module in pkgutil.walk_packages(rfcore.__path__, "rfcore.")]
for name in names:
    importlib.import_module(name)
assert names, "rfcore has no modules"
print(*sorted({"streamlit", "plotly", "pandas"} & sys.modules.keys()))
"""


class Import(NamedTuple):
    """One imported name: where it stands, the module it comes from, and its full name."""

    path: Path
    line: int
    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line} imports {self.name}"


def sources(root: Path) -> list[Path]:
    """The Python files of the house, relative to root."""
    found = [root / "app.py", *root.glob("pages/**/*.py"), *root.glob("rfcore/**/*.py")]
    return sorted(path.relative_to(root) for path in found if path.exists())


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


def all_imports(root: Path) -> list[Import]:
    return [found for path in sources(root) for found in imports_of(root, path)]


def is_inside(name: str, module: str) -> bool:
    return name == module or name.startswith(f"{module}.")


def room_of(name: str) -> int | None:
    """The height of the room that a module lives in, or None outside the house."""
    for height, room in enumerate(ROOMS):
        if is_inside(name, room):
            return height
    return len(ROOMS) if name.split(".")[0] in OUTSIDE else None


def module_name(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def loaded_by_rfcore(root: Path) -> str:
    """What must not be loaded and is, after a fresh process imported all of rfcore."""
    command = [sys.executable, "-c", IMPORT_ALL_OF_RFCORE]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def upward_imports(root: Path) -> list[str]:
    """Imports that run against the one way."""
    wrong = []
    for found in all_imports(root):
        target, own = room_of(found.name), room_of(module_name(found.path))
        if target is not None and own is not None and target > own:
            wrong.append(str(found))
    return wrong


def foreign_imports_of_rfcore(root: Path) -> list[str]:
    """Imports of rfcore, also hidden in functions, beyond the standard library and NumPy."""
    return [
        str(found)
        for found in all_imports(root)
        if found.path.parts[0] == "rfcore"
        and found.name.split(".")[0] not in CORE_MAY_IMPORT
        and not (found.path == PILLOW_ROOM and is_inside(found.name, "PIL"))
    ]


def private_streamlit_imports(root: Path) -> list[str]:
    """Imports from places that Streamlit may change without a word."""
    return [str(found) for found in all_imports(root) if is_private_streamlit(found)]


def is_private_streamlit(found: Import) -> bool:
    if not is_inside(found.name, "streamlit") or found.name in PUBLIC_STREAMLIT:
        return False
    name = found.name.rpartition(".")[2]
    if found.module not in PUBLIC_STREAMLIT or name.startswith("_"):
        return True
    # What a public module names is public, but not the modules that happen to lie inside it.
    thing = getattr(import_module(found.module), name, None)
    return thing is None or ismodule(thing)


def mentions_of_components_v2(root: Path) -> list[str]:
    """Files other than the one for it that touch Components v2."""
    v2 = {found.path for found in all_imports(root) if is_inside(found.name, COMPONENTS_V2)}
    texts = {path for path in sources(root) if "components.v2" in (root / path).read_text("utf-8")}
    return [str(path) for path in sorted(v2 | texts) if path != COMPONENT]


def plant(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def test_every_room_is_looked_at() -> None:
    rooms = {room_of(module_name(path)) for path in sources(ROOT)}
    assert rooms == set(range(len(ROOMS)))


def test_rfcore_loads_neither_streamlit_nor_plotly_nor_pandas() -> None:
    assert loaded_by_rfcore(ROOT) == ""


def test_imports_run_one_way() -> None:
    assert upward_imports(ROOT) == []


def test_rfcore_imports_only_numpy_and_pillow_in_one_module() -> None:
    assert foreign_imports_of_rfcore(ROOT) == []


def test_only_public_streamlit_is_imported() -> None:
    assert private_streamlit_imports(ROOT) == []


def test_only_one_file_touches_components_v2() -> None:
    assert mentions_of_components_v2(ROOT) == []


def test_a_loaded_plotly_is_caught(tmp_path: Path) -> None:
    plant(tmp_path, {"rfcore/__init__.py": "", "rfcore/deep/__init__.py": "import plotly\n"})
    assert loaded_by_rfcore(tmp_path) == "plotly"


def test_an_empty_rfcore_is_caught(tmp_path: Path) -> None:
    plant(tmp_path, {"rfcore/__init__.py": ""})
    with pytest.raises(AssertionError, match="rfcore has no modules"):
        loaded_by_rfcore(tmp_path)


@pytest.mark.parametrize(
    ("path", "line", "name"),
    [
        ("rfcore/ops.py", "import pages.ui.scene.scene", "pages.ui.scene.scene"),
        ("rfcore/ops.py", "def f():\n    from app import asgi", "app.asgi"),
        ("rfcore/ops.py", "from ..pages import ui", "pages.ui"),
        ("rfcore/ops.py", "from tests import oracle", "tests.oracle"),
        ("pages/ui/stage/stage.py", "from pages import compare", "pages.compare"),
        ("pages/ui/stage/stage.py", "from .. import compare", "pages.compare"),
        ("pages/ui/__init__.py", "from ..compare import page", "pages.compare.page"),
        ("pages/compare.py", "import app", "app"),
        ("app.py", "import benchmarks.app_server", "benchmarks.app_server"),
    ],
)
def test_an_upward_import_is_caught(tmp_path: Path, path: str, line: str, name: str) -> None:
    plant(tmp_path, {path: line})
    assert upward_imports(tmp_path) == [f"{path}:{1 + line.count(chr(10))} imports {name}"]


def test_downward_and_level_imports_are_allowed(tmp_path: Path) -> None:
    files = {
        "app.py": "from pages import main",
        "pages/main.py": "from pages import compare\nfrom pages.ui import scene\nimport rfcore",
        "pages/ui/stage.py": "from . import scene\nfrom .scene import Scene\nimport rfcore.ops",
        "rfcore/ops.py": "from .errors import RfcoreError\nimport numpy",
    }
    plant(tmp_path, files)
    assert upward_imports(tmp_path) == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("rfcore/ops.py", "import scipy.signal"),
        ("rfcore/ops.py", "def f():\n    import streamlit"),
        ("rfcore/pictures/patterns.py", "from PIL import Image"),
        ("rfcore/pictures/photos.py", "import plotly.graph_objects"),
    ],
)
def test_a_foreign_import_in_rfcore_is_caught(tmp_path: Path, path: str, line: str) -> None:
    plant(tmp_path, {path: line, "rfcore/errors.py": "import enum"})
    assert len(foreign_imports_of_rfcore(tmp_path)) == 1


def test_pillow_is_allowed_in_images(tmp_path: Path) -> None:
    plant(tmp_path, {"rfcore/pictures/photos.py": "from PIL import Image"})
    assert foreign_imports_of_rfcore(tmp_path) == []


@pytest.mark.parametrize(
    "line",
    [
        "from streamlit.elements.lib.utils import Key",
        "import streamlit.runtime",
        "from streamlit import runtime",
        "from streamlit.runtime.scriptrunner import get_script_run_ctx",
        "from streamlit import _main",
        "from streamlit import *",
        "from streamlit.components.v2 import bidi_component",
        "import streamlit.components.v2.component_registry",
        "import streamlit.web.bootstrap as boot",
    ],
)
def test_a_private_streamlit_import_is_caught(tmp_path: Path, line: str) -> None:
    plant(tmp_path, {"pages/ui/stage/stage.py": line})
    assert len(private_streamlit_imports(tmp_path)) == 1


@pytest.mark.parametrize(
    "line",
    [
        "import streamlit as st",
        "from streamlit import button, fragment",
        "from streamlit import column_config, components, dataframe, navigation",
        "import streamlit.components.v1 as components",
        "from streamlit.components.v2 import component",
        "from streamlit.components import v2",
        "from streamlit.components.v2.types import ComponentRenderer",
        "from streamlit.errors import StreamlitAPIException",
        "from streamlit.testing.v1 import AppTest",
        "from streamlit.typing import UploadedFile",
    ],
)
def test_a_public_streamlit_import_is_allowed(tmp_path: Path, line: str) -> None:
    plant(tmp_path, {"pages/ui/stage/stage.py": line})
    assert private_streamlit_imports(tmp_path) == []


@pytest.mark.parametrize(
    "line",
    [
        "stage = st.components.v2.component('stage')",
        "from streamlit.components import v2",
        "from streamlit.components.v2 import component",
    ],
)
def test_components_v2_elsewhere_is_caught(tmp_path: Path, line: str) -> None:
    plant(tmp_path, {"pages/ui/session/component.py": line, "pages/compare.py": line})
    assert mentions_of_components_v2(tmp_path) == ["pages/compare.py"]
