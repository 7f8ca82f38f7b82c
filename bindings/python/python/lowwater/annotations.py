"""The types of arguments and answers, for annotations; nothing here exists when a program runs."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from mmap import mmap
from typing import TYPE_CHECKING, Any, Literal, NotRequired, Required, TypeAlias, TypedDict

if TYPE_CHECKING:
    from lowwater._lowwater import (
        Cutoffs,
        Index,
        Key,
        KeySet,
        StatusLists,
        WithStatus,
        _Any,
        _NoCutoffs,
    )

Time: TypeAlias = datetime | int | float | Decimal
"""An aware datetime, or seconds since 1970."""
Span: TypeAlias = timedelta | int | float | Decimal
"""A timedelta, or seconds."""
Strings: TypeAlias = list[str] | tuple[str, ...] | set[str] | frozenset[str]
Value: TypeAlias = str | int | bool
"""A value of a dimension that takes one: compared with its type."""
KeyFile: TypeAlias = dict[str, Any] | str | bytes | bytearray
"""A JWK or a JWK Set (dict, JSON), a public key in PEM or DER. Never a secret."""
Keys: TypeAlias = "KeySet | Key | KeyFile | list[Any] | tuple[Key | KeyFile, ...]"
"""One, or a list or tuple of several (each a Key or a KeyFile)."""
Buffer: TypeAlias = bytes | bytearray | memoryview | mmap
Rules: TypeAlias = "Cutoffs | Index | WithStatus | _NoCutoffs"
Change: TypeAlias = Literal["applied", "clamped", "ended", "already_held"]
"""What applying a rule did. ``clamped``: it holds, brought down to 60 s after now. ``ended``: a ``revoked``
whose ``until`` has passed refuses nothing. ``already_held``: nothing changed."""
Freshness: TypeAlias = tuple[Literal["fresh", "stale", "blind", "expired"], float | None]
"""How old rules are: the word, and the age in seconds where there is one."""


class KeySource(TypedDict, total=False):
    """How the keys of an issuer are fetched. Spans that are left out are those of the comments."""

    jwks_url: str
    """Where the key set is; else the issuer's metadata say it."""
    metadata_url: str
    """Where the metadata are, if not where the issuer's address says (OpenID Connect Discovery)."""
    fresh_for: Span
    """Where the issuer does not say for how long (Cache-Control): 10 minutes. What it says counts from 1 minute to 24 hours."""
    stale_for: Span
    """How long keys serve beyond that while no others can be had: 24 hours."""
    cool_down: Span
    """The shortest time between two fetches for a key that is missing: 30 seconds."""
    timeout: Span
    """How long a round may take, with metadata and redirects: 5 seconds."""
    max_bytes: int
    """The longest answer: 512 KiB."""
    allow_loopback_http: bool
    """Takes ``http`` of this machine too, for tests."""


class NamedKeySource(KeySource):
    issuer: str


class Policy(TypedDict, total=False):
    """What Validator takes beside issuer, audience, algorithms and keys."""

    token_type: Literal["default", "strict", "any"] | Strings | _Any
    leeway: Span
    max_lifetime: Span | Literal["unbounded"]
    max_age: Span
    max_session: Span
    missing_exp: Literal["accept"]
    missing_iat: Literal["accept"]
    same_second: Literal["refuse", "accept"]
    missing_auth_time: Literal["use_issued_at", "refuse"]
    required: Strings
    claim_equals: dict[str, Any]
    tenant_claim: str
    device_claim: str
    max_token_bytes: int
    allow_padding: bool
    realm: str
    resource_metadata: str


class IssuerKeywords(KeySource, Policy):
    """Where the keys come from one issuer, and what is asked of its tokens."""

    audience: str | Strings | _Any
    algorithms: Strings
    memo_bytes: NotRequired[int]
    status_lists: NotRequired[StatusLists | list[StatusLists] | tuple[StatusLists, ...]]


class Credentials(TypedDict, total=False):
    """Who asks an authorization server about tokens: a client with its secret, or an access token of one's own."""

    client_id: str
    client_secret: str
    bearer: str


