"""The benchmark of fairness: what its parts measure, and that it notices a planted fault."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from benchmarks.app_server import AppServer
from benchmarks.classroom import percentile
from benchmarks.fairness import MAX_HEALTH, MAX_P95, Finding, median_round, table_line
from benchmarks.hostile_attacks import GRADIENTS, KERNEL, LARGE_FRAMES, MAPS, scene_from
from benchmarks.hostile_process import hostile_tab
from benchmarks.server_watch import Health, cpu_time
from tests.support.trainings import until

GOOD = Finding("gifs", alone=30.0, beside=40.0, health=20.0, after=0.02, answers=7)


def test_a_finding_within_the_bars_misses_none() -> None:
    assert GOOD.missed() == []
    assert "1.33" in table_line(GOOD)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"beside": 50.0}, "1.7 times that alone"),
        ({"alone": 90.0, "beside": MAX_P95 + 1}, "p95 is 101 ms"),
        ({"health": MAX_HEALTH + 1}, "health took 101 ms"),
        ({"after": 0.5}, "0.50 s of CPU time after closing"),
        ({"answers": 0}, "got no answer"),
        ({"errors": ["learner 3: gone"]}, "learner 3: gone"),
    ],
)
def test_each_bar_that_is_missed_is_named(change: dict[str, object], words: str) -> None:
    (problem,) = replace(GOOD, **change).missed()  # type: ignore[arg-type]
    assert problem.startswith("gifs: ")
    assert words in problem


def test_the_median_round_counts_and_no_error_is_lost() -> None:
    rounds = [replace(GOOD, beside=ms, errors=[f"{ms}"]) for ms in (900.0, 31.0, 36.0)]
    assert median_round(rounds).beside == 36.0
    assert sorted(median_round(rounds).errors) == ["31.0", "36.0", "900.0"]


def test_a_percentile_of_nothing_misses_every_bar() -> None:
    assert percentile(range(100), 0.95) == 95
    assert percentile([], 0.95) > MAX_P95


@pytest.mark.parametrize("link", [GRADIENTS, KERNEL, LARGE_FRAMES, MAPS])
def test_the_links_of_the_attacks_are_accepted(link: str) -> None:
    scene_from(link)


def test_a_link_that_is_refused_is_no_attack() -> None:
    with pytest.raises(ValueError, match="stack"):
        scene_from("size=256&stack=C1x1/1p369c32")


def test_the_cpu_time_of_a_process_counts_its_children() -> None:
    busy = "import time\nend = time.process_time() + 60\nwhile time.process_time() < end: pass"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {busy!r}])"
    with subprocess.Popen([sys.executable, "-c", parent], start_new_session=True) as process:
        try:
            until(lambda: cpu_time(process.pid) >= 0.3)
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def test_a_server_that_does_not_answer_is_not_healthy() -> None:
    with Health("http://127.0.0.1:9") as health:
        until(lambda: health.slowest > 0)
    assert health.slowest == float("inf")


@pytest.mark.slow
def test_a_hostile_tab_gets_answers_and_ends_when_it_is_closed() -> None:
    # A server of its own: Streamlit logs a trace of a tab that closes while its script runs.
    with AppServer() as server, hostile_tab(server.url, "gifs") as attacker:
        assert attacker.answers >= 1
        assert attacker.is_alive
    assert not attacker.is_alive


@pytest.mark.slow
def test_a_hostile_tab_that_fails_is_noticed() -> None:
    with hostile_tab("http://127.0.0.1:9", "expensive") as attacker:
        assert not attacker.answers
