"""Messages that the stage in the browser sends, as the tests make them."""

from dataclasses import replace
from typing import Any

from pages.ui.render.frame import Request
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
