"""What an issuer could sign: headers and payloads with other members, values, spellings, times."""

import random
from collections.abc import Iterator

from . import signing
from .tokens import AUDIENCE, ISSUER, LEEWAY, NOW, Draft, Members

TIMES = ["exp", "nbf", "iat", "auth_time"]
STRINGS = ["iss", "sub", "jti", "sid", "client_id", "azp"]
LISTS = ["aud", "scope", "permissions"]


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


VALUES = [
    *(
        "null",
        "true",
        "false",
        "0",
        "-0",
        "-1",
        "1",
        "1.5",
        "1e3",
        "1E+2",
        "1e400",
        "-1e400",
        "1e-400",
    ),
    *("9007199254740993", "18446744073709551616", "253402300799", "253402300800", "1" + "0" * 40),
    *("1" + "0" * 5000, "123456789012345678901234567890.5", "01", ".5", "5.", "+1", "0x10", "NaN"),
    *(
        "Infinity",
        "-Infinity",
        "nul",
        "'a'",
        '""',
        '"a"',
        '"5"',
        '"true"',
        '"null"',
        f'"{NOW + 600}"',
    ),
    *("[]", "{}", "[null]", "[1]", '["a"]', '["a","b"]', '[["a"]]', "[{}]", '[""]', '{"a":1}'),
    *('{"a":1,"a":2}', '{"a":{"b":1,"b":1}}', '[{"a":1,"a":1}]', '{"a":1,"\\u0061":2}'),
    *(
        '"\\ud800"',
        '"\\udc00\\ud800"',
        '"\\ud83d\\ude00"',
        '"\ud800"',
        '"\\u0000"',
        '"\0"',
        '"\t"',
        '"\\x41"',
    ),
    *('"é"', '"e\u0301"', '"\u202e"', '"\ufeffa"', '"\U0001f511"', '["\\ud800"]', '{"\\udfff":1}'),
    *(nested(30), nested(31), nested(32), nested(100), nested(1500), '{"a":' * 30 + "1" + "}" * 30),
    *('{"a":' * 40 + "1" + "}" * 40, '"' + "x" * 2000 + '"', '"' + "x" * 20000 + '"'),
    *("[" + "1," * 3000 + "1]", '{"__proto__":{"a":1}}', "//", "/* */ 1", "1 2"),
]
AUDIENCES = [
    *(f'"{AUDIENCE}"', f'["{AUDIENCE}"]', f'["a","{AUDIENCE}"]', f'["{AUDIENCE}","{AUDIENCE}"]'),
    *(f'["{AUDIENCE}",1]', f'["{AUDIENCE}",null]', f'["{AUDIENCE}",["a"]]', f'[["{AUDIENCE}"]]'),
    *(
        f'["{AUDIENCE}",{{}}]',
        f'{{"{AUDIENCE}":1}}',
        "[]",
        "null",
        '""',
        '[""]',
        '"https://api.example"',
    ),
    *(
        '"https://API.example/"',
        '"https://api.example/x"',
        f'"{AUDIENCE} "',
        '"https:\\/\\/api.example\\/"',
    ),
    *('"https://other.example/"', '["https://other.example/"]', f'"{AUDIENCE},a"', '"*"', '".*"'),
]
ISSUERS = [
    *(
        f'"{ISSUER}"',
        f'["{ISSUER}"]',
        f'["{ISSUER}","a"]',
        '"https://other.example/"',
        "null",
        '""',
        "0",
    ),
    *(
        '"https://issuer.example"',
        '"https://ISSUER.example/"',
        f'"{ISSUER}x"',
        f'" {ISSUER}"',
        "{}",
        "[]",
    ),
    *('"https:\\/\\/issuer.example\\/"', '"\\u0068ttps://issuer.example/"', f'["a","{ISSUER}"]'),
]
TYPES = [
    *(
        '"JWT"',
        '"jwt"',
        '"at+jwt"',
        '"AT+JWT"',
        '"application/at+jwt"',
        '"application/jwt"',
        '"Application/JWT"',
    ),
    *(
        '"logout+jwt"',
        '"secevent+jwt"',
        '"dpop+jwt"',
        '"statuslist+jwt"',
        '"token-introspection+jwt"',
    ),
    *(
        '"JOSE"',
        '"jose+json"',
        '"rt+jwt"',
        '"id+jwt"',
        '""',
        "null",
        "1",
        "[]",
        '["JWT"]',
        '"JWT "',
        '"text/jwt"',
    ),
    '"application/dpop+jwt"',
]
KEY_IDS = [
    *(
        '"k"',
        '""',
        '"K"',
        '"k "',
        '"other"',
        "null",
        "0",
        "1",
        "true",
        "[]",
        '["k"]',
        "{}",
        '"\\u006b"',
    ),
    *(
        '"../../dev/null"',
        '"k\\u0000"',
        '"' + "k" * 1024 + '"',
        '"' + "k" * 1025 + '"',
        '"p256"',
        '"rsa"',
    ),
    *('"ed25519"', '"ed25519-other"', '"__proto__"', '"constructor"', '"toString"'),
]
ALGORITHM_NAMES = [
    *(
        '"none"',
        '"None"',
        '"NONE"',
        '"nOnE"',
        '"none "',
        '""',
        "null",
        "0",
        "[]",
        '["HS256"]',
        "{}",
    ),
    *(
        '"hs256"',
        '"HS256 "',
        '"HS1"',
        '"RS1"',
        '"ES256K"',
        '"ES512"',
        '"Ed448"',
        '"A128KW"',
        '"dir"',
    ),
    *(f'"{name}"' for name in signing.ALGORITHMS),
]
EMBEDDED = '{"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}'
HEADERS = {
    "crit": [
        '["exp"]',
        '["b64"]',
        "[]",
        '"exp"',
        "[1]",
        '["x"]',
        '["x","x"]',
        '["alg"]',
        "null",
        "{}",
        "false",
        '["kid"]',
    ],
    "b64": ["true", "false", "null", '"false"', "0", "1"],
    "zip": ['"DEF"', "null", '""', "1"],
    "enc": ['"A128GCM"', "null", '""', "1"],
    "jwk": [EMBEDDED, "null", "1", '""', "{}", '{"kty":"RSA"}'],
    "jku": ['"https://issuer.example/keys"', "null", "5", "[]"],
    "x5u": ['"https://issuer.example/chain"', "null", "5"],
    "x5c": ['["AAAA"]', "[]", '"AAAA"', "null", "[5]"],
    "x5t": ['"AAAA"', "null", "5"],
    "x5t#S256": ['"AAAA"', "null", "5"],
    "cty": ['"JWT"', '"at+jwt"', "null", "5", "[]"],
    "exp": ["1", '"1"', "null"],
    "iss": [f'"{ISSUER}"', '"other"', "5"],
    "url": ['"https://a.example/"', "5", "null"],
    "nonce": ['"a"', "5", "null"],
    "p2c": ["1", "1000000000"],
    "custom": VALUES,
}


def boundaries() -> list[str]:
    """Instants about now, with and without leeway, and how they can be written."""
    found = []
    for offset in (0, LEEWAY, -LEEWAY, 300, -300, 360, -360):
        for delta in (-2, -1, 0, 1, 2):
            found.append(str(NOW + offset + delta))
        for fraction in (".0", ".001", ".0004", ".0005", ".5", ".999", ".9999", ".000000001"):
            found += [f"{NOW + offset}{fraction}", f"{NOW + offset - 1}{fraction}"]
    found += [str(NOW + offset) for offset in (86399, 86400, 86401, -86400, 10**9)]
    found += [
        "1.8e9",
        "1.80000006e9",
        "18000000600e-1",
        "1799999940E0",
        "1.8E+9",
        "1800000060000e-3",
    ]
    return found


NEAR = boundaries()


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
