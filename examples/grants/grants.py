"""An authorization server and an API, and what "revoke this app's access" does to both.

Access tokens and refresh tokens are JWTs of one issuer. One rule, of user and client, ends both: the API refuses the
access tokens that are out, and the token endpoint the refresh tokens. `python examples/grants/grants.py`
"""

import base64
import hmac
import itertools
import json
import secrets
import time
from datetime import datetime, timezone

import lowwater

ISSUER, API = "https://issuer.example/", "https://api.example/"
TOKEN_ENDPOINT = f"{ISSUER}token"
DAY = 24 * 60 * 60


class AuthorizationServer:
    """Signs by secrets, to be short; with a private key, and `keys` the public one, nothing else changes."""

    def __init__(self, cutoffs: lowwater.Cutoffs) -> None:
        self._cutoffs = cutoffs
        self._access, self._refresh = secrets.token_bytes(32), secrets.token_bytes(32)
        self._ids = itertools.count()
        self._refreshing = lowwater.Validator(
            issuer=ISSUER, audience=TOKEN_ENDPOINT, algorithms=["HS256"], token_type=["rt+jwt"],
            max_lifetime=31 * DAY, keys=lowwater.Key.from_secret(self._refresh),
        )  # fmt: skip
        # What the API asks of an access token.
        self.of_api = lowwater.Validator(
            issuer=ISSUER, audience=API, algorithms=["HS256"], token_type="strict",
            keys=lowwater.Key.from_secret(self._access),
        )  # fmt: skip

    def grant(self, user: str, client: str, at: datetime | None = None) -> dict[str, str]:
        """The user logs in and lets the client act."""
        at = at or datetime.now(timezone.utc)
        return {
            "access_token": self._signed("at+jwt", self._access, user, client, API, at, 3600),
            "refresh_token": self._signed("rt+jwt", self._refresh, user, client, TOKEN_ENDPOINT, at, 30 * DAY),
        }

    def token(self, client: str, refresh_token: str) -> dict[str, str]:
        """The token endpoint, of a client that has authenticated itself (RFC 6749 section 6)."""
        # The new tokens are as old as this decision: a rule that comes in the middle of it refuses them.
        at = datetime.now(timezone.utc)
        try:
            accepted = self._refreshing.validate(refresh_token, self._cutoffs, now=at)
        except lowwater.Rejected as no:
            # For the client all is one: it asks the user again.
            return {"error": "server_error" if no.status == 503 else "invalid_grant", "because": no.code}
        if accepted.client != client or accepted.subject is None:
            return {"error": "invalid_grant", "because": "another client's"}
        return self.grant(accepted.subject, client, at)

    def revoke_access(self, user: str, client: str) -> None:
        """The user takes it back. Keep the rule, and have all processes of the token endpoint apply it, before you answer: a
        refresh that one of them grants later passes. The APIs that take such tokens get it too.
        """
        self._cutoffs.issued_before(datetime.now(timezone.utc), subject=user, client=client, issuer=ISSUER)
        # Old rules go when no token needs them: as long as refresh tokens live, not access tokens alone.
        self._cutoffs.prune([self.of_api, self._refreshing])

    def _signed(self, typ: str, secret: bytes, user: str, client: str, audience: str, at: datetime, lifetime: int) -> str:
        now = int(at.timestamp() * 1000) / 1000  # milliseconds: a grant that follows a revocation within its second passes
        claims = {
            "iss": ISSUER, "aud": audience, "sub": user, "client_id": client, "jti": str(next(self._ids)),
            "iat": now, "exp": now + lifetime,
        }  # fmt: skip
        parts = (json.dumps(part).encode() for part in ({"alg": "HS256", "typ": typ}, claims))
        message = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
        mac = base64.urlsafe_b64encode(hmac.digest(secret, message, "sha256")).rstrip(b"=")
        return str(b".".join((message, mac)), "ascii")


cutoffs = lowwater.Cutoffs()  # here one process; else each API has its own, and the rule is sent to all
server = AuthorizationServer(cutoffs)


def call(tokens: dict[str, str]) -> str:
    """What the API says."""
    try:
        server.of_api.validate(tokens["access_token"], cutoffs)
    except lowwater.Rejected as no:
        return no.code
    return "hello"


def told(what: str, came: str, expected: str) -> None:
    print(f"{what}: {came}")
    if came != expected:
        raise SystemExit(f"expected {expected}")


photos, mail, other = server.grant("u1", "photos"), server.grant("u1", "mail"), server.grant("u2", "photos")
told("the app calls", call(photos), "hello")
refreshed = server.token("photos", photos["refresh_token"])
told("the app refreshes, and calls", call(refreshed), "hello")
time.sleep(0.01)
server.revoke_access("u1", "photos")
told("its access is revoked, and it calls", call(refreshed), "token_revoked")
told("with the first token", call(photos), "token_revoked")
told("it refreshes", server.token("photos", refreshed["refresh_token"])["error"], "invalid_grant")
told("another app of the user's calls", call(mail), "hello")
told("and refreshes, and calls", call(server.token("mail", mail["refresh_token"])), "hello")
told("the app calls for another user", call(other), "hello")
time.sleep(0.01)  # a cutoff ends its own millisecond
told("the user lets it act again, and it calls", call(server.grant("u1", "photos")), "hello")
