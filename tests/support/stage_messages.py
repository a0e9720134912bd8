"""Messages that the stage in the browser sends, as the tests make them."""


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
