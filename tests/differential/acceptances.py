"""Why a library refuses what lowwater accepts. Each rule names the libraries and what they told, and sees the reason in the
token, the policy or the time itself. What several refuse is looked at by a person before it gets a rule. Before all rules
stands `wrong`: what lowwater should have refused is excused by nothing that a library told.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .question import LATEST, MILLISECOND, Question, decimal, is_text
from .reading import Number

ZERO, ONE = Decimal(0), Decimal(1)
# A clock in whole seconds and a claim that is rounded are together less than this away from the truth.
ROUNDING = Decimal("1.5")
NOT_BEFORE = {
    "joserfc (Python)": "InvalidClaimError nbf",
    "jose (Node)": "ERR_JWT_CLAIM_VALIDATION_FAILED nbf",
    "fast-jwt (Node)": "FAST_JWT_INACTIVE",
    "jsonwebtoken (Node)": "NotBeforeError",
    "jsonwebtoken (Rust)": "ImmatureSignature",
}
IN_FUTURE = {
    "joserfc (Python)": "InvalidClaimError iat",
    "jose (Node)": "ERR_JWT_CLAIM_VALIDATION_FAILED iat",
    "PyJWT (Python)": "ImmatureSignatureError iat",
}
# RFC 7515 section 4.1.
REGISTERED = {
    *("alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit"),
}
# Never in an access token: lowwater has no word for what they ask.
UNSUPPORTED = {"crit", "b64", "zip", "enc"}
ED25519 = {"EdDSA": "Ed25519", "Ed25519": "EdDSA"}
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
    """Where any claim may be meant: those of which the library must have named one, behind its word."""
    claims: Callable[[Question], set[str]] | None = None

    def explains(self, question: Question, peer: str, told: str) -> bool:
        words, expected = told.split(" "), self.told.get(peer)
        return (
            expected is not None
            and words[: len(expected.split(" "))] == expected.split(" ")
            and (self.claims is None or words[-1] in self.claims(question))
            and self.test(question)
        )


def wrong(question: Question) -> bool:
    """By the design lowwater should have refused: the spelling, the JSON, the header, the times."""
    seen = question.seen
    padding = {"padding"} if question.policy.get("allow_padding") is True else set()
    return bool(
        seen.shape - padding
        or seen.header.faults
        or seen.claims.faults
        or UNSUPPORTED & question.header.keys()
        or not question.timely()
    )


def other_name(question: Question) -> bool:
    """The token has one name of the algorithm; its key, or else the policy, has the other alone."""
    said, kid = question.header.get("alg"), question.header.get("kid")
    other = ED25519.get(said) if isinstance(said, str) else None
    allowed = question.policy["algorithms"]

    def named(key: dict[str, Any]) -> list[Any]:
        return [key["alg"]] if "alg" in key else [name for name in allowed if name in ED25519]

    return other is not None and any(
        key.get("crv") == "Ed25519" and named(key) == [other]
        for key in question.jwks
        if kid is None or key.get("kid") in (kid, None)
    )


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


def rounded(question: Question, claim: str) -> bool:
    """Something there is no whole second, and a bound that the token keeps is less than rounding away."""
    at = question.held(claim)
    if at is None:
        return False
    bound = at + question.leeway if claim == "exp" else at - question.leeway
    past = bound - question.now if claim == "exp" else question.now - bound
    rough = any(value % ONE for value in (question.now, question.leeway, at))
    return rough and ZERO <= past < ROUNDING


def empty(question: Question) -> set[str]:
    asked = question.policy.get("required", [])
    return {name for name in asked if question.claims.get(name) in ("", [], {})}


RULES = [
    Rule(
        "a header parameter that it does not know",
        {"joserfc (Python)": "UnsupportedHeaderError"},
        "RFC 7515 4",
        "what is not understood must be ignored, unless `crit` names it",
        lambda question: bool(question.header.keys() - REGISTERED),
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
        other_name,
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
        lambda question: rounded(question, "nbf"),
    ),
    Rule(
        "less than a millisecond before `iat`",
        IN_FUTURE,
        "RFC 7519 4.1.6",
        "times are held in milliseconds, cut off downward: early by less than one",
        lambda question: ZERO < (question.early("iat") or ZERO) < MILLISECOND,
    ),
    Rule(
        "`iat` within a second",
        IN_FUTURE,
        "RFC 7519 2, 4.1.6",
        "fractions count: the library's clock stands at whole seconds, ours at milliseconds",
        lambda question: rounded(question, "iat"),
    ),
    Rule(
        "`exp` within a second",
        {"PyJWT (Python)": "ExpiredSignatureError"},
        "RFC 7519 2, 4.1.4",
        "fractions count: the library cuts them off the claim",
        lambda question: rounded(question, "exp"),
    ),
    Rule(
        "`max_age` without leeway",
        {"fast-jwt (Node)": "FAST_JWT_EXPIRED"},
        "RFC 7519 4.1.6",
        "the leeway is for clocks that differ, also here",
        lambda question: ZERO < question.aged() <= question.leeway,
    ),
    Rule(
        "at the very end of `max_age`",
        {"jsonwebtoken (Node)": "TokenExpiredError maxAge exceeded"},
        "OpenID Connect Core 3.1.2.1",
        "older than `max_age` is too old, as old is not",
        lambda question: -ROUNDING < question.aged() - question.leeway <= ZERO,
    ),
    Rule(
        "a claim that is there and empty",
        {"joserfc (Python)": "InvalidClaimError"},
        "RFC 7519 4",
        "present is present; what it should be is `claim_equals`",
        lambda question: bool(empty(question)),
        empty,
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
