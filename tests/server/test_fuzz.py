"""Hostile and broken input on a budget: the cases of benchmarks/fuzz.py, and real sockets."""

import json
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import BytesIO
from random import Random
from typing import Any

import pytest
from PIL import Image
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from benchmarks.app_server import AppServer
from benchmarks.fuzz import CASES, SLOWEST, attempt
from benchmarks.fuzz_changes import NUMBERS, TOKENS, changed_bytes, changed_message, changed_text
from benchmarks.fuzz_inputs import PHOTOS, SCENES, changed_link, valid_message
from benchmarks.simulated_tab import Tab, header_of, tab_of
from pages.ui.scene.lenses import page_of
from pages.ui.scene.link import to_query_string
from pages.ui.scene.scene import Scene
from pages.ui.scene.stage_message import parse_message
from pages.ui.stage.frame_socket import TRY_AGAIN_ELSEWHERE
from rfcore.errors import ImageError, RfcoreError
from rfcore.pictures.photos import MAX_BYTES, MAX_PIXELS, read_photo
from rfcore.stack import Stack

EACH = 60
"""Cases of each kind in one run of the tests: about a second a kind."""

MESSAGES = 40


MEASURED = "expensive_link"
"""The case that measures frames; it takes seconds, so it is no unit test."""


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.exhaustive] * (name == MEASURED)) for name in CASES],
)
def test_nothing_but_refusals(name: str) -> None:
    faults = [fault for n in range(EACH) if (fault := attempt(name, f"tests-{n}"))]
    assert not faults, "\n".join(map(str, faults))


def breaks_on_surrogates(random: Random) -> None:
    changed_text(random, str(Stack.parse("C3")), TOKENS).encode()


def trusts_a_message(random: Random) -> None:
    row, col = changed_message(random, valid_message(SCENES[0]))["position"]
    _ = bytes(SCENES[0].size * SCENES[0].size)[row * SCENES[0].size + col]


def says_nothing(random: Random) -> None:
    raise ImageError("")


@pytest.mark.parametrize("bug", [breaks_on_surrogates, trusts_a_message, says_nothing])
def test_a_planted_bug_is_found(bug: Callable[[Random], None]) -> None:
    assert any(attempt("planted", f"tests-{n}", bug) for n in range(EACH))


def test_a_slow_case_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.fuzz.SLOWEST", 0.01)
    assert attempt("planted", "any", lambda random: time.sleep(0.02))


def test_the_same_seed_makes_the_same_input() -> None:
    for seed in range(20):
        texts = [changed_text(Random(seed), "C3 -> M2", NUMBERS) for _ in range(2)]
        files = [changed_bytes(Random(seed), PHOTOS[0], PHOTOS) for _ in range(2)]
        assert texts[0] == texts[1]
        assert files[0] == files[1]


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "1"), ("JPEG", "L")])
def test_a_small_file_that_unpacks_to_a_huge_picture_is_refused(kind: str, mode: str) -> None:
    buffer = BytesIO()
    Image.new(mode, (8000, 8000)).save(buffer, kind)
    assert MAX_PIXELS < 8000**2
    assert len(buffer.getvalue()) < MAX_BYTES / 4
    begun = time.monotonic()
    with pytest.raises(ImageError, match="million pixels can be read"):
        read_photo(buffer.getvalue())
    assert time.monotonic() - begun < SLOWEST


def test_a_text_in_a_picture_that_unpacks_to_a_flood_is_no_burden() -> None:
    packer, blank = zlib.compressobj(9), bytes(2**20)
    packed = b"".join(packer.compress(blank) for _ in range(64)) + packer.flush()
    chunk = b"zTXt" + b"Comment\0\0" + packed
    sized = len(chunk[4:]).to_bytes(4) + chunk + zlib.crc32(chunk).to_bytes(4)
    data = PHOTOS[0][:33] + sized + PHOTOS[0][33:]
    begun = time.monotonic()
    with suppress(ImageError):
        read_photo(data)
    assert time.monotonic() - begun < SLOWEST


# ---- over the wire


@pytest.fixture
def untroubled(server: AppServer) -> Iterator[None]:
    """Whatever is sent, the server has nothing to say about it in its log."""
    before = server.log()
    yield
    assert server.log() == before


def wanted(scene: Scene, message: dict[str, Any]) -> Scene:
    """The scene as a message must leave it: changed as it says, or as it was."""
    try:
        return parse_message(message).applied_to(scene)
    except RfcoreError:
        return scene


def test_the_frame_socket_keeps_the_last_good_scene(server: AppServer, untroubled: None) -> None:
    random, address = Random("frames"), server.url.replace("http", "ws") + "/frames"
    for _ in range(MESSAGES):
        scene = random.choice(SCENES)
        told = valid_message(scene, query=to_query_string(scene), photo=None)
        again = valid_message(scene)
        message = changed_message(random, again)
        with connect(address) as socket:
            socket.send(json.dumps(told))
            assert header_of(socket.recv())["position"] == list(scene.position)
            begun = time.monotonic()
            socket.send(json.dumps(message))
            if is_nonsense(message):
                with pytest.raises(ConnectionClosed) as closed:
                    socket.recv(timeout=10)
                assert closed.value.rcvd is not None
                assert closed.value.rcvd.code == TRY_AGAIN_ELSEWHERE
            else:
                header = header_of(socket.recv(timeout=10))
                assert header["query"] == to_query_string(wanted(wanted(scene, told), message))
            assert time.monotonic() - begun < SLOWEST


