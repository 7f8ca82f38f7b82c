"""What is measured: groups of contestants who are asked the same, in turn."""

import json
from dataclasses import dataclass, field
from typing import Any

from . import FIXTURES
from .fixtures import ALGORITHMS, MAIN


@dataclass(frozen=True)
class Contestant:
    language: str
    name: str
    """As the worker knows it."""
    worker: str = ""
    label: str = ""

    def __str__(self) -> str:
        return f"{self.language}: {self.label or self.name}"


RUST = [
    Contestant("Rust", "lowwater", "rust", "lowwater on ring"),
    Contestant("Rust", "lowwater, aws-lc-rs", "rust", "lowwater on aws-lc-rs"),
    Contestant("Rust", "lowwater, memo", "rust", "lowwater on ring, memo"),
    Contestant("Rust", "jsonwebtoken", "rust", "jsonwebtoken on aws-lc-rs"),
    Contestant("Rust", "jsonwebtoken", "rust-crypto", "jsonwebtoken on RustCrypto"),
]
RAW = [
    Contestant("Rust", "ring", "rust", "ring, the primitive alone"),
    Contestant("Rust", "aws-lc-rs", "rust", "aws-lc-rs, the primitive alone"),
]
PYTHON = [
    Contestant("Python", "lowwater", "python"),
    Contestant("Python", "lowwater, claims read", "python"),
    Contestant("Python", "lowwater, memo", "python"),
    Contestant("Python", "lowwater, memo, claims read", "python"),
    Contestant("Python", "PyJWT", "python"),
    Contestant("Python", "joserfc", "python"),
    Contestant("Python", "authlib", "python"),
]
NODE = [
    Contestant("Node", "lowwater", "node"),
    Contestant("Node", "lowwater, claims read", "node"),
    Contestant("Node", "lowwater, memo", "node"),
    Contestant("Node", "lowwater, memo, claims read", "node"),
    Contestant("Node", "fast-jwt", "node"),
    Contestant("Node", "fast-jwt, cache", "node"),
    Contestant("Node", "jsonwebtoken", "node"),
    Contestant("Node", "jose", "node"),
]
# The border alone: what each language's own parts add to the core.
ONCE = [
    Contestant("Python", "lowwater, 1000 rules", "python"),
    Contestant("Python", "json.loads of the claims", "python"),
    Contestant("Node", "lowwater, 1000 rules", "node"),
]
WASM = [
    Contestant("WebAssembly", "Node", "wasm", "lowwater, in Node"),
    Contestant("WebAssembly", "Chromium", "wasm", "lowwater, in Chromium"),
]
# Those whose figure changes with threads: of the others only that they hold the interpreter's lock could be said.
THREADS = [
    *RUST,
    Contestant("Python", "lowwater", "python"),
    Contestant("Python", "lowwater, release_gil", "python"),
    Contestant("Python", "PyJWT", "python"),
    Contestant("Node", "lowwater", "node"),
    Contestant("Node", "fast-jwt", "node"),
    Contestant("Node", "fast-jwt, cache", "node"),
]


@dataclass
class Entry:
    contestant: Contestant
    case: dict[str, Any]
    accepted: bool | None = True
    """Whether all of the tokens are to be accepted; None where it is not asked."""
    label: str = ""
    alone: bool = True
    """Whether a turn can be taken call by call, for the percentiles."""

    def __str__(self) -> str:
        return self.label or str(self.contestant)


@dataclass
class Group:
    name: str
    entries: list[Entry] = field(default_factory=list)
    long: bool = False
    """Turns as long as several of the interpreter's (5 ms), or as a browser's clock wants."""


def fixture(name: str) -> str:
    return str(FIXTURES / f"{name}.json")


def takes_part(contestant: Contestant, algorithm: str) -> bool:
    if contestant.language == "Node" and contestant.name == "jsonwebtoken":
        return algorithm != "EdDSA"  # It has none.
    return contestant.language == "Rust" or algorithm in MAIN


def of_tokens(algorithm: str, kind: str, everyone: list[Contestant]) -> Group:
    case = {"fixture": fixture(algorithm), "tokens": kind}
    accepted = kind in ("accepted", "unique")
    there = [contestant for contestant in everyone if takes_part(contestant, algorithm)]
    return Group(f"{algorithm} {kind}", [Entry(who, case, accepted) for who in there])


