"""A validator of tokens that only their authorization server can read."""

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Unpack, final

from lowwater._driver import Client, Waiting, Wakes, on_a_thread
from lowwater._errors import ConfigError
from lowwater._http import fetch
from lowwater._lowwater import Accepted, Fetch, Inquiry, Introspections, KeySet, Validator
from lowwater.issuer import IssuerValidator

if TYPE_CHECKING:
    from lowwater.annotations import Credentials, IntrospectionKeywords, Keys, Rules
    from lowwater.issuer import _At

_ASKS: Final = frozenset(
    {
        "client_id",
        "client_secret",
        "bearer",
        "credentials",
        "signed_for",
        "algorithms",
        "ttl",
        "inactive_ttl",
        "cool_down",
        "timeout",
        "max_entries",
        "max_cache_bytes",
        "max_pending",
        "max_bytes",
        "allow_loopback_http",
    }
)


@final
class IntrospectionValidator:
    """A Validator of opaque tokens: it asks their authorization server about each (RFC 7662), and decides by the answer
    under the same policy and the same rules as about a JWT.

    One for all threads and tasks. An answer is kept for a while, a decision never: time, policy and every rule are asked
    again for each request, so a rule holds for the next one. Many requests that bring one token are one question. While the
    server cannot be asked, its tokens are answered 503 (``introspection_unavailable``), for nobody knows that they are bad.

        validator = lowwater.IntrospectionValidator(
            "https://tenant.example.auth/", endpoint="https://tenant.example.auth/introspect",
            client_id="api", client_secret=secret, audience="https://api.example.com/",
        )
        accepted = validator.validate(token, cutoffs)                # in a thread
        accepted = await validator.validate_async(token, cutoffs)    # in a task
    """

    __slots__ = ("_client", "_introspections", "_issuers", "_keys", "_rounds")

    def __init__(
        self,
        issuer: str,
        *,
        endpoint: str,
        keys: "IssuerValidator | Keys | None" = None,
        client: Client = fetch,
        **keywords: "Unpack[IntrospectionKeywords]",
    ) -> None:
        """Asks at this endpoint about tokens of this issuer.

        Who asks: ``client_id`` with ``client_secret``, or ``bearer``, or ``credentials="connection"`` where a client
        certificate or a proxy says so.
        ttl: how long an answer counts at most, never beyond ``exp``; 60 s, 0 for not at all. inactive_ttl: the same of a token
        that is not active; 10 s. cool_down: the longest pause after failures; 30 s. timeout: how long an answer may take; 3 s.
        max_entries, max_cache_bytes, max_pending, max_bytes: how much is kept, asked at once, and read.
        signed_for: asks for signed answers (RFC 9701) and takes no others: what the server calls this API, with the
        ``algorithms`` that may sign them and the ``keys`` that prove them: an IssuerValidator, which fetches them, or keys.
        The rest is the policy's: ``audience`` and all that Validator takes.

        client: fetches in place of the standard library's; called with a Fetch, gives status, headers, body.
        """
        policy: dict[str, Any] = dict(keywords)
        asks = {name: policy.pop(name) for name in _ASKS if name in policy}
        asks |= {"issuer": issuer, "endpoint": endpoint}
        self._introspections: Final = Introspections(asks, issuer=issuer, **policy)
        if self._introspections.is_signed() == (keys is None):
            expected = "must be given with `signed_for`, and not without: they prove signed answers"
            raise ConfigError(f"`keys` {expected}", "argument_invalid")
        self._issuers: Final = keys if isinstance(keys, IssuerValidator) else None
        if self._issuers is not None and issuer not in self._issuers.faults:
            raise ConfigError("`keys` must fetch those of this issuer", "argument_invalid")
        given = None if isinstance(keys, IssuerValidator) else keys
        self._keys: Final = None if given is None else KeySet(given)
        self._client: Final = client
        self._rounds: Final[dict[int, Wakes]] = {}

    def validate(self, token: str, cutoffs: "Rules", **options: "Unpack[_At]") -> Accepted:
        """Accepts the token, or raises Rejected: see Validator.validate. Waits for the server where it has to."""
        inquiry = self._inquire(token)
        ask = partial(self._introspections.ask, inquiry, cutoffs, **options)
        return _Round(self, inquiry).decide(ask)

    async def validate_async(
        self, token: str, cutoffs: "Rules", **options: "Unpack[_At]"
    ) -> Accepted:
        """The same, without keeping other tasks waiting."""
        inquiry = self._inquire(token)
        ask = partial(self._introspections.ask, inquiry, cutoffs, **options)
        return await _Round(self, inquiry).decide_async(ask)

    def set_credentials(self, **credentials: "Unpack[Credentials]") -> None:
        """Other credentials from now on: a secret that was changed, a token of one's own that was renewed."""
        self._introspections.set_credentials(**credentials)

    def clear(self) -> None:
        """Forgets every answer. No rule needs it."""
        self._introspections.clear()

    @property
    def fault(self) -> str | None:
        """What went wrong with the last question; None: nothing."""
        return self._introspections.fault()

    @property
    def validator(self) -> Validator:
        """The policy, without keys: to prune rules that its tokens have outlived."""
        return self._introspections.validator()

    def bearer(self, header: str | None) -> str:
        """The token of an Authorization header: see Validator.bearer."""
        return self._introspections.validator().bearer(header)

    def __repr__(self) -> str:
        return f"<lowwater.IntrospectionValidator {self._introspections.issuer()}>"

    def __reduce__(self) -> Any:
        return self._introspections.__reduce__()

    def _inquire(self, token: str) -> Inquiry:
        inquiry, due = self._introspections.inquire(token)
        if due is not None and not on_a_thread(partial(self._run, inquiry, due)):
            self._introspections.failed(due)
            self._end(inquiry)
        return inquiry

    def _run(self, inquiry: Inquiry, due: Fetch) -> None:
        try:
            status, headers, body = self._client(due)
            self._take(due, status, list(headers), body)
        except (
            Exception
        ):  # whatever a client raises: there was no answer, and nobody may wait for it
            self._introspections.failed(due)
        self._end(inquiry)

    def _take(self, due: Fetch, *answer: Any) -> None:
        if self._issuers is None:
            self._introspections.answered(due, *answer, keys=self._keys)
            return
        # By the issuer's keys, for which it waits as a token does.
        take = partial(self._introspections.answered_by, self._issuers._issuers, due, *answer)
        if not self._issuers._driver.decide(take):
            self._introspections.failed(due)

    def _end(self, inquiry: Inquiry) -> None:
        wakes = self._rounds.pop(inquiry.number, None) if inquiry.number is not None else None
        if wakes is not None:
            wakes.wake()


@final
class _Round(Waiting):
    """The wait for one answer."""

    __slots__ = ("_inquiry", "_of")

    def __init__(self, of: IntrospectionValidator, inquiry: Inquiry) -> None:
        self._of: Final = of
        self._inquiry: Final = inquiry

    @contextlib.contextmanager
    def listening(self, wake: Callable[[], None]) -> Iterator[None]:
        number = self._inquiry.number
        wakes = self._of._rounds.setdefault(number, Wakes()) if number is not None else Wakes()
        try:
            with wakes.listening(wake):
                yield
        finally:
            # Whoever comes to listen after the end has made an entry anew, which nobody else takes away.
            if not self._of._introspections.is_pending(self._inquiry):
                self._of._end(self._inquiry)

    def start_what_is_due(self) -> None:
        """It was started when it was asked for."""

    def longest_wait(self) -> float:
        return self._of._introspections.longest_wait(self._inquiry)
