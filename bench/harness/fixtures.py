"""Keys and tokens, the same for everyone, written where the workers find them."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from . import attacks

ISSUER, AUDIENCE = "https://tenant.example.auth/", "https://api.example.com/"
ALGORITHMS = [
    *("HS256", "HS384", "HS512", "RS256", "RS384", "RS512"),
    *("PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"),
]
# Those that every language is asked for; of the others Rust alone.
MAIN = ["HS256", "RS256", "PS256", "ES256", "ES384", "EdDSA"]

Sign = Callable[[bytes], bytes]


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value: int, size: int | None = None) -> str:
    return base64url(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


class Key:
    """A new key of an algorithm: it signs, and is written as a JWK and as PEM."""

    def __init__(self, algorithm: str) -> None:
        self.sign: Sign
        self.pem: str | None = None
        family, bits = algorithm[:2], algorithm[2:]
        digest: Any = getattr(hashes, f"SHA{bits}", None)
        if family == "HS":
            secret = secrets.token_bytes(int(bits) // 8)
            self.sign = lambda message: hmac.digest(secret, message, f"sha{bits}")
            self.jwk = {"kty": "oct", "k": base64url(secret)}
            return
        private: Any
        if family in ("RS", "PS"):
            private = rsa.generate_private_key(65537, 2048)
            public = private.public_key().public_numbers()
            self.jwk = {"kty": "RSA", "n": number(public.n), "e": number(public.e)}
            pss = padding.PSS(padding.MGF1(digest()), digest.digest_size)
            form = pss if family == "PS" else padding.PKCS1v15()
            self.sign = lambda message: private.sign(message, form, digest())
        elif family == "ES":
            private = ec.generate_private_key({"256": ec.SECP256R1, "384": ec.SECP384R1}[bits]())
            public, size = private.public_key().public_numbers(), int(bits) // 8
            x, y = number(public.x, size), number(public.y, size)
            self.jwk = {"kty": "EC", "crv": f"P-{bits}", "x": x, "y": y}

            def fixed(message: bytes) -> bytes:
                r, s = decode_dss_signature(private.sign(message, ec.ECDSA(digest())))
                return r.to_bytes(size, "big") + s.to_bytes(size, "big")

            self.sign = fixed
        else:
            private = ed25519.Ed25519PrivateKey.generate()
            self.jwk = {
                "kty": "OKP",
                "crv": "Ed25519",
                "x": base64url(private.public_key().public_bytes_raw()),
            }
            self.sign = private.sign
        self.pem = (
            private.public_key()
            .public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            .decode()
        )


def claims(now: int, user: int = 0) -> dict[str, Any]:
    """An access token as a large issuer writes it: about 900 bytes with its signature (RSA: 1200)."""
    return {
        "iss": ISSUER,
        "sub": f"auth0|507f1f77bcf86cd7{user:08x}",
        "aud": [AUDIENCE, "https://tenant.example.auth/userinfo"],
        "iat": now - 10,
        "exp": now + 3600,
        "azp": "my_client_id_0123456789abcdef012345",
        "scope": "openid profile email read:messages write:messages",
        "permissions": [
            "read:messages",
            "write:messages",
            "delete:messages",
            "read:users",
            "admin:billing",
        ],
        "org_id": "org_9ybsU1dN2dKfDkBi",
        "sid": f"f9b8a7c6-d5e4-4f3a-8b2c-1d0e{user:08x}",
        "jti": f"0d1c2b3a-4f5e-6d7c-8b9a-0f1e{user:08x}",
        "auth_time": now - 600,
        "https://example.com/roles": ["editor", "reviewer", "billing"],
        "gty": "password",
    }


def token(header: dict[str, Any], payload: dict[str, Any], sign: Sign) -> str:
    def part(value: dict[str, Any]) -> str:
        return base64url(json.dumps(value, separators=(",", ":")).encode())

    message = f"{part(header)}.{part(payload)}"
    return f"{message}.{base64url(sign(message.encode()))}"


def garbage() -> str:
    """Nothing but letters of base64url, in the shape of a token. Fixed: a figure has to come again."""
    text = base64url(hashlib.shake_128(b"garbage").digest(700))
    return f"{text[:60]}.{text[60:800]}.{text[800:]}"


def fixture(algorithm: str, now: int, unique: int) -> dict[str, Any]:
    """One key named `k`; with it lists of tokens by what they are."""
    key = Key(algorithm)
    header = {"alg": algorithm, "typ": "at+jwt", "kid": "k"}
    many = [token(header, claims(now, user), key.sign) for user in range(1, max(unique, 1) + 1)]
    good = token(header, claims(now), key.sign)
    expired = claims(now) | {"iat": now - 7200, "exp": now - 3600}
    return {
        "algorithm": algorithm,
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "subject": claims(now)["sub"],
        "now": now,
        "jwks": {"keys": [key.jwk | {"kid": "k"}]},
        "pem": key.pem,
        "tokens": {
            "accepted": [good],
            "unique": many,
            "expired": [token(header, expired, key.sign)],
            # The signature of another token: of right form, so that all of it has to be computed.
            "bad signature": [good.rpartition(".")[0] + "." + many[0].rpartition(".")[2]],
            "garbage": [garbage()],
        },
    }


def four_keys(algorithm: str, now: int) -> dict[str, Any]:
    """Four keys without names: a token that names none is tried under each."""
    four = [Key(algorithm) for _ in range(4)]
    header = {"alg": algorithm, "typ": "at+jwt"}

    def wrong(payload: dict[str, Any]) -> str:
        message = token(header, payload, four[0].sign).rpartition(".")[0]
        return message + "." + token(header, claims(now, 1), four[0].sign).rpartition(".")[2]

    return {
        "algorithm": algorithm,
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "subject": claims(now)["sub"],
        "now": now,
        "jwks": {"keys": [key.jwk for key in four]},
        "tokens": {
            "wrong signature, four keys": [wrong(claims(now))],
            "wrong signature, four keys, 16 KiB": [
                wrong(claims(now) | {"padding": "x" * attacks.filling(1300)})
            ],
        },
    }


def write(folder: Path, now: int, unique: int) -> None:
    """All of them: `ES256.json` ..., `four-ES256.json` ..., `attacks.json`."""
    folder.mkdir(parents=True, exist_ok=True)

    def keep(name: str, made: dict[str, Any]) -> None:
        (folder / f"{name}.json").write_text(json.dumps(made))

    for algorithm in ALGORITHMS:
        keep(algorithm, fixture(algorithm, now, unique if algorithm in MAIN else 1))
    for algorithm in MAIN:
        keep(f"four-{algorithm}", four_keys(algorithm, now))
    made = fixture("HS256", now, 1)
    secret = base64.urlsafe_b64decode(made["jwks"]["keys"][0]["k"] + "==")
    made["tokens"] |= attacks.tokens(
        claims(now), lambda message: hmac.digest(secret, message, "sha256")
    )
    keep("attacks", made)
