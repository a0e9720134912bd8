"""The frame socket: hands in, frames out, over a real connection to the real app."""

import asyncio
import gc
import json
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from benchmarks.app_server import AppServer
from pages.ui.render.frame import Request, render_frame
from pages.ui.scene import photos
from pages.ui.scene.choices import UPLOAD
from pages.ui.scene.lenses import LENS_NAMES, LensName
from pages.ui.scene.limits import SceneError
from pages.ui.scene.scene import Scene
from pages.ui.scene.stage_message import parse_message
from pages.ui.scene.workspaces import POOL_WORKSPACE, workspace_of
from pages.ui.stage.frame_socket import (
    MAX_MESSAGE,
    TRY_AGAIN_ELSEWHERE,
    Drag,
    frames,
    read_message,
)
from rfcore.stack import Stack
from tests.support.frames import decode
from tests.support.stage_messages import opening_message, step_message


def answered(drag: Drag, text: str) -> bytes:
    return drag.answer(read_message(text))


def test_a_frame_is_the_one_that_the_component_would_send() -> None:
    moved = Scene(position=(24, 13))
    answer = answered(Drag(), opening_message(Scene()))
    assert answer == render_frame(moved, Request(3, parse_message(step_message())))


@pytest.mark.parametrize("lens", LENS_NAMES)
def test_the_scene_of_every_lens_can_be_told(lens: LensName) -> None:
    scene, drag = replace(workspace_of(lens).scene, lens=lens), Drag()
    answered(
        drag,
        opening_message(scene, position=scene.position, start=scene.start, channels=scene.channels),
    )
    assert drag.scene == scene


def test_the_scene_is_told_once_and_what_is_known_is_not_sent_again() -> None:
    drag = Drag()
    first = decode(answered(drag, opening_message(Scene(pattern="dog")))).header
    again = step_message(position=[20, 1], knownScene=first["scene"], knownStart=[24, 12])
    header, planes = vars(decode(answered(drag, json.dumps(again)))).values()
    assert header["position"] == [20, 1]
    assert header["scene"] == first["scene"]
    assert "setting" not in header
    assert set(planes) == {"now0", "now1", "now2"}


def test_a_message_that_tells_a_scene_is_not_quick_however_its_key_is_written() -> None:
    drag = Drag()
    text = opening_message(Scene())
    assert not drag.is_quick(read_message(text))
    answered(drag, text)
    assert drag.is_quick(read_message(json.dumps(step_message())))
    escaped = text.replace('"query"', '"quer\\u0079"')
    assert escaped != text
    for new in (text, escaped):
        assert not drag.is_quick(read_message(new))
    assert drag.is_quick(read_message(json.dumps(step_message(mount='"query"'))))


def test_a_hand_that_cannot_be_leaves_the_scene_and_says_so() -> None:
    drag = Drag()
    answered(drag, opening_message(Scene()))
    header = decode(answered(drag, json.dumps(step_message(position=[1000, 0])))).header
    assert header["position"] == [24, 13]
    assert "must stay inside the picture" in header["notice"]


@pytest.mark.parametrize(
    "text",
    [
        "", "nonsense", "[1]", "5", "[" * 5000, json.dumps({"position": "up"}),
        json.dumps(step_message(position=[float("nan"), 1])), json.dumps(step_message(query=7)),
        "x" * (MAX_MESSAGE + 1),
    ],
)  # fmt: skip
def test_a_message_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(SceneError):
        answered(Drag(), text)


def test_a_photo_is_found_while_a_scene_shows_it() -> None:
    photo = photos.keep(bytes(range(256)) * 256)
    scene = Scene(image=UPLOAD, photo=photo)
    header = decode(answered(Drag(), opening_message(scene, photo=photo.id))).header
    assert header["setting"]["photo"] == photo.id
    with pytest.raises(SceneError, match="photo"):
        answered(Drag(), opening_message(scene, photo="not held here"))
    with pytest.raises(SceneError, match="photo"):
        answered(Drag(), opening_message(scene))


