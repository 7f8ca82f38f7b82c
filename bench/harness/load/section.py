"""Its section of BENCHMARKS.md."""

import statistics
from typing import Any

from ..markdown import table
from . import faults

Found = dict[str, Any]

TITLE = "The example API under load"
HOW = """`examples/api` (axum) on the loopback, asked by `wrk` over 32 connections with 4,000 tokens (EdDSA, about 900 bytes) in
turn, of which 6 % are refused: expired, forged, revoked. Without lowwater is `GET /notices`, a handler without a guard whose
answer is as long; the tokens are sent there too. With it, and no memo, every request has its signature checked, which is most
of what it costs ("Rust: a token that is accepted" has the primitive alone); `memo` has room for all tokens. Where rules
arrive, another client posts cutoffs of 10,000 other users, and each is on the disk before it is acknowledged.

The generator and the server share the processors, so a ratio says more than a rate; what else runs changes the processors'
time for a request least of all (the rules' share is in it). Where the machine is busy otherwise, its system gives more to
ways on which rules arrive: hold each way against that without lowwater beside it, and the two kinds not against each other.
Each connection asks again at once, so p50 and p99 are those of a server that is full, with 32 requests at a time. Memory is
resident memory of the server, the mean of the first ten seconds and of the last ten; the run fails where it grows by more
than 2 MiB, where fewer than 950 rules a second are acknowledged, where an acknowledged rule is lost, and where there were
fewer than 100 to lose. Where other programs have more than 20 % of the processors, this section is written on demand alone.

"""
BUSY = " **That is too much**: hold no figure of time below against another run's."


def base(name: str) -> str:
    """The way without lowwater to hold it against."""
    return "without lowwater" + (", rules arrive" if name.endswith("rules arrive") else "")


def row(found: Found, name: str) -> list[str]:
    way, without = found["ways"][name], found["ways"][base(name)]
    pairs = zip(way["rates"], without["rates"], strict=True)
    return [
        name,
        f"{way['rate']:,.0f}",
        f"{statistics.median(one / other for one, other in pairs):.2f}",
        f"{way['p50'] / 1000:.2f} / {way['p99'] / 1000:.2f}",
        f"{way['server']:.1f}",
        f"{way['wrk']:.1f} + {way['client']:.1f}",
        f"{way['memory_first'] / 2**20:.1f} → {way['memory_last'] / 2**20:.1f}",
    ]


def rules(found: Found) -> str:
    rows = [
        [
            name,
            f"{way['rules']['rate']:,.0f}",
            f"{way['rules']['p50'] * 1000:.1f} / {way['rules']['p99'] * 1000:.1f}",
        ]
        for name, way in found["ways"].items()
        if "rules" in way
    ]
    return table(["rules", "acknowledged a second", "p50 / p99, milliseconds"], rows)


def killed(found: Found) -> str:
    one = found["kills"]
    return f"""Killed (`kill -9`) {one["kills"]} times at a random moment while 1,000 rules a second arrived, and started again on the same
file: of {one["acknowledged"]:,} rules that were acknowledged, **{one["lost"]} were lost** (each was asked for with its token, after its kill and after
the last). {one["unanswered"]} had been sent and not answered; {one["unanswered_held"]} of them hold. The longest start took {one["restart"]:.2f} seconds. A kill
leaves writes with the system, so this proves the order of write and acknowledgement, not `fdatasync`.
"""


def reopened(found: Found) -> str:
    if "reopened" not in found:  # Figures of a run that did not look.
        return ""
    one = found["reopened"]
    return f"""
The files that grew under load ({one["bytes"] / 2**20:.1f} MiB together) were read again after the run: of {one["rules"]:,} users' last rules
that were acknowledged, **{one["lost"]} were lost**.
"""


def write(found: Found) -> str:
    head = ["", "requests a second", "times without", "p50 / p99, milliseconds"]
    head += ["server, microseconds of a processor", "generator (wrk + rules)", "memory, MiB"]
    why = faults.busy(found)
    told = f"""`bench/load` on {found["date"]}, commit {found["commit"]}, {found["wrk"]}: {found["rounds"]} rounds of {found["slice"]} seconds each way, in turn.
Other programs had {found["others"]:.0%} of the processors meanwhile.{"" if why is None else BUSY}

"""
    ways = table(head, [row(found, name) for name in found["ways"]])
    return f"{HOW}{told}{ways}\n{rules(found)}\n{killed(found)}{reopened(found)}"
