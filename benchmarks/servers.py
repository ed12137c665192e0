"""An S3 server on this machine for benchmarks, near (as it is) or far (each answer comes so many seconds later)."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

KEY, SECRET, BUCKET = "benchkey", "benchsecret", "bench"
_READ = 1 << 18


class ServerFailedError(RuntimeError):
    """A server did not start."""


@contextlib.contextmanager
def serve_s3(rclone: str, folder: Path) -> Iterator[str]:
    """`rclone serve s3` on `folder`, with the bucket `bench`; yields its URL. It checks signatures, not checksums."""
    (folder / BUCKET).mkdir(parents=True)
    port = free_port()
    command = (rclone, "serve", "s3", str(folder), "--addr", f"127.0.0.1:{port}", "--auth-key", f"{KEY},{SECRET}")
    log = folder.parent / "rclone.log"
    with log.open("wb") as output, subprocess.Popen((*command, "--log-level", "ERROR"), stderr=output) as process:
        try:
            wait_for_port(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


@contextlib.contextmanager
def delayed(url: str, seconds: float) -> Iterator[str]:
    """The server at `url` from further away: every answer arrives `seconds` later. Yields the URL to use."""
    if not seconds:
        yield url
        return
    port = free_port()
    far = int(url.rpartition(":")[2])
    process = multiprocessing.get_context("spawn").Process(target=_relay, args=(port, far, seconds), daemon=True)
    process.start()
    try:
        wait_for_port(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.join()


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_for_port(port: int, seconds: float = 20.0) -> None:
    """Return when something listens; raises ServerFailedError if nothing does for so long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    message = f"nothing listens on port {port}"
    raise ServerFailedError(message)


def _relay(port: int, far: int, seconds: float) -> None:
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_Relay(far, seconds).run(port))


class _Relay:
    """Hands bytes on both ways; those of answers wait first, without holding up what comes after them."""

    def __init__(self, far: int, seconds: float) -> None:
        self._far, self._seconds = far, seconds

    async def run(self, port: int) -> None:
        server = await asyncio.start_server(self._connect, "127.0.0.1", port, limit=_READ, backlog=512)
        async with server:
            await server.serve_forever()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._far, limit=_READ)
        with contextlib.suppress(OSError):
            await asyncio.gather(self._hand_on(reader, far_writer), self._hand_on_later(far_reader, writer))

    async def _hand_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(_READ):
            writer.write(chunk)
            await writer.drain()
        writer.close()

    async def _hand_on_later(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        while chunk := await reader.read(_READ):
            loop.call_later(self._seconds, writer.write, chunk)
        loop.call_later(self._seconds, writer.close)
