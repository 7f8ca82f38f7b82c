import builtins
from collections.abc import Iterable
from datetime import datetime
from typing import (
    Any,
    Final,
    Literal,
    NoReturn,
    Unpack,
    final,
    type_check_only,
)

from lowwater._driver import Client
from lowwater._errors import MessageRefused, Rejected
from lowwater.annotations import (
    AppliedLines,
    Authority,
    Buffer,
    Change,
    CutoffTarget,
    Event,
    EventAction,
    Explanation,
    Freshness,
    IssuerKeywords,
    Keys,
    NamedKeySource,
    Progress,
    Rules,
    RuleTarget,
    SkippedKey,
    Span,
    StreamStatus,
    Strings,
    Target,
    Time,
    Unverified,
)
from lowwater.issuer import IssuerValidator

__all__ = [
    "Accepted",
    "Ticket",
    "affected",
    "Cutoffs",
    "EventReceiver",
    "Received",
    "Index",
    "Inquiry",
    "Introspections",
    "Fetch",
    "Issuers",
    "Key",
    "KeySet",
    "Signed",
    "Logout",
    "LogoutReceiver",
    "Polling",
    "Reply",
    "GlobalRevocation",
    "Revocation",
    "RevocationRequest",
    "Rule",
    "StatusLists",
    "WithStatus",
    "StreamFreshness",
    "Validator",
    "unverified",
    "ANY",
    "NO_CUTOFFS",
    "__version__",
]

__version__: Final[str]

@final
@type_check_only
class _Any: ...

@final
@type_check_only
class _NoCutoffs:
    def with_status(
        self, lists: StatusLists | builtins.list[StatusLists] | tuple[StatusLists, ...]
    ) -> WithStatus: ...

ANY: Final[_Any]
"""Any issuer, any audience, any token type: said aloud, never by default."""
NO_CUTOFFS: Final[_NoCutoffs]
"""No rules: for an application that has none, and says so."""

@final
class Key:
    """One key, for what a file of keys does not say: a shared secret, a name, the one algorithm."""

    @staticmethod
    def from_secret(secret: bytes | bytearray, *, id: str = ..., algorithm: str = ...) -> Key:
        """A shared secret for HS256, HS384, HS512: at least 32 random bytes (RFC 7518 section 3.2).

        Bytes that look like a public key, a certificate or a JWK are refused: whoever has the public key
        could sign.
        """

    @staticmethod
    def from_short_secret(secret: bytes | bytearray, *, id: str = ..., algorithm: str = ...) -> Key:
        """A shared secret of any length but zero. Whoever holds one token can guess a short one offline."""

    @staticmethod
    def from_pem(pem: str | bytes | bytearray, *, id: str = ..., algorithm: str = ...) -> Key:
        """A public key in PEM: ``PUBLIC KEY`` or ``RSA PUBLIC KEY``."""

    @staticmethod
    def from_der(der: bytes | bytearray, *, id: str = ..., algorithm: str = ...) -> Key:
        """A public key in DER: SPKI or PKCS#1."""

    @staticmethod
    def from_jwk(
        jwk: dict[str, Any] | str | bytes | bytearray, *, id: str = ..., algorithm: str = ...
    ) -> Key:
        """A JWK (RFC 7517)."""

    @property
    def id(self) -> str | None:
        """Its ``kid``."""

    @property
    def algorithm(self) -> str | None:
        """The one algorithm that it owns, if it names one."""

    def __reduce__(self) -> NoReturn: ...

@final
class KeySet:
    """The keys that an API accepts tokens from.

    A dict, text or bytes are read by their look (JWK Set, JWK, PEM, DER); in a JWK Set keys that cannot be
    used are skipped and reported, elsewhere they are a ConfigError.
    """

    def __new__(cls, keys: Keys, *, allow_short_secret: bool = False) -> KeySet: ...
    @staticmethod
    def from_jwks(
        jwks: dict[str, Any] | str | bytes | bytearray, *, allow_short_secret: bool = False
    ) -> KeySet:
        """A JWK Set, and nothing else."""

    def for_issuer(self, issuer: str) -> KeySet:
        """The same keys, bound to an issuer: a token that one of them verifies must carry it.

        With several issuers bind the keys of each, or one could sign in the name of another.
        """

    def union(self, other: Keys) -> KeySet:
        """The keys of both sets, this one's first."""

    def verify(self, token: str, algorithms: Strings) -> Signed:
        """Checks shape, header and signature of any signed message, and stops there.

        No claim is read, no policy applied, no rule asked: what comes back is proven bytes.
        """

    @property
    def key_ids(self) -> builtins.list[str]:
        """The names of the keys: ``kid``, or the thumbprint (RFC 7638) of a key without one."""

    @property
    def skipped(self) -> builtins.list[SkippedKey]:
        """The keys of the set that cannot be used, and why."""

    def __len__(self) -> int: ...
    def __reduce__(self) -> NoReturn: ...

