"""BENCHMARKS.md, from what a run found."""

from collections.abc import Iterable
from typing import Any

from . import targets
from .fixtures import ALGORITHMS, MAIN
from .load import section as load
from .markdown import table

Found = dict[str, Any]

LANGUAGES = ["Rust", "Python", "Node"]


def micros(nanos: float | None) -> str:
    return "-" if nanos is None else f"{nanos / 1000:.2f}"


def by_algorithm(found: Found, language: str, kind: str, ratio: bool = False) -> str:
    """Contestants down, algorithms across: microseconds, or times lowwater's."""
    algorithms = ALGORITHMS if language == "Rust" and kind == "accepted" else MAIN
    groups = {name: found["groups"].get(f"{name} {kind}", {}) for name in algorithms}
    groups = {name: group for name, group in groups.items() if group}
    names = [
        name
        for name in next(iter(groups.values()), {})
        if name.startswith(f"{language}: ") and any(name in group for group in groups.values())
    ]
    if not names:
        return ""
    first = next(name for name in names if name.split(": ")[1].startswith("lowwater"))
    rows = []
    for name in names:
        row = []
        for group in groups.values():
            one = group.get(name)
            if one is None:
                row.append("-")
            elif ratio:
                row.append(f"{one['median'] / group[first]['median']:.2f}")
            else:
                row.append(micros(one["median"]))
        if not ratio or name != first:
            rows.append([name.removeprefix(f"{language}: "), *row])
    title = f"times {first.removeprefix(language + ': ')}" if ratio else "microseconds"
    return table([title, *groups], rows)


def percentiles(found: Found, language: str) -> str:
    algorithms = ["HS256", "RS256", "ES256", "EdDSA"]
    groups = [found["groups"].get(f"{algorithm} unique", {}) for algorithm in algorithms]
    names = [name for name in groups[0] if name.startswith(f"{language}: ")]
    rows = [
        [
            name.removeprefix(f"{language}: "),
            *(
                f"{micros(group[name]['p50'])} / {micros(group[name]['p99'])}"
                if name in group
                else "-"
                for group in groups
            ),
        ]
        for name in names
    ]
    return table(["p50 / p99, microseconds", *algorithms], rows) if rows else ""


def listed(found: Found, group: str, head: str) -> str:
    """One group: median and, where calls were taken alone, percentiles."""
    told = found["groups"].get(group)
    if not told:
        return ""
    rows = [
        [name, micros(one["median"]), micros(one.get("p50")), micros(one.get("p99"))]
        for name, one in told.items()
    ]
    return table([head, "median, microseconds", "p50", "p99"], rows)


def rejection(found: Found) -> str:
    told = found["groups"].get("rejection")
    if not told:
        return ""
    good = {name.partition(":")[0]: one["median"] for name, one in told.items() if "a good" in name}
    rows = [
        (one["median"], name, one["median"] / good[name.partition(":")[0]], one["p99"])
        for name, one in told.items()
        if "a good" not in name
    ]
    rows.sort()
    sent = [row for row in rows if "signed:" not in row[1]]
    dearest, worst = sent[-1], max(sent, key=lambda row: row[2])
    first = (
        f"The cheapest that anybody can send: {sent[0][1]}, {micros(sent[0][0])} microseconds. "
        f"The dearest: **{dearest[1]}, {micros(dearest[0])} microseconds, {dearest[2]:.2f} times a good token** "
        f"of its algorithm. The worst ratio: **{worst[1]}, {worst[2]:.2f} times**, {micros(worst[0])} microseconds.\n\n"
    )
    lines = [[name, micros(time), f"{ratio:.2f}", micros(p99)] for time, name, ratio, p99 in rows]
    return first + table(["token", "median, microseconds", "times a good token", "p99"], lines)


def threads(found: Found) -> str:
    columns = {
        name.removesuffix(" threads"): told
        for name, told in found["groups"].items()
        if name.endswith(" threads")
    }
    names = list(next(iter(columns.values()), {}))
    rows = [
        [name, *(f"{micros(told[name]['median'])}" for told in columns.values())] for name in names
    ]
    return table(["microseconds a token", *columns], rows) if rows else ""


def aims(found: Found) -> str:
    words = {True: "met", False: "**missed**", None: "not measured"}
    all_of = targets.answers(found)
    rows = [[one.what, one.aim, one.measured, words[one.met]] for one in all_of]
    text = table(["what", "aim", "measured", ""], rows)
    missed = [
        f"- {one.what}: {one.measured} where {one.aim} is the aim; {one.by}. Why: {one.why}."
        for one in all_of
        if one.met is False
    ]
    return text + "\n### Missed\n\n" + ("\n".join(missed) or "Nothing.") + "\n"


def counted(found: Found) -> str:
    rows = [
        [one["name"], f"{one['instructions']:,.0f}", str(one["allocations"]), f"{one['bytes']:,}"]
        for one in found.get("instructions") or []
    ]
    head = ["one decision, HS256", "instructions", "allocations", "bytes asked for"]
    return table(head, rows) if rows else ""


