"""What a hostile tab does: each attack asks for as much as a single tab can make a server do.

An attack calls `note` after each answer. It goes on until its process is killed, as a tab is
closed.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import BytesIO
from itertools import count, cycle
from typing import Any
from urllib.error import HTTPError

import numpy as np
from PIL import Image
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from benchmarks.frame_bounds import EXTREME_LINKS
from benchmarks.fuzz_inputs import valid_message
from benchmarks.hostile_tab import PAGE, HostileTab, put_file
from benchmarks.simulated_tab import PATIENT, Address, header_of, tab_of
from pages.ui.scene.choices import PRESETS
from pages.ui.scene.scene import Scene
from pages.ui.scene.workspaces import scene_of
from rfcore.pictures.photos import MAX_BYTES
from tests.support.photo_bombs import empty_canvas, many_scans

SOCKETS = 6
NO_LIMIT = 300.0  # s; how long a hostile tab waits is measured on the learners' side
MAPS = f"picture=meadow&pattern=cat&size=256&stack={PRESETS['dilated']}"
GRADIENTS, KERNEL, LARGE_FRAMES = (
    f"picture=meadow&{EXTREME_LINKS[name]}"
    for name in ("gradients", "the editor's largest kernel", "wide padding")
)
"""The links with the most CPU time a frame, the largest kernel, and the largest frames of 4 MB."""
TRAINING_LINK = "cat,dog,upper-left,noise0.1,sizes0,examples600,seed{}"

Note = Callable[[], object]


def in_threads(number: int, work: Callable[[int], object]) -> None:
    """Do some work in so many threads at once, and wait for them."""
    threads = [threading.Thread(target=work, args=(at,), daemon=True) for at in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# ---- the frame socket


def scene_from(query: str) -> Scene:
    """Return the scene of a link; raises ValueError for a link that the app does not accept."""
    scene, problems = scene_of(dict(part.split("=", 1) for part in query.split("&")))
    if problems:
        raise ValueError(f"{query}: {problems[0]}")
    return scene


def moves(query: str, at: int = 0) -> Iterator[dict[str, Any]]:
    """Return messages that move the pattern, and a pointer with it, for ever."""
    scene = scene_from(query)
    most = scene.size - scene.pattern_size
    first: dict[str, Any] = {"query": query, "photo": None}
    for token in count(1):
        row, col = (7 * token + at) % most, (11 * token) % most
        probe = [0, row // 4 + 1, col // 4 + 1]
        place = {"position": [row, col], "probe": probe, "pointed": [row, col]}
        yield valid_message(scene, token=token, mount=f"hostile{at}", **place, **first)
        first = {}


def frame_socket(server: Address, **options: Any) -> ClientConnection:
    """Open a frame socket."""
    address = server.url.replace("http", "ws") + "/frames"
    found: ClientConnection = connect(
        address, max_size=None, open_timeout=PATIENT, close_timeout=0.2, **options
    )
    return found


def drag_socket(server: Address, query: str, note: Note, at: int = 0) -> None:
    """Ask over one frame socket for one frame after the other."""
    with frame_socket(server) as socket:
        for message in moves(query, at):
            socket.send(json.dumps(message))
            header_of(socket.recv(timeout=NO_LIMIT))
            note()


def expensive_sockets(server: Address, note: Note) -> None:
    """Six sockets at full speed, each with the most expensive scene that is accepted."""
    in_threads(SOCKETS, lambda at: drag_socket(server, GRADIENTS, note, at))


def unread_sockets(server: Address, note: Note) -> None:
    """Six sockets that ask for large frames and never read."""

    def ask(at: int) -> None:
        while True:
            try:
                with frame_socket(server, max_queue=1) as socket:
                    for message in moves(LARGE_FRAMES, at):
                        socket.send(json.dumps(message))
                        note()
                        time.sleep(0.02)  # else it is the server that does not read
            except (ConnectionClosed, TimeoutError):
                continue

    in_threads(SOCKETS, ask)


# ---- pages


def visit(server: Address, links: Iterator[tuple[str, str]], stay: float, note: Note) -> None:
    """Open one link after the other, and leave each when it is read or after so many seconds."""
    for page, query in links:
        with tab_of(server, NO_LIMIT, HostileTab, warm=False) as tab:
            back = BackMsg()
            back.rerun_script.query_string, back.rerun_script.page_name = query, page
            tab.send(back)
            time.sleep(stay)
        note()


def opened_links(server: Address, note: Note) -> None:
    """Open an expensive link, leave after two seconds, and open another one."""
    stacks = ("C31x31/1p15c1", "C7x7/1p3c1", *PRESETS.values())
    queries = (
        f"lens={lens}&picture=meadow&size=256&rings=box,effective,used&stack={stack}&at={n},{n}"
        for n, stack, lens in zip(count(), cycle(stacks), cycle(("maps", "fields")), strict=False)
    )
    visit(server, (("how_far_a_neuron_sees", query) for query in queries), 2.0, note)


def largest_kernel(server: Address, note: Note) -> None:
    """Drag the editor's largest kernel through the component and the socket at once."""

    def component() -> None:
        with tab_of(server, NO_LIMIT, HostileTab) as tab:
            tab.open(PAGE, KERNEL)
            tab.read()
            for message in moves(KERNEL):
                del message["probe"]
                message |= {"mount": "tab", "revision": tab.header["revision"]}
                tab.run(PAGE, KERNEL, message, fragment=True)
                note()

    in_threads(2, lambda at: component() if at else drag_socket(server, KERNEL, note))


