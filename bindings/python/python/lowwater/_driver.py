"""What waits and what asks, where keys or answers are fetched. What to fetch, when, and what to believe is decided in Rust."""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from typing import Final, Protocol, TypeVar, final

from lowwater._errors import Error
from lowwater._http import Answer
from lowwater._lowwater import Fetch

Client = Callable[[Fetch], Answer]
T = TypeVar("T")

_WAITS: Final = 1000
"""So often a decision waits: each round that ends wakes all, also those of other issuers."""


class Source(Protocol):
    """Says what to fetch, and takes in what came."""

    def poll(self) -> Fetch | None: ...
    def answered(
        self, fetch: Fetch, status: int, headers: list[tuple[str, str]], body: bytes, /
    ) -> Fetch | None: ...
    def failed(self, fetch: Fetch, /) -> None: ...
    def is_fetching(self) -> bool: ...
    def longest_wait(self) -> float: ...


class Waiting:
    """Asks, and waits for the end of a round where a better answer may come."""

    __slots__ = ()

    def decide(self, ask: Callable[[], tuple[T | Error, bool]]) -> T:
        """Asks until nothing better may come; raises what is an error."""
        for _ in range(_WAITS):
            answer, awaited = ask()
            if not awaited:
                self.start_what_is_due()
                return _told(answer)
            arrived = threading.Event()
            # Listens before it looks again: what arrives in between is not missed.
            with self.listening(arrived.set):
                self.start_what_is_due()
                answer, awaited = ask()
                if not awaited:
                    return _told(answer)
                arrived.wait(self.longest_wait())
        return _told(ask()[0])

    async def decide_async(self, ask: Callable[[], tuple[T | Error, bool]]) -> T:
        """The same, without keeping other tasks waiting."""
        for _ in range(_WAITS):
            answer, awaited = ask()
            if not awaited:
                self.start_what_is_due()
                return _told(answer)
            async with self.arrival() as arrived:
                self.start_what_is_due()
                answer, awaited = ask()
                if not awaited:
                    return _told(answer)
                await asyncio.wait({arrived}, timeout=self.longest_wait())
        return _told(ask()[0])

    @contextlib.asynccontextmanager
    async def arrival(self) -> "AsyncIterator[asyncio.Future[None]]":
        loop = asyncio.get_running_loop()
        arrived = loop.create_future()

        def tell() -> None:
            if not arrived.done():
                arrived.set_result(None)

        def wake() -> None:
            with contextlib.suppress(RuntimeError):  # a loop that is closed has nobody waiting
                loop.call_soon_threadsafe(tell)

        with self.listening(wake):
            yield arrived

    def listening(self, wake: Callable[[], None]) -> contextlib.AbstractContextManager[None]:
        """Wakes at the end of a round."""
        raise NotImplementedError

    def start_what_is_due(self) -> None:
        raise NotImplementedError

    def longest_wait(self) -> float:
        raise NotImplementedError


class Wakes:
    """Who waits. Its ends need no lock, which a process that forks could find held for ever."""

    __slots__ = ("_all",)

    def __init__(self) -> None:
        self._all: Final[deque[Callable[[], None]]] = deque()

    @contextlib.contextmanager
    def listening(self, wake: Callable[[], None]) -> Iterator[None]:
        self._all.append(wake)
        try:
            yield
        finally:
            # Whoever is woken is gone already; whoever gave up must not be held until the next round.
            with contextlib.suppress(ValueError, IndexError):
                self._all.remove(wake)

    def wake(self) -> None:
        with contextlib.suppress(IndexError):
            while True:
                self._all.popleft()()


@final
class Driver(Waiting):
    """Makes the requests of one source, each on a thread of its own, and wakes who waits for them."""

    __slots__ = ("_client", "_source", "_wakes")

    def __init__(self, source: Source, client: Client) -> None:
        self._source: Final = source
        self._client: Final = client
        self._wakes: Final = Wakes()

    def settle(self) -> None:
        """Fetches all that is due, and waits."""
        arrived = threading.Event()
        # Once: what failed is not begun again while another is waited for.
        self.start_what_is_due()
        while True:
            with self.listening(arrived.set):
                if not self._source.is_fetching():
                    return
                arrived.wait(self.longest_wait())
            arrived.clear()

    async def settle_async(self) -> None:
        """The same, without keeping other tasks waiting."""
        self.start_what_is_due()
        while True:
            async with self.arrival() as arrived:
                if not self._source.is_fetching():
                    return
                await asyncio.wait({arrived}, timeout=self.longest_wait())

    def listening(self, wake: Callable[[], None]) -> contextlib.AbstractContextManager[None]:
        return self._wakes.listening(wake)

    def longest_wait(self) -> float:
        return self._source.longest_wait()

    def start_what_is_due(self) -> None:
        while (due := self._source.poll()) is not None:
            if not on_a_thread(partial(self._run, due)):
                self._source.failed(due)
                self._wakes.wake()

    def _run(self, first: Fetch) -> None:
        due: Fetch | None = first
        while due is not None:
            due = self._take(due)
        self._wakes.wake()

    def _take(self, due: Fetch) -> Fetch | None:
        """One fetch; gives what to fetch next."""
        try:
            status, headers, body = self._client(due)
            return self._source.answered(due, status, list(headers), body)
        except (
            Exception
        ):  # whatever a client raises: there was no answer, and nobody may wait for it
            self._source.failed(due)
            return None


def on_a_thread(run: Callable[[], None]) -> bool:
    """On a thread for which no end of the process waits; False: none can be had."""
    try:
        threading.Thread(target=run, name="lowwater-fetch", daemon=True).start()
    except RuntimeError:
        return False
    return True


def _told(answer: T | Error) -> T:
    if isinstance(answer, Error):
        raise answer
    return answer
