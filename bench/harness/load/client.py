"""A client of the example API that keeps to a rate: each request has its time, and is late where it waits."""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterable
from typing import Any

CONNECTIONS = 32


class Ended(Exception):
    """The server ended before it had answered."""


class Connection:
    """One connection, one request at a time."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def __aenter__(self) -> "Connection":
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body."""
        try:
            self.writer.write(request)
            head = await self.reader.readuntil(b"\r\n\r\n")
            fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:-2])
            body = await self.reader.readexactly(int(fields[b"content-length"]))
        except (asyncio.IncompleteReadError, OSError) as fault:
            raise Ended from fault
        return int(head[9:12]), body


def post(token: str, rule: str) -> bytes:
    head = "POST /cutoffs HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\n"
    length = len(rule.encode())
    return f"{head}authorization: Bearer {token}\r\ncontent-length: {length}\r\n\r\n{rule}".encode()


def get(token: str) -> bytes:
    head = "GET /messages HTTP/1.1\r\nhost: localhost\r\n"
    return f"{head}authorization: Bearer {token}\r\n\r\n".encode()


async def all_of(port: int, requests: Iterable[bytes]) -> list[tuple[int, bytes]]:
    """As fast as it goes, and all answers in order."""
    numbered, answers = enumerate(requests), {}

    async def work() -> None:
        async with Connection(port) as connection:
            for number, request in numbered:
                answers[number] = await connection.ask(request)

    await asyncio.gather(*(work() for _ in range(CONNECTIONS)))
    return [answers[number] for number in sorted(answers)]


async def refused(port: int, tokens: Iterable[str]) -> list[bool]:
    """Which tokens are refused for a rule. Any other answer than that and 200 is a fault."""
    answers = await all_of(port, map(get, tokens))
    faults = [status for status, body in answers if status != 200 and b"token_revoked" not in body]
    if faults:
        raise RuntimeError(f"answers {set(faults)}")
    return [status == 401 for status, _ in answers]


class Stream:
    """Rules, so many a second, until `stop` or the server's end."""

    def __init__(self, port: int, token: str, rule: Callable[[int], str], rate: float) -> None:
        self.port, self.token, self.rule, self.rate = port, token, rule, rate
        self.numbers = itertools.count()
        self.sent: set[int] = set()
        self.acknowledged: list[int] = []
        self.late: list[float] = []
        """Seconds from the time at which a rule was due to its acknowledgement."""
        self.stopped = False

    async def run(self) -> "Stream":
        self.began = time.monotonic()
        await asyncio.gather(*(self.work() for _ in range(CONNECTIONS)))
        self.took = time.monotonic() - self.began
        return self

    async def work(self) -> None:
        try:
            async with Connection(self.port) as connection:
                while not self.stopped:
                    number = next(self.numbers)
                    due = self.began + number / self.rate
                    await asyncio.sleep(due - time.monotonic())
                    if self.stopped:
                        return
                    request = post(self.token, self.rule(number))
                    self.sent.add(number)
                    status, body = await connection.ask(request)
                    if (status, body) != (201, b'{"change":"applied"}'):
                        raise RuntimeError(f"rule {number}: {status} {body.decode()}")
                    self.acknowledged.append(number)
                    self.late.append(time.monotonic() - due)
        except Ended:
            self.stopped = True

    def found(self) -> dict[str, Any]:
        late = sorted(self.late)
        return {
            "rules": len(late),
            "rate": len(late) / self.took,
            "p50": late[len(late) // 2],
            "p99": late[len(late) * 99 // 100],
        }
