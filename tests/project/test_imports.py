"""Which module may import which.

Imports run one way, ``app → pages → pages.ui → rfcore``, inside ``pages.ui`` as the table says, and
nowhere in a circle. rfcore is plain NumPy. Each checker here is also shown a planted violation, for
a checker that finds nothing may be one that cannot.
"""

import re
import subprocess
import sys
from collections import defaultdict
from importlib import import_module
from inspect import ismodule
from pathlib import Path

import pytest

from tests.support.documents import DOCUMENTS
from tests.support.source_tree import (
    ROOT,
    Import,
    circle,
    imports_of,
    is_inside,
    module_graph,
    module_name,
    plant,
    product_files,
    product_imports,
    python_files,
    reachable,
)

LEVELS = ("rfcore", "pages.ui", "pages", "app")  # each may import the levels before it
OUTSIDE = ("tests", "benchmarks")  # no part of the product may import these
TABLE = {
    "text": "",
    "server": "",
    "site": "",
    "scene": "text",
    "training": "scene",
    "render": "scene training text",
    "session": "scene server text",
    "controls": "session render training",
    "share": "session render site",
    "stage": "session render",
    "lessons": "stage controls site",
    "sections": "controls render training site",
    "present": "lessons share",
}
"""The packages of pages.ui, and which others each may import; it may import what those may, too."""
PURE = ("scene", "training", "render")
"""The packages of pages.ui that know neither Streamlit nor Plotly, directly or through others."""
IMPURE_LIBRARIES = ("streamlit", "plotly")
CORE_MAY_IMPORT = {*sys.stdlib_module_names, "numpy", "rfcore"}
PILLOW_MODULE = Path("rfcore/pictures/photos.py")
ODDS = "pages/ui/odds.py"  # a planted module
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

IMPORT_ALL_OF = """
import importlib, sys
from pathlib import Path
folder, *unwanted = sys.argv[1:]
files = sorted(Path(folder).rglob("*.py"))
for file in files:
    importlib.import_module(".".join(file.with_suffix("").parts).removesuffix(".__init__"))
assert files, f"{folder} has no modules"
print(*sorted(set(unwanted) & sys.modules.keys()))
"""


def level_of(name: str) -> int | None:
    """The height of the level that a module lives in, or None if it is not the project's."""
    for height, level in enumerate(LEVELS):
        if is_inside(name, level):
            return height
    return len(LEVELS) if name.split(".")[0] in OUTSIDE else None


def ui_package(name: str) -> str | None:
    """The package of pages.ui that a module belongs to, by its row in the table."""
    return name.split(".")[2] if is_inside(name, "pages.ui") and name != "pages.ui" else None


def loaded_by(root: Path, folder: str, *unwanted: str) -> str:
    """Which unwanted libraries a fresh process has loaded after it imported all of a folder."""
    command = [sys.executable, "-c", IMPORT_ALL_OF, folder, *unwanted]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def upward_imports(root: Path) -> list[str]:
    """Imports that run against the one way."""
    wrong = []
    for found in product_imports(root):
        target, own = level_of(found.name), level_of(module_name(found.path))
        if target is not None and own is not None and target > own:
            wrong.append(str(found))
    return wrong


def closed_table() -> dict[str, set[str]]:
    """The table with what each row may import through others."""
    direct = {package: set(row.split()) for package, row in TABLE.items()}
    return {package: reachable(direct, package) for package in direct}


def imports_beyond_the_table(root: Path) -> list[str]:
    """Imports between packages of pages.ui that the table does not have."""
    allowed = closed_table()
    wrong = []
    for found in product_imports(root):
        target, own = ui_package(found.name), ui_package(module_name(found.path))
        if target is not None and own is not None and target not in allowed.get(own, ()):
            wrong.append(str(found))
    return wrong


def packages_outside_the_table(root: Path) -> set[str]:
    """Packages and single modules of pages.ui that have no row, and rows that nothing answers."""
    packages = {ui_package(module_name(path)) for path in product_files(root)}
    return {package for package in packages if package} ^ TABLE.keys()


