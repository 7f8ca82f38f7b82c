"""What a member can be: JSON texts, and texts that are none."""

from . import signing
from .tokens import AUDIENCE, ISSUER, LEEWAY, NOW


def words(text: str) -> list[str]:
    """Values that hold no space."""
    return text.split()


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


def wrapped(depth: int) -> str:
    return '{"a":' * depth + "1" + "}" * depth


# Of any kind: for a claim or header parameter whatever it should be.
VALUES = [
    *words(
        r"""
        null true false 0 -0 -1 1 1.5 1e3 1E+2 1e400 -1e400 1e-400 9007199254740993
        18446744073709551616 253402300799 253402300800 123456789012345678901234567890.5
        01 .5 5. +1 0x10 NaN Infinity -Infinity nul 'a' // "" "a" "5" "true" "null"
        [] {} [null] [1] ["a"] ["a","b"] [["a"]] [{}] [""] {"a":1} {"__proto__":{"a":1}}
        {"a":1,"a":2} {"a":{"b":1,"b":1}} [{"a":1,"a":1}] {"a":1,"\u0061":2}
        "\ud800" "\udc00\ud800" "\ud83d\ude00" "\u0000" "\x41" ["\ud800"] {"\udfff":1} "é"
        """
    ),
    *("1" + "0" * 40, "1" + "0" * 5000, f'"{NOW + 600}"', "1 2", "/* */ 1", '"\0"', '"\t"'),
    *('"\ud800"', '"e\u0301"', '"\u202e"', '"\ufeffa"', '"\U0001f511"'),
    *(nested(30), nested(31), nested(32), nested(100), nested(1500), wrapped(30), wrapped(40)),
    *('"' + "x" * 2000 + '"', '"' + "x" * 20000 + '"', "[" + "1," * 3000 + "1]"),
]
AUDIENCES = [
    value.replace("%", AUDIENCE)
    for value in words(
        r"""
        "%" ["%"] ["a","%"] ["%","%"] ["%",1] ["%",null] ["%",["a"]] [["%"]] ["%",{}] {"%":1}
        [] null "" [""] "https://api.example" "https://API.example/" "https://api.example/x"
        "https:\/\/api.example\/" "https://other.example/" ["https://other.example/"] "%,a" "*" ".*"
        """
    )
] + [f'"{AUDIENCE} "']
ISSUERS = [
    value.replace("%", ISSUER)
    for value in words(
        r"""
        "%" ["%"] ["%","a"] ["a","%"] {} [] null "" 0 "%x" "https://other.example/"
        "https://issuer.example" "https://ISSUER.example/" "https:\/\/issuer.example\/"
        "\u0068ttps://issuer.example/"
        """
    )
] + [f'" {ISSUER}"']
TYPES = [
    *words(
        r"""
        "JWT" "jwt" "at+jwt" "AT+JWT" "application/at+jwt" "application/jwt" "Application/JWT"
        "logout+jwt" "secevent+jwt" "dpop+jwt" "statuslist+jwt" "token-introspection+jwt"
        "application/dpop+jwt" "JOSE" "jose+json" "rt+jwt" "id+jwt" "text/jwt" "" null 1 [] ["JWT"]
        """
    ),
    '"JWT "',
]
KEY_IDS = [
    *words(
        r"""
        "k" "" "K" "other" null 0 1 true [] ["k"] {} "\u006b" "../../dev/null" "k\u0000" "p256" "rsa"
        "ed25519" "ed25519-other" "__proto__" "constructor" "toString"
        """
    ),
    *('"k "', '"' + "k" * 1024 + '"', '"' + "k" * 1025 + '"'),
]
ALGORITHM_NAMES = [
    *words(
        r"""
        "none" "None" "NONE" "nOnE" "" null 0 [] ["HS256"] {} "hs256" "HS1" "RS1" "ES256K" "ES512"
        "Ed448" "A128KW" "dir"
        """
    ),
    *('"none "', '"HS256 "'),
    *(f'"{name}"' for name in signing.ALGORITHMS),
]
HEADERS = {
    "crit": words(
        r"""
        ["exp"] ["b64"] [] "exp" [1] ["x"] ["x","x"] ["alg"] ["kid"] null {} false
        """
    ),
    "b64": words('true false null "false" 0 1'),
    "zip": words('"DEF" null "" 1'),
    "enc": words('"A128GCM" null "" 1'),
    "jwk": words(
        r"""
        {"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"} {"kty":"RSA"} {} null 1 ""
        """
    ),
    "jku": words('"https://issuer.example/keys" null 5 []'),
    "x5u": words('"https://issuer.example/chain" null 5'),
    "x5c": words('["AAAA"] [] "AAAA" null [5]'),
    "x5t": words('"AAAA" null 5'),
    "x5t#S256": words('"AAAA" null 5'),
    "cty": words('"JWT" "at+jwt" null 5 []'),
    "exp": words('1 "1" null'),
    "iss": [f'"{ISSUER}"', '"other"', "5"],
    "url": words('"https://a.example/" 5 null'),
    "nonce": words('"a" 5 null'),
    "p2c": words("1 1000000000"),
    "custom": VALUES,
}


def boundaries() -> list[str]:
    """Instants about now, with and without leeway, and how they can be written."""
    found = []
    for offset in (0, LEEWAY, -LEEWAY, 300, -300, 360, -360):
        found += [str(NOW + offset + delta) for delta in (-2, -1, 0, 1, 2)]
        for part in words(".0 .001 .0004 .0005 .5 .999 .9999 .000000001"):
            found += [f"{NOW + offset}{part}", f"{NOW + offset - 1}{part}"]
    found += [str(NOW + offset) for offset in (86399, 86400, 86401, -86400, 10**9)]
    found += words("1.8e9 1.80000006e9 18000000600e-1 1799999940E0 1.8E+9 1800000060000e-3")
    return found


NEAR = boundaries()
