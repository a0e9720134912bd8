"""README, CONTRIBUTING and CHANGELOG keep their word: commands, files, dates, the example."""

import contextlib
import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from textwrap import dedent

import pytest
from PIL import Image, ImageChops

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = {
    name: (ROOT / name).read_text(encoding="utf-8")
    for name in ("README.md", "TEACHING.md", "CONTRIBUTING.md", "CHANGELOG.md")
}
README = DOCUMENTS["README.md"]


def test_the_notebook_example_runs_and_prints_what_it_says() -> None:
    section = README.split("## Use it from a notebook")[1].split("\n## ")[0]
    code = dedent("\n".join(re.findall(r"^(?: {4}.*)?$", section, re.MULTILINE)))
    assert "MovingPattern" in code
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {})
    first, second, *_, last = printed.getvalue().strip().splitlines()
    assert first == "[(3, 3), (4, 4), (8, 8)]"
    assert re.fullmatch(r"\d+ of 961 cells changed", second)
    assert last == "C3x3/1 -> M2x2/2"


def missing(text: str) -> Iterator[str]:
    """The files that a document names and that are not there."""
    folders = "rfcore|pages|assets|tests|benchmarks|deploy"
    named = re.findall(r"\]\(((?!http)[^)]+)\)", text)
    modules = re.findall(r"python -m ((?:benchmarks|pages)(?:\.\w+)+)", text)
    named += [f"{name.replace('.', '/')}.py" for name in modules]
    named += re.findall(rf"(?<![\w/.-])((?:{folders})/[\w./<>-]*)", text)
    # <name> stands for a name that one chooses.
    return (name for name in named if "<" not in name and not (ROOT / name.rstrip(".")).exists())


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_and_module_that_a_document_names_is_there(document: str) -> None:
    assert list(missing(DOCUMENTS[document])) == []


def test_a_file_that_is_not_there_is_found() -> None:
    text = "[x](gone.md) `python -m benchmarks.gone` `bash tests/gone.sh` `pages/ui/lens_<name>.py`"
    assert list(missing(text)) == ["gone.md", "benchmarks/gone.py", "tests/gone.sh"]


def test_the_options_that_a_document_gives_are_there() -> None:
    for text in DOCUMENTS.values():
        for name, options in re.findall(r"python -m benchmarks\.(\w+)([^`\n|]*)", text):
            source = (ROOT / "benchmarks" / f"{name}.py").read_text(encoding="utf-8")
            for option in re.findall(r"--[\w-]+", options):
                assert f'add_argument("{option}"' in source, (name, option)


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


def test_recipes_name_what_is_there() -> None:
    recipes = README.split("## Change it")[1].split("\n## ")[0]
    for name, file in re.findall(r"`(_?[A-Z_]{4,})` (?:of|in) `([^`]+)`", recipes):
        assert re.search(rf"^{name}\b", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)
    assert len(re.findall(r"^\| an? ", recipes, re.MULTILINE)) == 10


def test_ci_runs_the_test_commands_that_it_gives() -> None:
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    for command in ("bash tests/run.sh", "bash tests/run.sh --slow"):
        assert f"\n    {command}\n" in README
        assert command in run