@final
class Signed:
    """Proven bytes, and no more: no claim was read, no policy asked."""

    @property
    def payload(self) -> bytes: ...
    @property
    def header(self) -> dict[str, Any]: ...
    @property
    def header_json(self) -> str: ...
    @property
    def algorithm(self) -> str: ...
    @property
    def key_id(self) -> str: ...
    def __reduce__(self) -> NoReturn: ...

@final
class Validator:
    """Decides whether an API should accept a token. Built once, shared by all threads.

    issuer, audience: one or several, of which the token's must equal one; or ``ANY``.
    algorithms: names out of HS256 .. ES384, EdDSA; never taken from the keys or the token.
    keys: see ``KeySet``. A secret is ``Key.from_secret(...)``.
    token_type: ``"default"`` (absent, ``JWT`` or ``at+jwt``), ``"strict"`` (``at+jwt`` alone, RFC 9068), ``ANY``,
        or a list of one's own.
    leeway: what clocks may differ by; 60 s, at most 300.
    max_lifetime: the longest ``exp - iat``; 24 h, or ``"unbounded"`` (then no rule is ever pruned).
    max_age: the longest time since ``iat``. max_session: the longest since ``auth_time``. Both are off.
    missing_exp, missing_iat: ``"accept"`` tokens without; only with an unbounded lifetime.
    same_second: what becomes of a token of the cutoff's own second: ``"refuse"`` or ``"accept"``.
    missing_auth_time: ``"use_issued_at"`` or ``"refuse"``, where a login cutoff asks for it.
    required: claims that must be there. claim_equals: claims that must have a value.
    tenant_claim, device_claim: the claims that these dimensions of a rule mean.
    max_token_bytes: 16384, at most 1048576. allow_padding: takes base64url with ``=`` (AWS ALB sends it).
    allow_short_secret: takes ``oct`` keys that are shorter than their hash.
    realm, resource_metadata: for challenges (RFC 6750, RFC 9728).
    release_gil: lets other threads run Python while a token is decided. Worth it where threads do little
        but validate; beside a thread that is busy in Python it makes each call wait for that thread's turn.
    memo_bytes: of tokens that come again, the signature is not checked again; time, policy and every rule are. The
        memory for it, about 3 KiB for a token of 900 bytes; 8 MiB if left out, 0 for none. One that takes more than a
        sixteenth of it is not kept, so less than 64 KiB are as good as none. Other keys begin with an empty one.
    """

    def __new__(
        cls,
        *,
        issuer: str | Strings | _Any,
        audience: str | Strings | _Any,
        algorithms: Strings,
        keys: Keys,
        token_type: Literal["default", "strict", "any"] | Strings | _Any = ...,
        leeway: Span = ...,
        max_lifetime: Span | Literal["unbounded"] = ...,
        max_age: Span = ...,
        max_session: Span = ...,
        missing_exp: Literal["accept"] = ...,
        missing_iat: Literal["accept"] = ...,
        same_second: Literal["refuse", "accept"] = ...,
        missing_auth_time: Literal["use_issued_at", "refuse"] = ...,
        required: Strings = ...,
        claim_equals: dict[str, Any] = ...,
        tenant_claim: str = ...,
        device_claim: str = ...,
        max_token_bytes: int = ...,
        allow_padding: bool = ...,
        allow_short_secret: bool = ...,
        realm: str = ...,
        resource_metadata: str = ...,
        release_gil: bool = False,
        memo_bytes: int = 8388608,
    ) -> Validator: ...
    @staticmethod
    def from_json(
        policy: str, *, keys: Keys, release_gil: bool = False, memo_bytes: int = 8388608
    ) -> Validator:
        """A validator of a policy that is kept as JSON, as every language reads it."""

    @staticmethod
    def for_issuer(
        issuer: str, *, client: Client = ..., **keywords: Unpack[IssuerKeywords]
    ) -> IssuerValidator:
        """A validator that fetches the keys of one issuer (OpenID Connect Discovery, or ``jwks_url``) and keeps them
        fresh: see ``IssuerValidator``.
        """

    def validate(
        self, token: str, cutoffs: Rules, *, now: Time = ..., fresh_within: Span = ...
    ) -> Accepted:
        """Accepts the token, or raises ``Rejected``: the first check that fails, in a fixed order.

        now: for tests; the clock's if left out. fresh_within: rules of a replica must be younger than this
        for this call.
        """

    def validate_many(
        self,
        tokens: list[str] | tuple[str, ...],
        cutoffs: Rules,
        *,
        threads: int = 1,
        now: Time = ...,
        fresh_within: Span = ...,
    ) -> list[Accepted | Rejected]:
        """Decides about each token of a list: an ``Accepted`` or a ``Rejected`` for each, in its order; none is raised.

        At most 100,000, all decided at one instant under one state of the rules. More than 16 let go of the GIL. threads: how
        many decide at the same time, no more than the machine runs.
        """

    def explain(
        self, token: str, cutoffs: Rules, *, now: Time = ..., fresh_within: Span = ...
    ) -> Explanation:
        """Every check that can still run, with what was compared: for logs and support.

        Its ``rejection`` is what ``validate`` raises. ``compared`` holds text of the token: show it to operators.
        """

    def verify(self, token: str) -> Signed:
        """Checks shape, header and signature of another kind of message, and stops there."""

    def bearer(self, header: str | None) -> str:
        """The token of an ``Authorization`` header; ``None`` if the request has none.

        Raises ``Rejected`` (``token_missing``) unless it carries exactly one bearer token.
        """

    def rules_unavailable(self, retry_after: Span) -> Rejected:
        """The answer when the rules cannot be asked, to be raised: 503."""

    def with_keys(self, keys: Keys) -> Validator:
        """The same policy with other keys: for when the issuer rotates them."""

    @property
    def keys(self) -> KeySet: ...
    def __reduce__(self) -> NoReturn: ...

