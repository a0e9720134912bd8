"""Photos are decoded in processes with limits, a few at a time, and first come first served."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
import skimage.data
from PIL import Image

from pages.ui.server import photo_reader, photo_worker
from pages.ui.server.photo_reader import MAX_WORKERS, PhotoReader
from rfcore.errors import ImageError
from rfcore.pictures.photos import read_photo
from tests.support.picture_files import encoded
from tests.support.source_tree import ROOT

PHOTO = encoded(Image.fromarray(skimage.data.chelsea()), "JPEG")

DECODER = "import sys; from pages.ui.server import photo_worker; "
SLEEPS = DECODER + "import time; photo_worker.read_photo = lambda *_: time.sleep(60); "
SPINS = DECODER + "photo_worker.read_photo = lambda *_: [0 for _ in iter(int, 1)]; "
SERVES = "photo_worker.serve(sys.stdin.buffer, sys.stdout.buffer, 64)"


@pytest.fixture
def reader() -> Iterator[PhotoReader]:
    """A reader whose processes end with the test."""
    made = PhotoReader(64)
    yield made
    made.close()


def record_processes(
    monkeypatch: pytest.MonkeyPatch, script: str | None = None
) -> list[subprocess.Popen[bytes]]:
    """The processes started from now on; with a script each runs it instead of the decoder."""
    made: list[subprocess.Popen[bytes]] = []
    start = subprocess.Popen

    def popen(command: list[str], **options: object) -> subprocess.Popen[bytes]:
        command = command if script is None else [sys.executable, "-c", script]
        made.append(start(command, **options))
        return made[-1]

    monkeypatch.setattr(photo_reader.subprocess, "Popen", popen)
    return made


def refusal(reader: PhotoReader, data: bytes) -> str:
    with pytest.raises(ImageError) as caught:
        reader.read(data)
    return str(caught.value)


def test_a_photo_is_read_as_in_this_process_and_the_worker_is_kept(
    reader: PhotoReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = record_processes(monkeypatch)
    want = np.rint(read_photo(PHOTO, 64)[0] * 255).astype(np.uint8).tobytes()
    assert [reader.read(PHOTO) for _ in range(3)] == [want] * 3
    assert len(made) == 1


def test_frames_go_before_a_photo(reader: PhotoReader, monkeypatch: pytest.MonkeyPatch) -> None:
    made = record_processes(monkeypatch)
    reader.read(PHOTO)
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getpriority(os.PRIO_PROCESS, made[0].pid) == min(19, own + photo_worker.NICENESS)


def test_a_refusal_is_told_and_the_worker_is_kept(
    reader: PhotoReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = record_processes(monkeypatch)
    assert refusal(reader, b"") == "This file is empty (0 bytes). Choose a PNG, JPEG or WebP photo."
    assert len(reader.read(PHOTO)) == 64 * 64
    assert len(made) == 1


@pytest.mark.parametrize("script", [SLEEPS, SPINS])
def test_a_process_is_killed_at_its_limit_and_the_next_photo_is_read(
    script: str, reader: PhotoReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        made = record_processes(patch, script + SERVES)
        # One that sleeps meets the limit on the clock; one that computes, that on CPU time.
        patch.setattr(photo_reader, "START_SECONDS", 0)
        reader.seconds = 2 if script == SLEEPS else 60
        start = time.monotonic()
        assert refusal(reader, PHOTO).startswith("This picture takes too long")
        assert time.monotonic() - start < 30
    assert made[0].returncode
    reader.seconds = 60
    assert len(reader.read(PHOTO)) == 64 * 64


def test_a_worker_that_ended_while_idle_is_replaced(
    reader: PhotoReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = record_processes(monkeypatch)
    reader.read(PHOTO)
    made[0].kill()
    made[0].wait()
    assert len(reader.read(PHOTO)) == 64 * 64


def test_where_no_process_can_be_started_nothing_is_decoded(
    reader: PhotoReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(photo_reader.subprocess, "Popen", fail)
    assert refusal(reader, PHOTO) == (
        "No photo can be read now: the server could not start the process for it. "
        "Try again in a minute."
    )


def test_where_no_thread_can_be_started_the_process_ends(
    reader: PhotoReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = record_processes(monkeypatch)

    def fail(_: object) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(photo_reader.Timer, "start", fail)
        assert refusal(reader, PHOTO).startswith("No photo can be read now")
    assert made[0].poll() is not None
    assert len(reader.read(PHOTO)) == 64 * 64


def test_a_few_photos_are_read_at_a_time_and_the_others_in_their_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader, order, go = PhotoReader(64), [], threading.Event()
    active, most = [], []

    def read(data: bytes) -> bytes:
        active.append(data)
        most.append(len(active))
        order.append(data)
        go.wait(10)
        active.remove(data)
        return data

    monkeypatch.setattr(reader, "_read", read)
    names = [bytes([n]) for n in range(6)]
    threads = [threading.Thread(target=reader.read, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
        time.sleep(0.02)
    go.set()
    for thread in threads:
        thread.join()
    assert max(most) == MAX_WORKERS
    assert sorted(order) == names
    assert order[:MAX_WORKERS] == names[:MAX_WORKERS]


def test_whose_turn_does_not_come_is_told_so_and_later_ones_have_theirs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader, go = PhotoReader(64, wait=0.05), threading.Event()
    monkeypatch.setattr(reader, "_read", lambda data: data if go.wait(10) else b"")
    threads = [threading.Thread(target=reader.read, args=(b"a",)) for _ in range(MAX_WORKERS)]
    for thread in threads:
        thread.start()
    time.sleep(0.05)
    assert refusal(reader, b"b") == "Many photos are being read now. Try again in a minute."
    go.set()
    for thread in threads:
        thread.join()
    assert reader.read(b"c") == b"c"


def test_the_worker_has_limits_and_does_not_load_streamlit() -> None:
    report = (
        "import sys, resource; from pages.ui.server import photo_worker as w; "
        "w._limit('RLIMIT_AS', w.ADDRESS_SPACE); assert 'streamlit' not in sys.modules; "
        "bytes(w.ADDRESS_SPACE)"
    )
    done = subprocess.run(
        [sys.executable, "-c", report], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.stderr.strip().endswith("MemoryError")


def test_too_little_memory_is_told_as_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("rfcore.pictures.photos._decode", fail)
    assert photo_worker.answer_to(PHOTO, 64) == photo_worker.SENTENCE + (
        b"There is too little memory to read this picture now. Try again in a minute, or save a "
        b"smaller copy, for example 1000 pixels wide, and choose that."
    )
