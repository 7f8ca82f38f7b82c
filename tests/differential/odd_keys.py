"""Keys that nobody should use, each with tokens that hold under it."""

import json
from collections.abc import Iterator
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from . import reading, signing, tokens
from .cases import Case
from .sets import Sets
from .signing import JWKS, PRIVATE, Sign, base64url
from .tokens import draft
from .values import words

# What a JWK is given beside its own members, or in place of one.
ODD_MEMBERS: list[dict[str, Any]] = [
    json.loads(member)
    for member in words(
        r"""
        {"use":"enc"} {"use":"sig"} {"use":5} {"use":null} {"key_ops":["encrypt"]} {"key_ops":[]}
        {"key_ops":["verify"]} {"key_ops":"verify"} {"key_ops":["sign"]} {"alg":"ES384"} {"alg":"ES256"}
        {"alg":"none"} {"alg":5} {"alg":null} {"alg":"HS256"} {"alg":"RS256"} {"alg":"RS512"}
        {"alg":"PS256"} {"alg":"EdDSA"} {"kid":5} {"kid":null} {"kid":""} {"crv":"P-384"}
        {"crv":"X25519"} {"crv":"Ed448"} {"kty":"RSA"} {"kty":"oct"} {"kty":"OKP"} {"kty":"none"}
        {"ext":false} {"x5c":[]}
        """
    )
]
IDENTITY = bytes([1]) + bytes(31)
# R is the neutral element and S is zero: holds under every key of small order for some messages.
NOBODY = IDENTITY + bytes(32)
SMALL_ORDER = {
    "the neutral element": IDENTITY,
    "order 2": (2**255 - 20).to_bytes(32, "little"),
    "order 4": bytes(32),
    "the neutral element, not reduced": (2**255 - 18).to_bytes(32, "little"),
    "order 8": bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
}


def cases(sets: Sets) -> Iterator[Case]:
    yield from with_members(sets)
    yield from public_as_secret(sets)
    yield from small_order(sets)
    for size in (1, 16, 31, 32, 33, 47, 48, 63, 64):
        secret = signing.SECRET[:size]
        key = {"secrets": [{"base64url": base64url(secret)}]}
        sets.keys(f"own/secret of {size}", key)
        for algorithm in ("HS256", "HS384", "HS512"):
            yield case(algorithm, f"own/secret of {size}", signing.hmac_signer(algorithm, secret))


def case(algorithm: str, keys: str, sign: Sign, kind: str = "an odd key") -> Case:
    made = draft(algorithm).but(keys=keys)
    token = signing.signed(tokens.written(made.header), tokens.written(made.claims), sign)
    return made.case(kind, token)


def with_members(sets: Sets) -> Iterator[Case]:
    """A good key with something that its JWK should not have."""
    for algorithm in ("HS256", "RS256", "ES256", "EdDSA"):
        name = signing.ALGORITHMS[algorithm]
        jwk = JWKS[name] | {"kid": "k"}
        for number, odd in enumerate(variants(jwk, name)):
            keys = sets.keys(f"own/odd {name} {number}", {"jwks": {"keys": [odd]}})
            yield case(algorithm, keys, signing.signer(algorithm))
        text = json.dumps({"keys": [jwk]}).replace('"kty"', '"kty": "none", "kty"')
        keys = sets.keys(f"own/odd {name}, twice", {"text": text})
        yield case(algorithm, keys, signing.signer(algorithm))
        beside = {"jwks": {"keys": [jwk, JWKS["p384"] | {"kid": "other"}]}}
        keys = sets.keys(f"own/odd {name}, beside another", beside)
        yield case(algorithm, keys, signing.signer(algorithm))
        many = [JWKS[name] | {"kid": "k"} for _ in range(5)]
        keys = sets.keys(f"own/odd {name}, five of them", {"jwks": {"keys": many}})
        yield case(algorithm, keys, signing.signer(algorithm))


def variants(jwk: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    for odd_member in ODD_MEMBERS:
        yield jwk | odd_member
    for member in ("n", "e", "x", "y", "k"):
        if member in jwk:
            text = jwk[member]
            zero = b"\0" + reading.decoded(text)
            odd = (text + "=" * (-len(text) % 4), base64url(zero), text + "\n", text[:-1], "")
            yield from (jwk | {member: spelling} for spelling in odd)
            # Nothing to choose where the last letter has no bits to spare.
            yield jwk | {member: text[:-1] + chr(ord(text[-1]) + 1)}
    if name in PRIVATE:
        yield jwk | private_members(PRIVATE[name])


def private_members(key: Any) -> dict[str, str]:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return {"d": base64url(key.private_bytes_raw())}
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return {"d": signing.number(key.private_numbers().private_value, 32)}
    assert isinstance(key, rsa.RSAPrivateKey)
    own = key.private_numbers()
    parts = {"d": own.d, "p": own.p, "q": own.q, "dp": own.dmp1, "dq": own.dmq1, "qi": own.iqmp}
    return {name: signing.number(value) for name, value in parts.items()}


def public_as_secret(sets: Sets) -> Iterator[Case]:
    """The oldest attack: an HMAC under what everyone knows. The key set knows a public key, or takes its text for a secret."""
    for name in ("rsa", "p256", "ed25519"):
        pem = signing.pem(PRIVATE[name].public_key())
        for number, text in enumerate((pem, pem.strip(), json.dumps(JWKS[name]))):
            secret = {"secrets": [{"base64url": base64url(text.encode())}]}
            keys = sets.keys(f"own/{name} as a secret, {number}", secret)
            for algorithm in ("HS256", "HS384", "HS512"):
                sign = signing.hmac_signer(algorithm, text.encode())
                yield case(algorithm, f"own/{name}", sign, "a public key as a secret")
                yield case(algorithm, keys, sign, "a public key as a secret")


def small_order(sets: Sets) -> Iterator[Case]:
    """Keys under which signatures hold that nobody made; tried on some messages, for not each holds."""
    for name, point in SMALL_ORDER.items():
        jwk = {"kty": "OKP", "crv": "Ed25519", "x": base64url(point), "kid": "k"}
        keys = sets.keys(f"own/{name}", {"jwks": {"keys": [jwk]}})
        for number in range(16):
            made = draft("EdDSA").but(keys=keys).with_claims(('"jti"', f'"{number}"'))
            token = signing.signed(
                tokens.written(made.header), tokens.written(made.claims), lambda _: NOBODY
            )
            yield made.case("a signature of nobody", token)
