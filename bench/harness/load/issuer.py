"""Signs tokens for the example API, with a key that it is given too."""

import json
import random
import time
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from .. import fixtures

# As in the example's `api.rs` and `issuer.rs`.
ISSUER, AUDIENCE, KEY_ID = "https://issuer.example/", "https://api.example/", "2025-01"
# Of a hundred tokens; the others are accepted.
EXPIRED, FORGED, REVOKED = 2, 2, 2
REFUSED = (EXPIRED + FORGED + REVOKED) / 100


class Issuer:
    def __init__(self) -> None:
        self.key = Ed25519PrivateKey.generate()

    def write(self, path: Path) -> None:
        """The key, for `--key`."""
        form = serialization.PrivateFormat.PKCS8
        encryption = serialization.NoEncryption()
        path.write_bytes(self.key.private_bytes(serialization.Encoding.DER, form, encryption))

    def token(self, subject: str, scope: str = "read:messages", age: int = 10) -> str:
        """One that was issued so many seconds ago."""
        return self.issued(subject, int(time.time()) - age, scope)

    def issued(self, subject: str, issued: int, scope: str = "read:messages") -> str:
        """About 900 bytes, as a large issuer writes them; valid for an hour from its issue on."""
        claims = fixtures.claims(issued + 10) | {"iss": ISSUER, "aud": [AUDIENCE], "sub": subject}
        claims |= {"scope": scope, "exp": issued + 3600, "jti": f"{subject}-{issued}"}
        header = {"alg": "EdDSA", "typ": "at+jwt", "kid": KEY_ID}
        return fixtures.token(header, claims, self.key.sign)


def rule(subject: str, name: str | None = None, at: float | None = None) -> str:
    """Refuses what was issued to a user until then, or now. Without an id it takes the place of an earlier one."""
    target = {"issuer": ISSUER, "subject": subject}
    at = round(time.time() if at is None else at, 3)
    members = {"rule": "issued_before", "target": target, "at": at}
    return json.dumps(members | ({"id": name} if name else {}), separators=(",", ":"))


def mixed(issuer: Issuer, count: int) -> tuple[list[str], list[str]]:
    """So many tokens, each another, in no order; and the users among them whose tokens are to be revoked."""
    forger, tokens, revoked = Issuer(), [], []
    for number in range(count):
        user, kind = f"auth0|507f1f77bcf86cd7{number:08x}", number % 100
        if kind < EXPIRED:
            tokens.append(issuer.token(user, age=7200))
        elif kind < EXPIRED + FORGED:
            tokens.append(forger.token(user))
        else:
            tokens.append(issuer.token(user))
            if kind < EXPIRED + FORGED + REVOKED:
                revoked.append(user)
    random.Random(1).shuffle(tokens)
    return tokens, revoked
