"""Writes `tests/differential.md`: who accepts what lowwater refuses, and the other way round, with the reasons."""

from collections import Counter
from collections.abc import Iterable, Iterator

from . import acceptances, refusals
from .asking import ALL_PEERS, OURS
from .classify import SEVERAL, Result

INTRODUCTION = """# Differential test

The same tokens, keys and policies for lowwater and for six other libraries, by `scripts/differential`, which writes this
page (`--report`). Every answer that differs from lowwater's belongs to a rule below. A rule is asked in the order of its
table and sees the fault itself, in the token, the key or the time: lowwater's word alone excuses nothing. A difference
without a rule fails the run and shows the token; so does a rule that nothing meets any more. Where lowwater and a library
accept, both must have read the same `iss`, `sub`, `aud`, `jti` and (to the second) `exp`: no rule excuses another reading.

A difference says that two readers of the same RFCs decided otherwise, not that one is unsafe: much of what is accepted
here needs an issuer who signs it. Each library is asked as its documentation recommends for the policy: allow-list,
issuer, audience, leeway, required claims, `typ` and `max_age` where it has the options. The harness chooses keys for all
of them, as an application does: those that the token's `kid` may mean, each held to the algorithms of its family. The
clock stands at the time of the case for all: by option (jose, fast-jwt, jsonwebtoken for Node, joserfc), in place of the
system's clock (jsonwebtoken for Rust, PyJWT).
"""


def table(heads: list[str], rows: list[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def counts(counted: Counter[tuple[str, str]], rule: str) -> list[str]:
    return [f"{counted[rule, peer]:,}" if counted[rule, peer] else "" for peer in ALL_PEERS]


def by_rule(rules: Iterable[refusals.Rule | acceptances.Rule], counted: Counter[tuple[str, str]]) -> Iterator[str]:
    """A row for each rule: how many answers of each library it explains."""
    yield from table(
        ["what", *ALL_PEERS, "where it stands", "why"],
        [[rule.name, *counts(counted, rule.name), rule.reference, rule.why] for rule in rules],
    )


def text(result: Result, versions: dict[str, str], seed: int, folders: list[str]) -> str:
    return "\n".join(lines(result, versions, seed, folders)) + "\n"


def lines(result: Result, versions: dict[str, str], seed: int, folders: list[str]) -> Iterator[str]:
    names = [name.replace(" (", " " + versions[name] + " (") for name in ALL_PEERS]
    yield INTRODUCTION
    yield f"{result.cases:,} tokens, seed {seed}; {result.compared:,} of them were put to at least one library with a key. They"
    yield f"are the vectors of {', '.join(folders)}, mutations of them, and"
    yield "tokens that the harness signs with test keys: right, wrong in the ways of `tests/differential`, and at random."
    yield ""
    refused = Counter[str]()
    for (name, _), count in result.not_asked.items():
        refused[name] += count
    yield from table(
        ["library", "accepts", "not asked", "asked with a key"],
        [
            [
                label,
                f"{result.accepted[name]:,}",
                f"{refused[name]:,}" if refused[name] else "",
                f"{result.asked[name]:,}" if name in result.asked else "",
            ]
            for label, name in zip([OURS, *names], [OURS, *ALL_PEERS], strict=True)
        ],
    )
    yield ""
    yield "Not asked is what a library cannot express:"
    yield ""
    for (name, why), count in sorted(result.not_asked.items()):
        yield f"- {name}: {why}, {count:,}"
    yield ""
    yield "## lowwater refuses, the library accepts"
    yield ""
    yield from by_rule(refusals.RULES, result.refused_by_us)
    yield ""
    yield "No rule covers an issuer or an audience that is not asked for, an algorithm that is not allowed: there every"
    yield "difference fails the run. A signature that lowwater refuses is excused only by a fault of the very key with which"
    yield "the library accepted it."
    yield ""
    yield "## lowwater accepts, the library refuses"
    yield ""
    yield from by_rule(acceptances.RULES, result.accepted_by_us)
    yield ""
    yield "No rule excuses an acceptance that is wrong by the design: a bound on time that does not hold by exact arithmetic,"
    yield "`crit`, `b64`, `zip` or `enc` in the header, a text that is not canonical base64url or not sound JSON. Such an"
    yield "acceptance fails the run also where all libraries agree with it."
    yield ""
    yield f"lowwater accepts and {SEVERAL} or more of the six refuse:"
    yield ""
    for rules, count in result.alone.most_common():
        yield f"- {rules}: {count:,}"
    if not result.alone:
        yield "- nothing"
