"""What an issuer could sign: headers and payloads with other members, values, spellings, times."""

import random
from collections.abc import Iterator

from .tokens import Draft, Members
from .values import (
    ALGORITHM_NAMES,
    AUDIENCES,
    HEADERS,
    ISSUERS,
    KEY_IDS,
    NEAR,
    TYPES,
    VALUES,
)

TIMES = ["exp", "nbf", "iat", "auth_time"]
STRINGS = ["iss", "sub", "jti", "sid", "client_id", "azp"]
LISTS = ["aud", "scope", "permissions"]


def single() -> Iterator[tuple[str, Members, Members]]:
    """Every change of one member: what it is, and the members of header and claims that are new."""
    for name in [*TIMES, *STRINGS, *LISTS, "custom", "cnf", "act", "__proto__"]:
        for value in VALUES:
            yield f"claim {name} of any kind", [], [(f'"{name}"', value)]
    for name in TIMES:
        for value in NEAR:
            yield f"claim {name} at a boundary", [], [(f'"{name}"', value)]
    for value in AUDIENCES:
        yield "audience", [], [('"aud"', value)]
    for value in ISSUERS:
        yield "issuer", [], [('"iss"', value)]
    for value in TYPES:
        yield "token type", [('"typ"', value)], []
    for value in KEY_IDS:
        yield "key id", [('"kid"', value)], []
    for value in ALGORITHM_NAMES:
        yield "algorithm", [('"alg"', value)], []
    for name, values in HEADERS.items():
        for value in values:
            yield f"header {name}", [(f'"{name}"', value)], []
    for value in VALUES:
        for name in ("alg", "typ", "kid", "crit"):
            yield f"header {name} of any kind", [(f'"{name}"', value)], []


SINGLE = list(single())


def spelled(rng: random.Random, name: str) -> str:
    """The same name with a letter as an escape."""
    if len(name) < len('"a"'):
        return name
    at = rng.randrange(1, len(name) - 1)
    return f"{name[:at]}\\u{ord(name[at]):04x}{name[at + 1 :]}"


def shape(rng: random.Random, members: Members, values: list[str]) -> tuple[str, Members]:
    """What can be done to an object as a whole."""
    members = list(members)
    at = rng.randrange(len(members))
    name, value = members[at]
    other = rng.choice([value, value, *values])
    match rng.randrange(8):
        case 0:
            return "a member less", members[:at] + members[at + 1 :]
        case 1:
            members.insert(rng.randrange(len(members) + 1), (name, other))
            return "a member twice", members
        case 2:
            members.insert(rng.randrange(len(members) + 1), (spelled(rng, name), other))
            return "a member twice, once with an escape", members
        case 3:
            members[at] = (spelled(rng, name), value)
            return "a name with an escape", members
        case 4:
            rng.shuffle(members)
            return "another order", members
        case 5:
            members[at] = (
                rng.choice([" ", "\n\t", "\r\n"]) + name,
                value + rng.choice([" ", "\n"]),
            )
            return "white space", members
        case 6:
            members[at] = (name.upper(), value)
            return "a name in capitals", members
        case _:
            more = rng.choice(["x", "é", "", "\U0001d538", "exp ", "toString"])
            members.append((f'"{more}"', other))
            return "a member more", members


def raw(rng: random.Random, text: bytes) -> tuple[str, bytes]:
    """JSON that is none, or not as UTF-8."""
    return rng.choice(
        [
            ("a byte order mark", b"\xef\xbb\xbf" + text),
            ("UTF-16", text.decode("utf-8", "replace").encode("utf-16")),
            ("a bad byte", text.replace(b"e", b"\xff", 1)),
            ("an overlong slash", text.replace(b"/", b"\xc0\xaf", 1)),
            ("a surrogate in bytes", text.replace(b"e", b"\xed\xa0\x80", 1)),
            ("a comma too many", text.replace(b"}", b",}")),
            ("a comment", text + b"//"),
            ("text after it", text + b" x"),
            ("an object after it", text + text),
            ("NUL after it", text + b"\0"),
            ("white space around it", b" \n" + text + b"\t\r"),
            ("a form feed before it", b"\x0c" + text),
            ("an array", b"[" + text + b"]"),
            ("a string", b'"' + text.replace(b'"', b"'") + b'"'),
            ("nothing", b""),
            ("null", b"null"),
            ("a number", b"5"),
            ("an empty object", b"{}"),
            ("single quotes", text.replace(b'"', b"'")),
            ("an end too few", text[:-1]),
        ]
    )


def applied(draft: Draft, change: tuple[str, Members, Members]) -> Draft:
    _, header, claims = change
    return draft.with_header(*header).with_claims(*claims)
