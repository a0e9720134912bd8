"""What a page may say to Streamlit: messages that it can read, else it writes a trace for each."""

from __future__ import annotations

import json

from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg


def is_sound(data: bytes | None) -> bool:
    """Return whether a message can be read, and every state of a component that it carries.

    data: of one WebSocket message, or None for a text. Components' states travel as JSON; Streamlit
    takes one that says only a text to be JSON once more.

    >>> is_sound(BackMsg(clear_cache=True).SerializeToString()), is_sound(b"none"), is_sound(None)
    (True, False, False)
    """
    if data is None:
        return False
    message = BackMsg()
    try:
        message.ParseFromString(data)
        states = message.rerun_script.widget_states.widgets
        told = [
            json.loads(state.json_value)
            for state in states
            if state.WhichOneof("value") == "json_value"
        ]
    except (DecodeError, ValueError, RecursionError):
        return False
    return not any(isinstance(value, str) for value in told)
