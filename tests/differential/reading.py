"""What a token says, read without lowwater: strict about everything that lowwater is strict about.

The rules ask this reading and not lowwater whether a token has the fault that would explain an answer.
"""

import base64
import json
import re
from dataclasses import dataclass, field
from typing import Any

ALPHABET = re.compile(r"[A-Za-z0-9_-]*")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
SURROGATE = re.compile("[\ud800-\udfff]")
STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


class Number(str):
    """A JSON number as it was written."""

    __slots__ = ()


@dataclass(slots=True)
class Reading:
    """A JSON text: its value (`None` where there is none) and what is wrong with it."""

    value: Any = None
    faults: set[str] = field(default_factory=set)

    @property
    def members(self) -> dict[str, Any]:
        return self.value if isinstance(self.value, dict) else {}


def read(data: bytes) -> Reading:
    reading = Reading()
    faults = reading.faults
    try:
        text = data.decode()
    except UnicodeDecodeError:
        faults.add("utf-8")
        text = data.decode(errors="replace")
    if text.startswith("\ufeff"):
        faults.add("byte order mark")
        text = text[1:]

    def object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            faults.add("duplicate")
        if any(SURROGATE.search(name) for name in made):
            faults.add("surrogate")
        return made

    def no_number(_: str) -> None:
        faults.add("not JSON")

    if depth(text) > 32:
        faults.add("depth")
    try:
        reading.value = json.loads(
            text,
            object_pairs_hook=object_of,
            parse_int=Number,
            parse_float=Number,
            parse_constant=no_number,
        )
    except (ValueError, RecursionError):
        faults.add("not JSON")
    else:
        if any(SURROGATE.search(string) for string in strings(reading.value)):
            faults.add("surrogate")
    if not isinstance(reading.value, dict):
        faults.add("no object")
    return reading


def depth(text: str) -> int:
    """Of open objects and arrays; the outermost is 1."""
    deepest = now = 0
    for letter in STRING.sub("", text):
        if letter in "{[":
            now += 1
            deepest = max(deepest, now)
        elif letter in "}]":
            now -= 1
    return deepest


def strings(value: Any) -> list[str]:
    found, rest = [], [value]
    while rest:
        match rest.pop():
            case Number():
                pass
            case str() as text:
                found.append(text)
            case list() as elements:
                rest.extend(elements)
            case dict() as members:
                rest.extend(members.values())
    return found


def part_faults(part: str) -> set[str]:
    """What is not canonical base64url (RFC 7515 section 2, RFC 4648 section 3.5)."""
    faults = set()
    body = part.rstrip("=")
    if body != part:
        faults.add("padding")
    if not ALPHABET.fullmatch(body):
        faults.add("alphabet")
    elif len(body) % 4 == 1:
        faults.add("length")
    elif len(body) % 4 and LETTERS.index(body[-1]) & {2: 0b1111, 3: 0b11}[len(body) % 4]:
        faults.add("tail")
    return faults


def decoded(part: str) -> bytes:
    """The bytes that a lenient reader finds."""
    body = re.sub(r"[^A-Za-z0-9_-]", "", part.translate(str.maketrans("+/", "-_")))
    body = body[: len(body) - (len(body) % 4 == 1)]
    return base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))


@dataclass(slots=True)
class Seen:
    """A token as it lies there."""

    parts: list[str]
    shape: set[str]
    header: Reading
    claims: Reading

    @classmethod
    def of(cls, token: str) -> "Seen":
        parts = token.split(".")
        shape = set() if len(parts) == 3 else {"parts"}
        for part in parts:
            shape |= part_faults(part)
        # Some libraries split at the first and at the last dot.
        middle = ".".join(parts[1:-1])
        return cls(parts, shape, read(decoded(parts[0])), read(decoded(middle)))