def impure_modules(root: Path) -> list[str]:
    """Modules of the pure packages that import Streamlit or Plotly, directly or through others."""
    graph = module_graph(root)
    impure = defaultdict(set)
    for found in product_imports(root):
        if any(is_inside(found.name, library) for library in IMPURE_LIBRARIES):
            impure[module_name(found.path)].add(str(found))
    return [
        f"{module}: {statement}"
        for module in sorted(graph)
        if ui_package(module) in PURE
        for reached in sorted(reachable(graph, module))
        for statement in sorted(impure[reached])
    ]


def package_graph(root: Path) -> dict[str, set[str]]:
    """The packages and what they import of each other.

    A module that lies beside packages, such as `rfcore.ops`, is a node of its own. An
    `__init__.py` is none: it only collects the others.
    """
    collects = {module_name(path) for path in product_files(root) if path.stem == "__init__"}
    modules = module_graph(root)
    holders = {module.rpartition(".")[0] for module in {n.rpartition(".")[0] for n in modules}}

    def node(module: str) -> str:
        package = module.rpartition(".")[0]
        return module if module in collects or package in holders else package

    graph: dict[str, set[str]] = defaultdict(set)
    for module, imported in modules.items():
        if module not in collects:
            graph[node(module)] |= {node(name) for name in imported} - {node(module)}
    return graph


def foreign_imports_of_rfcore(root: Path) -> list[str]:
    """Imports of rfcore, also hidden in functions, beyond the standard library and NumPy."""
    return [
        str(found)
        for found in product_imports(root)
        if found.path.parts[0] == "rfcore"
        and found.name.split(".")[0] not in CORE_MAY_IMPORT
        and not (found.path == PILLOW_MODULE and is_inside(found.name, "PIL"))
    ]


def private_streamlit_imports(root: Path) -> list[str]:
    """Imports from places that Streamlit may change without a word."""
    return [str(found) for found in product_imports(root) if is_private_streamlit(found)]


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
    v2 = {found.path for found in product_imports(root) if is_inside(found.name, COMPONENTS_V2)}
    texts = {
        path for path in product_files(root) if "components.v2" in (root / path).read_text("utf-8")
    }
    return [str(path) for path in sorted(v2 | texts) if path != COMPONENT]


def test_every_level_is_looked_at() -> None:
    levels = {level_of(module_name(path)) for path in product_files(ROOT)}
    assert levels == set(range(len(LEVELS)))


def test_rfcore_loads_neither_streamlit_nor_plotly_nor_pandas() -> None:
    assert loaded_by(ROOT, "rfcore", *IMPURE_LIBRARIES, "pandas") == ""


def test_imports_run_one_way() -> None:
    assert upward_imports(ROOT) == []


def test_rfcore_imports_only_numpy_and_pillow_in_one_module() -> None:
    assert foreign_imports_of_rfcore(ROOT) == []


def test_packages_import_what_the_table_allows() -> None:
    assert imports_beyond_the_table(ROOT) == []


def test_modules_import_each_other_in_no_circle() -> None:
    assert circle(module_graph(ROOT)) == []


def test_packages_import_each_other_in_no_circle() -> None:
    assert circle(package_graph(ROOT)) == []


def test_pure_packages_import_neither_streamlit_nor_plotly() -> None:
    assert impure_modules(ROOT) == []


@pytest.mark.parametrize("package", PURE)
def test_pure_packages_load_neither_streamlit_nor_plotly(package: str) -> None:
    assert loaded_by(ROOT, f"pages/ui/{package}", *IMPURE_LIBRARIES) == ""


def test_only_public_streamlit_is_imported() -> None:
    assert private_streamlit_imports(ROOT) == []


def test_only_one_file_touches_components_v2() -> None:
    assert mentions_of_components_v2(ROOT) == []


def test_a_loaded_plotly_is_caught(tmp_path: Path) -> None:
    plant(tmp_path, {"rfcore/__init__.py": "", "rfcore/deep/__init__.py": "import plotly\n"})
    assert loaded_by(tmp_path, "rfcore", *IMPURE_LIBRARIES) == "plotly"


def test_an_empty_rfcore_is_caught(tmp_path: Path) -> None:
    (tmp_path / "rfcore").mkdir()
    with pytest.raises(AssertionError, match="rfcore has no modules"):
        loaded_by(tmp_path, "rfcore")


