"""Decides tokens as a library of Python does: `python.py WHO FOLDER`.

Reads `FOLDER/sets.json` and `FOLDER/cases.jsonl`, prints an answer a line: `accept` with the place of the key,
`reject` with what was wrong, `not asked` with what is missing. Time stands still at the case's `now`.
"""

import datetime
import functools
import json
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
    ) -> None:
        Still.at = now
        options: Any = {
            "require": asked["required"],
            "verify_aud": asked["audience"] is not None,
            "enforce_minimum_key_length": not asked["short_secrets"],
        }
        pyjwt.decode(
            token,
            key,
            algorithms,
            audience=asked["audience"],
            issuer=asked["issuer"],
            leeway=asked["leeway"],
            options=options,
        )


class Joserfc:
    algorithms = COMMON | {"Ed25519"}

    @staticmethod
    def key(jwk: dict[str, Any], _: str) -> Any:
        return joserfc.jwk.import_key(jwk)

    @staticmethod
    def decide(
        token: str, key: Any, algorithms: list[str], asked: dict[str, Any], now: float
    ) -> None:
        wanted: dict[str, Any] = {name: {"essential": True} for name in asked["required"]}
        for claim, values in (("iss", asked["issuer"]), ("aud", asked["audience"])):
            if values is not None:
                wanted[claim] = {"essential": True, "values": values}
        registry = joserfc.jwt.JWTClaimsRegistry(now=int(now), leeway=asked["leeway"], **wanted)
        decoded = joserfc.jwt.decode(token, key, algorithms=algorithms)
        registry.validate(decoded.claims)


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
            peer.decide(case["token"], key, algorithms, asked, case["now"] / 1000)
        # Whatever a library raises is its refusal, of its own kind or not.
        except Exception as fault:
            refusal = f"reject\t{type(fault).__name__}"
        else:
            return f"accept\t{place}"
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