@final
class Accepted:
    """An accepted token: signed by a key of the set, permitted by the policy, refused by no rule."""

    @property
    def claims(self) -> dict[str, Any]:
        """All claims, as ``json.loads`` reads them (an integer of more digits than ``int`` takes is a Decimal).

        Made when first asked for; the same dict each time.

        Changing it changes nothing that this object answers.
        """

    @property
    def claims_json(self) -> str:
        """All claims as JSON, as they were sent."""

    @property
    def header(self) -> dict[str, Any] | None:
        """The header; None: the token was introspected, and so it is below."""

    @property
    def header_json(self) -> str | None: ...
    @property
    def issuer(self) -> str | None:
        """``iss``"""

    @property
    def subject(self) -> str | None:
        """``sub``"""

    @property
    def audiences(self) -> builtins.list[str]:
        """``aud``, one or several."""

    @property
    def client(self) -> str | None:
        """``client_id``, else ``azp``."""

    @property
    def session(self) -> str | None:
        """``sid``"""

    @property
    def token_id(self) -> str | None:
        """``jti``"""

    @property
    def scopes(self) -> builtins.list[str]:
        """``scope``: the words of a string, or the elements of an array."""

    @property
    def permissions(self) -> builtins.list[str]:
        """``permissions``"""

    @property
    def issued_at(self) -> datetime | None:
        """``iat``, in UTC."""

    @property
    def expires_at(self) -> datetime | None:
        """``exp``, in UTC."""

    @property
    def not_before(self) -> datetime | None:
        """``nbf``, in UTC."""

    @property
    def authenticated_at(self) -> datetime | None:
        """``auth_time``, in UTC."""

    @property
    def algorithm(self) -> str | None: ...
    @property
    def key_id(self) -> str | None:
        """The key that verified it: its ``kid``, or its thumbprint (RFC 7638) where it has none."""

    @property
    def token_type(self) -> str | None:
        """The header's ``typ``, as it was sent."""

    @property
    def notes(self) -> builtins.list[str]:
        """What to know about how it was accepted.

        ``issued_at_for_auth_time``: a login cutoff asked for ``auth_time``, the token has none, and ``iat`` stood
        for it: a refresh evades it. ``status_not_asked``: the token names a status list, and none was given.
        """

    @property
    def freshness(self) -> Freshness:
        """How old the rules were: ``fresh`` or ``stale``."""

    def require(
        self,
        *,
        scopes: Strings = ...,
        any_scope: Strings = ...,
        permissions: Strings = ...,
        any_permission: Strings = ...,
        subject: str = ...,
        confirmation: str = ...,
    ) -> None:
        """May its bearer do this? Raises ``Rejected`` if not: 403, or 401 for ``confirmation``.

        subject: the owner of the resource. confirmation: the thumbprint that the connection proved
        (``cnf.jkt``, ``cnf.x5t#S256``); without it a bound token passes as a bearer token.
        """

    def ticket(self) -> Ticket:
        """What it takes to ask again later, for a connection that lasts."""

    def __reduce__(self) -> NoReturn: ...

@final
class Ticket:
    """What is kept of an accepted token for as long as its connection lasts."""

    def recheck(self, cutoffs: Rules, *, now: Time = ..., fresh_within: Span = ...) -> Freshness:
        """Would the token still be accepted? Raises ``Rejected`` if not. Keys are not asked again."""

    def is_affected_by(self, rule: Rule | dict[str, Any] | str, *, now: Time = ...) -> bool:
        """Does this rule alone refuse the token?"""

    def __reduce__(self) -> NoReturn: ...

