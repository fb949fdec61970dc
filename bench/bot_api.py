"""A Bot API that answers as fast as a process can: every call succeeds and nothing is kept but a count.

    .venv/bin/python bench/bot_api.py          prints its address and serves until its standard input closes

The tests' fake is strict and slow; this one is what a benchmark of senders needs, in a process of its own.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TOKEN = "1000001:benchmark"
_MESSAGE = {
    "message_id": 7,
    "date": 1_795_035_600,
    "chat": {"id": 1, "type": "private", "first_name": "A"},
    "text": "ok",
}
_ME = {"id": 1_000_001, "is_bot": True, "first_name": "Pebble", "username": "pebble_bench_bot"}


def _answer(result: object) -> bytes:
    body = json.dumps({"ok": True, "result": result}).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


_SENT, _KNOWN, _DONE = _answer(_MESSAGE), _answer(_ME), _answer(True)


class _Line(asyncio.Protocol):
    """One connection: a request is over where its Content-Length says."""

    def __init__(self) -> None:
        self._held = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        self._held += data
        while (end := self._held.find(b"\r\n\r\n")) >= 0:
            head = self._held[:end].lower()
            length = 0
            if (at := head.find(b"content-length:")) >= 0:
                length = int(head[at + 15 : at + 30].split(b"\r\n")[0])
            elif b"chunked" in head:
                raise ValueError("no sender of these writes in chunks")
            if len(self._held) < end + 4 + length:
                return
            method = head.split(b" ", 2)[1].rpartition(b"/")[2]
            self._held = self._held[end + 4 + length :]
            self._transport.write({b"getme": _KNOWN, b"sendmessage": _SENT}.get(method, _DONE))


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Line, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


@contextmanager
def serving() -> Iterator[str]:
    """Yield the address of such a server, in a process of its own."""
    command = [sys.executable, str(Path(__file__))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.communicate()


if __name__ == "__main__":
    asyncio.run(_serve())
