"""A class of learners at once: how many moves one server answers, how fast, how fairly.

    python -m benchmarks.classroom                 # all steps but the long one, about 6 minutes
    python -m benchmarks.classroom --churn 10      # 10 minutes of learners coming and going
    python -m benchmarks.classroom --way component # frames through Streamlit's reruns alone
    python -m benchmarks.classroom --plain         # a server that `streamlit run app.py` starts

Starts the server with the settings of deploy/. Each simulated learner joins as a browser does, by
Streamlit's own WebSocket and its public protobuf classes, opens a scene and drags:
over the frame socket, as browsers do, or through the component, their fallback. Both ends
are on this machine, and the load generator takes its share of it. Fails when a bar is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.app_server import AppServer, memory
from benchmarks.classroom_learner import LEARNER_SCENES, PACE, SimulatedLearner, Way, scenes
from pages.ui.server.free_memory import COLLECT_EVERY

FOR_A_CLASS = {"MALLOC_ARENA_MAX": "1", "PYTHONMALLOC": "malloc"}
"""What deploy/ sets, so that memory that is free goes back to the system."""

SECONDS = 10.0
MAX_CLASS_P95 = 150.0  # ms, for 60 learners at PACE
MIN_UPDATES = 350.0  # a second, at full speed
MIN_SHARE = 0.5  # of the median's updates that the slowest learner gets
MAX_MEMORY = 3.0  # MB a learner
MAX_GROWTH = 0.15  # of the memory at the start that may stay when all have left
MAX_JOIN = 5.0  # s until the last of 60 learners has the page
GONE_AFTER = 140.0  # s: Streamlit keeps the session of a learner who left for two minutes


@dataclass(frozen=True)
class Outcome:
    """What a step came to; join: s until the last learner had the page. peak: MB."""

    learners: int
    pace: float
    seconds: float
    join: float
    latencies: Sequence[float]
    counts: Sequence[int]
    errors: Sequence[str]
    peak: float

    @property
    def updates(self) -> float:
        """Updates a second, of all learners together."""
        return len(self.latencies) / self.seconds

    @property
    def fairness(self) -> float:
        """How many updates the slowest learner got, as a share of the median's."""
        return min(self.counts) / max(1.0, median(self.counts))

    def percentile(self, share: float) -> float:
        """Return the ms within which that share of the moves was answered."""
        return percentile(self.latencies, share)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which that share of the values is; infinite if there are none."""
    if not values:
        return float("inf")
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


async def step(server: AppServer, count: int, pace: float, seconds: float, way: Way) -> Outcome:
    """Let a number of learners join at once, drag, and leave."""
    found = scenes()
    learners = [SimulatedLearner(server, number, next(found), way) for number in range(count)]
    peak = asyncio.create_task(_peak(server.pid))
    begun = time.monotonic()
    joined = await asyncio.gather(*(one.join() for one in learners), return_exceptions=True)
    join = time.monotonic() - begun
    errors = [f"learner {n}: {e!r}" for n, e in enumerate(joined) if e is not None]
    here = [one for one, error in zip(learners, joined, strict=True) if error is None]
    until = time.monotonic() + seconds
    await asyncio.gather(*(one.drag(until, pace) for one in here))
    peak.cancel()
    await asyncio.gather(*(one.leave() for one in learners))
    return Outcome(
        learners=count,
        pace=pace,
        seconds=seconds,
        join=join,
        latencies=[ms for one in here for ms in one.tally.latencies],
        counts=[len(one.tally.latencies) for one in here] or [0],
        errors=[*errors, *(error for one in here for error in one.tally.errors)],
        peak=_highest.pop(server.pid, memory(server.pid)),
    )


_highest: dict[int, float] = {}


async def _peak(pid: int) -> None:
    while True:
        _highest[pid] = max(_highest.get(pid, 0.0), memory(pid))
        await asyncio.sleep(0.25)


async def churn(server: AppServer, count: int, minutes: float, way: Way) -> list[float]:
    """Keep a class full while each learner stays 5 to 30 s; return the memory of every minute."""
    found, until = scenes(), time.monotonic() + minutes * 60
    samples: list[float] = []
    errors: list[str] = []

    async def seat(number: int) -> None:
        visit = 0
        while time.monotonic() < until:
            one = SimulatedLearner(server, number + 1000 * visit, next(found), way)
            try:
                await one.join()
                stay = 5 + (number * 7 + visit * 11) % 26
                await one.drag(min(until, time.monotonic() + stay), PACE)
            except (TimeoutError, OSError, RuntimeError) as error:
                errors.append(f"learner {one.number}: {error!r}")
            errors.extend(one.tally.errors)
            await one.leave()
            visit += 1

    async def watch() -> None:
        while True:
            await asyncio.sleep(60)
            samples.append(memory(server.pid))
            print(f"    minute {len(samples)}: {samples[-1]:.0f} MB", flush=True)

    watching = asyncio.create_task(watch())
    await asyncio.gather(*(seat(number) for number in range(count)))
    watching.cancel()
    for error in errors[:5]:
        print(f"    {error}")
    if errors:
        raise SystemExit(f"{len(errors)} errors while learners came and went")
    return samples


HEADER = "learners  moves/s each   join s  updates/s   p50 ms   p95 ms   p99 ms  slowest  errors"


def line(found: Outcome) -> str:
    """Return an outcome as a line of the table."""
    pace = f"{found.pace:g}" if found.pace else "full speed"
    return (
        f"{found.learners:8d}  {pace:>12}  {found.join:7.2f}  {found.updates:9.1f}"
        + "".join(f"  {found.percentile(share):7.1f}" for share in (0.5, 0.95, 0.99))
        + f"  {found.fairness:6.0%}  {len(found.errors):6d}"
    )


def missed_bars(found: Outcome, start: float) -> list[str]:
    """Return the bars that a step has missed, in words."""
    words = [f"{len(found.errors)} errors, as {found.errors[0]}"] if found.errors else []
    if found.learners == 60 and found.join > MAX_JOIN:
        words.append(f"60 learners took {found.join:.1f} s to join, at most {MAX_JOIN:g} wanted")
    if found.learners == 60 and found.pace == PACE and found.percentile(0.95) > MAX_CLASS_P95:
        words.append(f"p95 is {found.percentile(0.95):.0f} ms, at most {MAX_CLASS_P95:g} wanted")
    if not found.pace and found.updates < MIN_UPDATES:
        words.append(f"{found.updates:.0f} updates a second, at least {MIN_UPDATES:g} wanted")
    if not found.pace and found.fairness < MIN_SHARE:
        words.append(f"the slowest learner got {found.fairness:.0%} of the median")
    each = (found.peak - start) / found.learners
    if found.learners >= 60 and each > MAX_MEMORY:
        words.append(f"{each:.1f} MB a learner, at most {MAX_MEMORY:g} wanted")
    return words


def main() -> None:
    """Run the steps and print a table; exit with 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--way", choices=("socket", "component"), default="socket")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each step")
    parser.add_argument("--churn", type=float, default=0.0, help="minutes of coming and going")
    parser.add_argument("--plain", action="store_true", help="without the settings of deploy/")
    parser.add_argument("--only", type=int, default=0, help="only steps of so many learners")
    options = parser.parse_args()
    problems: list[str] = []
    with AppServer(environment={} if options.plain else FOR_A_CLASS) as server:
        start = memory_at_rest(server, options.way)  # what is loaded once, is loaded
        asyncio.run(step(server, len(LEARNER_SCENES), 0, 2.0, options.way))
        loaded = memory_at_rest(server, options.way)
        if options.churn:
            samples = asyncio.run(churn(server, 60, options.churn, options.way))
            problems += flatness(samples)
        else:
            print(HEADER, flush=True)
            for count, pace in ((1, PACE), (20, PACE), (60, PACE), (60, 0), (120, 0)):
                if options.only in (0, count):
                    found = asyncio.run(step(server, count, pace, options.seconds, options.way))
                    print(f"{line(found)}   {found.peak:.0f} MB", flush=True)
                    problems += missed_bars(found, start)
            problems += left(server, start, loaded, options.way)
        problems += [text for text in server.log().splitlines() if "Traceback" in text]
    for problem in problems:
        print(f"missed: {problem}")
    sys.exit(bool(problems))