@final
class Rule:
    """One rule: a target, and what it says of the tokens that match.

    The target is a conjunction of dimensions: ``issuer``, ``subject``, ``client``, ``session``, ``token_id``,
    ``key_id``, ``tenant``, ``device``, ``confirmation``, and ``claims`` for claims of one's own; or ``everyone=True``.
    Leave the issuer out (or say ``ANY``) only where the rule is meant for every issuer.

    Times outside of 1970 to 9999, such as milliseconds for seconds, are refused.
    """

    @staticmethod
    def issued_before(at: Time | str, **target: Unpack[CutoffTarget]) -> Rule:
        """Refuse tokens issued (``iat``) before ``at``: a new token passes. For a changed role, a leaked token."""

    @staticmethod
    def authenticated_before(at: Time | str, **target: Unpack[CutoffTarget]) -> Rule:
        """Refuse tokens whose user logged in (``auth_time``) before ``at``: log in again. For a stolen device."""

    @staticmethod
    def revoked(until: Time | Literal["never"] | str, **target: Unpack[RuleTarget]) -> Rule:
        """Refuse one id (session, token, key, device) at once, until no token of it can be valid any more."""

    @staticmethod
    def suspended(*, on: bool, version: int, **target: Unpack[RuleTarget]) -> Rule:
        """Suspend an account, or end its suspension: 403. Of several the highest version counts."""

    @staticmethod
    def from_json(json: str) -> Rule:
        """Exactly what ``to_json`` writes: in text ``1700000000`` is a second, ``1700000000.0`` a millisecond."""

    def to_json(self) -> str: ...
    def to_dict(self) -> dict[str, Any]: ...
    @property
    def kind(self) -> Literal["issued_before", "authenticated_before", "revoked", "suspended"]: ...
    @property
    def id(self) -> str | None: ...
    @property
    def reason(self) -> str | None: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> NoReturn: ...

@final
class Cutoffs:
    """The rules: who was logged out, revoked or suspended, and since when.

    Threads share one; a rule that was applied holds for every call that begins after. It lives in memory:
    keep ``to_snapshot()`` or ``to_json_lines()``, and read it back before the first request. It is true
    even when empty.
    """

    def __new__(cls, *, capacity: int = ...) -> Cutoffs:
        """Of this process, which is the authority. capacity: more rules are a ConfigError."""

    @staticmethod
    def replica(*, stale_after: Span, expired_after: Span, capacity: int = ...) -> Cutoffs:
        """Rules that another process makes. Until they are loaded, and when they are older than
        ``expired_after``, tokens are refused with 503; ``stale_after`` is told in ``Accepted.freshness``.
        """

    def issued_before(
        self,
        at: Time | str,
        *,
        now: Time = ...,
        **target: Unpack[CutoffTarget],
    ) -> Change:
        """Applies ``Rule.issued_before``."""

    def authenticated_before(
        self,
        at: Time | str,
        *,
        now: Time = ...,
        **target: Unpack[CutoffTarget],
    ) -> Change:
        """Applies ``Rule.authenticated_before``."""

    def revoked(
        self,
        until: Time | Literal["never"] | str,
        *,
        now: Time = ...,
        **target: Unpack[RuleTarget],
    ) -> Change:
        """Applies ``Rule.revoked``."""

    def suspended(
        self,
        *,
        on: bool,
        version: int,
        now: Time = ...,
        **target: Unpack[RuleTarget],
    ) -> Change:
        """Applies ``Rule.suspended``."""

    def apply(self, rule: Rule | dict[str, Any] | str, *, now: Time = ...) -> Change:
        """Applies a rule: a Rule, a dict in the form of its JSON, or JSON."""

    def lift(self, id: str) -> int:
        """Undoes every rule of an id, for good; tells how many went."""

    def merge(self, other: Cutoffs) -> Change:
        """Takes in what another set knows: what either refuses is refused."""

    def prune(
        self,
        validators: Validator | builtins.list[Validator] | tuple[Validator, ...],
        *,
        now: Time = ...,
        force: bool = False,
    ) -> int:
        """Drops rules that can refuse no token any more; tells how many.

        validators: all that share these rules. force: believe a clock that is a year ahead.
        """

    def compact(self, *, now: Time = ...) -> int:
        """Drops rules under a broader one that refuses as much; tells how many."""

    def find(self, **target: Unpack[Target]) -> builtins.list[Rule]:
        """The rules that hold for this target, or for some of its tokens."""

    def list(self) -> builtins.list[Rule]:
        """Every rule."""

    def freshness(self, *, now: Time = ...) -> Freshness: ...
    def loaded(self, as_of: Time, *, now: Time = ...) -> None:
        """A replica that was filled rule by rule: it holds what the authority held at ``as_of``."""

    def to_json_lines(self) -> str:
        """The whole state as text: reading it back changes no decision."""

    def load_json_lines(self, lines: str) -> int:
        """Takes in a state that ``to_json_lines`` wrote; tells how many rules it held."""

    def apply_json_lines(
        self, lines: str, *, now: Time = ..., skip_bad: bool = False
    ) -> AppliedLines:
        """Applies rules of a file, one a line. A bad line stops all, or is skipped and told."""

    def to_snapshot(self, *, now: Time = ...) -> bytes:
        """The whole state as bytes, with a checksum."""

    def load_snapshot(self, snapshot: bytes | bytearray, *, now: Time = ...) -> int:
        """Takes in a snapshot; tells how many rules it held."""

    def delta_since(self, sequence: int, *, now: Time = ...) -> bytes:
        """What changed after a replica's ``sequence``."""

    def apply_delta(self, delta: bytes | bytearray, *, now: Time = ...) -> Progress:
        """Takes in a delta. Not ``complete``: changes are missing, ask for those after ``sequence``."""

    def to_index(self, *, now: Time = ...) -> bytes:
        """Decisions alone, 16 bytes a rule, to be asked in place. As secret as the rules."""

    def with_status(
        self, lists: StatusLists | builtins.list[StatusLists] | tuple[StatusLists, ...]
    ) -> WithStatus:
        """These rules with status lists beside them, of one issuer or several: given wherever rules are."""

    @property
    def sequence(self) -> int: ...
    def __len__(self) -> int: ...
    def __bool__(self) -> Literal[True]: ...
    def __reduce__(self) -> NoReturn: ...

