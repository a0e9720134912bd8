"""A simulated tab that presses any widget it is shown, and uploads files."""

from __future__ import annotations

import json
import secrets
import urllib.request
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection

from benchmarks.simulated_tab import Address, Tab

PAGE = "feature_map_shifts"


class HostileTab(Tab):
    """A tab that knows the widgets it was shown: by their key the id, and the fragment's."""

    def __init__(self, socket: ClientConnection, slowest: float) -> None:
        super().__init__(socket, slowest)
        self.widgets: dict[str, tuple[str, str]] = {}
        self.session = ""

    def _next(self) -> ForwardMsg:
        message = super()._next()
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.session = message.new_session.initialize.session_id or self.session
        element = message.delta.new_element
        shown = element.WhichOneof("type")
        widget = getattr(getattr(element, shown), "id", "") if shown else ""
        if widget.startswith("$$ID-"):
            self.widgets[widget.split("-", 2)[2]] = widget, message.delta.fragment_id
        return message

    def change(self, key: str, page: str = PAGE, *, alone: bool = False, **value: Any) -> None:
        """Change a widget and read what is shown then; alone: run its fragment and no more."""
        widget, fragment = self.widgets[key]
        back = BackMsg()
        back.rerun_script.page_name = page
        if alone:
            back.rerun_script.fragment_id = fragment
        else:  # all of the page, with its charts
            charts = back.rerun_script.widget_states.widgets.add(id=self.stage)
            charts.json_value = json.dumps({"charts": True})
        back.rerun_script.widget_states.widgets.add(id=widget, **value)
        self.send(back)
        self.read()


def put_file(server: Address, session: str, data: bytes) -> str:
    """Upload a file as a browser does, and return its id."""
    with urllib.request.urlopen(server.url + "/_stcore/health") as answer:
        cookie = answer.headers["Set-Cookie"].split(";")[0]
    file, edge = secrets.token_hex(16), secrets.token_hex(8)
    head = f'--{edge}\r\nContent-Disposition: form-data; name="f"; filename="a.jpg"\r\n\r\n'
    request = urllib.request.Request(
        f"{server.url}/_stcore/upload_file/{session}/{file}",
        head.encode() + data + f"\r\n--{edge}--\r\n".encode(),
        {
            "Content-Type": f"multipart/form-data; boundary={edge}",
            "Cookie": cookie,
            "X-Xsrftoken": cookie.split("=", 1)[1],
        },
        method="PUT",
    )
    urllib.request.urlopen(request).close()
    return file
