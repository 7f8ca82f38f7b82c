"""Why a library refuses what lowwater accepts. Each rule names the libraries and what they told, and sees the reason in the
token, the policy or the time itself. What several refuse is looked at by a person before it gets a rule.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .question import LATEST, Question, decimal, is_text
from .reading import Number

ZERO, ONE = Decimal(0), Decimal(1)
MILLISECOND = Decimal("0.001")
# A clock in whole seconds and a claim that is rounded are together less than this away from the truth.
ROUNDING = Decimal("1.5")
NOT_BEFORE = {
    "joserfc (Python)": "InvalidClaimError",
    "jose (Node)": "ERR_JWT_CLAIM_VALIDATION_FAILED nbf",
    "fast-jwt (Node)": "FAST_JWT_INACTIVE",
    "jsonwebtoken (Node)": "NotBeforeError",
    "jsonwebtoken (Rust)": "ImmatureSignature",
}
# RFC 7515 section 4.1.
REGISTERED = {
    *("alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit"),
}
TEXTS = ("jku", "x5u", "x5t", "x5t#S256", "cty", "url", "nonce")
# Python reads no longer integer from text.
MOST_DIGITS = 4300
JOSERFC_HEADER = 512


@dataclass(slots=True, frozen=True)
class Rule:
    name: str
    """By library, how its answer begins."""
    told: dict[str, str]
    reference: str
    why: str
    test: Callable[[Question], bool]


def numbers(value: Any) -> Iterable[Number]:
    rest = [value]
    while rest:
        match rest.pop():
            case Number() as number:
                yield number
            case list() as elements:
                rest.extend(elements)
            case dict() as members:
                rest.extend(members.values())


def beyond_floats(question: Question) -> bool:
    found = (decimal(number) for part in both(question) for number in numbers(part))
    return any(value is not None and abs(value) > Decimal("1.8e308") for value in found)


def beyond_python(question: Question) -> bool:
    return any(len(number) > MOST_DIGITS for part in both(question) for number in numbers(part))


def both(question: Question) -> tuple[dict[str, Any], dict[str, Any]]:
    return question.header, question.claims


def unread_member(question: Question) -> bool:
    """A header parameter of another type than its RFC says, which lowwater never reads."""
    header = question.header

    def texts(value: Any) -> bool:
        return isinstance(value, list) and bool(value) and all(map(is_text, value))

    return (
        any(name in header and not is_text(header[name]) for name in TEXTS)
        or ("x5c" in header and not texts(header["x5c"]))
        or ("jwk" in header and not (isinstance(header["jwk"], dict) and "kty" in header["jwk"]))
    )


def fraction(question: Question, *claims: str) -> bool:
    """Less than rounding away from a bound, and something there is no whole second."""
    values = [question.time(claim) for claim in claims]
    rough = any(
        value is not None and value % ONE for value in [question.now, question.leeway, *values]
    )
    near = [question.early(claim) for claim in claims] + [question.late(claim) for claim in claims]
    return rough and any(value is not None and abs(value) < ROUNDING for value in near)


def aged(question: Question) -> Decimal | None:
    """How far above `max_age` the token is, leeway left out."""
    if "max_age" not in question.policy:
        return None
    issued = question.time("iat")
    return None if issued is None else question.now - issued - question.number("max_age", 0)


RULES = [
    Rule(
        "a header parameter that it does not know",
        {"joserfc (Python)": "UnsupportedHeaderError"},
        "RFC 7515 4",
        "what is not understood must be ignored, unless `crit` names it",
        lambda question: any(name not in REGISTERED for name in question.header),
    ),
    Rule(
        "a header parameter of another type, which nobody needs",
        {"joserfc (Python)": "InvalidHeaderValueError", "jsonwebtoken (Rust)": "Json"},
        "RFC 7515 4.1.2-8",
        "a token does not bring its own key: these are not read, whatever they are",
        unread_member,
    ),
    Rule(
        "a header of more than 512 bytes",
        {"joserfc (Python)": "ExceededSizeError"},
        "RFC 7515 4",
        "a bound of the library; ours is that of the whole token",
        lambda question: len(question.seen.parts[0]) > JOSERFC_HEADER,
    ),
    Rule(
        "a number that no float holds",
        {"jsonwebtoken (Rust)": "Json"},
        "RFC 8259 6",
        "claims that nobody asks for stay as they were written",
        beyond_floats,
    ),
    Rule(
        "a number of more than 4300 digits",
        {"PyJWT (Python)": "DecodeError", "joserfc (Python)": "InvalidPayloadError"},
        "RFC 8259 6",
        "claims that nobody asks for stay as they were written",
        beyond_python,
    ),
    Rule(
        "padding that the policy allows",
        {
            "jsonwebtoken (Rust)": "Base64",
            "joserfc (Python)": "DecodeError",
            "fast-jwt (Node)": "FAST_JWT_MALFORMED",
            "jsonwebtoken (Node)": "JsonWebTokenError invalid token",
        },
        "RFC 7515 2",
        "for issuers that pad; off unless asked for",
        lambda question: (
            question.policy.get("allow_padding") is True and "padding" in question.seen.shape
        ),
    ),
    Rule(
        "Ed25519 by its other name",
        {"joserfc (Python)": "UnsupportedKeyAlgorithmError"},
        "RFC 9864 2.2",
        "`EdDSA` and `Ed25519` are one algorithm under two names while tokens have both",
        lambda question: question.header.get("alg") in ("EdDSA", "Ed25519"),
    ),
    Rule(
        "less than a millisecond before `nbf`",
        NOT_BEFORE,
        "RFC 7519 4.1.5",
        "times are held in milliseconds, cut off downward: early by less than one",
        lambda question: ZERO < (question.early("nbf") or ZERO) < MILLISECOND,
    ),
    Rule(
        "`nbf` within a second",
        NOT_BEFORE,
        "RFC 7519 2, 4.1.5",
        "fractions count: the library's clock stands at whole seconds, ours at milliseconds",
        lambda question: fraction(question, "nbf"),
    ),
    Rule(
        "`iat` within a second",
        {
            "joserfc (Python)": "InvalidClaimError",
            "jose (Node)": "ERR_JWT_CLAIM_VALIDATION_FAILED iat",
            "PyJWT (Python)": "ImmatureSignatureError",
        },
        "RFC 7519 2, 4.1.6",
        "fractions count: the library's clock stands at whole seconds, ours at milliseconds",
        lambda question: fraction(question, "iat"),
    ),
    Rule(
        "`exp` within a second",
        {"PyJWT (Python)": "ExpiredSignatureError"},
        "RFC 7519 2, 4.1.4",
        "fractions count: the library cuts them off the claim",
        lambda question: fraction(question, "exp"),
    ),
    Rule(
        "`max_age` without leeway",
        {"fast-jwt (Node)": "FAST_JWT_EXPIRED"},
        "RFC 7519 4.1.6",
        "the leeway is for clocks that differ, also here",
        lambda question: ZERO < (aged(question) or ZERO) <= question.leeway,
    ),
    Rule(
        "at the very end of `max_age`",
        {"jsonwebtoken (Node)": "TokenExpiredError maxAge exceeded"},
        "OpenID Connect Core 3.1.2.1",
        "older than `max_age` is too old, as old is not",
        lambda question: -ROUNDING < (aged(question) or ZERO) - question.leeway <= ZERO,
    ),
    Rule(
        "a claim that is there and empty",
        {"joserfc (Python)": "InvalidClaimError"},
        "RFC 7519 4",
        "present is present; what it should be is `claim_equals`",
        lambda question: any(
            name in question.claims and question.claims[name] in ("", [], {})
            for name in question.policy.get("required", [])
        ),
    ),
    Rule(
        "a clock at its beginning or end",
        {
            "jsonwebtoken (Rust)": "ExpiredSignature",
            "fast-jwt (Node)": "FAST_JWT_EXPIRED",
            "jsonwebtoken (Node)": "TokenExpiredError jwt expired",
            "PyJWT (Python)": "ValueError",
        },
        "RFC 7519 2",
        "no clock stands there; our arithmetic has an answer all the same",
        lambda question: question.now <= question.leeway or question.now > LATEST,
    ),
]