@final
class Index:
    """Rules as a validation asks them, in bytes that ``Cutoffs.to_index`` made.

    They are read in place in ``bytes`` and in an ``mmap`` with ``ACCESS_READ``, also through a memoryview. Any other
    buffer is copied, for it can be written. Replace a mapped file by renaming another over it; never write
    into it, and never cut it off.
    """

    def __new__(cls, bytes: Buffer) -> Index: ...
    @staticmethod
    def replica(bytes: Buffer, *, stale_after: Span, expired_after: Span) -> Index:
        """The index of another process: as old as it says."""

    def freshness(self, *, now: Time = ...) -> Freshness: ...
    def check_all(self) -> None:
        """Proves every line; raises ConfigError at the first that is damaged. (A validation proves what it
        reads, and answers 503.)
        """

    def with_status(
        self, lists: StatusLists | builtins.list[StatusLists] | tuple[StatusLists, ...]
    ) -> WithStatus:
        """As ``Cutoffs.with_status``."""

    @property
    def targets(self) -> int: ...
    def __reduce__(self) -> NoReturn: ...

@final
class LogoutReceiver:
    """Takes in the logout tokens of one issuer (OpenID Connect Back-Channel Logout 1.0) and says which rules they make.

    issuer: whose. client_id: one or several, of which ``aud`` must name one. algorithms: as those of a Validator.
    mode: ``"compatible"``, or ``"strict"``, which asks for ``typ`` and ``exp``.
    leeway: what clocks may differ by. max_age: how old a token may be.
    max_session: the validator's own: a tombstone of a session is then forgotten at its end, and else stays for ever. Only
        where the validator refuses tokens without ``auth_time`` (``missing_auth_time="refuse"``): where ``iat`` stands in
        for it, a session that is refreshed never ends, and would come back.

    A token that comes again makes the same rules, which changes nothing.
    """

    def __new__(
        cls,
        *,
        issuer: str,
        client_id: str | Strings,
        algorithms: Strings,
        mode: Literal["strict", "compatible"] = "compatible",
        leeway: Span = 60,
        max_age: Span = 300,
        max_session: Span = ...,
    ) -> LogoutReceiver: ...
    @property
    def issuer(self) -> str: ...
    def receive(self, body: bytes | bytearray, keys: KeySet, *, now: Time = ...) -> Logout:
        """Reads the body of a request (a form with one ``logout_token``), or raises ``MessageRefused``. Where the keys
        are fetched, ``IssuerValidator.receive`` asks for new ones too.
        """

    def __reduce__(self) -> NoReturn: ...

@final
class Logout:
    """A logout token that was taken: apply and keep its rules, then answer."""

    @property
    def rules(self) -> list[Rule]: ...
    @property
    def token_id(self) -> str:
        """Its ``jti``, for a log."""

    @property
    def subject(self) -> str | None: ...
    @property
    def session(self) -> str | None: ...
    @property
    def reply(self) -> Reply:
        """What to answer once the rules are kept: 200."""

    def __reduce__(self) -> NoReturn: ...

