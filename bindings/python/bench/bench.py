"""lowwater beside PyJWT, joserfc and authlib, and beside its own core, in one interleaved run.

    pip install ./bindings/python -r bindings/python/bench/requirements.txt
    python bindings/python/bench/bench.py

Every library checks signature, issuer, audience, expiry and issue time, with a key that was parsed before.
Each figure is the median of the rounds, in microseconds; a round asks every library once, in turn.
"""

import json
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joserfc.jwk
import joserfc.jwt
import jwt as pyjwt
import lowwater
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import authlib.jose  # type: ignore[import-untyped]

ISSUER, AUDIENCE = "https://tenant.example.auth/", "https://api.example.com/"
ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 40
BATCH = {"HS256": 400, "RS256": 60, "ES256": 30, "EdDSA": 30}


def keys(algorithm: str) -> tuple[Any, Any, dict[str, Any]]:
    """To sign, to verify, and as a JWK."""
    if algorithm == "HS256":
        secret = bytes(range(32))
        jwk = joserfc.jwk.OctKey.import_key(secret).as_dict()
        return secret, secret, jwk
    made: Any = {
        "RS256": lambda: rsa.generate_private_key(65537, 2048),
        "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
        "EdDSA": ed25519.Ed25519PrivateKey.generate,
    }[algorithm]()
    form: Any = {
        "RS256": pyjwt.algorithms.RSAAlgorithm,
        "ES256": pyjwt.algorithms.ECAlgorithm,
        "EdDSA": pyjwt.algorithms.OKPAlgorithm,
    }[algorithm]
    return made, made.public_key(), json.loads(form.to_jwk(made.public_key()))


def claims(now: int) -> dict[str, Any]:
    """An access token as a large issuer writes it: about 900 bytes with its signature (RS256: 1100)."""
    return {
        "iss": ISSUER,
        "sub": "auth0|507f1f77bcf86cd799439011",
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
        "sid": "f9b8a7c6-d5e4-4f3a-8b2c-1d0e9f8a7b6c",
        "jti": "0d1c2b3a-4f5e-6d7c-8b9a-0f1e2d3c4b5a",
        "auth_time": now - 600,
        "https://example.com/roles": ["editor", "reviewer", "billing"],
        "gty": "password",
    }


def contestants(algorithm: str, now: int) -> tuple[str, str, dict[str, Callable[[], Any]]]:
    signing, verifying, jwk = keys(algorithm)
    token = pyjwt.encode(claims(now), signing, algorithm, headers={"typ": "at+jwt", "kid": "k"})
    jwks = {"keys": [jwk | {"kid": "k"}]}
    validator = lowwater.Validator(
        issuer=ISSUER, audience=AUDIENCE, algorithms=[algorithm], keys=jwks
    )
    cutoffs = lowwater.Cutoffs()
    for user in range(1000):
        cutoffs.issued_before(now, subject=f"auth0|{user}", issuer=ISSUER)
    own = joserfc.jwk.import_key(jwk)
    registry = joserfc.jwt.JWTClaimsRegistry(
        leeway=60,
        iss={"essential": True, "value": ISSUER},
        aud={"essential": True, "value": AUDIENCE},
    )
    old = authlib.jose.JsonWebToken([algorithm])
    old_key = authlib.jose.JsonWebKey.import_key(jwk)
    asked = {
        "iss": {"essential": True, "value": ISSUER},
        "aud": {"essential": True, "value": AUDIENCE},
    }
    required: Any = {"require": ["exp", "iat"]}
    nothing = lowwater.NO_CUTOFFS
    return (
        token,
        json.dumps(jwks),
        {
            "lowwater": lambda: validator.validate(token, nothing),
            "lowwater, claims": lambda: validator.validate(token, nothing).claims,
            "lowwater, 1000 rules": lambda: validator.validate(token, cutoffs),
            "PyJWT": lambda: pyjwt.decode(
                token,
                verifying,
                [algorithm],
                audience=AUDIENCE,
                issuer=ISSUER,
                leeway=60,
                options=required,
            ),
            "joserfc": lambda: registry.validate(
                joserfc.jwt.decode(token, own, algorithms=[algorithm]).claims
            ),
            "authlib": lambda: old.decode(token, old_key, claims_options=asked).validate(leeway=60),
        },
    )


def main() -> None:
    root = Path(__file__).resolve().parents[3]
    cargo = ["cargo", "run", "--quiet", "--release", "-p", "lowwater"]
    cargo += ["--features", "aws-lc-rs", "--example", "speed"]
    core = subprocess.Popen(
        cargo, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert core.stdin is not None
    assert core.stdout is not None
    now = int(time.time())
    rows: dict[str, dict[str, float]] = {}
    for algorithm, batch in BATCH.items():
        token, jwks, calls = contestants(algorithm, now)
        policy = json.dumps({"issuer": [ISSUER], "audience": [AUDIENCE], "algorithms": [algorithm]})
        times: dict[str, list[float]] = {name: [] for name in ("the core alone", *calls)}
        for _ in range(ROUNDS):
            print(policy, jwks, token, now, batch, sep="\t", file=core.stdin, flush=True)
            times["the core alone"].append(int(core.stdout.readline()) / 1000)
            for name, call in calls.items():
                start = time.perf_counter_ns()
                for _ in range(batch):
                    call()
                times[name].append((time.perf_counter_ns() - start) / batch / 1000)
        for name, measured in times.items():
            rows.setdefault(name, {})[f"{algorithm} ({len(token)} bytes)"] = statistics.median(
                measured
            )
    core.stdin.close()
    columns = list(next(iter(rows.values())))
    print("| microseconds |", " | ".join(columns), "|")
    print("|---|" + "---|" * len(columns))
    for name, row in rows.items():
        print(f"| {name} |", " | ".join(f"{row[column]:.2f}" for column in columns), "|")
    first = columns[0]
    over = {name: row[first] - rows["the core alone"][first] for name, row in rows.items()}
    print(
        f"\nover the core, {first}: {over['lowwater']:.2f}, with claims {over['lowwater, claims']:.2f}"
    )


if __name__ == "__main__":
    main()
