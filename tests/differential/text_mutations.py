"""What can be done to a token without its key: bytes, the tail of base64, padding, dots, parts."""

import random
from collections.abc import Callable

from . import signing
from .reading import ALPHABET, LETTERS, decoded, part_faults

FOREIGN = '+/= \t\n\r\0.,~:;%"{é\u200b\ufeff' + "\U0001f511"

Mutation = Callable[[random.Random, str], str]


def place(rng: random.Random, token: str) -> int:
    return rng.randrange(len(token)) if token else 0


def flip(rng: random.Random, token: str) -> str:
    at = place(rng, token)
    return token[:at] + rng.choice(LETTERS) + token[at + 1 :]


def foreign(rng: random.Random, token: str) -> str:
    at = place(rng, token)
    return token[:at] + rng.choice(FOREIGN) + token[at + 1 :]


def insert(rng: random.Random, token: str) -> str:
    at = place(rng, token)
    return token[:at] + rng.choice(LETTERS + FOREIGN) + token[at:]


def append(rng: random.Random, token: str) -> str:
    return token + "".join(rng.choices(LETTERS, k=rng.randrange(1, 4)))


def delete(rng: random.Random, token: str) -> str:
    at = place(rng, token)
    return token[:at] + token[at + 1 :]


def cut(rng: random.Random, token: str) -> str:
    return token[: place(rng, token)]


def edge(rng: random.Random, token: str) -> str:
    """Something at an end of a part, where readers trim."""
    parts = token.split(".")
    which, what = rng.randrange(len(parts)), rng.choice(FOREIGN) * rng.choice([1, 1, 2, 3])
    parts[which] = what + parts[which] if rng.random() < 0.4 else parts[which] + what
    return ".".join(parts)


def padding(rng: random.Random, token: str) -> str:
    """The padding that the length asks for, in one part or in all."""
    parts = token.split(".")
    one = rng.randrange(len(parts) + 1)
    return ".".join(
        part + "=" * (-len(part) % 4) if one in (place, len(parts)) else part
        for place, part in enumerate(parts)
    )


def tail(rng: random.Random, token: str) -> str:
    """Another last letter that means the same bytes."""
    parts = token.split(".")
    open_ends = [
        at for at, part in enumerate(parts) if len(part) % 4 > 1 and ALPHABET.fullmatch(part)
    ]
    if not open_ends:
        return token
    at = rng.choice(open_ends)
    part = parts[at]
    free = {2: 16, 3: 4}[len(part) % 4]
    start = LETTERS.index(part[-1]) // free * free
    parts[at] = part[:-1] + LETTERS[start + rng.randrange(1, free)]
    return ".".join(parts)


def standard_alphabet(_: random.Random, token: str) -> str:
    return token.replace("-", "+").replace("_", "/")


def parts(rng: random.Random, token: str) -> str:
    """Parts missing, doubled, exchanged, empty."""
    pieces = token.split(".")
    one, other = rng.randrange(len(pieces)), rng.randrange(len(pieces))
    match rng.randrange(7):
        case 0:
            pieces.pop(one)
        case 1:
            pieces.insert(one, pieces[other])
        case 2:
            pieces[one], pieces[other] = pieces[other], pieces[one]
        case 3:
            pieces[one] = ""
        case 4:
            pieces.append("")
        case 5:
            pieces.insert(0, "")
        case _:
            pieces += pieces[-2:]
    return ".".join(pieces)


def wrapped(rng: random.Random, token: str) -> str:
    before, after = rng.choice(
        [("Bearer ", ""), ('"', '"'), (" ", ""), ("", "\n"), ("\ufeff", ""), ("", "\0"), ("", ".")]
    )
    return before + token + after


def resized(rng: random.Random, token: str) -> str:
    """A signature that is shorter, longer, of zeros, in DER."""
    head, _, last = token.rpartition(".")
    signature = decoded(last)
    half = len(signature) // 2
    r, s = signature[:half], signature[half:]
    new = rng.choice(
        [
            signature[:-1],
            signature + b"\0",
            b"\0" + signature,
            signature * 2,
            bytes(len(signature)),
            b"",
            der(r) + der(s),
            b"\x30" + bytes([len(der(r) + der(s)) % 128]) + der(r) + der(s),
            r + bytes(half),
            bytes(half) + s,
        ]
    )
    return f"{head}.{signing.base64url(new)}"


def der(number: bytes) -> bytes:
    digits = number.lstrip(b"\0") or b"\0"
    digits = b"\0" * (digits[0] >> 7) + digits
    return b"\x02" + bytes([len(digits) % 128]) + digits


def twin(_: random.Random, token: str) -> str:
    """`(r, n - s)` of P-256, as good as `(r, s)`; of other signatures nothing sensible."""
    head, dot, last = token.rpartition(".")
    signature = decoded(last)
    if len(signature) != 64 or part_faults(last):
        return token
    s = (signing.ORDER - int.from_bytes(signature[32:], "big")) % 2**256
    return f"{head}{dot}{signing.base64url(signature[:32] + s.to_bytes(32, 'big'))}"


def bit(rng: random.Random, token: str) -> str:
    """One bit of what a part decodes to: base64url stays canonical."""
    pieces = token.split(".")
    at = rng.randrange(len(pieces))
    data = bytearray(decoded(pieces[at]))
    if data:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    pieces[at] = signing.base64url(bytes(data))
    return ".".join(pieces)


MUTATIONS: dict[str, Mutation] = {
    "a letter": flip,
    "a foreign letter": foreign,
    "a letter more": insert,
    "letters after the end": append,
    "a letter less": delete,
    "cut short": cut,
    "the edge of a part": edge,
    "padding": padding,
    "tail bits": tail,
    "the standard alphabet": standard_alphabet,
    "parts": parts,
    "wrapped": wrapped,
    "another signature": resized,
    "the signature's twin": twin,
    "a bit": bit,
}
