"""What must hold in a run, or it is no result."""

from typing import Any

from .issuer import REFUSED
from .run import RATE

MOST_GROWTH = 2 << 20
"""Bytes by which memory may grow from the first seconds to the last."""
LEAST_RATE = 0.95 * RATE


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
    if found["kills"]["lost"]:
        wrong.append(f"{found['kills']['lost']} acknowledged rules were lost")
    return wrong
