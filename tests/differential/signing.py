"""Test keys that anyone can read (`tests/generate/keys`), public as JWK, and what they sign."""

import base64
import hmac
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from . import ROOT

KEYS = ROOT / "tests" / "generate" / "keys"
SECRET = b"sixty-four bytes of a secret that everyone can read: test only!!"
SHORT_SECRET = b"sixteen letters."
FILES = {
    **{"rsa": "rsa-a", "rsa-other": "rsa-b", "rsa-1024": "rsa-1024", "p256": "p256-a"},
    **{"p256-other": "p256-b", "p384": "p384-a", "ed25519": "ed25519-a"},
    "ed25519-other": "ed25519-b",
}
# With the key that signs it.
ALGORITHMS = {
    **{"HS256": "secret", "HS384": "secret", "HS512": "secret", "ES256": "p256", "ES384": "p384"},
    **{"RS256": "rsa", "RS384": "rsa", "RS512": "rsa", "PS256": "rsa", "PS384": "rsa"},
    **{"PS512": "rsa", "EdDSA": "ed25519", "Ed25519": "ed25519"},
}
# The order of the group, for the twin of a signature.
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

Sign = Callable[[bytes], bytes]


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value: int, size: int | None = None) -> str:
    return base64url(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


def jwk(public: Any) -> dict[str, Any]:
    if isinstance(public, rsa.RSAPublicKey):
        numbers = public.public_numbers()
        return {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e)}
    if isinstance(public, ec.EllipticCurvePublicKey):
        size = (public.curve.key_size + 7) // 8
        curve = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
        point = public.public_numbers()
        name = curve.get(public.curve.name, public.curve.name)
        return {"kty": "EC", "crv": name, "x": number(point.x, size), "y": number(point.y, size)}
    if isinstance(public, ed25519.Ed25519PublicKey):
        return {"kty": "OKP", "crv": "Ed25519", "x": base64url(public.public_bytes_raw())}
    return {"kty": type(public).__name__}


def private(name: str) -> Any:
    return serialization.load_pem_private_key((KEYS / f"{FILES[name]}.pem").read_bytes(), None)


PRIVATE = {name: private(name) for name in FILES}
JWKS: dict[str, dict[str, Any]] = {
    "secret": {"kty": "oct", "k": base64url(SECRET)},
    "secret-other": {"kty": "oct", "k": base64url(b"b" * 64)},
    "secret-short": {"kty": "oct", "k": base64url(SHORT_SECRET)},
    **{name: jwk(key.public_key()) for name, key in PRIVATE.items()},
}
SECRETS = {"secret": SECRET, "secret-other": b"b" * 64, "secret-short": SHORT_SECRET}


def signer(algorithm: str, name: str | None = None) -> Sign:
    """Signs by that algorithm, with its own key or with another of the same family."""
    name = name or ALGORITHMS[algorithm]
    bits = algorithm[2:]
    if algorithm.startswith("HS"):
        return hmac_signer(algorithm, SECRETS[name])
    key = PRIVATE[name]
    if algorithm in ("EdDSA", "Ed25519"):
        return lambda message: bytes(key.sign(message))
    digest: Any = getattr(hashes, f"SHA{bits}")
    if algorithm.startswith("ES"):
        size = key.curve.key_size // 8

        def fixed(message: bytes) -> bytes:
            r, s = decode_dss_signature(
                key.sign(message, ec.ECDSA(digest(), deterministic_signing=True))
            )
            return bytes(r.to_bytes(size, "big") + s.to_bytes(size, "big"))

        return fixed
    form: Any = padding.PKCS1v15()
    if algorithm.startswith("PS"):
        form = padding.PSS(padding.MGF1(digest()), digest.digest_size)
    return lambda message: bytes(key.sign(message, form, digest()))


def hmac_signer(algorithm: str, secret: bytes) -> Sign:
    return lambda message: hmac.digest(secret, message, f"sha{algorithm[2:]}")


def pem(public: Any) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return str(public.public_bytes(serialization.Encoding.PEM, form).decode())


def signed(header: bytes, payload: bytes, sign: Sign) -> str:
    message = f"{base64url(header)}.{base64url(payload)}"
    return f"{message}.{base64url(sign(message.encode()))}"
