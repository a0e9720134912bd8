"""Messages that the stage in the browser sends, as the tests make them."""

import json
from dataclasses import replace
from typing import Any

from pages.ui.render.frame import Request
from pages.ui.scene.link import to_query_string
from pages.ui.scene.scene import Scene
from pages.ui.scene.stage_message import parse_message


def drag_message(**changes: object) -> dict[str, object]:
    """The default scene's pattern, dropped one row down and two columns to the right.

    changes: parts of the message that are other than that.
    """
    return {
        "mount": "m1",
        "token": 1,
        "revision": 0,
        "knownScene": "",
        "knownStart": None,
        "position": [25, 14],
        "start": [24, 12],
        "unit": None,
        "channels": [0, 0, 0],
        "view": "now",
        "committed": True,
        **changes,
    }


def request_with(*, revision: int = 0, problem: str = "", **fields: Any) -> Request:
    """Return the request of a message about the tab's scene; fields: those of `StageMessage`."""
    message = parse_message(drag_message(revision=revision, committed=False))
    return Request(revision, replace(message, **fields), problem)


def step_message(**changes: object) -> dict[str, object]:
    """A drag's step over the frame socket: the pattern one column to the right of its start.

    changes: parts of the message that are other than that.
    """
    return {**drag_message(), "revision": 3, "position": [24, 13], "committed": False, **changes}


def opening_message(scene: Scene, **changes: object) -> str:
    """The JSON of a first message over the frame socket, which also tells the scene."""
    return json.dumps(step_message(query=to_query_string(scene), **changes))
