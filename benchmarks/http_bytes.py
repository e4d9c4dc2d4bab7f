"""As little HTTP as both ends of a benchmark need, so that they leave the processor to what is measured."""

from __future__ import annotations

import asyncio
import json
import time

import workload as work


class FakeApi(asyncio.Protocol):
    """Telegram's Bot API: takes everything, at once. `calls` are all, `last` is the moment of the latest."""

    calls = 0
    last = 0.0
    ME = json.dumps({"ok": True, "result": work.BOT}).encode()

    def __init__(self) -> None:
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._got += data
        while (whole := request_length(self._got)) is not None:
            method = self._got[: self._got.index(b" HTTP/")].rpartition(b"/")[2]
            self._got = self._got[whole:]
            FakeApi.calls += 1
            FakeApi.last = time.perf_counter()
            self._transport.write(response(self._answer(method)))

    def _answer(self, method: bytes) -> bytes:
        if method == b"getMe":
            return self.ME
        return work.SENT if method in (b"sendMessage", b"editMessageText", b"editMessageReplyMarkup") else work.TRUE


def request_length(got: bytes) -> int | None:
    """How long the first request is, head and body; None if not all of it has come."""
    end = got.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = got[:end].lower()
    place = head.find(b"content-length:")
    if place >= 0:
        whole = end + 4 + int(head[place + 15 :].split(b"\r\n", 1)[0])
        return whole if len(got) >= whole else None
    if b"transfer-encoding: chunked" in head:
        last = got.find(b"\r\n0\r\n\r\n", end)
        return last + 7 if last >= 0 else None
    return end + 4


def response(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def post(path: str, body: bytes, secret: str) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bot\r\nContent-Type: application/json\r\n"
        f"X-Telegram-Bot-Api-Secret-Token: {secret}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Client:
    """One connection that is kept."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> Client:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def ask(self, request: bytes) -> int:
        """The status of the answer."""
        self._writer.write(request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        place = head.find(b"content-length:")
        if place >= 0:
            await self._reader.readexactly(int(head[place + 15 :].split(b"\r\n", 1)[0]))
        elif b"transfer-encoding: chunked" in head:
            while length := int(await self._reader.readline(), 16):
                await self._reader.readexactly(length + 2)
            await self._reader.readline()
        return int(head.split(b" ", 2)[1])

    def close(self) -> None:
        self._writer.close()
