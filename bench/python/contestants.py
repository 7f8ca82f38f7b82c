"""Who is measured in Python: each checks signature, issuer, audience and expiry, with a key parsed before.

Each is used in the fastest form that its documentation shows.
"""

import base64
import json
import warnings
from collections.abc import Callable
from typing import Any

import joserfc.errors
import joserfc.jwk
import joserfc.jwt
import jwt as pyjwt
import lowwater

# Its filter for its own warning (use joserfc) is set by this module, and is overruled after it.
from authlib.deprecate import AuthlibDeprecationWarning

with warnings.catch_warnings():
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    import authlib.jose
    import authlib.jose.errors

# EdDSA has a new name (RFC 9864), and joserfc warns of the old one, which tokens have.
warnings.simplefilter("ignore", joserfc.errors.SecurityWarning)

MEMO = 8 << 20

Decide = Callable[[str], Any]
Refusals = type[Exception] | tuple[type[Exception], ...]
Fixture = dict[str, Any]


def validator(fixture: Fixture, memo_bytes: int = 0, **more: Any) -> lowwater.Validator:
    return lowwater.Validator(
        issuer=fixture["issuer"],
        audience=fixture["audience"],
        algorithms=[fixture["algorithm"]],
        keys=fixture["jwks"],
        memo_bytes=memo_bytes,
        **more,
    )


def plain(fixture: Fixture) -> tuple[Decide, Refusals]:
    ours, nothing = validator(fixture), lowwater.NO_CUTOFFS
    return lambda token: ours.validate(token, nothing), lowwater.Rejected


def claims_read(fixture: Fixture) -> tuple[Decide, Refusals]:
    ours, nothing = validator(fixture), lowwater.NO_CUTOFFS
    return lambda token: ours.validate(token, nothing).claims, lowwater.Rejected


def memo(fixture: Fixture) -> tuple[Decide, Refusals]:
    """As the package is without a word about it."""
    ours, nothing = validator(fixture, memo_bytes=MEMO), lowwater.NO_CUTOFFS
    return lambda token: ours.validate(token, nothing), lowwater.Rejected


def memo_claims_read(fixture: Fixture) -> tuple[Decide, Refusals]:
    ours, nothing = validator(fixture, memo_bytes=MEMO), lowwater.NO_CUTOFFS
    return lambda token: ours.validate(token, nothing).claims, lowwater.Rejected


def release_gil(fixture: Fixture) -> tuple[Decide, Refusals]:
    ours, nothing = validator(fixture, release_gil=True), lowwater.NO_CUTOFFS
    return lambda token: ours.validate(token, nothing), lowwater.Rejected


def thousand_rules(fixture: Fixture) -> tuple[Decide, Refusals]:
    ours, cutoffs = validator(fixture), lowwater.Cutoffs()
    for user in range(1000):
        cutoffs.issued_before(fixture["now"], subject=f"auth0|{user}", issuer=fixture["issuer"])
    return lambda token: ours.validate(token, cutoffs), lowwater.Rejected


def py_jwt(fixture: Fixture) -> tuple[Decide, Refusals]:
    # A PyJWK is prepared once; a key given as bytes or as an object is prepared again for each token.
    key = pyjwt.PyJWK(fixture["jwks"]["keys"][0], fixture["algorithm"])
    algorithms, issuer, audience = [fixture["algorithm"]], fixture["issuer"], fixture["audience"]
    options: Any = {"require": ["exp", "iat"]}

    def decide(token: str) -> Any:
        return pyjwt.decode(
            token, key, algorithms, audience=audience, issuer=issuer, leeway=60, options=options
        )

    return decide, pyjwt.InvalidTokenError


def jose_rfc(fixture: Fixture) -> tuple[Decide, Refusals]:
    key = joserfc.jwk.import_key(fixture["jwks"]["keys"][0])
    algorithms = [fixture["algorithm"]]
    registry = joserfc.jwt.JWTClaimsRegistry(
        leeway=60,
        iss={"essential": True, "value": fixture["issuer"]},
        aud={"essential": True, "value": fixture["audience"]},
        exp={"essential": True},
    )

    def decide(token: str) -> Any:
        decoded = joserfc.jwt.decode(token, key, algorithms=algorithms)
        registry.validate(decoded.claims)
        return decoded.claims

    # Of a header that is no text it lets a ValueError through.
    return decide, (joserfc.errors.JoseError, ValueError)


def authlib_jose(fixture: Fixture) -> tuple[Decide, Refusals]:
    own = authlib.jose.JsonWebToken([fixture["algorithm"]])
    key = authlib.jose.JsonWebKey.import_key(fixture["jwks"]["keys"][0])
    asked = {
        "iss": {"essential": True, "value": fixture["issuer"]},
        "aud": {"essential": True, "value": fixture["audience"]},
        "exp": {"essential": True},
    }

    def decide(token: str) -> Any:
        decoded = own.decode(token, key, claims_options=asked)
        decoded.validate(leeway=60)
        return decoded

    return decide, (authlib.jose.errors.JoseError, ValueError)


def json_alone(fixture: Fixture) -> tuple[Decide, Refusals]:
    """For comparison: what Python takes to read the claims alone, as JSON that is decoded already."""
    middle = fixture["tokens"]["accepted"][0].split(".")[1]
    payload = base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4))
    return lambda _: json.loads(payload), ValueError


CONTESTANTS: dict[str, Callable[[Fixture], tuple[Decide, Refusals]]] = {
    "lowwater": plain,
    "lowwater, claims read": claims_read,
    "lowwater, memo": memo,
    "lowwater, memo, claims read": memo_claims_read,
    "lowwater, 1000 rules": thousand_rules,
    "lowwater, release_gil": release_gil,
    "PyJWT": py_jwt,
    "joserfc": jose_rfc,
    "authlib": authlib_jose,
    "json.loads of the claims": json_alone,
}