def flatness(samples: Sequence[float]) -> list[str]:
    """Return what is wrong when the memory of later minutes is above that of earlier ones."""
    if len(samples) < 4:
        return []
    early, late = median(samples[1 : len(samples) // 2 + 1]), median(samples[-2:])
    print(f"memory in the first half {early:.0f} MB, at the end {late:.0f} MB")
    return [f"memory grew from {early:.0f} to {late:.0f} MB"] if late > 1.1 * early else []


def memory_at_rest(server: AppServer, way: Way) -> float:
    """Return the memory, MB, after one learner came, stayed for a garbage collection, and left."""
    asyncio.run(step(server, 1, 0, COLLECT_EVERY + 1, way))
    time.sleep(1)
    return memory(server.pid)


def left(server: AppServer, start: float, loaded: float, way: Way) -> list[str]:
    """Wait until Streamlit has let go of those who left; return what is wrong with the memory.

    start, loaded: MB after the first learner had left, and after one for each scene had.
    """
    print(f"waiting {GONE_AFTER:g} s until the sessions of those who left are gone", flush=True)
    time.sleep(GONE_AFTER)
    memory_at_rest(server, way)  # a learner who leaves makes Streamlit close old sessions
    end = memory_at_rest(server, way)
    print(
        f"memory {start:.0f} MB after one learner, {loaded:.0f} MB after one for each scene, "
        f"{end:.0f} MB ({end / start - 1:.0%}, {end / loaded - 1:.0%} more) after all have left"
    )
    grown = end / start - 1
    return [f"{grown:.0%} more memory than at the start"] if grown > MAX_GROWTH else []


if __name__ == "__main__":
    main()
