"""A class of learners at once: how many moves one server answers, how fast, how fairly.

    python -m benchmarks.classroom                 # all steps but the long one, about 6 minutes
    python -m benchmarks.classroom --churn 10      # 10 minutes of learners coming and going
    python -m benchmarks.classroom --way component # frames through Streamlit's reruns alone
    python -m benchmarks.classroom --plain         # a server that `streamlit run app.py` starts

Starts the server with the settings of deploy/. Each simulated learner joins as a browser does, by
Streamlit's own WebSocket and its public protobuf classes, opens a scene of their own, and drags:
over the frame socket, as browsers do, or through the component, their fallback. Both ends
are on this machine, and the load generator takes its share of it. Fails when a bar is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from statistics import median
from typing import Any, Literal

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from benchmarks.app_server import AppServer, memory
from benchmarks.simulated_tab import header_of
from pages.ui.server.free_memory import COLLECT_EVERY

Way = Literal["socket", "component"]

FOR_A_CLASS = {"MALLOC_ARENA_MAX": "1", "PYTHONMALLOC": "malloc"}
"""What deploy/ sets, so that memory that is free goes back to the system."""

PACE = 5  # moves a second of a learner who drags with care
SECONDS = 10.0
SETTLE_EVERY = 20  # moves until the hand comes to rest and the page's link is written
MOST_P95 = 150.0  # ms, for 60 learners at PACE
LEAST_UPDATES = 350.0  # a second, at full speed
LEAST_SHARE = 0.5  # of the median's updates that the slowest learner gets
MOST_MEMORY = 3.0  # MB a learner
MOST_LEFT = 0.15  # of the memory at the start that may stay when all have left
MOST_JOIN = 5.0  # s until the last of 60 learners has the page
GONE_AFTER = 140.0  # s: Streamlit keeps the session of a learner who left for two minutes
GIVE_UP = 30.0  # s without an answer that count as an error

SCENES = (
    "feature_map_shifts?at=20,{n}",
    "feature_map_shifts?picture=flat&stack=C3p1,M2,C3p1&at=20,{n}",
    "feature_map_shifts?picture=stripes&pattern=dog&at=12,{n}",
    "feature_map_shifts?moves=wrap&stack=C3p1,R,M2,C3p1,R,M2&at=24,{n}",
    "how_far_a_neuron_sees?at=20,{n}&unit=3,14,14",
    "convolution_follows?lens=window&at=12,{small}",
    "convolution_follows?lens=roads&picture=meadow&moves=wrap&at=12,{small}",
    "pooling_forgives?size=12&at=3,{tiny}",
)
"""What the learners look at, in turn; each drags along its row, from a column of their own."""


def scenes() -> Iterator[tuple[str, str]]:
    """Return page and query of one learner after the other."""
    for number, scene in enumerate(cycle(SCENES)):
        link = scene.format(n=number % 40, small=number % 20, tiny=number % 9)
        page, _, query = link.partition("?")
        yield page, query


@dataclass
class Tally:
    """What one learner, or all, got: ms of every answer, and sentences of what went wrong."""

    latencies: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Learner:
    """One simulated browser tab."""

    def __init__(self, server: AppServer, number: int, scene: tuple[str, str], way: Way) -> None:
        self.address = server.url.replace("http", "ws")
        self.origin, self.number, self.way = server.url, number, way
        self.page, self.query = scene
        self.tally = Tally()
        self.token = 0
        self.component = self.fragment = ""
        self.header: dict[str, Any] = {}

    async def join(self) -> None:
        """Open the page and wait until all of it has come."""
        self.streamlit = await connect(
            f"{self.address}/_stcore/stream",
            origin=Origin(self.origin),
            subprotocols=[Subprotocol("streamlit")],
            max_size=None,
            open_timeout=GIVE_UP,
        )
        await self._rerun()
        await asyncio.wait_for(self._page_has_run(), GIVE_UP)
        if not self.header:
            raise RuntimeError(f"no stage on {self.page}")
        if self.way == "socket":
            self.frames: ClientConnection = await connect(
                f"{self.address}/frames",
                origin=Origin(self.origin),
                open_timeout=GIVE_UP,
            )
        self.place = list(self.header["position"])
        self.told = False
        self.known = self.header["scene"]
        setting = self.header["setting"]
        self.limit = setting["size"] - setting["pattern"]["size"]
        self.channels = [0] * len(setting["layers"])

    async def leave(self) -> None:
        """Close all connections."""
        if self.way == "socket" and hasattr(self, "frames"):
            await self.frames.close()
        if hasattr(self, "streamlit"):
            await self.streamlit.close()

    async def drag(self, until: float, pace: float) -> None:
        """Drag back and forth until a time; pace: moves a second, 0 for as fast as answers come."""
        step, due = 1, time.monotonic() + (self.number % 17) / 17 / (pace or 1)
        reader = asyncio.create_task(self._listen()) if self.way == "socket" else None
        try:
            while time.monotonic() < until:
                if pace:
                    await asyncio.sleep(max(0.0, due - time.monotonic()))
                    due += 1 / pace
                if not 0 <= self.place[1] + step <= self.limit:
                    step = -step
                self.place[1] += step
                begun = time.perf_counter()
                # No two hands come to rest by one clock.
                settled = (self.token + 7 * self.number) % SETTLE_EVERY == SETTLE_EVERY - 1
                await asyncio.wait_for(self._move(settled), GIVE_UP)
                self.tally.latencies.append((time.perf_counter() - begun) * 1000)
        except (TimeoutError, OSError, RuntimeError) as error:
            self.tally.errors.append(f"learner {self.number}: {error!r}")
        finally:
            if reader is not None:
                reader.cancel()

    async def _move(self, settled: bool) -> None:
        self.token += 1
        message = {
            "mount": f"learner{self.number}",
            "token": self.token,
            "settled": settled,
            "revision": self.header["revision"],
            "knownScene": self.known,
            "knownStart": self.header["start"],
            "position": self.place,
            "start": self.header["start"],
            "unit": None,
            "channels": self.channels,
            "view": "now",
        }
        if self.way == "component":
            await self._rerun(message)
            await self._answered()
        else:
            if settled:
                await self._rerun(message)
            told = {} if self.told else {"query": self.header["query"], "photo": None}
            self.told = True
            await self.frames.send(json.dumps({**message, **told}))
            self._take(header_of(await self.frames.recv()))
        if self.header["token"] != self.token:
            raise RuntimeError(f"token {self.token} was answered by {self.header['token']}")
        if self.header["position"] != self.place:
            raise RuntimeError(f"a frame of {self.header['position']}, not of {self.place}")

    def _take(self, header: dict[str, Any]) -> None:
        if header["notice"]:
            raise RuntimeError(header["notice"])
        self.header = {**header, "revision": header["revision"]}

    async def _rerun(self, message: dict[str, Any] | None = None) -> None:
        back = BackMsg()
        back.rerun_script.query_string = self.query
        back.rerun_script.page_name = self.page
        if message is not None:
            back.rerun_script.fragment_id = self.fragment
            state = back.rerun_script.widget_states.widgets.add()
            state.id = self.component
            state.json_value = json.dumps({"hand": message})
        await self.streamlit.send(back.SerializeToString())

    async def _page_has_run(self) -> None:
        while not self._heard(await self.streamlit.recv()):
            pass

    async def _answered(self) -> None:
        """Read until the frame of the last move has come; what comes after it is no answer.

        A settled hand has its charts drawn: its run ends early, and the answer is in the next one.
        """
        while self.header["token"] != self.token:
            self._heard(await self.streamlit.recv())

    async def _listen(self) -> None:
        """Read what Streamlit sends meanwhile, as a browser does."""
        while True:
            self._heard(await self.streamlit.recv(), frames=False)

    def _heard(self, data: str | bytes, *, frames: bool = True) -> bool:
        message = ForwardMsg()
        message.ParseFromString(data if isinstance(data, bytes) else data.encode())
        kind = message.WhichOneof("type")
        if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            if element.WhichOneof("type") == "exception":
                self.tally.errors.append(f"learner {self.number}: {element.exception.message}")
            component = element.bidi_component
            if component.component_name == "shift_lab_stage":
                self.component, self.fragment = component.id, message.delta.fragment_id
                if frames:
                    self._take(header_of(component.bytes))
        return bool(kind == "script_finished")


# ---- measuring


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
        if not self.latencies:
            return float("inf")
        return sorted(self.latencies)[
            min(len(self.latencies) - 1, int(share * len(self.latencies)))
        ]


async def step(server: AppServer, count: int, pace: float, seconds: float, way: Way) -> Outcome:
    """Let a number of learners join at once, drag, and leave."""
    found = scenes()
    learners = [Learner(server, number, next(found), way) for number in range(count)]
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
            one = Learner(server, number + 1000 * visit, next(found), way)
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


def missed(found: Outcome, start: float) -> list[str]:
    """Return the bars that a step has missed, in words."""
    words = [f"{len(found.errors)} errors, as {found.errors[0]}"] if found.errors else []
    if found.learners == 60 and found.join > MOST_JOIN:
        words.append(f"60 learners took {found.join:.1f} s to join, at most {MOST_JOIN:g} wanted")
    if found.learners == 60 and found.pace == PACE and found.percentile(0.95) > MOST_P95:
        words.append(f"p95 is {found.percentile(0.95):.0f} ms, at most {MOST_P95:g} wanted")
    if not found.pace and found.updates < LEAST_UPDATES:
        words.append(f"{found.updates:.0f} updates a second, at least {LEAST_UPDATES:g} wanted")
    if not found.pace and found.fairness < LEAST_SHARE:
        words.append(f"the slowest learner got {found.fairness:.0%} of the median")
    each = (found.peak - start) / found.learners
    if found.learners >= 60 and each > MOST_MEMORY:
        words.append(f"{each:.1f} MB a learner, at most {MOST_MEMORY:g} wanted")
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
        start = at_rest(server, options.way)  # what is loaded once, is loaded
        asyncio.run(step(server, len(SCENES), 0, 2.0, options.way))
        loaded = at_rest(server, options.way)
        if options.churn:
            samples = asyncio.run(churn(server, 60, options.churn, options.way))
            problems += flatness(samples)
        else:
            print(HEADER, flush=True)
            for count, pace in ((1, PACE), (20, PACE), (60, PACE), (60, 0), (120, 0)):
                if options.only in (0, count):
                    found = asyncio.run(step(server, count, pace, options.seconds, options.way))
                    print(f"{line(found)}   {found.peak:.0f} MB", flush=True)
                    problems += missed(found, start)
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


def at_rest(server: AppServer, way: Way) -> float:
    """Return the memory, MB, after one learner has come, stayed until a sweep is due, and left."""
    asyncio.run(step(server, 1, 0, COLLECT_EVERY + 1, way))
    time.sleep(1)
    return memory(server.pid)


def left(server: AppServer, start: float, loaded: float, way: Way) -> list[str]:
    """Wait until Streamlit has let go of those who left; return what is wrong with the memory.

    start, loaded: MB after the first learner had left, and after one for each of SCENES had.
    """
    print(f"waiting {GONE_AFTER:g} s until the sessions of those who left are gone", flush=True)
    time.sleep(GONE_AFTER)
    at_rest(server, way)  # who leaves makes Streamlit look at its clock, for the next sweep
    end = at_rest(server, way)
    print(
        f"memory {start:.0f} MB after one learner, {loaded:.0f} MB after one for each scene, "
        f"{end:.0f} MB ({end / start - 1:.0%}, {end / loaded - 1:.0%} more) after all have left"
    )
    grown = end / start - 1
    return [f"{grown:.0%} more memory than at the start"] if grown > MOST_LEFT else []


if __name__ == "__main__":
    main()
