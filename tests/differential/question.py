"""A case with all that a rule may look at: the token as it reads, the policy, the key that a library used."""

import functools
from decimal import ROUND_FLOOR, Decimal, InvalidOperation
from typing import Any

from . import reading
from .cases import Case
from .reading import Number, Seen
from .sets import LEEWAY

MAX_TOKEN, MAX_LIFETIME = 16384, 86400
# RFC 7519 and what grew around it. A registered claim is of its type or the token is wrong.
TIMES = ("exp", "nbf", "iat", "auth_time")
STRINGS = ("iss", "sub", "jti", "sid", "client_id", "azp")
LATEST = 253402300799
MILLISECOND = Decimal("0.001")
# Never access tokens, whatever the policy says.
OTHER_KINDS = {
    "logout+jwt",
    "secevent+jwt",
    "dpop+jwt",
    "statuslist+jwt",
    "token-introspection+jwt",
}


class Question:
    def __init__(self, case: Case, sets: dict[str, Any]) -> None:
        self.case = case
        self.seen = Seen.of(case.token)
        self.policy = policy_of(sets["policies"][case.policy])
        self.keyset = sets["keysets"][case.keys]
        self.jwks: list[dict[str, Any]] = sets["jwks"][case.keys]
        self.now = Decimal(case.now) / 1000

    @property
    def header(self) -> dict[str, Any]:
        return self.seen.header.members

    @property
    def claims(self) -> dict[str, Any]:
        return self.seen.claims.members

    def number(self, name: str, default: int) -> Decimal:
        """A number of the policy."""
        return Decimal(str(self.policy.get(name, default)))

    @property
    def leeway(self) -> Decimal:
        return self.number("leeway", LEEWAY)

    def time(self, claim: str) -> Decimal | None:
        """What the claim says, if it is a number, and one that can be reckoned with."""
        value = decimal(self.claims.get(claim))
        return value if value is not None and value < 2 * LATEST else None

    def held(self, claim: str) -> Decimal | None:
        """The claim's time as the design holds it: digits finer than a millisecond are cut off downward."""
        at = self.time(claim)
        return None if at is None else at.quantize(MILLISECOND, ROUND_FLOOR)

    def in_calendar(self, claim: str) -> bool:
        at = self.held(claim)
        return at is not None and 0 <= at <= LATEST

    def timely(self) -> bool:
        """Do all bounds on time let the token pass? By exact arithmetic: nothing here has more than 18 digits."""
        now, slack = self.now, self.leeway
        ends, begins, issued, login = (
            self.held(claim) for claim in ("exp", "nbf", "iat", "auth_time")
        )
        unbounded = self.policy.get("max_lifetime") == "unbounded"
        longest = Decimal("Infinity") if unbounded else self.number("max_lifetime", MAX_LIFETIME)
        return not (
            any(claim in self.claims and not self.in_calendar(claim) for claim in TIMES)
            or (ends is None and self.policy.get("missing_exp") != "accept")
            or (issued is None and self.policy.get("missing_iat") != "accept")
            or (ends is not None and now >= ends + slack)
            or any(at is not None and at - slack > now for at in (begins, issued, login))
            or (ends is not None and issued is not None and ends - issued > longest)
            or ("max_age" in self.policy and (issued is None or self.aged() > slack))
        )

    def aged(self) -> Decimal:
        """How far above `max_age` the token is, leeway left out. Infinitely far below where either is missing."""
        issued = self.held("iat")
        if issued is None or "max_age" not in self.policy:
            return Decimal("-Infinity")
        return self.now - issued - self.number("max_age", 0)

    def late(self, claim: str, more: Decimal | None = None) -> Decimal | None:
        """How long ago the claim's time was, with leeway (and more) added to it. Negative: it is yet to come."""
        at = self.time(claim)
        return None if at is None else self.now - at - self.leeway - (more or 0)

    def early(self, claim: str) -> Decimal | None:
        """How far away the claim's time is, with leeway taken off."""
        at = self.time(claim)
        return None if at is None else at - self.leeway - self.now

    @property
    def token_type(self) -> str | None:
        """As RFC 7515 section 4.1.9 compares it: without case, `application/` implied."""
        typ = self.header.get("typ")
        return short_type(typ) if isinstance(typ, str) and is_text(typ) else None

    def allows_type(self) -> bool:
        kinds, typ = self.policy.get("token_type", "default"), self.token_type
        if typ in OTHER_KINDS:
            return False
        match kinds:
            case "any":
                return True
            case "default":
                return typ in (None, "jwt", "at+jwt")
            case "strict":
                return typ == "at+jwt"
        return typ is not None and typ in map(short_type, kinds)


@functools.cache
def policy_of(text: str) -> dict[str, Any]:
    return reading.read(text.encode()).members


def short_type(name: str) -> str:
    lower = name.lower()
    rest = lower.removeprefix("application/")
    return lower if "/" in rest else rest


def is_text(value: Any) -> bool:
    return isinstance(value, str) and not isinstance(value, Number)


def decimal(value: Any) -> Decimal | None:
    if not isinstance(value, Number):
        return None
    try:
        return Decimal(value)
    except InvalidOperation:
        return None


def equal(one: Any, other: Any) -> bool:
    """Equality of JSON values, numbers by value."""
    if isinstance(one, Number) and isinstance(other, Number):
        return decimal(one) == decimal(other)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[name], other[name]) for name in one)
    return type(one) is type(other) and bool(one == other)
