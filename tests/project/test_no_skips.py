"""The rule of conftest.py: a test that is not really run fails the run."""

import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parents[1] / "conftest.py"
ROOT = CONFTEST.parents[1]

NOT_RUN = {
    "skipped": "import pytest\n@pytest.mark.skip('later')\ndef test_it(): pass\n",
    "skipped inside": "import pytest\ndef test_it(): pytest.skip('later')\n",
    "whole module": "import pytest\npytest.importorskip('no_such_module')\n",
    "expected to fail": "import pytest\n@pytest.mark.xfail\ndef test_it(): assert False\n",
}


def exit_code(folder: Path, text: str) -> int:
    (folder / "conftest.py").write_text(CONFTEST.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "test_it.py").write_text(f"{text}\ndef test_fine(): assert True\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null"]
    run = subprocess.run(
        [*command, "--rootdir", str(folder), str(folder)],
        cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    return run.returncode


@pytest.mark.parametrize("text", NOT_RUN.values(), ids=NOT_RUN.keys())
def test_a_test_that_was_not_run_fails_the_run(tmp_path: Path, text: str) -> None:
    assert exit_code(tmp_path, text) != pytest.ExitCode.OK


def test_a_run_without_one_passes(tmp_path: Path) -> None:
    assert exit_code(tmp_path, "") == pytest.ExitCode.OK
