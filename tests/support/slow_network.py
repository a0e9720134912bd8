"""A line that is slow and loses packets: a proxy that delays all that passes, both ways."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from threading import Event, Thread
from typing import Self

PIECE = 1_400  # bytes of one packet
RESENT = 0.6  # s until a packet that was lost has come after all, and with it all behind it


@dataclass
class SlowLine:
    """Listen on a port of this machine and pass on to a server, late. A context manager.

    What is lost on a real line is sent anew by TCP and only comes later, so a loss is a pause here.

    Parameters
    ----------
    port: of the server, on this machine.
    delay: seconds each way; may be changed on the way, as a page is opened quickly.
    loss: the share of packets that are lost.
    """

    port: int
    delay: float = 0.0
    loss: float = 0.0

    def __enter__(self) -> Self:
        self._random, self._ready = Random(1), Event()
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()
        assert self._ready.wait(10)
        self.url = f"http://127.0.0.1:{self.own_port}"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(10)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._listen())
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.run_until_complete(asyncio.sleep(0.1))  # closed sockets are let go
        self._loop.close()

    async def _listen(self) -> None:
        self._over = asyncio.Event()
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.own_port: int = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._over.wait()
        server.close()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.CancelledError):
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.port)
            try:
                await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))
            finally:
                far_writer.close()
                writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        sending = asyncio.create_task(self._send_late(line, writer))
        try:
            while True:
                data = await reader.read(PIECE)
                line.put_nowait((self._loop.time() + self.delay, data))
                if not data:
                    await sending
                    return
        finally:
            sending.cancel()

    async def _send_late(
        self, line: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter
    ) -> None:
        while True:
            due, data = await line.get()
            await asyncio.sleep(max(0.0, due - self._loop.time()))
            if self._random.random() < self.loss:
                await asyncio.sleep(RESENT)
            with suppress(OSError):
                if not data:
                    writer.close()
                    return
                writer.write(data)
                await writer.drain()
