"""Tokens that this harness signs itself: headers and payloads as lists of members, so that they can be wrong."""

from dataclasses import dataclass

from . import signing
from .cases import Case
from .sets import Sets

ISSUER, AUDIENCE = "https://issuer.example/", "https://api.example/"
NOW = 1_800_000_000
LEEWAY = 60

Members = list[tuple[str, str]]


@dataclass(slots=True, frozen=True)
class Draft:
    """A token before it is signed: names and values as JSON texts, in the order in which they are written."""

    algorithm: str
    header: Members
    claims: Members
    keys: str
    policy: str
    now: int = NOW * 1000
    # Of another key, by another algorithm, than the header says.
    signs: tuple[str, str] | None = None

    def with_header(self, *members: tuple[str, str]) -> "Draft":
        return self.but(header=replaced(self.header, members))

    def with_claims(self, *members: tuple[str, str]) -> "Draft":
        return self.but(claims=replaced(self.claims, members))

    def but(self, **changes: object) -> "Draft":
        values = {name: getattr(self, name) for name in self.__slots__}
        return Draft(**(values | changes))

    def token(self, header: bytes | None = None, payload: bytes | None = None) -> str:
        algorithm, key = self.signs or (self.algorithm, signing.ALGORITHMS[self.algorithm])
        return signing.signed(
            written(self.header) if header is None else header,
            written(self.claims) if payload is None else payload,
            signing.signer(algorithm, key),
        )

    def case(self, kind: str, token: str | None = None) -> Case:
        return Case(
            f"own/{self.algorithm}",
            kind,
            self.token() if token is None else token,
            self.keys,
            self.policy,
            self.now,
        )


def replaced(members: Members, changes: tuple[tuple[str, str], ...]) -> Members:
    """Where a member is there its value is changed; others come last."""
    new = dict(changes)
    kept = [(name, new.pop(name, value)) for name, value in members]
    return kept + list(new.items())


def written(members: Members) -> bytes:
    text = ",".join(f"{name}:{value}" for name, value in members)
    return f"{{{text}}}".encode("utf-8", "surrogatepass")


def draft(algorithm: str) -> Draft:
    """A good access token of that algorithm, under the policy `own`."""
    return Draft(
        algorithm,
        [('"alg"', f'"{algorithm}"'), ('"typ"', '"at+jwt"'), ('"kid"', '"k"')],
        [
            ('"iss"', f'"{ISSUER}"'),
            ('"sub"', '"auth0|42"'),
            ('"aud"', f'"{AUDIENCE}"'),
            ('"iat"', str(NOW - 10)),
            ('"exp"', str(NOW + 600)),
        ],
        f"own/{signing.ALGORITHMS[algorithm]}",
        "own",
    )


def declare(sets: Sets) -> None:
    """The key sets and policies of these tokens."""
    for name, jwk in signing.JWKS.items():
        sets.keys(f"own/{name}", {"jwks": {"keys": [jwk | {"kid": "k"}]}})
        sets.keys(f"own/{name}, no kid", {"jwks": {"keys": [jwk]}})
    public = [name for name, jwk in signing.JWKS.items() if jwk["kty"] != "oct"]
    every = [signing.JWKS[name] | {"kid": name} for name in public if name != "rsa-1024"]
    sets.keys("own/every public key", {"jwks": {"keys": every}})
    own = {
        "issuer": [ISSUER],
        "audience": [AUDIENCE],
        "algorithms": list(signing.ALGORITHMS),
    }
    for name, more in POLICIES.items():
        sets.policy(name, own | more)


POLICIES: dict[str, dict[str, object]] = {
    "own": {},
    "no leeway": {"leeway": 0},
    "any audience": {"audience": "any"},
    "any issuer": {"issuer": "any"},
    "two issuers": {"issuer": [ISSUER, "https://other.example/"]},
    "two audiences": {"audience": [AUDIENCE, "https://other.example/"]},
    "max age": {"max_age": 300},
    "strict type": {"token_type": "strict"},
    "any type": {"token_type": "any"},
    "unbounded": {"max_lifetime": "unbounded"},
    "no times": {"max_lifetime": "unbounded", "missing_exp": "accept", "missing_iat": "accept"},
    "needs sub": {"required": ["sub"]},
    "short secrets": {"allow_short_secret": True},
}