def under(text: str, measured: str) -> str:
    """A section, where there is anything to tell."""
    return text + measured if measured else ""


def versions(found: Found) -> str:
    return ", ".join(f"{name} {version}" for name, version in found["versions"].items())


def besides(found: Found) -> str:
    share = found.get("others")
    if share is None:
        return ""
    return f"Other programs had {share:.0%} of the processors meanwhile.\n"


def sections(found: Found) -> Iterable[tuple[str, str]]:
    yield "What is aimed at", aims(found)
    for language in LANGUAGES:
        accepted = by_algorithm(found, language, "accepted")
        if accepted:
            yield (
                f"{language}: a token that is accepted",
                "One token again and again:\n\n"
                + accepted
                + "\n"
                + by_algorithm(found, language, "accepted", ratio=True)
                + f"\nAnother token each time, {UNIQUE}:\n\n"
                + by_algorithm(found, language, "unique")
                + "\n"
                + percentiles(found, language),
            )
    refused = ""
    for language in LANGUAGES:
        for kind in ("expired", "bad signature", "garbage"):
            text = by_algorithm(found, language, kind)
            refused += f"{language}, {kind}:\n\n{text}\n" if text else ""
    yield "A token that is refused", refused
    yield "Threads", under(THREADS, threads(found))
    yield "Rules", under(RULES, listed(found, "rules", "HS256 token, Rust"))
    yield "What a refusal can be made to cost", under(REJECTION, rejection(found))
    yield "Instructions and allocations", under(COUNTED, counted(found))
    webassembly = "".join(
        listed(found, name, name.removesuffix(" WebAssembly")) + "\n"
        for name in found["groups"]
        if name.endswith(" WebAssembly")
    )
    yield "WebAssembly", webassembly
    yield "Reading keys", listed(found, "reading keys", "Rust")
    yield load.TITLE, load.write(found["load"]) if "load" in found else ""


UNIQUE = "2,000 in rotation (of slow algorithms few come twice in a run, so that a memo or a cache shows less there)"
THREADS = """Two threads at full speed take half as long for a token as one; those that ask for one token that a memo knows take
turns at it. Python's hold its lock unless `release_gil` is
asked for; beside a thread that is busy in Python, letting go of the lock means to wait for it (up to 5 ms). Node's are
`worker_threads`, each with what it needs of its own.

"""
RULES = """One cutoff for each of so many users; 20,000 tokens of other users each time, in no order, so that neither they
nor the rules stay in a cache. A token that meets a rule was issued after it, and passes. `cargo bench -p lowwater --bench
rules` measures the stage alone, with five shapes.

![time over rules](bench/charts/rules.svg)

"""
REJECTION = """Tokens of at most 16 KiB, made to cost much. Those that begin with `signed` have a right signature, as if an
issuer let a user choose the claims; nobody else can send them.

![refusals](bench/charts/rejection.svg)

"""
COUNTED = """Counted by callgrind, whose processor has no SHA extensions, so the hash weighs more here than in time;
allocations by a counting allocator. Machine noise does not change them (`bench/instructions`).

"""


def write(found: Found) -> str:
    machine = found["machine"]
    text = f"""# Benchmarks

Written by `bench/all` on {machine["date"]}. {machine["processor"]}; {machine["system"]}.
{besides(found)}{versions(found)}.

![lowwater beside its peers](bench/charts/peers.svg)

## How

One process for each of the groups of contestants, one program that asks them in turn: everyone of a table has a turn of
{found["turn"] * 1000:.0f} ms, then everyone again, {found["rounds"]} rounds, so that the machine's noise hits all alike. A figure is the median of the
rounds; p50 and p99 are of single calls, the clock's reading included. Everyone checks signature, issuer, audience and
expiry with keys that were parsed before, in the fastest form that its documentation shows, and is asked first whether it
accepts and refuses what it should. The token is an access token of about 900 bytes with 14 claims; lowwater reads the clock
for each, as its callers do. In Python and Node `lowwater` hands back an answer whose claims are read when they are asked
for; peers hand over all of them, which is `claims read`. `memo`: the signature of a token that comes again is not checked
again, as the packages for Python and Node do by themselves; all other rows of lowwater are without it. fast-jwt's cache
keeps 4,096 tokens. On a machine that others share, a ratio of two figures of one table is good to a few percent: a
validation that takes less than the signature check in it shows by how much.

Again: `bench/all`, {found["seconds"] / 60:.0f} minutes after the builds, with nothing else running: it writes this file and the charts.
`bench/all --quick` (about two minutes) and `bench/all --only python` print. Where threads or a browser take part, turns are ten times as long and rounds a quarter.
Needs what `scripts/setup` brings, valgrind for the instructions, Chromium for WebAssembly.

"""
    for title, body in sections(found):
        if body:
            text += f"## {title}\n\n{body.rstrip()}\n\n"
    return text.rstrip("\n") + "\n"