@final
class EventReceiver:
    """Takes in the security event tokens (RFC 8417) of one transmitter, SSF with CAEP and RISC, and says which rules they
    make.

    issuer: the transmitter. audience: one or several, of which ``aud`` must name one. algorithms: as those of a Validator.
    token_issuer: whose tokens it speaks of, where that is another name.
    authority: whom it may name; the tokens of its own issuer by the usual dimensions, if left out.
    events: what an event does in place of the default, by its URI, and perhaps by the value that decides:
        ``{"https://schemas.openid.net/secevent/caep/event-type/risk-level-change": {"MEDIUM": "refresh"}}``.
    formats: what an identifier of a format means beside ``iss_sub`` and ``jwt_id``: ``{"email": "claim:email"}``.
    members: the same of the members of a complex subject: ``{"device": "device"}``. unknown_members: what a member that
        means nothing here does: ``"match"`` (it is left out, the rule refuses more) or ``"no_match"`` (no rule).
    critical_subject_members: those of which the transmitter said that they must be understood.
    any_email_case: names an address in small letters too. legacy: takes what drafts of these protocols said.
    max_session, max_lifetime: the validator's own: a tombstone of a session, of a token, is then forgotten at its end, and
        else stays for ever.

    A token that comes again, or late, changes nothing that a later one said.
    """

    def __new__(
        cls,
        *,
        issuer: str,
        audience: str | Strings,
        algorithms: Strings,
        token_issuer: str = ...,
        authority: Authority = ...,
        events: dict[str, EventAction | dict[str, EventAction]] = ...,
        formats: dict[str, str] = ...,
        members: dict[str, str] = ...,
        unknown_members: dict[str, Literal["match", "no_match"]] = ...,
        critical_subject_members: Strings = ...,
        any_email_case: bool = False,
        legacy: bool = False,
        leeway: Span = 60,
        max_session: Span = ...,
        max_lifetime: Span = ...,
    ) -> EventReceiver: ...
    @property
    def issuer(self) -> str: ...
    def push(
        self,
        content_type: str | None,
        body: bytes | bytearray,
        keys: KeySet,
        *,
        now: Time = ...,
    ) -> Received:
        """Reads the body of a push (RFC 8935), with the ``Content-Type`` of its request (None: it has none), or raises
        ``MessageRefused``. Who may push is the API's to check. Where the keys are fetched, ``IssuerValidator.receive`` asks
        for new ones too.
        """

    def receive(self, token: str, keys: KeySet, *, now: Time = ...) -> Received:
        """Reads a security event token by itself, or raises ``MessageRefused``."""

    def __reduce__(self) -> NoReturn: ...

@final
class Received:
    """A security event token that was taken: apply and keep its rules, then answer."""

    @property
    def rules(self) -> list[Rule]: ...
    @property
    def events(self) -> list[Event]:
        """What happened, and why it made no rule where it made none. One event, in other words where there are several."""

    @property
    def token_id(self) -> str:
        """Its ``jti``, for a log."""

    @property
    def is_verification(self) -> bool:
        """Does it verify the stream?"""

    @property
    def state(self) -> str | None:
        """The ``state`` of a verification: what was asked for, if it was."""

    @property
    def stream(self) -> StreamStatus | None:
        """What it says of the stream: see ``StreamFreshness``."""

    @property
    def issued_at(self) -> datetime:
        """When the transmitter made it, by its own clock, and never later than it was received."""

    @property
    def reply(self) -> Reply:
        """What to answer a push once the rules are kept: 202."""

    @property
    def wrong_state(self) -> Reply:
        """What to answer a push whose ``state`` is not the one that was asked for: 400, ``invalid_state``."""

    def __reduce__(self) -> NoReturn: ...

@final
class StreamFreshness:
    """How young the rules are that come by a stream of events: what to tell ``Cutoffs.loaded`` of a replica.

    A message that was made at an instant shows that the stream worked then. It does not show that nothing was lost: load
    the rules that were kept before the first call, and again where ``needs_resync`` says so. While the stream is paused or
    disabled nothing counts, and after it was disabled nothing before ``resynced``. Threads may share it.
    """

    def __new__(cls) -> StreamFreshness: ...
    def heard(self, received: Received) -> None:
        """A message was taken, and its rules are kept."""

    def polled(self, as_of: Time) -> None:
        """A poll left nothing open: ``EventPoll.as_of``."""

    def status(self, status: StreamStatus, at: Time) -> None:
        """The transmitter says that the stream has this status, at this time."""

    def resynced(self, as_of: Time) -> None:
        """All rules of this time were loaded from somewhere else."""

    @property
    def needs_resync(self) -> bool:
        """Were events lost that will not come again?"""

    @property
    def as_of(self) -> datetime | None:
        """So old the rules are; None: they count as no younger than they did."""

    def __reduce__(self) -> NoReturn: ...

