"""Tokens that are to cost much: what anybody can send, and what a user can bring an issuer to sign.

All are for HS256, where a good token costs least, so that the ratio is the worst one. What a wrong
signature costs under four keys is in `four_keys` of the fixtures.
"""

import base64
import json
from collections.abc import Callable
from typing import Any

LONGEST = 16 * 1024
NAMES = [f"a{number}" for number in range(10_000)]


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def filling(rest: int) -> int:
    """So many bytes of payload fill a token up to the longest, where `rest` bytes are something else."""
    return (LONGEST - rest) * 3 // 4 - 64


def many(room: int, first: str, member: Callable[[str], str]) -> str:
    """A JSON object with as many members as there is room for."""
    text = "{" + first
    for name in NAMES:
        more = "," + member(name)
        if len(text) + len(more) + 1 > room:
            break
        text += more
    return text + "}"


def unsigned(header: str, payload: str = "{}") -> str:
    signature = base64url(bytes(32))
    return f"{base64url(header.encode())}.{base64url(payload.encode())}.{signature}"


def headers() -> dict[str, str]:
    """Headers that fill a token: they are read before anything is known of who sends it."""
    room = filling(80)
    first = '"alg":"HS256","kid":"k"'
    start = '{"alg":"HS256","kid":"k","x":'
    return {
        "header: nesting without end": start + "[" * (room - 40),
        "header: 31 levels, again and again": many(
            room, first, lambda name: f'"{name}":' + "[" * 31 + "]" * 31
        ),
        "header: thousands of members": many(room, first, lambda name: f'"{name}":0'),
        "header: members with escaped names": many(room, first, lambda name: f'"\\u0061{name}":0'),
        "header: one twin, the last member": many(room - 10, first, lambda name: f'"{name}":0')[:-1]
        + ',"a0":0}',
        "header: a string of escapes": start + '"' + "\\u00e9" * ((room - 60) // 6) + '"}',
        "header: an array of zeros": start + "[" + "0," * ((room - 60) // 2) + "0]}",
        "header: a number of many digits": start + "9" * (room - 60) + "}",
        "header: an object of objects": start
        + many(room - 60, '"b":{}', lambda name: f'"{name}":{{}}')
        + "}",
        "header: a name of many letters in alg": '{"alg":"' + "H" * (room - 20) + '"}',
    }


def tokens(claims: dict[str, Any], sign: Callable[[bytes], bytes]) -> dict[str, list[str]]:
    """By name. Those called `signed` have a right signature: an issuer let a user choose the claims."""
    room = filling(140)
    own = json.dumps(claims, separators=(",", ":"))[1:-1]
    header = '{"alg":"HS256","typ":"at+jwt","kid":"k"}'

    def signed(payload: str) -> str:
        message = f"{base64url(header.encode())}.{base64url(payload.encode())}"
        return f"{message}.{base64url(sign(message.encode()))}"

    sent = {
        "nothing": "",
        "dots": "." * LONGEST,
        "letters without a dot": "a" * LONGEST,
        "letters in three parts": f"{'a' * 5000}.{'a' * 5000}.{'a' * 5000}",
        "a megabyte": "a" * 1024 * 1024,
        "the last letter is no base64url": unsigned(header, "x" * room)[:-1] + "*",
        "encrypted (five parts)": "a.b.c.d.e",
        "alg none": unsigned('{"alg":"none"}', own),
        "a key that nobody has": unsigned('{"alg":"HS256","kid":"x"}', "{" + own + "}"),
        "wrong signature, one key": unsigned(header, "{" + own + "}"),
        "wrong signature, one key, 16 KiB": unsigned(header, "x" * room),
    }
    sent |= {name: unsigned(text) for name, text in headers().items()}
    sent |= {
        "signed: a claim of a wrong type": signed(
            "{" + own.replace('"exp":', '"exp":"never","x":') + "}"
        ),
        "signed: nesting without end": signed("{" + own + ',"x":' + "[" * (room - len(own) - 20)),
        "signed: thousands of members": signed(many(room, own, lambda name: f'"{name}":0')),
        "signed: members with escaped names": signed(
            many(room, own, lambda name: f'"\\u0061{name}":0')
        ),
        "signed: one twin, the last member": signed(
            many(room - 12, own, lambda name: f'"{name}":0')[:-1] + ',"a0":0}'
        ),
        "signed: a string of escapes": signed(
            "{" + own + ',"x":"' + "\\u00e9" * ((room - len(own) - 20) // 6) + '"}'
        ),
        "signed: thousands of audiences": signed(
            json.dumps(
                claims | {"aud": [f"{name}" for name in NAMES[: (room - len(own)) // 8]]},
                separators=(",", ":"),
            )
        ),
        "signed: a scope of thousands": signed(
            json.dumps(
                claims | {"scope": " ".join(NAMES[: (room - len(own)) // 6])},
                separators=(",", ":"),
            )
        ),
    }
    too_long = [name for name, text in sent.items() if len(text) > LONGEST and name != "a megabyte"]
    if too_long:
        raise ValueError(f"longer than {LONGEST} bytes, so refused for that: {too_long}")
    return {name: [text] for name, text in sent.items()}
