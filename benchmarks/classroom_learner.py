"""A simulated learner of a class, who joins as a browser does, drags, and times each answer."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any, Literal

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from benchmarks.app_server import AppServer
from benchmarks.simulated_tab import header_of

Way = Literal["socket", "component"]

PACE = 5  # moves a second of a learner who drags with care

SETTLE_EVERY = 20  # moves between two commits, each of which writes the page's link

GIVE_UP = 30.0  # s; a longer wait for an answer is an error

LEARNER_SCENES = (
    "feature_map_shifts?at=20,{n}",
    "feature_map_shifts?picture=flat&stack=C3p1,M2,C3p1&at=20,{n}",
    "feature_map_shifts?picture=stripes&pattern=dog&at=12,{n}",
    "feature_map_shifts?moves=wrap&stack=C3p1,R,M2,C3p1,R,M2&at=24,{n}",
    "how_far_a_neuron_sees?at=20,{n}&unit=3,14,14",
    "convolution_follows?lens=window&at=12,{small}",
    "convolution_follows?lens=roads&picture=meadow&moves=wrap&at=12,{small}",
    "pooling_forgives?size=12&at=3,{tiny}",
)
"""The scenes of the learners, in turn. Each drags along a row, from another column."""


def scenes() -> Iterator[tuple[str, str]]:
    """Yield the page and the query for each learner."""
    for number, scene in enumerate(cycle(LEARNER_SCENES)):
        link = scene.format(n=number % 40, small=number % 20, tiny=number % 9)
        page, _, query = link.partition("?")
        yield page, query


@dataclass
class Tally:
    """Results: the latency of each answer in ms, and a sentence for each error."""

    latencies: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class SimulatedLearner:
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
        """Open the page and wait until its script has run."""
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
        self.scene_sent = False
        self.known = self.header["scene"]
        self.link = self.header["query"]
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
                # Learners do not commit at the same moment.
                committed = (self.token + 7 * self.number) % SETTLE_EVERY == SETTLE_EVERY - 1
                await asyncio.wait_for(self._move(committed), GIVE_UP)
                self.tally.latencies.append((time.perf_counter() - begun) * 1000)
        except (TimeoutError, OSError, RuntimeError) as error:
            self.tally.errors.append(f"learner {self.number}: {error!r}")
        finally:
            if reader is not None:
                reader.cancel()

    async def _move(self, committed: bool) -> None:
        self.token += 1
        message = {
            "mount": f"learner{self.number}",
            "token": self.token,
            "committed": committed,
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
            if committed:
                await self._rerun(message)
            scene = {} if self.scene_sent else {"query": self.link, "photo": None}
            self.scene_sent = True
            await self.frames.send(json.dumps({**message, **scene}))
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
            state.json_value = json.dumps({"message": message})
        await self.streamlit.send(back.SerializeToString())

    async def _page_has_run(self) -> None:
        while not self._heard(await self.streamlit.recv()):
            pass

    async def _answered(self) -> None:
        """Read until the frame for the last move has arrived.

        After a commit the charts are drawn: the first run ends early, and the frame comes with the
        next one.
        """
        while self.header["token"] != self.token:
            self._heard(await self.streamlit.recv())

    async def _listen(self) -> None:
        """Read what Streamlit sends, as a browser does."""
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
