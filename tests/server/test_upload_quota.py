"""Uploads that arrive and those that are kept are bounded, for a session and for all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import pytest
from starlette.types import Message, Receive, Scope, Send

from pages.ui.server import upload_quota
from pages.ui.server.upload_quota import SESSION_AT_ONCE, SESSION_FILES, UploadQuota

PREFIX = "/_stcore/upload_file/"


class Storage:
    """Keeps uploads until they are deleted, as Streamlit does; refuses the session "gone"."""

    def __init__(self) -> None:
        self.files: dict[str, int] = {}
        self.go = asyncio.Event()
        self.go.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        size, more = 0, scope["method"] == "PUT"
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            size += len(message["body"])
            more = message["more_body"]
        await self.go.wait()
        status = 400 if "/gone/" in scope["path"] else 204
        if scope["method"] == "DELETE":
            self.files.pop(scope["path"], None)
        elif status == 204:
            self.files[scope["path"]] = size
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})


async def ask(app: UploadQuota, path: str, size: int = 0, method: str = "PUT") -> tuple[int, bytes]:
    """The status and the text of the answer; 0 when there is none."""
    sent: list[Message] = []
    messages = iter([
        {"type": "http.request", "body": bytes(size), "more_body": True},
        {"type": "http.request", "body": b"", "more_body": False},
    ])  # fmt: skip

    async def receive() -> Message:
        return next(messages)

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": PREFIX + path, "headers": []}
    await app(scope, receive, send)
    status = sent[0]["status"] if sent else 0
    return status, b"".join(message.get("body", b"") for message in sent)


def names(paths: Iterable[str]) -> list[str]:
    return [path.removeprefix(PREFIX) for path in paths]


def test_of_many_uploads_of_a_session_the_last_are_kept() -> None:
    async def upload() -> list[str]:
        storage = Storage()
        app = UploadQuota(storage, prefix=PREFIX)
        await ask(app, "other/photo", 10)
        for n in range(120):
            assert (await ask(app, f"mine/{n}", 10))[0] == 204
        return names(storage.files)

    kept = [f"mine/{n}" for n in range(120 - SESSION_FILES, 120)]
    assert asyncio.run(upload()) == ["other/photo", *kept]


class SlowToDelete(Storage):
    """A storage in which others come in between while a file is deleted."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "DELETE":
            await asyncio.sleep(0.02)
        await super().__call__(scope, receive, send)


def test_a_file_that_its_browser_deletes_meanwhile_is_no_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(upload_quota, "ALL_BYTES", 6 * 2**20)

    async def upload() -> list[str]:
        storage = SlowToDelete()
        app = UploadQuota(storage, prefix=PREFIX)
        for n in range(2):
            await ask(app, f"{n}/photo", 3 * 2**20)
        large = asyncio.create_task(ask(app, "2/photo", 6 * 2**20))
        while f"{PREFIX}2/photo" not in storage.files:
            await asyncio.sleep(0)
        await ask(app, "1/photo", method="DELETE")
        assert (await large)[0] == 204
        return names(storage.files)

    assert asyncio.run(upload()) == ["2/photo"]


def test_of_all_uploads_the_oldest_are_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_quota, "ALL_BYTES", 10 * 2**20)

    async def upload() -> list[str]:
        storage = Storage()
        app = UploadQuota(storage, prefix=PREFIX)
        for n in range(12):
            await ask(app, f"{n}/photo", 3 * 2**20)
        await ask(app, "11/photo", method="DELETE")
        await ask(app, "12/photo", 3 * 2**20)
        return names(storage.files)

    assert asyncio.run(upload()) == ["9/photo", "10/photo", "12/photo"]


def test_what_was_refused_counts_nothing() -> None:
    async def upload() -> int:
        app = UploadQuota(Storage(), prefix=PREFIX)
        for _ in range(5):
            assert (await ask(app, "gone/photo", 10))[0] == 400
        return len(app._kept) + len(app._arriving) + app._arrived

    assert asyncio.run(upload()) == 0


def test_a_session_has_few_uploads_at_once() -> None:
    async def upload() -> list[tuple[int, bytes]]:
        storage = Storage()
        app = UploadQuota(storage, prefix=PREFIX)
        storage.go.clear()
        tasks = [asyncio.create_task(ask(app, f"mine/{n}", 9)) for n in range(SESSION_AT_ONCE)]
        await asyncio.sleep(0)
        refused = await ask(app, "mine/more", 9)
        storage.go.set()
        await asyncio.gather(*tasks)
        return [refused, await ask(app, "mine/more", 9)]

    sentence = b"Your last photos are still being uploaded. Wait until they have arrived."
    assert asyncio.run(upload()) == [(429, sentence), (204, b"")]


def test_what_arrives_of_all_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_quota, "ARRIVING_BYTES", 100)

    async def upload() -> list[int]:
        storage = Storage()
        app = UploadQuota(storage, prefix=PREFIX)
        storage.go.clear()
        first = asyncio.create_task(ask(app, "a/photo", 90))
        await asyncio.sleep(0)
        second, _ = await ask(app, "b/photo", 20)
        storage.go.set()
        return [(await first)[0], second, (await ask(app, "b/photo", 20))[0]]

    assert asyncio.run(upload()) == [204, 0, 204]
