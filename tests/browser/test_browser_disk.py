"""What a learner brings is in memory only: no file changes, and with the session it is gone."""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from benchmarks.app_server import ROOT, AppServer
from benchmarks.fuzz_inputs import SCENES, valid_message
from benchmarks.simulated_tab import PATIENT, Tab, header_of
from pages.ui.scene.photos import PHOTO_SIZE, Photo
from pages.ui.server.free_memory import COLLECT_EVERY
from rfcore.pictures.photos import read_photo
from tests.support.photos import as_a_phone_saves_it, upload_photo, upright_photo, wait_for_photo
from tests.support.stage_driver import Stage

pytestmark = pytest.mark.slow

APP = ("app.py", "assets", "pages", "rfcore", ".streamlit")
KEPT_SESSIONS = 128
"""Those of the last who left, which Streamlit keeps for two minutes in case they come back."""


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    """All folders that a server could write to: the app's, its home, its temporary folder."""
    found = {name: tmp_path / name for name in ("app", "home", "scratch")}
    for folder in found.values():
        folder.mkdir()
    for name in APP:
        copy: Any = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, found["app"] / name)
    return found


@pytest.fixture
def own_server(folders: dict[str, Path]) -> Iterator[AppServer]:
    environment = {
        "HOME": str(folders["home"]),
        "TMPDIR": str(folders["scratch"]),
        "XDG_CACHE_HOME": str(folders["home"] / "cache"),
        "PYTHONDONTWRITEBYTECODE": "1",  # Python's own, as it starts: no learner has a part in it
    }
    with AppServer(root=folders["app"], environment=environment) as server:
        yield server


def files_in(folders: dict[str, Path]) -> dict[Path, tuple[int, int]]:
    """Size and time of the last change of all that lies in some folders, and of these."""
    every = [path for folder in folders.values() for path in (folder, *folder.rglob("*"))]
    return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in every}


def open_files(server: AppServer) -> set[str]:
    """Files that the server holds open to write to; its log is not its own."""
    found = set()
    for descriptor in Path(f"/proc/{server.pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            path, state = str(descriptor.readlink()), Path(f"/proc/{server.pid}/fdinfo")
            flags = (state / descriptor.name).read_text(encoding="utf-8").split("flags:")[1]
            if path.startswith("/") and int(flags.split()[0], 8) & 3:
                found.add(path)
    return {path for path in found if not path.startswith("/dev/") and "app-server-" not in path}


def make_a_gif(stage: Stage) -> None:
    page = stage.page
    page.get_by_role("button", name="Make a GIF").click()
    page.get_by_role("button", name="Make the GIF").click()
    page.get_by_role("img", name="The cat moves 16 steps to the right.").wait_for()
    page.get_by_role("button", name="Close").click()


def name_of(file: bytes) -> str:
    """The name by which the server knows a photo while it is shown."""
    gray = np.rint(read_photo(file, PHOTO_SIZE)[0] * 255).astype(np.uint8)
    return Photo(gray.tobytes()).id


def is_held(server: AppServer, photo: str) -> bool:
    """Whether the server still shows a photo to one who knows its name."""
    told = valid_message(SCENES[0], query="picture=photo", photo=photo)
    with connect(f"{server.url.replace('http', 'ws')}/frames") as socket:
        socket.send(json.dumps(told))
        with suppress(ConnectionClosed):
            return bool(header_of(socket.recv())["setting"]["photo"] == photo)
    return False


def visit(server: AppServer, *, page: str = "") -> None:
    """Come and go; with a page, not before it was shown."""
    with connect(
        f"{server.url.replace('http', 'ws')}/_stcore/stream",
        origin=Origin(server.url),
        subprotocols=[Subprotocol("streamlit")],
        max_size=None,
    ) as socket:
        if page:
            Tab(socket, PATIENT).run(page, "")


def test_nothing_is_written_and_an_upload_goes_with_its_session(
    browser: Browser, own_server: AppServer, folders: dict[str, Path]
) -> None:
    before = files_in(folders)
    file = as_a_phone_saves_it(upright_photo())
    with Stage(browser, own_server, {"at": "24,20", "picture": "flat"}) as stage:
        make_a_gif(stage)
        upload_photo(stage, "cat.jpg", file)
        wait_for_photo(stage)
        stage.drag(0, 2)
        assert open_files(own_server) == set()
        assert is_held(own_server, name_of(file))
    assert files_in(folders) == before
    for _ in range(KEPT_SESSIONS):
        visit(own_server)
    deadline = time.monotonic() + 4 * COLLECT_EVERY
    while is_held(own_server, name_of(file)):
        assert time.monotonic() < deadline
        visit(own_server, page="feature_map_shifts")
