"""Every text on screen: sentences that can be read aloud, and no misspelled word."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from pages.ui.scene import face
from pages.ui.scene.choices import MOVES, PRESETS
from pages.ui.scene.head_training import Training, to_text
from pages.ui.scene.lenses import LENS_NAMES, LensName, lenses_on
from pages.ui.scene.scene import Scene
from pages.ui.scene.scene_fields import Unit
from pages.ui.scene.workspaces import scene_of
from pages.ui.site import SITE, entry_of
from pages.ui.text.glossary import terms
from pages.ui.training import faces
from pages.ui.training import heads as heads
from rfcore.faces.spec import PartsSpec
from rfcore.stack import Stack
from tests.support.frames import rendered
from tests.support.page_driver import PAGES, new_page, run_clean
from tests.support.page_texts import (
    readable,
    strings_in,
    texts_of,
    texts_of_python,
    texts_of_script,
)
from tests.support.readability import MOST_WORDS, assert_readable, misspelled, shouted, too_long

pytestmark = pytest.mark.usefixtures("quick_pages")

ROOT = PAGES.parent
SMALL_HEADS = {
    "size": "32",
    "stack": "C5x5/1p2,M2x2/2,C3x3/1p1c4",
    "at": "3,3",
    "train": to_text(Training(examples=20, seed=77)),
}
QUERIES: dict[str, list[dict[str, str]]] = {
    "convolution_follows": [{"lens": lens} for lens in lenses_on("convolution_follows")],
    "feature_map_shifts": [{}, {"at": "24,13", "from": "24,12"}, {"pattern": "zebra", "at": "x"}],
    "the_head_decides": [SMALL_HEADS],
    "how_far_a_neuron_sees": [{}, {"pixel": "30,20"}],
}
"""The links with which pages are read, beside the bare one."""


def scenes(lens: LensName) -> Iterator[Scene]:
    """Scenes of a lens over its stacks and moves: what its sentences speak of."""
    scene, _ = scene_of({"lens": lens} | (SMALL_HEADS if lens == "heads" else {}))
    if lens == "heads":
        assert scene.experiment is not None
        heads.HEAD_STORE.train(scene.experiment)
    presets = [Stack.parse(text) for text in PRESETS.values()]
    for stack in presets if lens in ("maps", "fields") else [scene.stack]:
        based = scene.with_stack(stack)
        yield based if lens in ("heads", "parts") else replace(based, unit=Unit(0, 0, 0))
        # There is more to say of a whole picture, where a lens can show it.
        for moves, (rows, cols) in product(MOVES, ((0, 0), (0, 1), (3, -2))):
            if moves == "pattern" or lens not in ("heads", "parts"):
                row, col = based.start
                yield replace(based, moves=moves, position=(row + rows, col + cols))


def of_python() -> list[str]:
    files = [*PAGES.glob("*.py"), *(PAGES / "ui").rglob("*.py")]
    return [
        part
        for file in files
        for text in texts_of_python(file)
        if is_text(text)
        for part in readable(text)
    ]


def of_scripts() -> list[str]:
    files = (ROOT / "assets").rglob("*.js")
    return [text for file in files for text in texts_of_script(file) if is_text(text)]


def is_text(text: str) -> bool:
    """Whether a string of a source is for people, not a key, a pattern or a style."""
    return " " in text and not _FOR_MACHINES.search(text)


_FOR_MACHINES = re.compile(
    r"[={}|\\]|\(\?|;\s*(?:$|\n)|\b(?:solid|inset|minmax|in srgb|oklch|rgb)\b"
)


def of_files() -> list[str]:
    return [
        part
        for file in (ROOT / "assets").rglob("*.toml")
        for text in strings_in(tomllib.loads(file.read_text(encoding="utf-8")))
        for part in readable(text)
    ]


@pytest.fixture
def _small_trainings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts that are trained at once: the texts are those of any training."""
    spec = PartsSpec(grids=(1, 6, 64), distances=(0, 3), examples=160, fresh=60, steps=60, seed=7)
    monkeypatch.setitem(face.SPECS, "avg", spec)
    faces.GRID_STORE.start(spec)
    faces.GRID_STORE.wait()


@pytest.mark.usefixtures("_small_trainings")
@pytest.mark.parametrize("path", [entry.path for entry in SITE])
def test_every_page_can_be_read_aloud(path: str) -> None:
    for query in QUERIES.get(path, [{}]):
        page = run_clean(new_page(f"{path}.py", query, with_charts=True, seconds=60))
        assert_readable(texts_of(page))


@pytest.mark.usefixtures("_small_trainings")
@pytest.mark.parametrize("lens", LENS_NAMES)
def test_the_live_sentences_can_be_read_aloud(lens: LensName) -> None:
    for scene in scenes(lens):
        assert_readable(list(strings_in(rendered(scene).header)))


def test_the_texts_of_the_sources_can_be_read_aloud() -> None:
    assert_readable(of_python())
    assert_readable(of_scripts())
    assert_readable(of_files())


def test_the_checks_find_what_is_wrong() -> None:
    long = " ".join(["word"] * (MOST_WORDS + 1))
    assert too_long([f"Short. {long}. Short."]) == [f"{long}."]
    assert too_long([f"Short (it is). {long[5:]}"]) == []
    assert shouted(["Look at this!", "Look."]) == ["Look at this!"]
    assert misspelled(["Two neurons recieve a \u201cneuorn\u201d."]) == {"recieve", "neuorn"}


def test_a_page_is_read_whole() -> None:
    found = texts_of(run_clean(new_page("home.py", {}, with_charts=True)))
    for shown in (
        "Convolution follows, pooling forgives, the head decides.",  # a title
        "Three ideas",  # a header
        "The head turns the last maps into an answer. Some heads care where the pattern is, "
        "others do not.",  # running text, without the marks of its terms
        "Drag the cat. Which maps follow?",  # the stage's sentence
        entry_of("glossary").line,  # a caption
    ):
        assert shown in found
    assert next(term.means for term in terms() if term.name == "head") in found  # on hover


def spelling(*paths: Path) -> str:
    """What codespell has to say of the sources."""
    command = [sys.executable, "-m", "codespell_lib", "--skip", "*.png,*.pyc,__pycache__"]
    done = subprocess.run([*command, *map(str, paths)], capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    return done.stdout


def test_the_sources_have_no_common_misspelling(tmp_path: Path) -> None:
    names = ("app.py", "pages", "rfcore", "assets", "benchmarks", "docs")
    assert spelling(*(ROOT / name for name in names), *ROOT.glob("*.md")) == ""
    planted = tmp_path / "planted.js"
    planted.write_text("// the stage recieves a frame\n")
    assert "recieves ==> receives" in spelling(planted)
