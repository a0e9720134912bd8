"""What strangers write into the log: one line each, short, and not without end."""

import logging
from collections.abc import Iterator
from io import StringIO

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from benchmarks.app_server import AppServer
from pages.ui.server.safe_log import BURST, MAX_LINE, Budget, SafeRecord, one_line, protect_log

FORGED = "2026-01-01 00:00:00 ERROR forged"
HOSTILE = f"x\n{FORGED}\r\x1b[31m\x07\u202e\u2028\x85\ud800"


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[logging.Logger, StringIO]]:
    """A logger of a protected process, and what it has written."""
    monkeypatch.setattr(logging.Logger, "handle", logging.Logger.handle)  # put back afterwards
    factory = logging.getLogRecordFactory()
    protect_log()
    written = StringIO()
    logger = logging.Logger("a stranger's")
    logger.addHandler(logging.StreamHandler(written))
    yield logger, written
    logging.setLogRecordFactory(factory)


def test_a_message_is_one_line_of_characters_that_can_be_shown(
    log: tuple[logging.Logger, StringIO],
) -> None:
    logger, written = log
    logger.warning("asked for %s", HOSTILE)
    (line,) = written.getvalue().splitlines()
    assert line.isprintable()
    assert line.startswith(f"asked for x\\n{FORGED}\\r\\x1b[31m")


def test_ordinary_text_stays_as_it_is() -> None:
    for text in ("Port 8501 is not available", "Größe 3 × 3 → 1", "a 'quoted' \\ path"):
        assert one_line(text) == text


def test_a_long_message_is_cut_and_its_length_told() -> None:
    assert one_line("y" * 900_000) == "y" * MAX_LINE + f" [{900_000 - MAX_LINE} more characters]"
    assert len(one_line("\0" * 900_000)) < 5 * MAX_LINE


def test_a_traceback_is_indented_and_bounded(log: tuple[logging.Logger, StringIO]) -> None:
    logger, written = log
    try:
        raise ValueError(f"{HOSTILE}\n" + "z" * 100_000 + "\nlast" * 10_000)
    except ValueError:
        logger.exception("failed")
    first, *rest = written.getvalue().split("\n")[:-1]
    assert first == "failed"
    assert rest[0] == "  Traceback (most recent call last):"
    assert all(line.startswith("  ") and line.isprintable() for line in rest)
    assert any(FORGED in line for line in rest)
    assert len(rest) < 100
    assert len(written.getvalue()) < 10_000


def test_a_flood_is_left_out_and_counted(log: tuple[logging.Logger, StringIO]) -> None:
    logger, written = log
    for _ in range(5_000):
        logger.warning("y" * 100_000)
    assert len(written.getvalue()) < 1.2 * BURST
    logger.error("an error is still seen")
    assert written.getvalue().endswith("\nan error is still seen\n")


def test_after_a_flood_the_log_goes_on() -> None:
    now = [0.0]
    budget = Budget(lambda: now[0])

    def record() -> SafeRecord:
        return SafeRecord("a", logging.INFO, "", 0, "y" * MAX_LINE, (), None)

    admitted = [budget.admit(record()) for _ in range(1_000)]
    left_out = admitted.count(False)
    assert 0 < admitted.count(True) < 200
    assert admitted == sorted(admitted, reverse=True)
    now[0] += 10
    later = record()
    assert budget.admit(later)
    assert later.getMessage().startswith(f"[{left_out} messages left out] yyy")
    assert budget.admit(again := record())
    assert again.getMessage().startswith("yyy")


def test_one_socket_can_neither_forge_nor_fill_the_log() -> None:
    with AppServer() as server:
        address = f"{server.url.replace('http', 'ws', 1)}/_stcore/stream"
        with connect(address, subprotocols=[Subprotocol("streamlit")]) as session:
            hostile = HOSTILE.replace("\ud800", "") + "y" * 900_000
            asked = BackMsg(rerun_script=ClientState(fragment_id=hostile)).SerializeToString()
            for _ in range(50):
                session.send(asked)
            session.ping().wait(30)
        log = server.log()
    assert "The fragment with id x\\n2026" in log
    assert not any(line.startswith(FORGED) for line in log.splitlines())
    assert "\x1b[31m" not in log
    assert len(log) < 2 * BURST
