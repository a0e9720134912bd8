"""A simulated browser tab on Streamlit's own socket, which can send any message."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

PATIENT = 30.0  # s: a server's first run takes long


class Address(Protocol):
    """A server that can be reached."""

    @property
    def url(self) -> str:
        """Where it is."""
        ...


class Tab:
    """A tab that asks for runs and reads what they show; none of it may be an exception.

    stage, fragment: the names of the stage's component and fragment. header: of its last frame.
    slowest: seconds that an answer may take. Raises AssertionError for one that takes longer.
    """

    def __init__(self, socket: ClientConnection, slowest: float) -> None:
        self.socket, self.slowest = socket, slowest
        self.stage = self.fragment = ""
        self.header: dict[str, Any] = {}

    def run(
        self,
        page: str,
        query: str,
        message: object = None,
        *,
        fragment: bool = False,
        patience: float | None = None,
    ) -> None:
        """Ask for a run and read all that it shows."""
        back = BackMsg()
        back.rerun_script.query_string, back.rerun_script.page_name = query, page
        if fragment:
            back.rerun_script.fragment_id = self.fragment
        if message is not None:
            state = back.rerun_script.widget_states.widgets.add()
            state.id, state.json_value = self.stage, json.dumps({"message": message})
        self.send(back)
        self.read(patience)

    def open(self, page: str, query: str) -> None:
        """Ask for a page and read until its stage has come: what is under way gives way to it."""
        begun = time.monotonic()
        self._begin(page, query)
        seen, self.stage = self.stage, ""
        while not self.stage:
            if self._next().WhichOneof("type") == "script_finished":
                raise AssertionError(f"{page}?{query} has no stage, and the one before had {seen}")
        self._must_be_quick(begun, self.slowest)

    def rest(self) -> None:
        """Let what is under way give way to a page that computes nothing, and read to its end.

        Of a tab that closes while its script runs Streamlit logs a trace of its own.
        """
        self._begin("glossary", "")
        self.read(PATIENT)

    def send(self, back: BackMsg) -> None:
        """Send a message as it is."""
        self.socket.send(back.SerializeToString())

    def read(self, patience: float | None = None) -> None:
        """Read until a run has ended."""
        begun = time.monotonic()
        while self._next().WhichOneof("type") != "script_finished":
            pass
        self._must_be_quick(begun, patience or self.slowest)

    def _begin(self, page: str, query: str) -> None:
        back = BackMsg()
        back.rerun_script.query_string, back.rerun_script.page_name = query, page
        self.send(back)
        while not self._is_page(self._next()):
            pass

    @staticmethod
    def _is_page(message: ForwardMsg) -> bool:
        """Whether a whole page begins to run: a fragment of the one before it may come first."""
        is_run = message.WhichOneof("type") == "new_session"
        return is_run and not message.metadata.run.fragment_ids

    def _next(self) -> ForwardMsg:
        message = ForwardMsg()
        message.ParseFromString(bytes(self.socket.recv(timeout=PATIENT, decode=False)))
        element = message.delta.new_element
        if element.WhichOneof("type") == "exception":
            raise AssertionError(element.exception.message)
        component = element.bidi_component
        if component.component_name == "shift_lab_stage":
            self.stage, self.fragment = component.id, message.delta.fragment_id
            self.header = header_of(component.bytes)
        return message

    @staticmethod
    def _must_be_quick(begun: float, patience: float) -> None:
        took = time.monotonic() - begun
        if took > patience:
            raise AssertionError(f"took {took:.1f} s")


_Tab = TypeVar("_Tab", bound=Tab)


@contextmanager
def tab_of(
    server: Address,
    slowest: float,
    kind: type[_Tab] = Tab,  # type: ignore[assignment]
    *,
    warm: bool = True,
) -> Iterator[_Tab]:
    """Open a tab; warm: whether it has run two pages before."""
    with connect(
        server.url.replace("http", "ws") + "/_stcore/stream",
        origin=Origin(server.url),
        subprotocols=[Subprotocol("streamlit")],
        max_size=None,
        close_timeout=0.2,  # behind what was not read, the server's farewell is not heard
    ) as socket:
        tab = kind(socket, slowest)
        if warm:
            tab.run("glossary", "", patience=PATIENT)
            tab.run("feature_map_shifts", "", patience=PATIENT)
        yield tab


def header_of(frame: str | bytes) -> dict[str, Any]:
    """Return the header of a frame; see pages/ui/render/frame.py."""
    data = frame if isinstance(frame, bytes) else frame.encode()
    found: dict[str, Any] = json.loads(data[4 : 4 + int.from_bytes(data[:4], "little")])
    return found
