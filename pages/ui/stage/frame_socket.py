"""The short way of a drag: a WebSocket that carries messages in and frames out, and nothing else.

While the learner drags, the stage asks here, so neither a Streamlit rerun nor a page render lies
between a move and its maps. Where this socket cannot be opened, the stage asks through its
component instead and gets the very same frames. Commits always go through the component.
"""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from urllib.parse import parse_qsl

from starlette.websockets import WebSocket, WebSocketDisconnect

from pages.ui.render.frame import Request, render_frame
from pages.ui.render.remembered import NotRememberedError, only_remembered
from pages.ui.scene import photos
from pages.ui.scene.choices import UPLOAD
from pages.ui.scene.limits import SceneError
from pages.ui.scene.scene import Scene
from pages.ui.scene.stage_message import parse_message
from pages.ui.scene.workspaces import scene_of
from pages.ui.server.heavy_work import QUICK_FRAMES, Share
from pages.ui.server.session_owners import COOKIE, browser_of
from pages.ui.stage.frame_lane import Lane
from rfcore.errors import RfcoreError

MAX_MESSAGE = 8_192
"""Characters of one message; the longest that a stage sends has a quarter of that."""

MAX_SOCKETS = 500
"""Stages that this process answers at once; the others ask through their component."""

MAX_OF_A_BROWSER, MAX_WITHOUT_COOKIE = 40, 250
"""Of those, stages of one browser, known by its cookie, and stages of all browsers without one."""

QUICK = 10
"""Milliseconds of CPU time up to which a frame is made on the event loop, where all others wait.

A thread would be slower: both would take the interpreter from each other at every step.
"""

MAY_IDLE = 60.0
"""Seconds after which a silent stage gives its socket up if another one needs it."""

MAX_SENDING = 20.0
"""Seconds in which a browser has to read its frame, so that frames do not pile up in memory."""

MAX_UNREAD = 64 * 2**20
"""Bytes of frames that may wait to be read, of all browsers together."""

TRY_AGAIN_ELSEWHERE = 4000
"""The close code that sends a stage back to its component."""

WAS_IDLE = 4001
"""The close code after which a stage connects again once it has something to ask."""

_LANE = Lane("frames")

_held: dict[WebSocket, float] = {}
"""When each stage was last heard, in seconds of the monotonic clock; the longest silent first."""

_browsers: dict[WebSocket, bytes | None] = {}
"""The browser of each stage; None without the cookie."""

_unread: dict[WebSocket, int] = {}
"""Bytes of the frame that each browser is being sent."""


async def frames(socket: WebSocket) -> None:
    """Answer every message of one stage with a frame, until it leaves."""
    await socket.accept()
    browser = browser_of(socket.cookies.get(COOKIE, ""))
    if (rivals := _rivals_of(browser)) and not await _close_an_idle_one(rivals):
        await socket.close(TRY_AGAIN_ELSEWHERE)
        return
    _note(socket)
    _browsers[socket] = browser
    try:
        await _answer_all(socket)
    except RfcoreError:
        await _close(socket, TRY_AGAIN_ELSEWHERE)
    except TimeoutError:  # nobody reads there
        await _close(socket, WAS_IDLE)
    except WebSocketDisconnect:  # gone while its frame was made
        pass
    finally:
        _held.pop(socket, None)
        _browsers.pop(socket, None)


async def _answer_all(socket: WebSocket) -> None:
    drag, share = Drag(), Share()
    while (received := await socket.receive())["type"] == "websocket.receive":
        if socket not in _held:
            return  # closed meanwhile, for another one to have its place
        _note(socket)
        message = read_message(received.get("text") or "")
        began = time.thread_time()
        frame = drag.quick_answer(message)
        QUICK_FRAMES.note(time.thread_time() - began)
        if frame is None:
            frame = await _LANE.run(share, partial(drag.answer, message))
        if socket in _held:
            await _send(socket, frame)


