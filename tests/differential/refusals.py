"""Why lowwater refuses what a library accepts. Each rule sees the fault in the token, the key or the time itself:
lowwater's code alone excuses nothing. Codes without a rule (an issuer, an audience that is wrong, an algorithm that is
not allowed) are nobody's matter of opinion: there a difference is a fault. A signature that lowwater refuses is excused
only by a fault of the very key with which the library accepted it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from . import key_faults
from .question import (
    LATEST,
    MAX_LIFETIME,
    MAX_TOKEN,
    STRINGS,
    TIMES,
    Question,
    decimal,
    equal,
    is_text,
)

ZERO = Decimal(0)
MILLISECOND = Decimal("0.001")
# A clock in whole seconds and a claim that is rounded are together less than this away from the truth.
ROUNDING = Decimal("1.5")


@dataclass(slots=True, frozen=True)
class Rule:
    name: str
    codes: tuple[str, ...]
    reference: str
    why: str
    """Does the token have what the name says? With the JWK by which the library accepted it."""
    test: Callable[[Question, dict[str, Any]], bool]


def token(name: str, code: str, reference: str, why: str, test: Callable[[Question], bool]) -> Rule:
    return Rule(name, (code,), reference, why, lambda question, _: test(question))


def shape(fault: str) -> Callable[[Question], bool]:
    return lambda question: fault in question.seen.shape


def json_rules(part: str, code: str) -> list[Rule]:
    """The same faults in the header and in the claims."""

    def has(fault: str) -> Callable[[Question], bool]:
        return lambda question: fault in getattr(question.seen, part).faults

    return [
        token(f"{part}: {name}", code, reference, why, has(fault))
        for name, fault, reference, why in (
            (
                "one member twice",
                "duplicate",
                "RFC 7515 4, RFC 7519 4",
                "may be refused or the last be taken: two readers take two values",
            ),
            ("no UTF-8", "utf-8", "RFC 7515 3, RFC 8259 8.1", "replaced letters change names"),
            ("byte order mark", "byte order mark", "RFC 8259 8.1", "is not part of a JSON text"),
            (
                "half a surrogate pair",
                "surrogate",
                "RFC 8259 8.2",
                "is no text: languages make different strings of it",
            ),
            ("no JSON", "not JSON", "RFC 8259", "what no grammar has, readers guess"),
            (
                "deeper than 32",
                "depth",
                "RFC 8259 9",
                "no access token needs it, and recursion has an end",
            ),
        )
    ]


def wrong_time(question: Question) -> bool:
    return any(name in question.claims and decimal(question.claims[name]) is None for name in TIMES)


def no_instant(question: Question) -> bool:
    values = [decimal(question.claims.get(name)) for name in TIMES]
    return any(value is not None and not ZERO <= value < LATEST + MILLISECOND for value in values)


def wrong_audience(question: Question) -> bool:
    if "aud" not in question.claims:
        return False
    names = question.claims["aud"]
    if isinstance(names, list):
        return not names or not all(map(is_text, names))
    return not is_text(names)


def wrong_list(question: Question) -> bool:
    def texts(value: Any) -> bool:
        return isinstance(value, list) and all(map(is_text, value))

    scope, permissions = (question.claims.get(name, []) for name in ("scope", "permissions"))
    return not (is_text(scope) or texts(scope)) or not texts(permissions)


def missing(question: Question, name: str) -> bool:
    return question.claims.get(name) is None


def accepts_missing(question: Question, name: str) -> bool:
    return question.policy.get(f"missing_{name}") == "accept"


def asked_and_missing(question: Question) -> bool:
    asked, equals = question.policy.get("required", []), question.policy.get("claim_equals", {})
    return any(missing(question, name) for name in asked) or bool(equals.keys() - question.claims)


def expired_for(question: Question, least: Decimal, most: Decimal) -> bool:
    late = question.late("exp")
    return late is not None and least <= late < most


def ended_session(question: Question) -> bool:
    if "max_session" not in question.policy:
        return False
    # RFC 9068 section 5: a machine's own token has no login that could be too old.
    machine = missing(question, "auth_time") and not missing(question, "sub")
    if machine and question.claims.get("client_id") == question.claims["sub"]:
        return False
    claim = "iat" if missing(question, "auth_time") else "auth_time"
    late = question.late(claim, question.number("max_session", 0))
    refuses = question.policy.get("missing_auth_time") == "refuse" and claim == "iat"
    return refuses or (late is not None and late >= ZERO)


def too_long(question: Question) -> bool:
    ends, begins = question.time("exp"), question.time("iat")
    if ends is None or begins is None or question.policy.get("max_lifetime") == "unbounded":
        return False
    # What lies below a millisecond is cut off from both.
    return ends - begins > question.number("max_lifetime", MAX_LIFETIME) - MILLISECOND


def other_value(question: Question) -> bool:
    wanted = question.policy.get("claim_equals", {})
    return any(
        name not in question.claims or not equal(value, question.claims[name])
        for name, value in wanted.items()
    )


RULES = [
    token(
        "more than 16 KiB",
        "token_too_large",
        "RFC 8259 9",
        "a bound on work before anything is proven; the policy may set another",
        lambda question: (
            len(question.case.token.encode()) > question.number("max_token_bytes", MAX_TOKEN)
        ),
    ),
    token(
        "padding",
        "token_malformed",
        "RFC 7515 2",
        "one token has one spelling; a policy may allow it",
        lambda question: (
            "padding" in question.seen.shape and question.policy.get("allow_padding") is not True
        ),
    ),
    token(
        "bits behind the last byte",
        "token_malformed",
        "RFC 4648 3.5",
        "one token has one spelling: a list of revoked tokens by text would be evaded",
        shape("tail"),
    ),
    token(
        "letters that are not of base64url",
        "token_malformed",
        "RFC 7515 2, RFC 4648 3.3",
        "one token has one spelling",
        shape("alphabet"),
    ),
    token(
        "a lone letter at the end of a part",
        "token_malformed",
        "RFC 4648 4",
        "six bits are no byte",
        shape("length"),
    ),
    *json_rules("header", "header_malformed"),
    token(
        "`typ` is no text",
        "header_malformed",
        "RFC 7515 4.1.9",
        "its value is a string",
        lambda question: "typ" in question.header and not is_text(question.header["typ"]),
    ),
    token(
        "`kid` is no text",
        "header_malformed",
        "RFC 7515 4.1.4",
        "its value must be a string",
        lambda question: "kid" in question.header and not is_text(question.header["kid"]),
    ),
    token(
        "`kid` of more than 1 KiB",
        "header_malformed",
        "RFC 8725 3.10",
        "it is a name and goes into look-ups",
        lambda question: (
            is_text(question.header.get("kid")) and len(question.header["kid"].encode()) > 1024
        ),
    ),
    *(
        token(
            f"`{name}` in the header",
            "header_unsupported",
            reference,
            why,
            lambda question, name=name: name in question.header,  # type: ignore[misc]
        )
        for name, reference, why in (
            (
                "crit",
                "RFC 7515 4.1.11",
                "nothing named there is understood, and the list is never empty",
            ),
            ("b64", "RFC 7797 3, 7", "the payload would be signed in another form"),
            ("zip", "RFC 7516 4.1.3", "a parameter of encryption: nothing is inflated"),
            ("enc", "RFC 7516 4.1.2", "a parameter of encryption, not of a signed token"),
        )
    ),
    *(
        Rule(name, codes, reference, why, test)
        for name, codes, reference, why, test in key_faults.RULES
    ),
    *json_rules("claims", "claims_malformed"),
    token(
        "claims that are no object",
        "claims_malformed",
        "RFC 7519 7.2",
        "a claims set is a JSON object",
        lambda question: "no object" in question.seen.claims.faults,
    ),
    token(
        "a time that is no number",
        "claim_type",
        "RFC 7519 4.1.4-6",
        "a NumericDate is a JSON number",
        wrong_time,
    ),
    token(
        "a time that no calendar has",
        "claim_type",
        "RFC 7519 2",
        "before 1970 or after 9999 is a mistake of units or worse",
        no_instant,
    ),
    token(
        "`aud` of another shape",
        "claim_type",
        "RFC 7519 4.1.3",
        "a string or an array of strings, of at least one",
        wrong_audience,
    ),
    token(
        "a name that is no text",
        "claim_type",
        "RFC 7519 4.1.1-2, 4.1.7",
        "`iss`, `sub`, `jti`, `sid`, `client_id`, `azp` are strings: others compare by luck",
        lambda question: any(
            name in question.claims and not is_text(question.claims[name]) for name in STRINGS
        ),
    ),
    token(
        "`scope` or `permissions` of another shape",
        "claim_type",
        "RFC 8693 4.2",
        "what a token may do must read the same everywhere",
        wrong_list,
    ),
    token(
        "another kind of token",
        "type_not_allowed",
        "RFC 8725 3.11, RFC 9068 4",
        "a logout token or an identity token is no access token",
        lambda question: question.token_type is not None and not question.allows_type(),
    ),
    token(
        "`typ` is missing where it is asked for",
        "type_not_allowed",
        "RFC 9068 4",
        "the policy names the type",
        lambda question: "typ" not in question.header and not question.allows_type(),
    ),
    token(
        "at the very instant of `exp`",
        "token_expired",
        "RFC 7519 4.1.4",
        "`on or after which` it must not be accepted, with the leeway that was asked for",
        lambda question: expired_for(question, ZERO, MILLISECOND),
    ),
    token(
        "less than a second after `exp`",
        "token_expired",
        "RFC 7519 2, 4.1.4",
        "fractions of a second count; the library rounds the clock or the claim",
        lambda question: expired_for(question, MILLISECOND, ROUNDING),
    ),
    token(
        "less than a millisecond before `exp`",
        "token_expired",
        "RFC 7519 4.1.4",
        "times are held in milliseconds, cut off downward: never valid for longer than it says",
        lambda question: expired_for(question, -MILLISECOND, ZERO),
    ),
    token(
        "less than a second before `nbf`",
        "token_not_yet_valid",
        "RFC 7519 2, 4.1.5",
        "fractions of a second count; the library rounds the clock or the claim",
        lambda question: ZERO < (question.early("nbf") or ZERO) < ROUNDING,
    ),
    token(
        "`iat` in the future",
        "issued_in_future",
        "RFC 7519 4.1.6",
        "such a token would outlive every cutoff that is made until then",
        lambda question: (question.early("iat") or ZERO) > ZERO,
    ),
    token(
        "`auth_time` in the future",
        "issued_in_future",
        "OpenID Connect Core 2",
        "such a login would outlive every cutoff that is made until then",
        lambda question: (question.early("auth_time") or ZERO) > ZERO,
    ),
    token(
        "a life of more than 24 hours",
        "lifetime_too_long",
        "RFC 6750 5.3",
        "the bound lets old rules be forgotten; the policy may set another or none",
        too_long,
    ),
    token(
        "older than `max_age`",
        "token_too_old",
        "RFC 7519 4.1.6",
        "asked for by the policy; the library has no word for it or rounds",
        lambda question: (
            "max_age" in question.policy
            and (question.late("iat", question.number("max_age", 0)) or ZERO) > ZERO
        ),
    ),
    token(
        "`exp` is missing",
        "claim_missing",
        "RFC 9068 2.2",
        "the library cannot be told to ask for it",
        lambda question: missing(question, "exp") and not accepts_missing(question, "exp"),
    ),
    token(
        "`iat` is missing",
        "claim_missing",
        "RFC 9068 2.2",
        "needed to know what a cutoff means for it; the library cannot be told to ask for it",
        lambda question: (
            missing(question, "iat")
            and ("max_age" in question.policy or not accepts_missing(question, "iat"))
        ),
    ),
    token(
        "a claim is missing that the policy asks for",
        "claim_missing",
        "RFC 7519 4",
        "absent or `null`; the library cannot be told, or takes `null` for a value",
        asked_and_missing,
    ),
    token(
        "a claim with another value than the policy asks for",
        "claim_mismatch",
        "RFC 7519 4",
        "left to the application by most libraries",
        other_value,
    ),
    token(
        "a session that is over",
        "session_revoked",
        "OpenID Connect Core 2",
        "`max_session` of the policy; no library has a word for it",
        ended_session,
    ),
]
