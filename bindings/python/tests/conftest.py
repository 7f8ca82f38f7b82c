"""Tokens and validators for the tests."""

import base64
import hmac
import json
from typing import Any

import lowwater
import pytest

ISSUER = "https://issuer.example/"
AUDIENCE = "https://api.example/"
SECRET = bytes(range(100, 132))
NOW = 1_700_000_000


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(header: str = '{"alg":"HS256"}', *, secret: bytes = SECRET, **claims: Any) -> str:
    """A token of good claims, some of them replaced; None takes one away."""
    good = {"iss": ISSUER, "aud": AUDIENCE, "sub": "u1", "iat": NOW - 10, "exp": NOW + 600}
    told = {name: value for name, value in (good | claims).items() if value is not None}
    return signed(json.dumps(told), header, secret)


def signed(payload: str, header: str = '{"alg":"HS256"}', secret: bytes = SECRET) -> str:
    message = f"{encode(header.encode())}.{encode(payload.encode())}"
    return f"{message}.{encode(hmac.digest(secret, message.encode(), 'sha256'))}"


def validator(**policy: Any) -> lowwater.Validator:
    good: dict[str, Any] = {"issuer": ISSUER, "audience": AUDIENCE, "algorithms": ["HS256"]}
    good["keys"] = lowwater.Key.from_secret(SECRET)
    return lowwater.Validator(**(good | policy))


@pytest.fixture
def cutoffs() -> lowwater.Cutoffs:
    return lowwater.Cutoffs()
