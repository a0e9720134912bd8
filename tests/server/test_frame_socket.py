"""The frame socket: messages in, frames out, over a real connection to the real app."""

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
from pages.ui.render.array_cache import FRAMES
from pages.ui.render.frame import Request, render_frame
from pages.ui.scene import photos
from pages.ui.scene.choices import UPLOAD
from pages.ui.scene.lenses import LENS_NAMES, LensName
from pages.ui.scene.limits import SceneError
from pages.ui.scene.link import to_query_string
from pages.ui.scene.scene import Scene
from pages.ui.scene.stage_message import parse_message
from pages.ui.scene.workspaces import POOL_WORKSPACE, workspace_of
from pages.ui.server.heavy_work import QUICK_FRAMES
from pages.ui.server.session_owners import COOKIE
from pages.ui.stage.frame_socket import (
    MAX_MESSAGE,
    TRY_AGAIN_ELSEWHERE,
    WAS_IDLE,
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


@pytest.fixture
def _all_are_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.ui.stage.frame_socket.QUICK", 60_000)


def warm(drag: Drag) -> dict[str, object]:
    """Let a drag make a frame of its scene; return the message that only moves the pattern."""
    answered(drag, opening_message(Scene()))
    message = step_message()
    drag.answer(message)
    return message


@pytest.mark.usefixtures("_all_are_quick")
def test_only_a_move_is_answered_at_once() -> None:
    drag = Drag()
    assert drag.quick_answer(step_message()) is None
    message = warm(drag)
    moved = {**message, "token": 9, "position": [20, 1], "committed": True}
    frame = drag.quick_answer(moved)
    assert frame is not None
    assert decode(frame).header["position"] == [20, 1]
    for part, value in [
        ("start", [1, 1]), ("unit", [0, 1, 1]), ("channels", [1, 0, 0]), ("view", "start"),
        ("knownScene", "0" * 18), ("probe", [0, 3, 3]), ("weights", ["1"] * 9), ("grid", 6),
        ("query", to_query_string(Scene())),
    ]:  # fmt: skip
        assert drag.quick_answer({**message, part: value}) is None, part
        assert drag.scene.position == (20, 1)


@pytest.mark.usefixtures("_all_are_quick")
def test_a_message_that_tells_a_scene_is_not_quick_however_its_key_is_written() -> None:
    drag, text = Drag(), opening_message(Scene())
    warm(drag)
    escaped = text.replace('"query"', '"quer\\u0079"')
    assert escaped != text
    assert drag.quick_answer(read_message(escaped)) is None


@pytest.mark.usefixtures("_all_are_quick")
def test_a_move_whose_scene_was_forgotten_is_not_quick() -> None:
    drag = Drag()
    message = warm(drag)
    assert drag.quick_answer(message) is not None
    FRAMES.drop_all()
    assert drag.quick_answer(message) is None
    assert decode(drag.answer(message)).header["position"] == [24, 13]
    assert drag.quick_answer(message) is not None


def test_what_was_slow_is_not_answered_at_once_again(monkeypatch: pytest.MonkeyPatch) -> None:
    drag = Drag()
    message = warm(drag)
    monkeypatch.setattr("pages.ui.stage.frame_socket.QUICK", 0)
    assert drag.quick_answer(message) is None


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

    def __init__(self, browser: int | None = None) -> None:
        token = "" if browser is None else f"{browser:032x}"
        self.cookies = {COOKIE: f"2|00|{token}|0"}
        self.code: int | None = None
        self.left = asyncio.Event()

    async def accept(self) -> None: ...

    async def close(self, code: int) -> None:
        self.code = code

    async def receive(self) -> dict[str, str]:
        await self.left.wait()
        return {"type": "websocket.disconnect"}


async def enter(socket: FakeSocket) -> asyncio.Task[None]:
    """Let a socket come; return the task that answers it, which has begun."""
    task = asyncio.create_task(frames(socket))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return task


async def leave(sockets: list[FakeSocket], tasks: list[asyncio.Task[None]]) -> list[int | None]:
    """Let all sockets leave; return with which code each was closed before, None if it was not."""
    codes = [socket.code for socket in sockets]
    for socket in sockets:
        socket.left.set()
    await asyncio.gather(*tasks)
    return codes


async def guests_come_and_go(monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    monkeypatch.setattr("pages.ui.stage.frame_socket.MAX_SOCKETS", 2)
    sockets = [FakeSocket() for _ in range(5)]
    tasks: list[asyncio.Task[None]] = []
    for number, socket in enumerate(sockets):
        if number == 3:  # one has left, so there is room again
            sockets[0].left.set()
            await tasks[0]
        if number == 4:  # by now the second one has been silent long enough
            monkeypatch.setattr("pages.ui.stage.frame_socket.MAY_IDLE", 0.0)
        tasks.append(await enter(socket))
    return await leave(sockets, tasks)


async def tabs_of_browsers(*browsers: int | None) -> list[int | None]:
    sockets = [FakeSocket(browser) for browser in browsers]
    return await leave(sockets, [await enter(socket) for socket in sockets])


def test_one_browser_does_not_take_the_sockets_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.ui.stage.frame_socket.MAX_OF_A_BROWSER", 2)
    monkeypatch.setattr("pages.ui.stage.frame_socket.MAX_WITHOUT_COOKIE", 3)
    codes = asyncio.run(tabs_of_browsers(1, 1, 1, 2, 1, 2, None, None, None, None))
    elsewhere = TRY_AGAIN_ELSEWHERE
    assert codes == [None, None, elsewhere, None, elsewhere, None, None, None, None, elsewhere]
    monkeypatch.setattr("pages.ui.stage.frame_socket.MAY_IDLE", 0.0)
    assert asyncio.run(tabs_of_browsers(2, 1, 1, 1)) == [None, WAS_IDLE, None, None]


def test_a_stage_too_many_is_sent_to_its_component_unless_another_is_idle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    codes = asyncio.run(guests_come_and_go(monkeypatch))
    assert codes == [None, WAS_IDLE, TRY_AGAIN_ELSEWHERE, None, None]


class UnreadSocket(FakeSocket):
    """A stage's socket that asks once and then reads nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.asks = [opening_message(Scene())]

    async def receive(self) -> dict[str, str]:
        if self.asks:
            return {"type": "websocket.receive", "text": self.asks.pop()}
        return await super().receive()

    async def send_bytes(self, _frame: bytes) -> None:
        await self.left.wait()


def test_who_does_not_read_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.ui.stage.frame_socket.MAX_SENDING", 0.05)
    socket = UnreadSocket()
    asyncio.run(asyncio.wait_for(frames(socket), 20))  # type: ignore[arg-type]
    assert socket.code == WAS_IDLE


class Dragging(UnreadSocket):
    """A stage's socket that asks for some frames, reads them and leaves."""

    def __init__(self) -> None:
        super().__init__()
        steps = [json.dumps(step_message(token=n)) for n in (4, 3)]
        self.asks = [*steps, opening_message(Scene())]
        self.left.set()


def test_the_frames_of_the_event_loop_are_its_load(monkeypatch: pytest.MonkeyPatch) -> None:
    took: list[float] = []
    monkeypatch.setattr(QUICK_FRAMES, "note", took.append)
    monkeypatch.setattr("pages.ui.stage.frame_socket.QUICK", 10_000)
    asyncio.run(asyncio.wait_for(frames(Dragging()), 20))  # type: ignore[arg-type]
    assert len(took) == 3
    assert max(took[:2]) < took[2]  # those that do not only move are made in the thread


def test_no_more_waits_to_be_read_than_memory_is_set_aside_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    most = 5 * len(answered(Drag(), opening_message(Scene()))) // 2
    monkeypatch.setattr("pages.ui.stage.frame_socket.MAX_UNREAD", most)
    sockets = [UnreadSocket() for _ in range(6)]

    async def all_ask() -> None:
        tasks = [asyncio.create_task(frames(socket)) for socket in sockets]  # type: ignore[arg-type]
        done, waiting = await asyncio.wait(tasks, timeout=2)
        assert (len(done), len(waiting)) == (4, 2)
        for socket in sockets:
            socket.left.set()
        await asyncio.gather(*waiting)

    asyncio.run(all_ask())
    assert sorted(str(socket.code) for socket in sockets) == ["4001"] * 4 + ["None"] * 2


def test_the_event_loop_does_not_wait_for_a_slow_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(_drag: Drag, _message: object) -> bytes:
        time.sleep(0.5)
        return b"frame"

    monkeypatch.setattr(Drag, "answer", slow)
    socket = UnreadSocket()

    async def longest_pause() -> float:
        task, longest = asyncio.create_task(frames(socket)), 0.0  # type: ignore[arg-type]
        for _ in range(150):  # longer than the frame takes
            began = time.monotonic()
            await asyncio.sleep(0.005)
            longest = max(longest, time.monotonic() - began)
        assert not socket.asks
        socket.left.set()
        await task
        return longest

    assert asyncio.run(longest_pause()) < 0.3


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
