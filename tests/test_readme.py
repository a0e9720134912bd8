"""The README keeps its word: its commands are the ones there are, its notebook example runs."""

import contextlib
import io
import re
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


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


def test_every_file_and_benchmark_that_it_names_is_there() -> None:
    for name in re.findall(r"\]\(((?!http)[^)]+)\)", README):
        assert (ROOT / name).exists(), name
    for name in re.findall(r"python -m benchmarks\.(\w+)", README):
        assert (ROOT / "benchmarks" / f"{name}.py").exists(), name
    for name in re.findall(r"`((?:rfcore|pages|assets|tests|benchmarks|deploy)/[\w./]*)`", README):
        assert (ROOT / name).exists(), name


def test_ci_runs_the_test_command_that_it_gives() -> None:
    assert "    bash tests/run.sh\n" in README
    assert "bash tests/run.sh" in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