@final
class GlobalRevocation:
    """Takes in requests to revoke everything of a user (Global Token Revocation, a draft): whoever logged in before has to
    log in again.

    issuer: whose tokens. authority, formats, members, unknown_members, critical_subject_members, any_email_case,
    max_lifetime: as those of an ``EventReceiver``.

    **Who may ask is for the application to check**, before this is called: the request proves nothing.
    """

    def __new__(
        cls,
        *,
        issuer: str,
        authority: Authority = ...,
        formats: dict[str, str] = ...,
        members: dict[str, str] = ...,
        unknown_members: dict[str, Literal["match", "no_match"]] = ...,
        critical_subject_members: Strings = ...,
        any_email_case: bool = False,
        max_lifetime: Span = ...,
    ) -> GlobalRevocation: ...
    def receive(
        self, content_type: str | None, body: bytes | bytearray, *, now: Time = ...
    ) -> Revocation:
        """Reads the body of a request, or raises ``MessageRefused``: 400, 403 or 422."""

    @property
    def unknown_user(self) -> Reply:
        """What to answer where the application knows that there is no such user: 404."""

    def __reduce__(self) -> NoReturn: ...

@final
class RevocationRequest:
    """A request to revoke one token (RFC 7009). **Who may ask is for the application to check.**

    An access token that this API would accept is ended by its id. A token that says nothing here (a refresh token, an opaque
    one) is the issuer's to revoke; where the application knows which grant it belongs to, ``grant`` ends what was issued
    under it until now.
    """

    @staticmethod
    def read(content_type: str | None, body: bytes | bytearray) -> RevocationRequest:
        """Reads the body of a request (a form), or raises ``MessageRefused``: 400."""

    @property
    def token(self) -> str:
        """The token, which nothing is known about yet."""

    @property
    def hint(self) -> str | None:
        """What the client takes it for: ``access_token``, ``refresh_token``, or another word."""

    @property
    def reply(self) -> Reply:
        """What to answer, whatever became of the token: 200."""

    @staticmethod
    def access_token(accepted: Accepted, *, client: str = ...) -> Revocation:
        """Ends an access token that was accepted, for the client that asks (its own tokens alone), or, where none is named,
        for an operator.

        Raises ``MessageRefused`` (``other_client``, ``no_name``) where it is not revoked: for the log, its reply is 200 too.
        """

    @staticmethod
    def grant(issuer: str, subject: str, client: str, *, now: Time = ...) -> Revocation:
        """Ends what was issued under a grant until now."""

    def __reduce__(self) -> NoReturn: ...

@final
class Revocation:
    """What a request to revoke comes to: apply and keep its rules, then answer."""

    @property
    def rules(self) -> list[Rule]: ...
    @property
    def reply(self) -> Reply:
        """What to answer once the rules are kept: 204, or 200 of one token."""

    def __reduce__(self) -> NoReturn: ...

@final
class StatusLists:
    """The status lists of one issuer's tokens (Token Status List, a draft): asked beside the rules, ``cutoffs.with_status(lists)``.

    issuer: whose tokens. lists: the addresses at or below which its lists are; none is taken from elsewhere. algorithms: as
    those of a Validator. list_issuer: who signs the lists, where that is another.
    leeway, fresh_for, stale_for, cool_down, timeout, forget_after, max_lists, max_bytes, max_list_bytes: how long a list is
    used, and how much of them is kept. Threads may share it.

    A token whose list is missing is answered 503. A value of 1 refuses it (401), of 2 suspends it (403).
    """

    def __new__(
        cls,
        *,
        issuer: str,
        lists: str | Strings,
        algorithms: Strings,
        list_issuer: str = ...,
        allow_loopback_http: bool = False,
        leeway: Span = 60,
        fresh_for: Span = 600,
        stale_for: Span = 3600,
        cool_down: Span = 30,
        timeout: Span = 5,
        forget_after: Span = 86400,
        max_lists: int = 32,
        max_bytes: int = 4194304,
        max_list_bytes: int = 16777216,
    ) -> StatusLists: ...
    @property
    def issuer(self) -> str: ...
    @property
    def list_issuer(self) -> str:
        """Whose keys sign the lists."""

    def hydrate(self, uri: str, token: str, keys: KeySet, *, now: Time = ...) -> None:
        """Takes in a list that was fetched at ``now``, by somebody else or in an earlier run, or raises ``MessageRefused``,
        which has no reply.
        """

    @property
    def faults(self) -> dict[str, str]:
        """The lists whose last fetch went wrong, and how. The addresses come from tokens."""

    def __reduce__(self) -> NoReturn: ...

@final
class WithStatus:
    """Rules with status lists beside them, as ``Cutoffs.with_status`` gives them."""

    def __reduce__(self) -> NoReturn: ...