def gifs(server: Address, note: Note) -> None:
    """Make one GIF after the other."""
    with tab_of(server, NO_LIMIT, HostileTab) as tab:
        tab.open(PAGE, MAPS)
        tab.read()
        tab.change("make_a_gif", alone=True, trigger_value=True)
        while True:
            tab.change("gif_make", alone=True, trigger_value=True)
            note()


def reruns(server: Address, note: Note) -> None:
    """Change a control of a page with charts as fast as answers come."""
    with tab_of(server, NO_LIMIT, HostileTab) as tab:
        tab.open(PAGE, MAPS)
        tab.read()
        for size in cycle(("192 × 192 pixels", "256 × 256 pixels")):
            tab.change("choose_size", string_value=size)
            note()


def trainings(server: Address, note: Note) -> None:
    """Start a training from each of six tabs."""

    def train(at: int) -> None:
        with tab_of(server, NO_LIMIT, HostileTab) as tab:
            for seed in count(at, SOCKETS):
                tab.run("the_head_decides", f"train={TRAINING_LINK.format(seed)}")
                if "train" in tab.widgets:  # beside others none starts by a link
                    tab.change("train", "the_head_decides", trigger_value=True)
                note()

    in_threads(SOCKETS, train)


# ---- uploads


def large_webp(side: int = 3900) -> bytes:
    """Return a WebP picture of about as many pixels as are accepted."""
    buffer = BytesIO()
    noise = np.random.default_rng(0).integers(0, 255, (side // 8, side // 8, 3), np.uint8)
    Image.fromarray(noise).resize((side, side)).save(buffer, "WEBP", quality=60, method=0)
    return buffer.getvalue()


def photo_bombs(server: Address, note: Note) -> None:
    """Upload pictures that take long to decode, one after the other."""
    files = many_scans(90), large_webp(), many_scans(2000), empty_canvas()
    with tab_of(server, NO_LIMIT, HostileTab) as tab:
        tab.open(PAGE, "at=20,20")
        tab.read()
        for data in cycle(files):
            file = put_file(server, tab.session, data)
            photo, _ = tab.widgets["photo"]
            back = BackMsg()
            back.rerun_script.page_name = PAGE
            state = back.rerun_script.widget_states.widgets.add(id=photo)
            info = state.file_uploader_state_value.uploaded_file_info.add()
            info.file_id, info.name, info.size = file, "a.jpg", len(data)
            tab.send(back)
            tab.read()
            note()


def large_uploads(server: Address, note: Note) -> None:
    """Upload files of the largest size, as many at once as a session may."""
    data = bytes(MAX_BYTES - 2**10)
    with ExitStack() as stack:
        tab = stack.enter_context(tab_of(server, NO_LIMIT, HostileTab))

        def upload(_: int) -> None:
            while True:
                try:
                    put_file(server, tab.session, data)
                    note()
                except HTTPError as error:
                    if error.code != 429:
                        raise

        in_threads(2, upload)


ATTACKS: dict[str, Callable[[Address, Note], None]] = {
    "expensive": expensive_sockets,
    "links": opened_links,
    "kernel": largest_kernel,
    "gifs": gifs,
    "reruns": reruns,
    "trainings": trainings,
    "photos": photo_bombs,
    "uploads": large_uploads,
    "unread": unread_sockets,
}
"""What a single hostile tab does, by the name of an option."""
