"""One hostile tab beside a class: how much slower it makes the server for everybody else.

    python -m benchmarks.fairness                      # every attack, about 8 minutes
    python -m benchmarks.fairness --only gifs --seconds 20

Starts the server as benchmarks/classroom.py does. A class drags alone, then beside one
hostile tab, for each attack of benchmarks/hostile_attacks.py in turn. The tab is a process of its
own that is killed, as a tab is closed. Class, tab and server share this machine. Of some rounds the
one with the median ratio counts. Fails if a bar is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from benchmarks.app_server import AppServer
from benchmarks.classroom import FOR_A_CLASS, percentile
from benchmarks.classroom_learner import SimulatedLearner, scenes
from benchmarks.hostile_attacks import ATTACKS
from benchmarks.hostile_process import hostile_tab
from benchmarks.server_watch import Health, cpu_time

CLASS = 30
MOVES_A_SECOND = 3  # moves a second of each learner
PHASE_SECONDS = 5.0  # of each measurement, alone and beside the tab
ROUNDS = 3  # of each attack; whatever else the machine does falls into one of them

MAX_RATIO = 1.5  # of the p95 beside the tab to that alone
MAX_P95 = 100.0  # ms, beside the tab
MAX_HEALTH = 100.0  # ms
ENDS_WITHIN = 1.0  # s from the tab's end to that of its work
AFTER = 2.0  # s of which the CPU time is measured then
MAX_CPU_AFTER = 0.2  # s of CPU time in AFTER
RESTS_WITHIN = 90.0  # s until the work of one attack has ended and the next one begins


@dataclass(frozen=True)
class Finding:
    """What an attack did. alone, beside: p95 in ms. health: ms. after: s of CPU time."""

    attack: str
    alone: float
    beside: float
    health: float
    after: float
    answers: int
    errors: Sequence[str] = ()

    @property
    def ratio(self) -> float:
        """How many times as long as alone the learners wait."""
        return self.beside / self.alone

    def missed(self) -> list[str]:
        """Return the bars that are missed, in words."""
        words = list(self.errors)
        if not self.answers:
            words.append("the hostile tab got no answer, so nothing was measured")
        if self.ratio > MAX_RATIO:
            words.append(f"p95 is {self.ratio:.1f} times that alone, at most {MAX_RATIO:g} wanted")
        if self.beside > MAX_P95:
            words.append(f"p95 is {self.beside:.0f} ms, at most {MAX_P95:g} wanted")
        if self.health > MAX_HEALTH:
            words.append(f"health took {self.health:.0f} ms, at most {MAX_HEALTH:g} wanted")
        if self.after > MAX_CPU_AFTER:
            words.append(f"{self.after:.2f} s of CPU time after closing, {MAX_CPU_AFTER:g} wanted")
        return [f"{self.attack}: {text}" for text in words]


def median_round(rounds: Sequence[Finding]) -> Finding:
    """Return the round whose ratio is the median, with the errors of all."""
    found = sorted(rounds, key=lambda one: one.ratio)[len(rounds) // 2]
    return replace(found, errors=[error for one in rounds for error in one.errors])


COLUMNS = "attack      alone ms  beside ms  ratio  health ms  CPU s after  answers"


def table_line(found: Finding) -> str:
    """Return a finding as a line of the table."""
    return (
        f"{found.attack:10s}  {found.alone:8.1f}  {found.beside:9.1f}  {found.ratio:5.2f}  "
        f"{found.health:9.1f}  {found.after:11.2f}  {found.answers:7d}"
    )


class Class:
    """Learners who have joined, and drag when they are asked to."""

    def __init__(self, server: AppServer, size: int) -> None:
        found = scenes()
        self.learners = [SimulatedLearner(server, n, next(found), "socket") for n in range(size)]

    async def join(self) -> None:
        """Let all join."""
        await asyncio.gather(*(one.join() for one in self.learners))

    async def leave(self) -> None:
        """Let all leave."""
        await asyncio.gather(*(one.leave() for one in self.learners))

    async def p95(self, seconds: float) -> float:
        """Let all drag, and return the ms within which 95 of 100 moves were answered."""
        before = [len(one.tally.latencies) for one in self.learners]
        until = time.monotonic() + seconds
        await asyncio.gather(*(one.drag(until, MOVES_A_SECOND) for one in self.learners))
        return percentile(
            [
                ms
                for one, seen in zip(self.learners, before, strict=True)
                for ms in one.tally.latencies[seen:]
            ],
            0.95,
        )

    def take_errors(self) -> list[str]:
        """Return the errors since the last time."""
        found = [error for one in self.learners for error in one.tally.errors]
        for one in self.learners:
            one.tally.errors.clear()
        return found


async def measure(server: AppServer, those: Class, name: str, seconds: float) -> Finding:
    """Let the class drag alone and beside a hostile tab; see what is left when that has closed."""
    alone = await those.p95(seconds)
    with Health(server.url) as health:
        tab = hostile_tab(server.url, name)
        attacker = await asyncio.to_thread(tab.__enter__)
        try:
            beside = await those.p95(seconds)
            answers, went_on = attacker.answers, attacker.is_alive
        finally:
            tab.__exit__(None, None, None)
    await asyncio.sleep(ENDS_WITHIN)
    begun = cpu_time(server.pid)
    await asyncio.sleep(AFTER)
    after = cpu_time(server.pid) - begun
    errors = those.take_errors() + ([] if went_on else ["the hostile tab ended by itself"])
    return Finding(name, alone, beside, health.slowest, after, answers, errors)


async def rest(server: AppServer) -> None:
    """Wait until the server does nothing, or for RESTS_WITHIN seconds."""
    until = time.monotonic() + RESTS_WITHIN
    while time.monotonic() < until:
        begun = cpu_time(server.pid)
        await asyncio.sleep(1)
        if cpu_time(server.pid) - begun <= MAX_CPU_AFTER / AFTER:
            return


async def measure_all(
    server: AppServer, names: Sequence[str], seconds: float, rounds: int
) -> list[str]:
    """Print a line for each attack; return which bars were missed."""
    problems: list[str] = []
    those = Class(server, CLASS)
    await those.join()
    await those.p95(2.0)
    print(COLUMNS, flush=True)
    for name in names:
        measured = []
        for _ in range(rounds):
            await rest(server)
            measured.append(await measure(server, those, name, seconds))
        found = median_round(measured)
        print(table_line(found), flush=True)
        problems += found.missed()
    await those.leave()
    return problems


def main() -> None:
    """Run the attacks and print a table; exit with 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=ATTACKS, nargs="+", default=list(ATTACKS))
    parser.add_argument("--seconds", type=float, default=PHASE_SECONDS, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of each attack")
    options = parser.parse_args()
    with AppServer(environment=FOR_A_CLASS) as server:
        problems = asyncio.run(measure_all(server, options.only, options.seconds, options.rounds))
    for problem in problems:
        print(f"missed: {problem}")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