class IntrospectionKeywords(Credentials, Policy, total=False):
    """How an authorization server is asked about tokens, and what is asked of them."""

    audience: Required[str | Strings | _Any]
    credentials: Literal["connection"]
    signed_for: str | Strings
    algorithms: Strings
    ttl: Span
    inactive_ttl: Span
    cool_down: Span
    timeout: Span
    max_entries: int
    max_cache_bytes: int
    max_pending: int
    max_bytes: int
    allow_loopback_http: bool


EventAction: TypeAlias = Literal[
    "nothing",
    "end_session",
    "reauthenticate",
    "refresh",
    "end_grant",
    "suspend",
    "suspend_and_reauthenticate",
    "suspend_and_refresh",
    "resume",
    "purge",
]
"""What an event does to the tokens of whom it names. ``end_session``: of the session that is named, else as ``reauthenticate``.
``end_grant``: of the receiver's own clients (the audience of the message)."""
StreamStatus: TypeAlias = Literal["enabled", "paused", "disabled"]


class Authority(TypedDict, total=False):
    """Whom a source of rules may name. A rule outside is not made, and is reported."""

    issuers: Required[Strings]
    dimensions: Strings
    """In place of ``subject``, ``client``, ``session``, ``token_id``, ``tenant``, ``device``, ``confirmation``."""
    tenant: Value
    """The tokens of this tenant alone."""
    everyone: bool


class Event(TypedDict):
    """One event of a security event token."""

    event: str
    """Its URI."""
    value: dict[str, Any]
    """What it says."""
    not_applied: list[str]
    """Why it made no rule, or not all: codes."""


class PollKeywords(TypedDict, total=False):
    """Where and how security events are polled."""

    url: Required[str]
    authorization: str
    max_events: int
    long_poll: bool
    interval: Span
    timeout: Span
    allow_loopback_http: bool


class Target(TypedDict, total=False):
    """Whom a rule names: the token must carry all of these. Values are compared as they are."""

    issuer: str | _Any
    subject: str
    client: str
    session: str
    token_id: str
    key_id: str
    tenant: Value
    device: Value
    confirmation: str
    claims: dict[str, Any]
    """Claims of one's own, by name: each a str, an int or a bool; an array of the token matches by any element."""
    everyone: Literal[True]


class RuleTarget(Target, total=False):
    id: str
    """For undoing the rule (``Cutoffs.lift``); several rules may share one."""
    reason: str
    """For people."""


class CutoffTarget(RuleTarget, total=False):
    except_sessions: Strings
    """At most eight exceptions together: "log out everywhere but here"."""
    except_token_ids: Strings
    skew_guard: Span
    """0 to 300 s, for a rule that another clock than the issuer's stamped."""


class SkippedKey(TypedDict):
    position: int
    key_id: str | None
    code: str
    message: str


class Check(TypedDict):
    stage: str
    name: str
    outcome: Literal["pass", "fail", "skipped"]
    code: str | None
    message: str | None
    compared: str


class KeyFit(TypedDict):
    key_id: str
    algorithms: list[str]
    outcome: Literal["verified", "tried", "not_tried"]
    message: str | None


class MatchedRule(TypedDict):
    rule: str
    target: dict[str, Any] | None
    code: str | None
    compared: str
    rules: list[dict[str, Any]]


class Rejection(TypedDict):
    code: str
    stage: str
    remedy: str
    message: str
    status: int
    headers: dict[str, str]
    wait_until: float | None


class Explanation(TypedDict):
    accepted: bool
    rejection: Rejection | None
    checks: list[Check]
    keys: list[KeyFit]
    rules: list[MatchedRule]


class Unverified(TypedDict):
    header: dict[str, Any]
    claims: dict[str, Any]


class AppliedLines(TypedDict):
    applied: int
    clamped: int
    already_held: int
    skipped: list[tuple[int, str]]


class Progress(TypedDict, total=False):
    complete: bool
    sequence: int
    before: int
