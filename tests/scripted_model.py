"""A server on loopback that speaks OpenAI's protocol and does, byte by byte, what a script says."""

from __future__ import annotations

import json
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal

Part = bytes | float | Literal["hang", "reset"]
"""Bytes to send, seconds to wait; to send nothing until the client leaves; to reset the connection."""

Script = Iterable[Part]

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
CHUNKED = HEAD.replace(b"Connection: close", b"Transfer-Encoding: chunked\r\nConnection: close")
DONE = b"data: [DONE]\n\n"


def event(text: str | None = None, finish: str | None = None, **delta: Any) -> bytes:
    """One event of a stream: a piece of text, or the reason for its end."""
    delta = {**({} if text is None else {"content": text}), **delta}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return _event({"choices": [choice]})


def usage(read: int, written: int) -> bytes:
    counts = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
    return _event({"choices": [], "usage": counts})


def _event(value: dict[str, Any]) -> bytes:
    whole = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "scripted", **value}
    return b"data: " + json.dumps(whole, ensure_ascii=False).encode() + b"\n\n"


def says(*pieces: str, finish: str | None = "stop", pause: float = 0.0) -> list[Part]:
    """A reply in pieces, so many seconds apart, that ends for a reason or, with None, for none."""
    parts: list[Part] = [HEAD, event("", role="assistant")]
    for piece in pieces:
        parts += [event(piece), *([pause] if pause else [])]
    return [*parts, *([event(finish=finish)] if finish else []), usage(100, 10), DONE]


def fails(status: int, body: str = "", *headers: str) -> list[Part]:
    """A status with a body: JSON as OpenAI's errors are, unless given."""
    sent = (body or json.dumps({"error": {"message": f"status {status}", "type": "x", "code": None}})).encode()
    lines = [f"HTTP/1.1 {status} Status", f"Content-Length: {len(sent)}", "Connection: close", *headers]
    if not any(header.lower().startswith("content-type") for header in headers):
        lines.append("Content-Type: application/json")
    return ["\r\n".join([*lines, "", ""]).encode() + sent]


def flat(script: Script) -> bytes:
    """All bytes of a script without pauses, its head aside."""
    return b"".join(part for part in script if isinstance(part, bytes)).removeprefix(HEAD)


@dataclass(frozen=True)
class Request:
    """What a client asked for."""

    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def prompt(self) -> str:
        return "\n".join(str(message["content"]) for message in self.body["messages"])


@dataclass
class ScriptedModel:
    """The server; `script` gives what is played to the request of a number, from 0."""

    script: Callable[[int], Script] = lambda _: says("")
    requests: list[Request] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)
    """Set when a client has closed its connection before the script came to its end."""

    def __enter__(self) -> ScriptedModel:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._closed = False
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._closed:
            self.stop()

    def stop(self) -> None:
        """No longer there: connections are refused."""
        self._closed = True
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._open):
            connection.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"

    @property
    def connected(self) -> int:
        """Connections that neither side has closed."""
        return len(self._open)

    def plays(self, *scripts: Script) -> None:
        """One script after the other, the last again and again."""
        fixed: Sequence[Script] = [list(script) for script in scripts]
        first = len(self.requests)
        self.left.clear()
        self.script = lambda number: fixed[min(number - first, len(fixed) - 1)]

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        self._open.add(connection)
        try:
            request = _read(connection)
            if request is None:
                return
            number = len(self.requests)
            self.requests.append(request)
            for part in self.script(number):
                if part == "reset":
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return
                if isinstance(part, bytes):
                    connection.sendall(part)
                elif _left_within(connection, 60.0 if isinstance(part, str) else part):
                    self.left.set()
                    return
        except OSError:
            self.left.set()
        finally:
            connection.close()
            self._open.discard(connection)


def _left_within(connection: socket.socket, seconds: float) -> bool:
    """Whether the client closes its connection within so many seconds."""
    until = time.monotonic() + seconds
    while (rest := until - time.monotonic()) > 0:
        if select.select([connection], [], [], rest)[0] and not connection.recv(1, socket.MSG_PEEK):
            return True
    return False


def _read(connection: socket.socket) -> Request | None:
    with connection.makefile("rb") as lines:
        first = lines.readline()
        headers: dict[str, str] = {}
        while (line := lines.readline().decode("latin-1").strip()) != "":
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = lines.read(int(headers.get("content-length", 0)))
    return Request(headers, json.loads(body)) if first and body else None