def of_rules(counts: list[int]) -> Group:
    """What the cutoff stage costs, with tokens of 20,000 users in no order."""
    ours = RUST[0]
    case = {"fixture": fixture("HS256"), "tokens": "accepted"}
    group = Group("rules", [Entry(ours, case | {"rules": rules(0)}, label="no rules")])
    for count in counts:
        for met in (False, True):
            met_word = "meets one" if met else "meets none"
            for index in (False, True):
                form = "index" if index else "live set"
                asked = case | {"rules": rules(count, met=met, index=index)}
                group.entries.append(
                    Entry(ours, asked, label=f"{count:,} rules, {form}, {met_word}")
                )
    return group


def rules(count: int, met: bool = False, index: bool = False) -> dict[str, Any]:
    return {"count": count, "met": met, "index": index}


def of_attacks() -> Group:
    """Every token that is to cost much, each beside a good token of its algorithm."""
    ours = RUST[0]
    group = Group("rejection")
    for algorithm in MAIN:
        good = {"fixture": fixture(algorithm), "tokens": "accepted"}
        group.entries.append(Entry(ours, good, label=f"{algorithm}: a good token"))
        four = fixture(f"four-{algorithm}")
        for name in ("wrong signature, four keys", "wrong signature, four keys, 16 KiB"):
            asked = {"fixture": four, "tokens": name}
            group.entries.append(Entry(ours, asked, False, label=f"{algorithm}: {name}"))
    with open(fixture("attacks")) as file:
        names = [name for name, tokens in json.load(file)["tokens"].items() if len(tokens) == 1]
    for name in names:
        if name in ("accepted", "unique"):
            continue
        expected = None if name.startswith("signed:") else False
        asked = {"fixture": fixture("attacks"), "tokens": name}
        group.entries.append(Entry(ours, asked, expected, label=f"HS256: {name}"))
    return group


def of_threads(algorithm: str) -> Group:
    case = {"fixture": fixture(algorithm), "tokens": "accepted"}
    group = Group(f"{algorithm} threads", long=True)
    for who in THREADS:
        for threads in (1, 2):
            asked = case | {"threads": threads}
            label = f"{who}, {threads} thread{'s' * (threads > 1)}"
            group.entries.append(Entry(who, asked, label=label, alone=False))
        if who.language == "Python":
            label = f"{who}, beside a busy thread"
            group.entries.append(Entry(who, case | {"busy": True}, label=label, alone=False))
    return group


def groups(languages: set[str], quick: bool) -> list[Group]:
    everyone = RUST + PYTHON + NODE
    made = []
    for algorithm in MAIN if quick else ALGORITHMS:
        main = algorithm in MAIN
        once = ONCE if algorithm == "HS256" else []
        made.append(of_tokens(algorithm, "accepted", RAW + everyone + once))
        if main:
            made.append(of_tokens(algorithm, "unique", RAW + everyone))
            made.append(of_tokens(algorithm, "expired", everyone))
            made.append(of_tokens(algorithm, "bad signature", everyone))
    # No algorithm is known before it is refused, so once is for all.
    made.append(of_tokens("HS256", "garbage", everyone))
    made += [of_threads(algorithm) for algorithm in ("HS256", "RS256", "ES256")]
    made.append(of_attacks())
    made.append(keys())
    for algorithm in ("HS256", "RS256", "ES256", "EdDSA"):
        group = of_tokens(algorithm, "accepted", RUST[:1] + NODE[:1])
        wasm = {"fixture": fixture(algorithm), "tokens": "accepted"}
        group.name, group.long = f"{algorithm} WebAssembly", True
        group.entries += [Entry(who, wasm, alone=False) for who in WASM]
        made.append(group)
    # Last, for it leaves gigabytes behind.
    made.append(of_rules([1_000, 1_000_000] if quick else [1_000, 1_000_000, 10_000_000]))
    for group in made:
        group.entries = [
            entry for entry in group.entries if entry.contestant.language.lower() in languages
        ]
    if "webassembly" not in languages:
        made = [group for group in made if not group.name.endswith("WebAssembly")]
    return [group for group in made if group.entries]


def keys() -> Group:
    who = Contestant("Rust", "read a key set", "rust")
    names = {"RS256": "RSA, 2048 bits", "ES256": "P-256", "ES384": "P-384", "EdDSA": "Ed25519"}
    entries = [
        Entry(
            who,
            {"fixture": fixture(algorithm), "tokens": "accepted"},
            label=f"a set of one key, {name}",
        )
        for algorithm, name in names.items()
    ]
    return Group("reading keys", entries)
