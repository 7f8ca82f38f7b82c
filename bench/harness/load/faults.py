"""What must hold in a run, or it is no result."""

from typing import Any

from .issuer import REFUSED
from .run import RATE

MOST_GROWTH = 2 << 20
"""Bytes by which memory may grow from the first seconds to the last."""
LEAST_RATE = 0.95 * RATE
LEAST_ACKNOWLEDGED = 100
"""Rules for each file that is read again: where none was acknowledged, none can be lost. Half a second brings 500."""
MOST_OTHERS = 0.2
"""Of all processors, taken by other programs: with more, figures are not published unless somebody says so."""


def faults(found: dict[str, Any]) -> list[str]:
    wrong = []
    for name, way in found["ways"].items():
        expected = 0 if name.startswith("without") else REFUSED
        if abs(way["refused"] - expected) > 0.002:
            wrong.append(f"{name}: {way['refused']:.2%} refused where it should be {expected:.2%}")
        if way["failed"]:
            wrong.append(f"{name}: {way['failed']} requests without an answer")
        growth = way["memory_last"] - way["memory_first"]
        if growth > MOST_GROWTH:
            wrong.append(f"{name}: memory grew by {growth / 2**20:.1f} MiB")
        if "rules" in way and way["rules"]["rate"] < LEAST_RATE:
            wrong.append(f"{name}: {way['rules']['rate']:.0f} rules a second")
    kills, reopened = found["kills"], found["reopened"]
    if kills["least_acknowledged"] < LEAST_ACKNOWLEDGED:
        wrong.append(f"a kill had only {kills['least_acknowledged']} acknowledged rules to lose")
    if reopened["least"] < LEAST_ACKNOWLEDGED:
        wrong.append(f"a file that grew had only {reopened['least']} rules to lose")
    for name, lost in (("killed", kills["lost"]), ("loaded", reopened["lost"])):
        if lost:
            wrong.append(f"{lost} acknowledged rules of a {name} server were lost")
    return wrong


def busy(found: dict[str, Any]) -> str | None:
    """Why the figures are worth little."""
    if found["others"] <= MOST_OTHERS:
        return None
    return f"other programs had {found['others']:.0%} of the processors, more than {MOST_OTHERS:.0%}"