@pytest.mark.parametrize(
    ("path", "line", "name"),
    [
        ("rfcore/ops.py", "import pages.ui.scene.scene", "pages.ui.scene.scene"),
        ("rfcore/ops.py", "def f():\n    from app import asgi", "app.asgi"),
        ("rfcore/ops.py", "from ..pages import ui", "pages.ui"),
        ("rfcore/ops.py", "from tests import oracle", "tests.oracle"),
        ("pages/ui/stage/stage.py", "from pages import compare", "pages.compare"),
        ("pages/ui/stage/stage.py", "from ... import compare", "pages.compare"),
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


@pytest.mark.parametrize(
    ("path", "line", "name"),
    [
        ("pages/ui/text/format.py", "import pages.ui.scene.scene", "pages.ui.scene.scene"),
        ("pages/ui/scene/link.py", "from pages.ui.render import maps", "pages.ui.render.maps"),
        ("pages/ui/scene/link.py", "from ..render import maps", "pages.ui.render.maps"),
        ("pages/ui/render/maps.py", "from pages.ui.site import HOME", "pages.ui.site.HOME"),
        ("pages/ui/stage/stage.py", "def f():\n    import pages.ui.share", "pages.ui.share"),
        ("pages/ui/sections/home.py", "import pages.ui.lessons.map", "pages.ui.lessons.map"),
        ("pages/ui/drawer/a.py", "import pages.ui.text.format", "pages.ui.text.format"),
    ],
)
def test_an_import_beyond_the_table_is_caught(
    tmp_path: Path, path: str, line: str, name: str
) -> None:
    plant(tmp_path, {path: line})
    assert imports_beyond_the_table(tmp_path) == [
        f"{path}:{1 + line.count(chr(10))} imports {name}"
    ]


def test_imports_within_a_package_and_through_others_are_allowed(tmp_path: Path) -> None:
    files = {
        "pages/ui/present/deck.py": "import pages.ui.text.format\nimport pages.ui.present.slides",
        "pages/ui/present/slides.py": "from pages.ui.server import headers\nimport pages.ui.site",
        "pages/home.py": "import pages.ui.present.deck",
    }
    plant(tmp_path, files)
    assert imports_beyond_the_table(tmp_path) == []


def test_a_package_without_a_row_and_a_row_without_a_package_are_caught(tmp_path: Path) -> None:
    files = {f"pages/ui/{package}/module.py": "" for package in TABLE if package != "text"}
    plant(tmp_path, {**files, "pages/ui/odds.py": ""})
    assert packages_outside_the_table(tmp_path) == {"odds", "text"}


@pytest.mark.parametrize(
    ("files", "impure"),
    [
        ({"pages/ui/scene/link.py": "import streamlit as st"}, ["scene.link"]),
        ({"pages/ui/render/maps.py": "def f():\n    from plotly import io"}, ["render.maps"]),
        (
            {"pages/ui/render/pool.py": "from pages.ui.odds import show", ODDS: "import streamlit"},
            ["render.pool"],
        ),
        (
            {
                "pages/ui/training/heads.py": "import pages.ui.scene.link",
                "pages/ui/scene/link.py": "from pages.ui import odds",
                ODDS: "import rfcore\nimport plotly.express",
            },
            ["scene.link", "training.heads"],
        ),
    ],
)
def test_an_impure_module_is_caught(
    tmp_path: Path, files: dict[str, str], impure: list[str]
) -> None:
    plant(tmp_path, files)
    found = [line.partition(":")[0] for line in impure_modules(tmp_path)]
    assert found == [f"pages.ui.{module}" for module in impure]


def test_a_library_that_comes_through_another_is_caught(tmp_path: Path) -> None:
    """As a package that is not the project's own could bring Streamlit along."""
    plant(
        tmp_path,
        {"pages/ui/scene/link.py": "import odd_library", "odd_library.py": "import plotly"},
    )
    assert loaded_by(tmp_path, "pages/ui/scene", *IMPURE_LIBRARIES) == "plotly"


@pytest.mark.parametrize(
    "line",
    [
        "import pages.ui.scene.scene",
        "from pages.ui.scene import scene",
        "from .scene import Scene",
        "def check():\n    from pages.ui.scene.scene import Scene",
        "if TYPE_CHECKING:\n    from pages.ui.scene.scene import Scene",
    ],
)
def test_a_circle_of_modules_is_caught(tmp_path: Path, line: str) -> None:
    plant(
        tmp_path,
        {"pages/ui/scene/rules.py": line, "pages/ui/scene/scene.py": "from . import rules"},
    )
    assert set(circle(module_graph(tmp_path))) == {"pages.ui.scene.rules", "pages.ui.scene.scene"}
    assert circle(package_graph(tmp_path)) == []


@pytest.mark.parametrize(
    ("files", "packages"),
    [
        (
            {
                "rfcore/faces/train.py": "from rfcore.heads import Head",
                "rfcore/faces/spec.py": "",
                "rfcore/heads/examples.py": "import rfcore.faces.spec",
            },
            {"rfcore.faces", "rfcore.heads"},
        ),
        (
            {
                "rfcore/faces/train.py": "",
                "rfcore/heads/classifier.py": "import rfcore.stack",
                "rfcore/stack.py": "from rfcore.heads import Head",
            },
            {"rfcore.heads", "rfcore.stack"},
        ),
    ],
)
def test_a_circle_of_packages_is_caught(
    tmp_path: Path, files: dict[str, str], packages: set[str]
) -> None:
    heads = {
        "rfcore/__init__.py": "from rfcore.heads import Head",
        "rfcore/heads/__init__.py": "from rfcore.heads.head import Head",
        "rfcore/heads/head.py": "import rfcore.ops",
        "rfcore/ops.py": "",
    }
    plant(tmp_path, {**heads, **files})
    assert circle(module_graph(tmp_path)) == []
    assert set(circle(package_graph(tmp_path))) == packages


def test_a_package_may_import_a_flat_module_and_be_collected(tmp_path: Path) -> None:
    files = {
        "rfcore/__init__.py": "from rfcore.heads.head import Head\nfrom rfcore.ops import relu",
        "rfcore/ops.py": "",
        "rfcore/heads/__init__.py": "from rfcore.heads.head import Head",
        "rfcore/heads/head.py": "import rfcore.ops",
    }
    plant(tmp_path, files)
    assert circle(module_graph(tmp_path)) == circle(package_graph(tmp_path)) == []


def imports_of_other_tests(root: Path) -> list[str]:
    """Imports from a test file, which holds tests and what these alone need."""
    return [
        str(found)
        for path in python_files(root, "tests", "benchmarks")
        for found in imports_of(root, path)
        if is_inside(found.name, "tests") and not is_inside(found.name, "tests.support")
    ]


@pytest.mark.parametrize(
    "line",
    [
        "from tests.scene.test_scene import CALM",
        "def f():\n    import tests.scene.test_scene",
        "from tests.scene import test_scene",
        "from .test_scene import CALM",
        "from tests.conftest import settings",
    ],
)
def test_an_import_from_a_test_file_is_caught(tmp_path: Path, line: str) -> None:
    files = {
        "tests/scene/test_link.py": line,
        "tests/scene/test_scene.py": "from tests.support import scenes\nimport benchmarks.drag",
        "tests/support/scenes.py": "import tests.support.frames\nfrom pages.ui.scene import scene",
    }
    plant(tmp_path, files)
    (found,) = imports_of_other_tests(tmp_path)
    assert found.startswith("tests/scene/test_link.py:")


def test_tests_import_helpers_from_support_alone() -> None:
    assert imports_of_other_tests(ROOT) == []


def test_every_package_has_its_row_in_the_table() -> None:
    assert packages_outside_the_table(ROOT) == set()


def packages_in(text: str) -> dict[str, set[str]]:
    """The packages of pages.ui that a document lists, and what it says they may import."""
    rows = re.findall(r"^\| `pages/ui/(\w+)(?:/|\.py)` \|.*\|([^|]*)\|$", text, re.MULTILINE)
    return {name: set(re.findall(r"`(\w+)`", may_import)) for name, may_import in rows}


def test_the_architecture_has_the_same_table() -> None:
    table = {name: set(may_import.split()) for name, may_import in TABLE.items()}
    text = DOCUMENTS["docs/architecture.md"]
    assert packages_in(text) == table
    assert packages_in(text.replace("`lessons`, `share`", "`lessons`")) != table
