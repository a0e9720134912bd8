"""The short way of a drag: a WebSocket that carries hands in and frames out, and nothing else.

While a hand moves, the stage asks here, so no Streamlit rerun and no page render lies between a
move and its maps. Where this socket cannot be opened, the stage asks through its component instead
and gets the very same frames. What the learner has settled on always goes through the component.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.websockets import WebSocket, WebSocketDisconnect

from pages.ui.render.context import SMALL
from pages.ui.render.frame import Request, render_frame
from pages.ui.scene import photos
from pages.ui.scene.choices import UPLOAD
from pages.ui.scene.limits import SceneError
from pages.ui.scene.scene import Scene
from pages.ui.scene.stage_message import parse_message
from pages.ui.scene.workspaces import scene_of
from rfcore.errors import RfcoreError

MAX_MESSAGE = 8_192
"""Characters of one message; the longest that a stage sends has a quarter of that."""

MAX_SOCKETS = 500
"""Stages that this process answers at once; the others ask through their component."""

QUICK = 4_000_000
"""Multiply-adds of a pass up to which a frame takes a millisecond or two."""

TRY_AGAIN_ELSEWHERE = 4000
"""The close code that sends a stage back to its component."""

_held: set[WebSocket] = set()


async def frames(socket: WebSocket) -> None:
    """Answer every message of one stage with a frame, until it leaves."""
    await socket.accept()
    if len(_held) >= MAX_SOCKETS:
        await socket.close(TRY_AGAIN_ELSEWHERE)
        return
    _held.add(socket)
    try:
        await _answer_all(socket)
    finally:
        _held.discard(socket)


async def _answer_all(socket: WebSocket) -> None:
    drag = Drag()
    try:
        while (message := await socket.receive())["type"] == "websocket.receive":
            text = message.get("text") or ""
            # For a small frame, a thread costs more time than the frame itself. A new or expensive
            # scene still gets a thread, so that the other sockets do not wait for it.
            told = read_message(text)
            if drag.is_quick(told):
                frame = drag.answer(told)
            else:
                frame = await asyncio.to_thread(drag.answer, told)
            await socket.send_bytes(frame)
    except RfcoreError:
        await socket.close(TRY_AGAIN_ELSEWHERE)
    except WebSocketDisconnect:  # gone while its frame was made
        pass


class Drag:
    """One connection's scene: told once by a link's query, then changed by each hand."""

    def __init__(self) -> None:
        self.scene = Scene()
        self._is_small = False

    def is_quick(self, message: Mapping[str, object]) -> bool:
        """Whether a message is answered in a millisecond or two: the scene is known, and small."""
        return self._is_small and "query" not in message

    def answer(self, message: Mapping[str, object]) -> bytes:
        """Return the frame for one message; one that cannot be done leaves the scene as it was.

        Raises SceneError when the message says nothing that a frame could answer.
        """
        stage_message = parse_message(message)
        if "query" in message:
            self.scene = scene = _told_scene(message)
            cost = scene.stack.cost((1, scene.size, scene.size))
            self._is_small = scene.size <= SMALL and cost <= QUICK
        problem = ""
        try:
            self.scene = stage_message.applied_to(self.scene)
        except RfcoreError as error:
            problem = str(error)
        return render_frame(self.scene, Request(stage_message.revision, stage_message, problem))


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
