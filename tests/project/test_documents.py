"""The documents are true: paths, links, commands, the example, the length. See test_facts too."""

import contextlib
import io
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from textwrap import dedent

import pytest
import streamlit as st
from PIL import Image, ImageChops

from pages.ui.site import SITE
from tests.support.documents import CODE, DOCUMENTS, README
from tests.support.source_tree import ROOT

FOLDERS = "rfcore|pages|assets|tests|benchmarks|deploy|docs|\\.streamlit|\\.ci"
MAX_README_LINES = 150


# ---- paths and links


def missing_paths(text: str) -> Iterator[str]:
    """The files and folders that a document names and that are not there."""
    # <name> and my-name stand for a name that the reader chooses.
    for path in re.findall(rf"(?<![\w/.-])((?:{FOLDERS})/[\w./<>*-]*)", text):
        if "<" not in path and "my-" not in path and not any(ROOT.glob(path.rstrip("./"))):
            yield path
    for row in re.findall(r"^\|.*\|$", text, re.MULTILINE):
        folder, *files = [
            code for code in CODE.findall(row) if re.fullmatch(r"[\w./-]+", code)
        ] or [""]
        if folder.endswith("/"):
            for name in files:
                if (
                    re.fullmatch(r"[\w-]+\.(?:py|js|css|toml)", name)
                    and not (ROOT / folder / name).exists()
                ):
                    yield f"{folder}{name}"


def broken_links(name: str, text: str) -> Iterator[str]:
    """The links of a document, relative to it, that lead to no file or to no heading of one."""
    for link in re.findall(r"\]\(((?!https?:)[^)]+)\)", text):
        path, _, anchor = link.partition("#")
        target = ROOT / name if not path else (ROOT / name).parent / path
        if not target.exists() or (anchor and anchor not in anchors(target)):
            yield link


def anchors(document: Path) -> set[str]:
    """The anchors that GitHub makes of a document's headings."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_paths_and_links_lead_somewhere(document: str) -> None:
    assert list(missing_paths(DOCUMENTS[document])) == []
    assert list(broken_links(document, DOCUMENTS[document])) == []


def test_a_missing_path_or_link_is_found() -> None:
    text = """
    `bash tests/gone.sh` pages/ui/lens_<name>.py `tests/*.sh` assets/lessons/11-my-lesson.toml
