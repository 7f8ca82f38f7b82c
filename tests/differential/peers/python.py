"""Decides tokens as a library of Python does: `python.py WHO FOLDER`.

Reads `FOLDER/sets.json` and `FOLDER/cases.jsonl`, prints an answer a line: `accept` with the place of the key
and what was read, `reject` with what was wrong, `not asked` with what is missing. Time stands still at the case's `now`.
"""

import datetime
import functools
import hashlib
import json
import math
import re
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joserfc.errors
import joserfc.jwk
import joserfc.jwt
import jwt as pyjwt
import jwt.api_jwt

COMMON = {
    *("HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
}
# joserfc warns of the name EdDSA, PyJWT of short secrets: neither refuses by it.
warnings.simplefilter("ignore")


class Still(datetime.datetime):
    """The clock that PyJWT reads."""

    at = 0.0

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> "Still":
        return cls.fromtimestamp(cls.at, tz)


jwt.api_jwt.datetime = Still  # type: ignore[attr-defined]


class PyJwt:
    algorithms = COMMON

    @staticmethod
    def key(jwk: dict[str, Any], algorithm: str) -> Any:
        return pyjwt.PyJWK(jwk, algorithm)

    @staticmethod
    def decide(
        token: str, key: Any, algorithms: list[str], asked: dict[str, Any], now: float
    ) -> dict[str, Any]:
        Still.at = now
        options: Any = {
            "require": asked["required"],
            "verify_aud": asked["audience"] is not None,
            "enforce_minimum_key_length": not asked["short_secrets"],
        }
        claims: dict[str, Any] = pyjwt.decode(
            token,
            key,
            algorithms,
            audience=asked["audience"],
            issuer=asked["issuer"],
            leeway=asked["leeway"],
            options=options,
        )
        return claims


class Joserfc:
    algorithms = COMMON | {"Ed25519"}

    @staticmethod
    def key(jwk: dict[str, Any], _: str) -> Any:
        return joserfc.jwk.import_key(jwk)

    @staticmethod
    def decide(
        token: str, key: Any, algorithms: list[str], asked: dict[str, Any], now: float
    ) -> dict[str, Any]:
        wanted: dict[str, Any] = {name: {"essential": True} for name in asked["required"]}
        for claim, values in (("iss", asked["issuer"]), ("aud", asked["audience"])):
            if values is not None:
                wanted[claim] = {"essential": True, "values": values}
        registry = joserfc.jwt.JWTClaimsRegistry(now=int(now), leeway=asked["leeway"], **wanted)
        decoded = joserfc.jwt.decode(token, key, algorithms=algorithms)
        registry.validate(decoded.claims)
        return decoded.claims


def digest(claims: dict[str, Any]) -> str:
    """Of `iss`, `sub`, `aud` as a list, `jti` and the second in which `exp` lies: as all workers write it."""
    iss, sub, aud, jti, exp = map(claims.get, ("iss", "sub", "aud", "jti", "exp"))
    if isinstance(aud, str):
        aud = [aud]
    if isinstance(exp, float) and math.isfinite(exp):
        exp = math.floor(exp)
    seen = json.dumps([iss, sub, aud, jti, exp], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(seen.encode(errors="surrogatepass")).hexdigest()[:12]


def word(fault: Exception) -> str:
    """The kind of a refusal, and the claim: joserfc has a member for it, PyJWT ends its sentence with it."""
    sentence = re.search(r"\((\w+)\)$", str(fault))
    claim = getattr(fault, "claim", sentence and sentence[1])
    return " ".join(filter(None, (type(fault).__name__, claim)))


PEERS: dict[str, Any] = {"PyJWT": PyJwt, "joserfc": Joserfc}


def answer(
    peer: Any,
    sets: dict[str, Any],
    key_of: Callable[[str, int, str], Any],
    case: dict[str, Any],
) -> str:
    asked, algorithm = sets["asked"][case["policy"]], case["algorithm"]
    if algorithm and algorithm not in peer.algorithms:
        return "not asked\tits algorithm"
    refusal, unread = "reject\tno key", False
    for place, names in case["candidates"]:
        algorithms = [name for name in names if name in peer.algorithms]
        if not algorithms:
            continue
        using = algorithm if algorithm in algorithms else algorithms[0]
        key = key_of(case["keys"], place, using)
        if key is None:
            unread = True
            continue
        try:
            claims = peer.decide(case["token"], key, algorithms, asked, case["now"] / 1000)
        # Whatever a library raises is its refusal, of its own kind or not.
        except Exception as fault:
            refusal = f"reject\t{word(fault)}"
        else:
            return f"accept\t{place}\t{digest(claims)}"
    return "not asked\ta key that it does not read" if unread else refusal


def main() -> None:
    peer, folder = PEERS[sys.argv[1]], Path(sys.argv[2])
    sets = json.loads((folder / "sets.json").read_text())

    @functools.cache
    def key_of(keys: str, place: int, algorithm: str) -> Any:
        try:
            return peer.key(sets["jwks"][keys][place], algorithm)
        except Exception:
            return None

    with (folder / "cases.jsonl").open() as cases:
        for line in cases:
            print(answer(peer, sets, key_of, json.loads(line)))


if __name__ == "__main__":
    main()
