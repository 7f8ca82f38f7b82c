"""All cases of a run, from a seed: the same seed gives the same cases (the salts of PS signatures apart)."""

import random
from collections.abc import Iterator
from pathlib import Path

from . import member_mutations, odd_keys, signing, text_mutations, tokens, vectors
from .cases import Case
from .member_mutations import SINGLE, TIMES, applied
from .sets import Sets
from .tokens import NOW, POLICIES, Draft, draft
from .values import HEADERS, NEAR, VALUES

# Cheap to check, so that most tokens are of these; RSA and P-384 have a part.
BULK = ["HS256", "HS256", "EdDSA", "EdDSA", "ES256"]
EVERY = [*BULK, *BULK, *signing.ALGORITHMS]
# How many of each kind for one that is asked for in all.
SHARE_TEXT, SHARE_MEMBERS = 0.35, 0.4


def cases(paths: list[Path], sets: Sets, count: int, seed: int) -> Iterator[Case]:
    rng = random.Random(seed)
    tokens.declare(sets)
    given = list(vectors.cases(paths, sets))
    yield from given
    own = [draft(name).case("good") for name in signing.ALGORITHMS]
    yield from own
    yield from systematic()
    yield from mix_ups()
    yield from odd_keys.cases(sets)
    bases = [case for case in given if len(case.token) < 2000] + own * 30
    for _ in range(int(count * SHARE_TEXT)):
        yield text_mutation(rng, rng.choice(bases))
    for _ in range(int(count * SHARE_MEMBERS)):
        yield member_mutation(rng)
    while True:
        yield anything(rng)


def systematic() -> Iterator[Case]:
    """Each change of one member, by HMAC, EdDSA and ECDSA; times under each policy that reads them."""
    for algorithm in ("HS256", "EdDSA", "ES256"):
        for change in SINGLE:
            yield applied(draft(algorithm), change).case(change[0])
    for change in SINGLE:
        nameless = draft("HS256").but(keys="own/secret, no kid")
        if any(name == '"kid"' for name, _ in change[1]):
            yield applied(nameless, change).case(f"{change[0]}, of a key without")
    for policy in POLICIES:
        good = draft("HS256").but(policy=policy)
        for place in range(len(good.claims)):
            short = good.claims[:place] + good.claims[place + 1 :]
            yield good.but(claims=short).case("a claim less")
        for place in range(len(good.header)):
            short = good.header[:place] + good.header[place + 1 :]
            yield good.but(header=short).case("a header member less")
        for change in SINGLE:
            if "boundary" in change[0] or change[0] in ("audience", "issuer", "token type"):
                for now in (0, 500, 999):
                    yield applied(good.but(now=NOW * 1000 + now), change).case(change[0])


def mix_ups() -> Iterator[Case]:
    """A header says one algorithm, another signs, a third key is known."""
    for said in signing.ALGORITHMS:
        for done in signing.ALGORITHMS:
            for known in signing.JWKS:
                for form in ("", ", no kid"):
                    made = draft(said).but(signs=(done, signing.ALGORITHMS[done]))
                    yield made.but(keys=f"own/{known}{form}").case("algorithms and keys mixed up")
    others = (
        *(("HS256", "secret-short"), ("HS256", "secret-other"), ("RS256", "rsa-1024")),
        *(("PS256", "rsa-1024"), ("RS256", "rsa-other"), ("ES256", "p256-other")),
        *(("EdDSA", "ed25519-other"),),
    )
    for algorithm, key in others:
        for policy in POLICIES:
            made = draft(algorithm).but(signs=(algorithm, key), keys=f"own/{key}", policy=policy)
            yield made.case("another key")
            yield draft(algorithm).but(signs=(algorithm, key)).case("a key that is not known")


def text_mutation(rng: random.Random, base: Case) -> Case:
    names = rng.choices(list(text_mutations.MUTATIONS), k=rng.choice([1, 1, 1, 2]))
    token = base.token
    for name in names:
        token = text_mutations.MUTATIONS[name](rng, token)
    return base.changed(", ".join(names), token)


def member_mutation(rng: random.Random) -> Case:
    """One to three changes at once, signed as they are."""
    made, kinds = start(rng), []
    for _ in range(rng.choice([1, 1, 2, 3])):
        if rng.random() < 0.6:
            change = rng.choice(SINGLE)
            made = applied(made, change)
            kinds.append(change[0])
            continue
        if rng.random() < 0.5 and made.header:
            kind, members = member_mutations.shape(rng, made.header, VALUES)
            made = made.but(header=members)
            kinds.append(f"header: {kind}")
        elif made.claims:
            kind, members = member_mutations.shape(rng, made.claims, [*VALUES, *NEAR])
            made = made.but(claims=members)
            kinds.append(f"claims: {kind}")
    if rng.random() < 0.1:
        return whole(rng, made)
    return made.case(", ".join(kinds))


def whole(rng: random.Random, made: Draft) -> Case:
    header, claims = tokens.written(made.header), tokens.written(made.claims)
    if rng.random() < 0.5:
        kind, header = member_mutations.raw(rng, header)
        return made.case(f"header: {kind}", made.token(header=header))
    kind, claims = member_mutations.raw(rng, claims)
    return made.case(f"claims: {kind}", made.token(payload=claims))


def start(rng: random.Random) -> Draft:
    """A good token, mostly under the plain policy and at a whole second."""
    made = draft(rng.choice(EVERY))
    if rng.random() < 0.3:
        made = made.but(policy=rng.choice(list(POLICIES)))
    if rng.random() < 0.3:
        made = made.but(now=NOW * 1000 + rng.randrange(1000))
    return made


def anything(rng: random.Random) -> Case:
    """Members, keys and algorithms as they come, each signed by somebody."""
    made = start(rng)
    for name in rng.sample(
        ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "auth_time", "scope"], rng.randrange(4)
    ):
        pool = NEAR if name in TIMES and rng.random() < 0.7 else VALUES
        made = made.with_claims((f'"{name}"', rng.choice(pool)))
    for number in range(rng.randrange(6)):
        made = made.with_claims((f'"x{number}"', rng.choice(VALUES)))
    if rng.random() < 0.2:
        name = rng.choice(list(HEADERS))
        made = made.with_header((f'"{name}"', rng.choice(HEADERS[name])))
    if rng.random() < 0.3:
        done = rng.choice(list(signing.ALGORITHMS))
        made = made.but(signs=(done, signing.ALGORITHMS[done]))
    if rng.random() < 0.2:
        known = rng.choice(list(signing.JWKS))
        made = made.but(
            keys=rng.choice([f"own/{known}", f"own/{known}, no kid", "own/every public key"])
        )
        if rng.random() < 0.5:
            made = made.with_header(('"kid"', f'"{known}"'))
    return made.case("at random")
