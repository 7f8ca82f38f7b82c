"""What is wrong with keys, read without lowwater: the part of `refusals` that looks at a JWK."""

from collections.abc import Callable
from typing import Any

from . import reading
from .question import Question

Key = dict[str, Any]
# Of keys that are left out a token says: none is found, none fits, none of the others made the signature.
LEFT_OUT = ("config_error", "key_not_found", "key_mismatch", "signature_invalid")
SECRET_BYTES = {"HS256": 32, "HS384": 48, "HS512": 64}
CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521", "ES256K": "secp256k1"}
COORDINATES = {"P-256": 32, "P-384": 48}
MOST_TRIED = 4


def octets(value: Any) -> bytes:
    return reading.decoded(value) if isinstance(value, str) else b""


def number(key: Key, name: str) -> int:
    return int.from_bytes(octets(key.get(name)), "big")


def short_secret(question: Question, key: Key) -> bool:
    if question.policy.get("allow_short_secret") is True:
        needed = 1
    else:
        needed = SECRET_BYTES.get(str(question.header.get("alg")), 32)
    return key.get("kty") == "oct" and len(octets(key.get("k"))) < needed


def weak_rsa(_: Question, key: Key) -> bool:
    n, e = number(key, "n"), number(key, "e")
    strong = 2048 <= n.bit_length() <= 8192 and n % 2 == 1
    return key.get("kty") == "RSA" and not (strong and e % 2 == 1 and 3 <= e < 2**33)


def other_use(_: Question, key: Key) -> bool:
    operations = key.get("key_ops", ["verify"])
    return key.get("use", "sig") != "sig" or not (
        isinstance(operations, list) and "verify" in operations
    )


def private(_: Question, key: Key) -> bool:
    return key.get("kty") != "oct" and "d" in key


def secret_among_public(question: Question, key: Key) -> bool:
    return key.get("kty") == "oct" and any(other.get("kty") != "oct" for other in question.jwks)


def other_spelling(_: Question, key: Key) -> bool:
    """Members that are not canonical: padding, tail bits, leading zeros, other lengths."""
    members = [key[name] for name in ("n", "e", "x", "y", "k") if name in key]
    if any(not isinstance(text, str) or reading.part_faults(text) for text in members):
        return True
    if any(octets(key.get(name)).startswith(b"\0") for name in ("n", "e")):
        return True
    size = COORDINATES.get(str(key.get("crv")))
    return size is not None and any(len(octets(key.get(name))) != size for name in ("x", "y"))


def other_curve(question: Question, key: Key) -> bool:
    curve = CURVES.get(str(question.header.get("alg")))
    return curve is not None and key.get("kty") == "EC" and key.get("crv") != curve


def bad_point(_: Question, key: Key) -> bool:
    """Of Ed25519: of small order, or with a y that is not reduced (RFC 8032 section 5.1.3)."""
    if key.get("crv") != "Ed25519":
        return False
    y = int.from_bytes(octets(key.get("x")), "little") % 2**255
    return y >= 2**255 - 19 or y in SMALL_ORDER


SMALL_ORDER = {
    0,
    1,
    2**255 - 20,
    0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
}


def looks_public(_: Question, key: Key) -> bool:
    """A secret that is the text of a key which everyone may have."""
    secret = octets(key.get("k"))
    text = secret.strip(b" \t\r\n\0\xef\xbb\xbf")
    words = (b"ssh-", b"ecdsa-sha2-", b"sk-")
    return (
        b"-----BEGIN " in secret
        or text.startswith(words)
        or bool({"kty", "keys"} & reading.read(text).members.keys())
        or is_der_key(secret)
    )


def is_der_key(data: bytes) -> bool:
    """One SEQUENCE as long as all of it, begun by a SEQUENCE (SPKI, certificate) or an INTEGER (PKCS#1) that fits in it."""
    outer = der(data)
    if outer is None or outer[0] != 0x30:
        return False
    inner = der(outer[1], fills=False)
    return inner is not None and inner[0] in (0x30, 0x02)


def der(data: bytes, *, fills: bool = True) -> tuple[int, bytes] | None:
    """The tag and the value of the first element (ITU-T X.690 section 8.1), if its length fits."""
    if len(data) < 2:
        return None
    more = data[1] & 0x7F if data[1] & 0x80 else 0
    length = int.from_bytes(data[2 : 2 + more], "big") if more else data[1]
    start = 2 + more
    fits = len(data) == start + length if fills else len(data) >= start + length
    return (data[0], data[start : start + length]) if fits and data[1] != 0x80 else None


def repeated(question: Question, _: Key) -> bool:
    """One name twice somewhere in the set: no key of it is taken."""
    return any(
        "duplicate" in reading.read(text.encode()).faults for text in question.keyset["jwks"]
    )


def other_words(_: Question, key: Key) -> bool:
    """`alg`, `kid` that are no texts, or an `alg` that does not fit the kind of key."""
    return any(name in key and not isinstance(key[name], str) for name in ("alg", "kid"))


def many(question: Question, key: Key) -> bool:
    """Of one kind, and named as the token says or not at all."""
    alike = [other for other in question.jwks if other.get("kty") == key.get("kty")]
    kid = question.header.get("kid")
    return sum(kid is None or other.get("kid") in (kid, None) for other in alike) > MOST_TRIED


Test = Callable[[Question, Key], bool]
RULES: list[tuple[str, tuple[str, ...], str, str, Test]] = [
    (
        "a secret shorter than the hash",
        LEFT_OUT,
        "RFC 7518 3.2",
        "must be at least as long; a policy may allow it",
        short_secret,
    ),
    (
        "RSA below 2048 bits or with an exponent of no use",
        LEFT_OUT,
        "RFC 7518 3.3, 3.5",
        "a size of 2048 bits or larger must be used",
        weak_rsa,
    ),
    (
        "a key for another use",
        LEFT_OUT,
        "RFC 7517 4.2, 4.3",
        "`use` or `key_ops` say that it checks no signatures",
        other_use,
    ),
    (
        "a private key",
        LEFT_OUT,
        "RFC 7517 9.2",
        "who can check could sign: the key is in the wrong hands",
        private,
    ),
    (
        "a secret in a set of public keys",
        LEFT_OUT,
        "RFC 7517 9.2",
        "what is published is no secret",
        secret_among_public,
    ),
    (
        "a curve of another algorithm",
        LEFT_OUT,
        "RFC 7518 3.4",
        "ES256 is P-256, ES384 is P-384",
        other_curve,
    ),
    (
        "a JWK with another spelling of its numbers",
        LEFT_OUT,
        "RFC 7518 2, 6.2.1.2, 6.3.1",
        "padding, leading zeros, other lengths: one key has one spelling",
        other_spelling,
    ),
    (
        "a point that signs for everyone",
        LEFT_OUT,
        "RFC 8032 5.1.3, 5.1.7",
        "small order, or not reduced: signatures hold that nobody made",
        bad_point,
    ),
    (
        "a secret that looks like a public key",
        LEFT_OUT,
        "RFC 8725 2.1",
        "algorithm confusion: what is known to all is no secret",
        looks_public,
    ),
    (
        "a key set with one member twice",
        ("config_error",),
        "RFC 7517 4",
        "two readers may take two keys",
        repeated,
    ),
    (
        "a JWK with a name that is no text",
        LEFT_OUT,
        "RFC 7517 4.4, 4.5",
        "`alg` and `kid` are strings",
        other_words,
    ),
    (
        "more than four keys may be meant",
        ("key_ambiguous",),
        "RFC 7515 4.1.4",
        "a bound on work: each would be tried",
        many,
    ),
]
