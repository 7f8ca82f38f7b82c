"""A validator that fetches the keys of its issuers."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypedDict, Unpack, final, overload

from lowwater._driver import Client, Driver
from lowwater._errors import KeysUnavailable
from lowwater._http import fetch
from lowwater._lowwater import (
    Accepted,
    EventReceiver,
    Issuers,
    Logout,
    LogoutReceiver,
    Received,
    Validator,
)

if TYPE_CHECKING:
    from lowwater.annotations import IssuerKeywords, NamedKeySource, Rules, Span, Time


class _Now(TypedDict, total=False):
    now: "Time"


class _At(_Now, total=False):
    fresh_within: "Span"


class _Push(_Now, total=False):
    content_type: str | None


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

    __slots__ = ("_driver", "_issuers")

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
        (off). ``status_lists``: the StatusLists of these issuers' tokens, one or several: a list that a token names is fetched
        and kept fresh, as keys are (what the object holds is taken over; what is fetched is this validator's). The rest is the
        policy's: ``audience``, ``algorithms`` and all that Validator takes.

        client: fetches in place of the standard library's; called with a Fetch, gives status, headers, body.
        """
        policy: dict[str, Any] = dict(keywords)
        common = {name: policy.pop(name) for name in _SOURCE if name in policy}
        named: list[Any] = [] if issuer is None else [{"issuer": issuer}]
        every = [common | source for source in [*named, *(sources or [])]]
        self._issuers: Final = Issuers(every, **policy)
        self._driver: Final = Driver(self._issuers, client)

    def validate(self, token: str, cutoffs: "Rules", **options: "Unpack[_At]") -> Accepted:
        """Accepts the token, or raises Rejected: see Validator.validate. Waits for keys where it has to."""
        return self._driver.decide(lambda: self._issuers.ask(token, cutoffs, **options))

    async def validate_async(
        self, token: str, cutoffs: "Rules", **options: "Unpack[_At]"
    ) -> Accepted:
        """The same, without keeping other tasks waiting."""
        return await self._driver.decide_async(lambda: self._issuers.ask(token, cutoffs, **options))

    @overload
    def receive(
        self, receiver: LogoutReceiver, body: bytes | bytearray, **options: "Unpack[_Now]"
    ) -> Logout: ...
    @overload
    def receive(
        self, receiver: EventReceiver, body: bytes | bytearray, **options: "Unpack[_Push]"
    ) -> Received: ...
    def receive(self, receiver: Any, body: bytes | bytearray, **options: Any) -> Any:
        """Reads the body of a logout, or of a push of a security event with its ``content_type``, by the issuer's keys, or
        raises MessageRefused. Waits for keys where it has to.

        Without ``content_type`` an EventReceiver reads one token by itself. Apply and keep the rules, then answer with the
        reply.
        """
        return self._driver.decide(lambda: self._issuers.receive(receiver, body, **options))

    @overload
    async def receive_async(
        self, receiver: LogoutReceiver, body: bytes | bytearray, **options: "Unpack[_Now]"
    ) -> Logout: ...
    @overload
    async def receive_async(
        self, receiver: EventReceiver, body: bytes | bytearray, **options: "Unpack[_Push]"
    ) -> Received: ...
    async def receive_async(self, receiver: Any, body: bytes | bytearray, **options: Any) -> Any:
        """The same, without keeping other tasks waiting."""
        return await self._driver.decide_async(
            lambda: self._issuers.receive(receiver, body, **options)
        )

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
        self._driver.settle()
        self._all_there()

    async def hydrate_async(self) -> None:
        """The same, without keeping other tasks waiting."""
        await self._driver.settle_async()
        self._all_there()

    @property
    def current(self) -> Validator:
        """The validator with the keys of this moment: to explain a decision, to decide about many tokens at once, to
        read a header, to prune. It waits for nothing; a fetch that is due is started.
        """
        self._driver.start_what_is_due()
        return self._issuers.current()

    @property
    def faults(self) -> dict[str, str | None]:
        """What went wrong with the last fetch of each issuer; None: nothing."""
        return dict(self._issuers.faults())

    @property
    def list_faults(self) -> dict[str, str]:
        """The status lists whose last fetch went wrong, and how. The addresses come from tokens."""
        return dict(self._issuers.list_faults())

    def bearer(self, header: str | None) -> str:
        """The token of an Authorization header: see Validator.bearer."""
        return self._issuers.current().bearer(header)

    def __repr__(self) -> str:
        return f"<lowwater.IssuerValidator {', '.join(self.faults)}>"

    def __reduce__(self) -> Any:
        return self._issuers.__reduce__()

    def _keep(self, jwks: Any, issuer: str | None, fresh_until: Any) -> None:
        named = list(self.faults)
        if issuer is None and len(named) == 1:
            issuer = named[0]
        self._issuers.hydrate(issuer, jwks, fresh_until)

    def _all_there(self) -> None:
        missing = self._issuers.missing()
        if missing:
            raise KeysUnavailable("; ".join(f"{issuer}: {why}" for issuer, why in missing))