| `pages/ui/` | `site.py`, `gone.py` |
"""
    assert list(missing_paths(text)) == ["tests/gone.sh", "pages/ui/gone.py"]
    links = (
        "[a](../README.md) [b](gone.md) [c](../README.md#run-it) [d](../README.md#gone) [e](#gone)"
    )
    assert list(broken_links("docs/notation.md", links)) == [
        "gone.md",
        "../README.md#gone",
        "#gone",
    ]


# ---- commands and settings


def wrong_modules(text: str) -> Iterator[str]:
    """The modules that a document runs and that cannot be run, or lack an option that it gives."""
    for module, options in re.findall(r"python -m ((?:benchmarks|pages)\.[\w.]+)([^`\n|]*)", text):
        path = ROOT / f"{module.replace('.', '/')}.py"
        source = path.read_text(encoding="utf-8") if path.exists() else ""
        if "__main__" not in source:
            yield module
        for option in re.findall(r"--[\w-]+", options):
            if f'add_argument("{option}"' not in source:
                yield f"{module} {option}"


def wrong_scripts(text: str) -> Iterator[str]:
    """The options that a document gives to a script or to Streamlit, and that these lack."""
    for script, options in re.findall(r"bash ([\w./-]+\.sh)([^`\n|&]*)", text):
        source = (ROOT / script).read_text(encoding="utf-8") if (ROOT / script).exists() else ""
        for option in re.findall(r"--[\w-]+(?![\w.-])", options):
            if option not in source:
                yield f"{script} {option}"
    for option in re.findall(r"--(\w+\.\w+)", text):
        if not is_streamlit_option(option):
            yield f"--{option}"


def wrong_settings(text: str) -> Iterator[str]:
    """The settings of Streamlit that a document gives and that the project has not."""
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    for group, name, value in re.findall(r"`(\w+)\.(\w+) = (\w+)`", text):
        if str(config[group].get(name)).lower() != value:
            yield f"{group}.{name} = {value}"


def is_streamlit_option(name: str) -> bool:
    try:
        st.get_option(name)
    except RuntimeError:
        return False
    return True


@pytest.mark.parametrize("document", DOCUMENTS)
def test_commands_and_their_options_exist(document: str) -> None:
    text = DOCUMENTS[document]
    assert [*wrong_modules(text), *wrong_scripts(text), *wrong_settings(text)] == []


def test_a_wrong_command_is_found() -> None:
    text = """
    `python -m benchmarks.gone` `python -m benchmarks.app_server` `python -m benchmarks.drag --gone`
    `python -m benchmarks.drag --only x` `bash tests/run.sh --slow` `bash tests/run.sh --gone`
    `bash deploy/serve.sh --server.gone 1` `runner.fastReruns = true`
    """
    assert [*wrong_modules(text), *wrong_scripts(text), *wrong_settings(text)] == [
        "benchmarks.gone",
        "benchmarks.app_server",
        "benchmarks.drag --gone",
        "tests/run.sh --gone",
        "--server.gone",
        "runner.fastReruns = true",
    ]


def test_ci_runs_the_test_commands_that_the_readme_gives() -> None:
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    for command in ("bash tests/run.sh", "bash tests/run.sh --slow"):
        assert f"\n    {command}\n" in README
        assert command in run


# ---- words


def odd_words(text: str) -> list[str]:
    """The words that made earlier documents hard to read, and that plain English lacks."""
    odd = r"\b(dear|likewise|whoever|for else|of one's own|the last but one|thousand million)\b"
    return re.findall(odd, " ".join(text.split()), re.IGNORECASE)


def test_the_documents_have_no_odd_words() -> None:
    assert {name: odd_words(text) for name, text in DOCUMENTS.items() if odd_words(text)} == {}
    assert odd_words("Likewise, 250 thousand\nmillion steps are dear.") == [
        "Likewise",
        "thousand million",
        "dear",
    ]


# ---- README, notebook, changelog


def test_the_readme_is_short_and_leads_to_every_document() -> None:
    assert len(README.splitlines()) <= MAX_README_LINES
    linked = set(re.findall(r"\]\(([\w/.]+\.md)[)#]", README))
    assert linked == DOCUMENTS.keys() - {"README.md"}


def unlisted_pages(readme: str) -> set[str]:
    """The pages that are in the README's table or in the app, and not in both."""
    table = readme.split("## The pages\n")[1].split("\n## ")[0]
    return {entry.title for entry in SITE} ^ set(
        re.findall(r"^\| ([A-Z][^|]*) \|", table, re.MULTILINE)
    )


def test_the_readme_lists_every_page() -> None:
    assert unlisted_pages(README) == set()
    assert unlisted_pages(README.replace("| Present |", "| Presenter |")) == {
        "Present",
        "Presenter",
    }


def test_the_notebook_example_runs_and_prints_what_it_says() -> None:
    text = DOCUMENTS["docs/notebook.md"]
    code = dedent("\n".join(re.findall(r"^(?: {4}.*)?$", text, re.MULTILINE)))
    assert "MovingPattern" in code
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "notebook.md", "exec"), {})
    first, second, *_, last = printed.getvalue().strip().splitlines()
    assert first == "[(3, 3), (4, 4), (8, 8)]"
    assert re.fullmatch(r"\d+ of 961 cells changed", second)
    assert last == "C3x3/1 -> M2x2/2"


def test_the_moving_image_is_small_and_moves() -> None:
    (name,) = re.findall(r"\((assets/[\w-]+\.webp)\)", README)
    assert (ROOT / name).stat().st_size < 600 * 1024
    with Image.open(ROOT / name) as film:
        assert getattr(film, "n_frames", 1) >= 20
        first = film.convert("RGB")
        film.seek(film.n_frames // 2)
        assert ImageChops.difference(first, film.convert("RGB")).getbbox() is not None


def test_the_changelog_goes_from_the_newest_day_to_the_oldest() -> None:
    days = re.findall(r"^## (\S+)$", DOCUMENTS["CHANGELOG.md"], re.MULTILINE)
    assert days == sorted(days, reverse=True)
    assert len(set(days)) == len(days) == len([date.fromisoformat(day) for day in days])