def test_a_photo_is_gone_when_no_scene_shows_it_any_more() -> None:
    scene = Scene(image=UPLOAD, photo=photos.keep(b"7" * 256 * 256))
    identity = scene.photo.id if scene.photo else ""
    drag = Drag()
    answered(drag, opening_message(scene, photo=identity))  # what is made of it is remembered
    answered(drag, opening_message(scene, photo=identity, position=[3, 3]))
    text = opening_message(scene, photo=identity)
    del scene, drag
    gc.collect()
    assert photos.find(identity) is None
    with pytest.raises(SceneError, match="photo"):
        answered(Drag(), text)


# ---- over the wire


def address(server: AppServer) -> str:
    return server.url.replace("http", "ws") + "/frames"


@pytest.fixture
def socket(server: AppServer) -> Iterator[ClientConnection]:
    with connect(address(server)) as socket:
        yield socket


def test_moves_are_answered_in_order(socket: ClientConnection) -> None:
    socket.send(opening_message(Scene()))
    assert decode(bytes(socket.recv())).header["position"] == [24, 13]
    for token in range(2, 6):
        socket.send(json.dumps(step_message(token=token, position=[24, 12 + token])))
        header = decode(bytes(socket.recv())).header
        assert (header["token"], header["position"]) == (token, [24, 12 + token])


def test_nonsense_sends_the_stage_back_to_its_component(
    socket: ClientConnection, server: AppServer
) -> None:
    before = server.log()
    socket.send("nonsense")
    with pytest.raises(ConnectionClosed) as closed:
        socket.recv(timeout=10)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == TRY_AGAIN_ELSEWHERE
    assert server.log() == before


def test_bytes_and_a_sudden_end_leave_no_trace(server: AppServer) -> None:
    before = server.log()
    with connect(address(server)) as socket:
        socket.send(b"\x00\x01")
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=10)
    connect(address(server)).socket.close()
    with connect(address(server)) as socket:  # the server goes on
        socket.send(opening_message(Scene()))
        assert socket.recv(timeout=10)
    assert server.log() == before


class FakeSocket:
    """A stage's socket that never says anything; it notes how it was closed."""

    def __init__(self) -> None:
        self.code: int | None = None
        self.left = asyncio.Event()

    async def accept(self) -> None: ...

    async def close(self, code: int) -> None:
        self.code = code

    async def receive(self) -> dict[str, str]:
        await self.left.wait()
        return {"type": "websocket.disconnect"}


async def guests_come_and_go(monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    monkeypatch.setattr("pages.ui.stage.frame_socket.MAX_SOCKETS", 2)
    sockets = [FakeSocket() for _ in range(4)]
    tasks = []
    for number, socket in enumerate(sockets):
        if number == 3:  # one has left, so there is room again
            sockets[0].left.set()
            await tasks[0]
        tasks.append(asyncio.create_task(frames(socket)))  # type: ignore[arg-type]
        await asyncio.sleep(0)
    codes = [socket.code for socket in sockets]
    for socket in sockets:
        socket.left.set()
    await asyncio.gather(*tasks)
    return codes


def test_a_stage_too_many_is_sent_to_its_component(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = asyncio.run(guests_come_and_go(monkeypatch))
    assert codes == [None, None, TRY_AGAIN_ELSEWHERE, None]


def test_a_page_of_another_site_is_refused(server: AppServer) -> None:
    with pytest.raises(InvalidStatus), connect(address(server), origin="https://elsewhere.example"):
        pass
    with connect(address(server), origin=server.url) as socket:  # type: ignore[arg-type]
        socket.send(opening_message(Scene()))
        assert socket.recv(timeout=10)


def test_an_origin_that_is_no_address_is_refused_without_a_trace(server: AppServer) -> None:
    before = server.log()
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(address(server), origin="http://["),  # type: ignore[arg-type]
    ):
        pass
    assert refused.value.response.status_code == 403
    assert server.log() == before


def test_layers_that_no_page_shows_cost_no_more_than_others() -> None:
    """Orbits are worked out for small pools alone: a stride of 2000 would take minutes."""
    began = time.monotonic()
    for stack in ("M2x2/2000", "M2x2/128", "A8x8/9"):
        scene = replace(POOL_WORKSPACE.scene, stack=Stack.parse(stack))
        header = decode(
            answered(Drag(), opening_message(scene, channels=[0], position=[2, 3]))
        ).header
        assert header["setting"]["peak"] == ""
    assert time.monotonic() - began < 5