def is_nonsense(message: object) -> bool:
    """Whether a message says nothing that a frame could answer."""
    try:
        parse_message(json.loads(json.dumps(message)))
    except RfcoreError:
        return True
    return False


@pytest.fixture
def tab(server: AppServer) -> Iterator[Tab]:
    with tab_of(server, SLOWEST) as tab:
        yield tab
        tab.rest()


@pytest.fixture(scope="module")
def own_server() -> Iterator[AppServer]:
    """One in whose log Streamlit may write."""
    with AppServer() as server:
        yield server


def test_a_component_that_lies_changes_no_scene(untroubled: None, tab: Tab) -> None:
    random = Random("component")
    scene = SCENES[0]
    query = to_query_string(scene)
    tab.run(page_of(scene.lens), query)
    for number in range(MESSAGES):
        message = changed_message(
            random, valid_message(scene, token=number + 2, mount=f"lie{number}")
        )
        message["revision"] = tab.header["revision"]
        tab.run(page_of(scene.lens), query, message, fragment=number % 2 == 0)
        scene = wanted(scene, message)
        assert tab.header["query"] == to_query_string(scene)
        query = to_query_string(scene) if message.get("committed") is True else query


def test_links_of_all_kinds_open_a_page_over_the_wire(untroubled: None, tab: Tab) -> None:
    """What a page trains goes on below its stage, and gives way to the next link."""
    random = Random("links")
    for _ in range(MESSAGES):
        tab.open(*changed_link(random))


def test_a_page_opens_while_a_hand_that_has_settled_still_has_its_charts_drawn(
    untroubled: None, tab: Tab
) -> None:
    scene = Scene()
    page, query = page_of(scene.lens), to_query_string(scene)
    tab.open(page, query)
    tab.read()
    message = valid_message(
        scene, committed=True, position=[20, 21], revision=tab.header["revision"]
    )
    tab.run(page, query, message, fragment=True)
    tab.open("how_far_a_neuron_sees", "at=20,11")
    assert tab.header["position"] == [20, 11]


def test_a_page_that_is_too_slow_is_caught(tab: Tab) -> None:
    tab.slowest = 0.001
    with pytest.raises(AssertionError, match=r"took \d+\.\d s"):
        tab.open("feature_map_shifts", "at=20,21")


@pytest.mark.parametrize("name", ["\x00", "../../app.py", "no_such_page", "x" * 5000])
def test_a_page_that_there_is_not_leaves_the_tab_alive(
    untroubled: None, tab: Tab, name: str
) -> None:
    tab.run(name, "present=1")
    tab.run("feature_map_shifts", "at=20,21")
    assert tab.header["position"] == [20, 21]


@pytest.mark.parametrize(
    "value", ['{"message": 7}', "[1]", "7", "null", '{"charts": [1], "marks": 3}']
)
def test_a_state_that_is_no_stages_leaves_the_scene(untroubled: None, tab: Tab, value: str) -> None:
    tab.run("feature_map_shifts", "at=20,21")
    tab.send(state_of(tab, value))
    tab.read()
    assert tab.header["position"] == [20, 21]


@pytest.mark.parametrize("value", ["nonsense", '{"message": NaN'])
def test_a_state_that_is_no_json_fails_for_its_sender_alone_and_tells_nothing(
    own_server: AppServer, value: str
) -> None:
    """Streamlit reads it before any code of the app's and logs it; no browser sends it."""
    with tab_of(own_server, SLOWEST) as good, tab_of(own_server, SLOWEST) as bad:
        bad.send(state_of(bad, value))
        with pytest.raises(AssertionError, match="redacted to prevent data leaks"):
            bad.read()
        good.run("feature_map_shifts", "at=20,21")
        assert good.header["position"] == [20, 21]


def test_bytes_that_are_no_message_end_the_connection_and_no_other(own_server: AppServer) -> None:
    with tab_of(own_server, SLOWEST) as good, tab_of(own_server, SLOWEST) as bad:
        bad.socket.send(Random(1).randbytes(500))
        with pytest.raises(ConnectionClosed):
            _ = [bad.socket.recv(timeout=10) for _ in range(100)]
        good.run("feature_map_shifts", "at=20,21")
        assert good.header["position"] == [20, 21]


def state_of(tab: Tab, value: str) -> BackMsg:
    """A message that says what the stage shows."""
    back = BackMsg()
    back.rerun_script.page_name, back.rerun_script.query_string = "feature_map_shifts", "at=20,21"
    state = back.rerun_script.widget_states.widgets.add()
    state.id, state.json_value = tab.stage, value
    return back
