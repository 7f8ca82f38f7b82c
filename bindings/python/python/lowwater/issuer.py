"""A validator that fetches the keys of its issuers. What to fetch, when, and what to believe is decided in Rust; here is
what waits and what asks.
"""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypedDict, TypeVar, Unpack, final

from lowwater._errors import Error, KeysUnavailable
from lowwater._http import Answer, fetch
from lowwater._lowwater import Accepted, Fetch, Issuers, Logout, LogoutReceiver, Validator

if TYPE_CHECKING:
    from lowwater.annotations import IssuerKeywords, NamedKeySource, Rules, Span, Time

Client = Callable[[Fetch], Answer]
T = TypeVar("T")


class _Now(TypedDict, total=False):
    now: "Time"


class _At(_Now, total=False):
    fresh_within: "Span"


_WAITS: Final = 64
"""So often a decision waits for keys: each round that ends wakes all, also those of other issuers."""

_SOURCE: Final = frozenset(
    {
        "jwks_url",
        "metadata_url",
        "allow_loopback_http",
        "fresh_for",
        "stale_for",
        "cool_down",
        "timeout",
        "max_bytes",
    }
)


@final
class IssuerValidator:
    """A Validator that fetches the keys of its issuers, and fetches them again: before they grow old, and when a token
    names a key that is not there.

    One for all threads and tasks. Nothing happens between requests: each that finds a fetch due starts it, on a thread
    of its own, and goes on. It waits only where it could not decide otherwise: before the first keys, for a key that is
    missing, for keys that grew old while nobody asked. While an issuer is down its last keys serve for a day; without
    any, its tokens are answered 503 (``keys_unavailable``), for nobody knows that they are bad.

        validator = lowwater.Validator.for_issuer(
            "https://tenant.example.auth/", audience="https://api.example.com/", algorithms=["RS256"]
        )
        accepted = validator.validate(token, cutoffs)                # in a thread
        accepted = await validator.validate_async(token, cutoffs)    # in a task
    """

    __slots__ = ("_client", "_issuers", "_waiting")

    def __init__(
        self,
        issuer: str | None = None,
        *,
        sources: "list[NamedKeySource] | None" = None,
        client: Client = fetch,
        **keywords: "Unpack[IssuerKeywords]",
    ) -> None:
        """One issuer, or ``sources``: a dict for each issuer, with ``issuer`` and what is said of its source alone.

        Of a source: ``jwks_url`` or ``metadata_url`` (else the metadata are found by the issuer), ``fresh_for`` (10
        minutes, where the issuer does not say), ``stale_for`` (24 hours), ``cool_down`` (30 s between two fetches for a
        key that is missing), ``timeout`` (5 s for all of a round), ``max_bytes`` (512 KiB), ``allow_loopback_http``
        (off). The rest is the policy's: ``audience``, ``algorithms`` and all that Validator takes.

        client: fetches in place of the standard library's; called with a Fetch, gives status, headers, body.
        """
        policy: dict[str, Any] = dict(keywords)
        common = {name: policy.pop(name) for name in _SOURCE if name in policy}
        named: list[Any] = [] if issuer is None else [{"issuer": issuer}]
        every = [common | source for source in [*named, *(sources or [])]]
        policy["issuer"] = [source.get("issuer") for source in every]
        self._issuers: Final = Issuers(every, **policy)
        self._client: Final = client
        # Its ends need no lock, which a process that forks could find held for ever.
        self._waiting: Final[deque[Callable[[], None]]] = deque()

    def validate(self, token: str, cutoffs: "Rules", **options: "Unpack[_At]") -> Accepted:
        """Accepts the token, or raises Rejected: see Validator.validate. Waits for keys where it has to."""
        return self._decide(lambda: self._issuers.ask(token, cutoffs, **options))

    async def validate_async(
        self, token: str, cutoffs: "Rules", **options: "Unpack[_At]"
    ) -> Accepted:
        """The same, without keeping other tasks waiting."""
        return await self._decide_async(lambda: self._issuers.ask(token, cutoffs, **options))

    def receive(
        self, receiver: LogoutReceiver, body: bytes | bytearray, **options: "Unpack[_Now]"
    ) -> Logout:
        """Reads the body of a logout by the issuer's keys, or raises MessageRefused. Waits for keys where it has to.

        Apply and keep its rules, then answer with its reply.
        """
        return self._decide(lambda: self._issuers.receive(receiver, body, **options))

    async def receive_async(
        self, receiver: LogoutReceiver, body: bytes | bytearray, **options: "Unpack[_Now]"
    ) -> Logout:
        """The same, without keeping other tasks waiting."""
        return await self._decide_async(lambda: self._issuers.receive(receiver, body, **options))

    def hydrate(
        self,
        jwks: dict[str, Any] | str | None = None,
        *,
        issuer: str | None = None,
        fresh_until: datetime | float | None = None,
    ) -> None:
        """Fetches the keys of all issuers, and waits: before the first request, so that none has to.

        With ``jwks``, ``issuer`` and ``fresh_until``: keys that were kept from an earlier run, used until the first
        fetch; nothing is fetched now.

        Raises KeysUnavailable, where an issuer has none then; it is asked again when a request comes.
        """
        if jwks is not None:
            self._keep(jwks, issuer, fresh_until)
            return
        arrived = threading.Event()
        while True:
            with self._listening(arrived.set):
                self._start_what_is_due()
                if not self._issuers.is_fetching():
                    break
                arrived.wait(self._issuers.longest_wait())
            arrived.clear()
        self._all_there()

    async def hydrate_async(self) -> None:
        """The same, without keeping other tasks waiting."""
        while True:
            async with self._arrival() as arrived:
                self._start_what_is_due()
                if not self._issuers.is_fetching():
                    break
                await asyncio.wait({arrived}, timeout=self._issuers.longest_wait())
        self._all_there()

    @property
    def current(self) -> Validator:
        """The validator with the keys of this moment: to explain a decision, to decide about many tokens at once, to
        read a header, to prune. It waits for nothing; a fetch that is due is started.
        """
        self._start_what_is_due()
        return self._issuers.current()

    @property
    def faults(self) -> dict[str, str | None]:
        """What went wrong with the last fetch of each issuer; None: nothing."""
        return dict(self._issuers.faults())

    def bearer(self, header: str | None) -> str:
        """The token of an Authorization header: see Validator.bearer."""
        return self._issuers.current().bearer(header)

    def __repr__(self) -> str:
        return f"<lowwater.IssuerValidator {', '.join(self.faults)}>"

    def __reduce__(self) -> Any:
        return self._issuers.__reduce__()

    def _decide(self, ask: Callable[[], tuple[T | Error, bool]]) -> T:
        for _ in range(_WAITS):
            answer, keys_awaited = ask()
            if not keys_awaited:
                self._start_what_is_due()
                return _told(answer)
            arrived = threading.Event()
            # Listens before it looks again: what arrives in between is not missed.
            with self._listening(arrived.set):
                self._start_what_is_due()
                if ask()[1]:
                    arrived.wait(self._issuers.longest_wait())
        return _told(ask()[0])

    async def _decide_async(self, ask: Callable[[], tuple[T | Error, bool]]) -> T:
        for _ in range(_WAITS):
            answer, keys_awaited = ask()
            if not keys_awaited:
                self._start_what_is_due()
                return _told(answer)
            async with self._arrival() as arrived:
                self._start_what_is_due()
                if ask()[1]:
                    await asyncio.wait({arrived}, timeout=self._issuers.longest_wait())
        return _told(ask()[0])

    def _keep(self, jwks: Any, issuer: str | None, fresh_until: Any) -> None:
        named = list(self.faults)
        if issuer is None and len(named) == 1:
            issuer = named[0]
        self._issuers.hydrate(issuer, jwks, fresh_until)

    def _all_there(self) -> None:
        missing = self._issuers.missing()
        if missing:
            raise KeysUnavailable("; ".join(f"{issuer}: {why}" for issuer, why in missing))

    @contextlib.contextmanager
    def _listening(self, wake: Callable[[], None]) -> Iterator[None]:
        self._waiting.append(wake)
        try:
            yield
        finally:
            # Whoever is woken is gone already; whoever gave up must not be held until the next round.
            with contextlib.suppress(ValueError, IndexError):
                self._waiting.remove(wake)

    @contextlib.asynccontextmanager
    async def _arrival(self) -> "AsyncIterator[asyncio.Future[None]]":
        loop = asyncio.get_running_loop()
        arrived = loop.create_future()

        def tell() -> None:
            if not arrived.done():
                arrived.set_result(None)

        def wake() -> None:
            with contextlib.suppress(RuntimeError):  # a loop that is closed has nobody waiting
                loop.call_soon_threadsafe(tell)

        with self._listening(wake):
            yield arrived

    def _start_what_is_due(self) -> None:
        while (due := self._issuers.poll()) is not None:
            thread = threading.Thread(
                target=self._run, args=(due,), name="lowwater-fetch", daemon=True
            )
            try:
                thread.start()
            except RuntimeError:  # no thread can be had
                self._issuers.failed(due)
                self._wake()

    def _run(self, first: Fetch) -> None:
        due: Fetch | None = first
        while due is not None:
            due = self._take(due)
        self._wake()

    def _take(self, due: Fetch) -> Fetch | None:
        """One fetch; gives what to fetch next."""
        try:
            status, headers, body = self._client(due)
            return self._issuers.answered(due, status, list(headers), body)
        except (
            Exception
        ):  # whatever a client raises: there was no answer, and nobody may wait for it
            self._issuers.failed(due)
            return None

    def _wake(self) -> None:
        with contextlib.suppress(IndexError):
            while True:
                self._waiting.popleft()()


def _told(answer: T | Error) -> T:
    if isinstance(answer, Error):
        raise answer
    return answer