@final
class Reply:
    """What to answer a request."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> dict[str, str]: ...
    @property
    def body(self) -> bytes: ...
    def __reduce__(self) -> NoReturn: ...

@final
class Fetch:
    """One HTTP request that a client of one's own makes: without cookies, and without following redirects, which are
    answers like others. Give up after ``timeout`` seconds for all of it, and read one byte more than ``max_bytes`` at
    most.
    """

    @property
    def method(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def headers(self) -> dict[str, str]: ...
    @property
    def body(self) -> bytes | None: ...
    @property
    def max_bytes(self) -> int: ...
    @property
    def timeout(self) -> float: ...
    def __reduce__(self) -> NoReturn: ...

@final
class Issuers:
    """What ``IssuerValidator`` drives."""

    def __new__(
        cls,
        sources: list[NamedKeySource],
        *,
        status_lists: StatusLists | list[StatusLists] | tuple[StatusLists, ...] = ...,
        memo_bytes: int = 8388608,
        **policy: Any,
    ) -> Issuers: ...
    def ask(
        self, token: str, cutoffs: Rules, *, now: Time = ..., fresh_within: Span = ...
    ) -> tuple[Accepted | Rejected, bool]: ...
    def receive(
        self,
        receiver: LogoutReceiver | EventReceiver,
        body: bytes | bytearray,
        *,
        content_type: str | None = ...,
        now: Time = ...,
    ) -> tuple[Any, bool]: ...
    def poll(self) -> Fetch | None: ...
    def answered(
        self, fetch: Fetch, status: int, headers: list[tuple[str, str]], body: bytes
    ) -> Fetch | None: ...
    def failed(self, fetch: Fetch) -> None: ...
    def is_fetching(self) -> bool: ...
    def longest_wait(self) -> float: ...
    def current(self) -> Validator: ...
    def hydrate(self, issuer: Any, jwks: dict[str, Any] | str, fresh_until: Any) -> None: ...
    def faults(self) -> list[tuple[str, str | None]]: ...
    def list_faults(self) -> list[tuple[str, str]]: ...
    def missing(self) -> list[tuple[str, str]]: ...
    def __reduce__(self) -> NoReturn: ...

@final
class Introspections:
    """What ``IntrospectionValidator`` drives. ``clock``: the time of the answers that are kept, for tests."""

    def __new__(cls, introspection: dict[str, Any], **policy: Any) -> Introspections: ...
    def inquire(self, token: str, *, clock: Time = ...) -> tuple[Inquiry, Fetch | None]: ...
    def ask(
        self, inquiry: Inquiry, cutoffs: Rules, *, now: Time = ..., fresh_within: Span = ...
    ) -> tuple[Accepted | Rejected, bool]: ...
    def is_pending(self, inquiry: Inquiry) -> bool: ...
    def answered(
        self,
        fetch: Fetch,
        status: int,
        headers: list[tuple[str, str]],
        body: bytes,
        *,
        keys: KeySet | None = None,
        clock: Time = ...,
    ) -> None: ...
    def answered_by(
        self,
        issuers: Issuers,
        fetch: Fetch,
        status: int,
        headers: list[tuple[str, str]],
        body: bytes,
    ) -> tuple[bool, bool]: ...
    def failed(self, fetch: Fetch) -> None: ...
    def longest_wait(self, inquiry: Inquiry) -> float: ...
    def set_credentials(
        self, *, client_id: str = ..., client_secret: str = ..., bearer: str = ...
    ) -> None: ...
    def clear(self) -> None: ...
    def is_signed(self) -> bool: ...
    def issuer(self) -> str: ...
    def fault(self) -> str | None: ...
    def validator(self) -> Validator: ...
    def __reduce__(self) -> NoReturn: ...

@final
class Inquiry:
    """What ``Introspections`` knows of one token."""

    @property
    def number(self) -> int | None: ...
    def __reduce__(self) -> NoReturn: ...

@final
class Polling:
    """What ``EventPoll`` drives."""

    def __new__(
        cls,
        *,
        url: str,
        authorization: str = ...,
        max_events: int = 50,
        long_poll: bool = True,
        interval: Span = 30,
        timeout: Span = 90,
        allow_loopback_http: bool = False,
    ) -> Polling: ...
    def poll(self) -> Fetch | None: ...
    def answered(
        self, fetch: Fetch, status: int, headers: list[tuple[str, str]], body: bytes
    ) -> list[tuple[str, str]]: ...
    def failed(self, fetch: Fetch) -> None: ...
    def read(
        self, issuers: Issuers, receiver: EventReceiver, token_id: str, token: str
    ) -> tuple[Received | MessageRefused, bool]: ...
    def kept(self, token_id: str) -> bool: ...
    def wait(self) -> float: ...
    @property
    def as_of(self) -> datetime | None: ...
    @property
    def refused(self) -> list[tuple[str, str]]: ...
    @property
    def fault(self) -> str | None: ...
    def __reduce__(self) -> NoReturn: ...

def affected(
    tickets: Iterable[Ticket], rule: Rule | dict[str, Any] | str, *, now: Time = ...
) -> list[Ticket]:
    """Of many tickets those whose tokens a rule refuses: the connections to close when the rule comes."""

def unverified(token: str) -> Unverified:
    """What a token says, unproven: for logs and support. Anyone can write such a token."""