async def _send(socket: WebSocket, frame: bytes) -> None:
    """Send a frame; raises TimeoutError where nobody reads it, or too much waits to be read."""
    if sum(_unread.values()) + len(frame) > MAX_UNREAD:
        raise TimeoutError
    _unread[socket] = len(frame)
    try:
        async with asyncio.timeout(MAX_SENDING):
            await socket.send_bytes(frame)
    finally:
        del _unread[socket]


def _note(socket: WebSocket) -> None:
    _held.pop(socket, None)  # a dictionary keeps the order in which its keys came
    _held[socket] = time.monotonic()


def _rivals_of(browser: bytes | None) -> list[WebSocket]:
    """Return the stages of which one must go for a further one of a browser, longest silent first.

    Without a rival there is room.
    """
    own = [socket for socket in _held if _browsers.get(socket) == browser]
    if len(own) >= (MAX_WITHOUT_COOKIE if browser is None else MAX_OF_A_BROWSER):
        return own
    return [*_held] if len(_held) >= MAX_SOCKETS else []


async def _close_an_idle_one(sockets: list[WebSocket]) -> bool:
    """Close the first of some sockets if it has been silent for long; return whether it was."""
    socket = sockets[0]
    if time.monotonic() - _held[socket] < MAY_IDLE:
        return False
    del _held[socket]
    await _close(socket, WAS_IDLE)
    return True


async def _close(socket: WebSocket, code: int) -> None:
    # Who does not read does not answer a close either.
    with suppress(TimeoutError, RuntimeError, WebSocketDisconnect):
        async with asyncio.timeout(1):
            await socket.close(code)


class Drag:
    """One connection's scene: read from the link in its first message, then changed by each one."""

    def __init__(self) -> None:
        self.scene = Scene()
        self._last: Mapping[str, object] = {}
        self._took = (math.inf, math.inf)  # ms of CPU time, for the last two frames

    def quick_answer(self, message: Mapping[str, object]) -> bytes | None:
        """Return the frame for a message that is answered at once; None for every other message.

        Quick is a message that only moves the pattern of a scene whose last frame was quick and of
        which everything is still remembered. What a frame costs is measured, not estimated; of two
        the shorter counts, for a busy machine only ever adds to it.
        """
        if min(self._took) > QUICK or _all_but_move(message) != self._last:
            return None
        try:
            with only_remembered():
                return self.answer(message)
        except NotRememberedError:
            return None

    def answer(self, message: Mapping[str, object]) -> bytes:
        """Return the frame for one message; one that cannot be done leaves the scene as it was.

        Raises SceneError when the message says nothing that a frame could answer.
        """
        began = time.thread_time()
        stage_message = parse_message(message)
        if "query" in message:
            self.scene = _told_scene(message)
        problem = ""
        try:
            self.scene = stage_message.applied_to(self.scene)
        except RfcoreError as error:
            problem = str(error)
        frame = render_frame(self.scene, Request(stage_message.revision, stage_message, problem))
        self._last = _all_but_move(message)
        self._took = (self._took[1], (time.thread_time() - began) * 1000)
        return frame


def _all_but_move(message: Mapping[str, object]) -> dict[str, object]:
    moving = ("token", "position", "committed")
    return {name: value for name, value in message.items() if name not in moving}


def read_message(text: str) -> dict[str, object]:
    """Return the named parts of a message; raises SceneError for a text that has none."""
    if len(text) > MAX_MESSAGE:
        raise SceneError(f"a message has at most {MAX_MESSAGE} characters, got {len(text)}")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        raise SceneError("a message is JSON") from None
    if not isinstance(message, dict):
        raise SceneError("a message has named parts")
    return message


def _told_scene(message: Mapping[str, object]) -> Scene:
    query, photo_id = message["query"], message.get("photo")
    if not isinstance(query, str):
        raise SceneError("a scene is told as the query of a link")
    photo = photos.find(photo_id) if isinstance(photo_id, str) else None
    parameters = dict(parse_qsl(query))
    if parameters.get("picture") == UPLOAD and photo is None:
        raise SceneError("this photo is not held here")
    return scene_of(parameters, photo=photo)[0]
