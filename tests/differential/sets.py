"""Key sets and policies: as lowwater reads them, and as far as other libraries have words for them."""

import base64
import json
from collections.abc import Iterable
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from . import signing
from .reading import Number

FAMILIES = {"HS": "oct", "RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
# How a JWT library asks for the presence of a claim, where the policy asks.
CONFIGURED = (("issuer", "iss"), ("audience", "aud"))
LEEWAY = 60


def text(value: Any) -> str:
    """JSON, numbers as they were written."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, list):
        return f"[{','.join(map(text, value))}]"
    if isinstance(value, dict):
        members = (f"{json.dumps(name)}:{text(one)}" for name, one in value.items())
        return f"{{{','.join(members)}}}"
    return json.dumps(value)


def same(algorithms: Iterable[str]) -> list[str]:
    """EdDSA and Ed25519 are two names of one algorithm (RFC 9864)."""
    given = list(algorithms)
    both = ["EdDSA", "Ed25519"]
    return [*dict.fromkeys(given + both * any(name in both for name in given))]


def asked(policy: dict[str, Any]) -> dict[str, Any]:
    """A policy in the words that most libraries have."""
    kinds = policy.get("token_type", "default")
    kinds = ["at+jwt"] if kinds == "strict" else kinds
    required = [name for name in ("exp", "iat") if policy.get(f"missing_{name}") != "accept"]
    required += [claim for member, claim in CONFIGURED if policy[member] != "any"]
    number = {name: float(policy[name]) for name in ("leeway", "max_age") if name in policy}
    return {
        "issuer": None if policy["issuer"] == "any" else policy["issuer"],
        "audience": None if policy["audience"] == "any" else policy["audience"],
        "algorithms": same(policy["algorithms"]),
        "leeway": number.get("leeway", LEEWAY),
        "max_age": number.get("max_age"),
        "required": [*dict.fromkeys(required + policy.get("required", []))],
        # One type can be asked for, a list cannot.
        "typ": kinds[0] if isinstance(kinds, list) and len(kinds) == 1 else None,
        "short_secrets": policy.get("allow_short_secret", False),
    }


def of_pem(pem: str) -> dict[str, Any]:
    data = pem.encode()
    try:
        if "CERTIFICATE" in pem:
            return signing.jwk(x509.load_pem_x509_certificate(data).public_key())
        return signing.jwk(serialization.load_pem_public_key(data))
    except Exception:  # no key, whatever it is
        return {"kty": "none"}


def padded(text: str) -> str:
    return text + "=" * (-len(text) % 4)


def jwks(given: dict[str, Any]) -> list[dict[str, Any]]:
    """The keys of a set, each as a JWK."""
    source = given.get("jwks", given.get("text"))
    try:
        found = json.loads(source if isinstance(source, str) else text(source or {"keys": []}))
        listed = [key if isinstance(key, dict) else {} for key in found["keys"]]
    except (ValueError, KeyError, TypeError):
        listed = []
    for secret in given.get("secrets", []):
        canonical = base64.urlsafe_b64decode(padded(secret["base64url"]))
        listed.append({"kty": "oct", "k": signing.base64url(canonical)} | names(secret))
    for pem in given.get("pems", []):
        listed.append(of_pem(pem["pem"]) | names(pem))
    return listed


def names(key: dict[str, Any]) -> dict[str, Any]:
    return {name: key[name] for name in ("kid", "alg") if name in key}


class Sets:
    """All key sets and policies of a run, by name."""

    def __init__(self) -> None:
        self.keysets: dict[str, Any] = {}
        self.policies: dict[str, dict[str, Any]] = {}
        self.jwks: dict[str, list[dict[str, Any]]] = {}
        self.asked: dict[str, dict[str, Any]] = {}

    def keys(self, name: str, given: dict[str, Any]) -> str:
        """Takes in a key set in the form of the vectors."""
        self.keysets[name] = given
        self.jwks[name] = jwks(given)
        return name

    def policy(self, name: str, policy: dict[str, Any]) -> str:
        self.policies[name] = policy
        self.asked[name] = asked(policy)
        return name

    def candidates(
        self, keys: str, policy: str, header: dict[str, Any]
    ) -> list[tuple[int, list[str]]]:
        """The keys that a token may mean: of its `kid`, or without one; and what each may serve.

        Choosing a key is the application's work with most libraries; here it is done once for all.
        """
        found = []
        kid, allowed = header.get("kid"), self.asked[policy]["algorithms"]
        for place, key in enumerate(self.jwks[keys]):
            if (
                "kid" in header
                and "kid" in key
                and not (isinstance(kid, str) and kid == key["kid"])
            ):
                continue
            own = same([key["alg"]]) if isinstance(key.get("alg"), str) else allowed
            fits = [
                name for name in allowed if name in own and FAMILIES.get(name[:2]) == key.get("kty")
            ]
            found.append((place, fits))
        # The last that is tried says why: a key that fits knows better than one of another algorithm.
        return sorted(found, key=lambda one: header.get("alg") in one[1])

    def written(self) -> dict[str, Any]:
        """What the workers read."""

        def kept(given: dict[str, Any]) -> dict[str, Any]:
            source = given.get("jwks", given.get("text"))
            return {
                "jwks": []
                if source is None
                else [source if isinstance(source, str) else text(source)],
                "secrets": [
                    names(key) | {"text": key["base64url"]} for key in given.get("secrets", [])
                ],
                "pems": [names(key) | {"text": key["pem"]} for key in given.get("pems", [])],
            }

        return {
            "keysets": {name: kept(given) for name, given in self.keysets.items()},
            "policies": {name: text(policy) for name, policy in self.policies.items()},
            "jwks": self.jwks,
            "asked": self.asked,
        }
