"""Security events that are fetched (RFC 8936), for a transmitter that cannot push them."""

import asyncio
import contextlib
import inspect
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar, Unpack, final

from lowwater._driver import Client, on_a_thread
from lowwater._errors import ConfigError, MessageRefused
from lowwater._http import fetch
from lowwater._lowwater import EventReceiver, Fetch, Polling, Received
from lowwater.issuer import IssuerValidator

if TYPE_CHECKING:
    from lowwater.annotations import PollKeywords

Take = Callable[[Received], object]
Sets = list[tuple[str, str]]
Reading = Callable[[], tuple[Received | MessageRefused, bool]]
T = TypeVar("T")


@final
class EventPoll:
    """Polls one stream of security events. What was taken is acknowledged with the next request; what was not comes again.

    One process polls a stream, in one thread or task:

        poll = lowwater.EventPoll(validator, receiver, url="https://issuer.example/poll", authorization="Bearer ...")

        def take(received):
            for rule in received.rules:
                cutoffs.apply(rule)  # and keep it

        while True:
            wait = poll.round(take)
            for token_id, why in poll.refused.items():
                log.warning("refused %s: %s", token_id, why)
            time.sleep(wait)
    """

    __slots__ = ("_client", "_polling", "_receiver", "_turn", "_validator")

    def __init__(
        self,
        validator: IssuerValidator,
        receiver: EventReceiver,
        *,
        client: Client = fetch,
        **keywords: "Unpack[PollKeywords]",
    ) -> None:
        """By the keys of this validator, for this receiver.

        url: the stream's ``delivery.endpoint_url``. authorization: the value of that header. max_events: how many tokens an
        answer may bring; 50. long_poll: waits for events in the request; False for a transmitter that holds none back, which
        is then asked each ``interval`` (30 s). timeout: how long an answer may take; 90 s, longer than the transmitter holds
        a request back. allow_loopback_http: takes ``http`` of this machine too, for tests.

        client: fetches in place of the standard library's; called with a Fetch, gives status, headers, body.
        """
        if not isinstance(validator, IssuerValidator):
            raise ConfigError("`validator` must be an IssuerValidator", "argument_invalid")
        if not isinstance(receiver, EventReceiver):
            raise ConfigError("`receiver` must be an EventReceiver", "argument_invalid")
        if receiver.issuer not in validator.faults:
            # Every event would be refused to its transmitter, which sends it no more.
            expected = "must fetch the keys of the receiver's issuer"
            raise ConfigError(f"`validator` {expected}", "argument_invalid")
        self._polling: Final = Polling(**keywords)
        self._validator: Final = validator
        self._receiver: Final = receiver
        self._client: Final = client
        self._turn: Final = threading.Lock()

    def round(self, take: Take) -> float:
        """Fetches, where that is due; tells how many seconds to wait before the next round.

        Each token that came is handed to ``take`` as a Received, which applies and keeps its rules. When it returns the
        token is acknowledged; when it raises, the token stays open and comes again, and the first of what was raised is
        raised here, after the rest was tried. One that cannot be read is refused to the transmitter, unless it is for the
        want of the issuer's keys.

        While another round of this object goes on it does nothing.
        """
        _check(take)
        if not self._turn.acquire(blocking=False):
            return self._polling.wait()
        try:
            raised: list[Exception] = []
            for token_id, token in self._fetch():
                try:
                    received = self._validator._driver.decide(self._reading(token_id, token))
                except MessageRefused:
                    continue
                with self._keeping(token_id, raised):
                    _not_awaited(take(received))
        finally:
            self._turn.release()
        return self._told(raised)

    async def round_async(self, take: Take) -> float:
        """The same, without keeping other tasks waiting. What ``take`` gives is awaited, where it can be."""
        _check(take)
        if not self._turn.acquire(blocking=False):
            return self._polling.wait()
        try:
            raised: list[Exception] = []
            for token_id, token in await self._fetch_async():
                reading = self._reading(token_id, token)
                try:
                    received = await self._validator._driver.decide_async(reading)
                except MessageRefused:
                    continue
                with self._keeping(token_id, raised):
                    if inspect.isawaitable(done := take(received)):
                        await done
        finally:
            self._turn.release()
        return self._told(raised)

    @property
    def as_of(self) -> datetime | None:
        """When the last request began whose answer left nothing behind, and all of it is settled: for
        ``StreamFreshness.polled``.
        """
        return self._polling.as_of

    @property
    def refused(self) -> dict[str, str]:
        """Those that the last round refused, by the transmitter's name for each, with the reason: for a log. What is refused
        is not sent again, so a wrong ``audience`` here loses every event.
        """
        return dict(self._polling.refused)

    @property
    def fault(self) -> str | None:
        """What went wrong with the last request; None: nothing."""
        return self._polling.fault

    def __repr__(self) -> str:
        return "<lowwater.EventPoll>"

    def __reduce__(self) -> Any:
        return self._polling.__reduce__()

    def _reading(self, token_id: str, token: str) -> Reading:
        return partial(
            self._polling.read, self._validator._issuers, self._receiver, token_id, token
        )

    def _fetch(self) -> Sets:
        if (due := self._polling.poll()) is not None:
            with self._answering(due):
                status, headers, body = self._client(due)
                return self._polling.answered(due, status, list(headers), body)
        return []

    async def _fetch_async(self) -> Sets:
        if (due := self._polling.poll()) is not None:
            with self._answering(due):
                status, headers, body = await _beside(partial(self._client, due))
                return self._polling.answered(due, status, list(headers), body)
        return []

    @contextlib.contextmanager
    def _answering(self, due: Fetch) -> Iterator[None]:
        try:
            yield
        except BaseException as raised:  # whatever a client raises: there was no answer
            self._polling.failed(due)
            if not isinstance(raised, Exception):
                raise

    @contextlib.contextmanager
    def _keeping(self, token_id: str, raised: list[Exception]) -> Iterator[None]:
        try:
            yield
        except Exception as one:  # the token comes again, and with it what it raises
            raised.append(one)
        else:
            self._polling.kept(token_id)

    def _told(self, raised: list[Exception]) -> float:
        if raised:
            raise raised[0]
        return self._polling.wait()


def _check(take: Any) -> None:
    if not callable(take):
        raise ConfigError("`take` must be callable", "argument_invalid")


def _not_awaited(done: Any) -> None:
    """What was not awaited did nothing: it must not count as kept."""
    if inspect.isawaitable(done):
        if inspect.iscoroutine(done):
            done.close()
        raise ConfigError("`take` must not be async: `round_async` awaits it", "argument_invalid")


async def _beside(call: Callable[[], T]) -> T:
    """On a thread of its own: a request may be held back for a minute."""
    came: Future[T] = Future()
    came.set_running_or_notify_cancel()

    def run() -> None:
        try:
            came.set_result(call())
        except BaseException as raised:
            came.set_exception(raised)

    if not on_a_thread(run):
        raise RuntimeError("no thread can be had")
    return await asyncio.wrap_future(came)
