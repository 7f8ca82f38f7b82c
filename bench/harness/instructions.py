"""`bench/instructions`: what one decision takes, counted: instructions by callgrind, and allocations.

A decision is made FEW times in one run and FEW + MANY times in another; the difference, divided, is one
decision without what comes before it.
"""

import json
import re
import subprocess
import time
from typing import Any

from . import FIXTURES, build, fixtures

FEW, MANY = 10, 200
PROGRAM = build.WORKER.with_name("instructions")
# What is counted: name, list of tokens, rules, contestant, accepted.
CASES = [
    ("ring's HMAC alone, on the accepted token", "accepted", "none", "ring", True),
    ("accepted", "accepted", "none", "lowwater", True),
    ("accepted, known to the memo", "accepted", "none", "memo", True),
    ("accepted, known to the memo, a thousand rules", "accepted", "thousand", "memo", True),
    ("accepted, a thousand rules", "accepted", "thousand", "lowwater", True),
    ("refused at shape: 16 KiB of dots", "dots", "none", "lowwater", False),
    (
        "refused at shape: the last of 16 KiB letters",
        "the last letter is no base64url",
        "none",
        "lowwater",
        False,
    ),
    ("refused at header: `none`", "alg none", "none", "lowwater", False),
    ("refused at key: unknown `kid`", "a key that nobody has", "none", "lowwater", False),
    ("refused at signature", "bad signature", "none", "lowwater", False),
    (
        "refused at claims: `exp` is text",
        "signed: a claim of a wrong type",
        "none",
        "lowwater",
        False,
    ),
    ("refused at policy: expired", "expired", "none", "lowwater", False),
    ("refused at cutoff: revoked", "accepted", "revoked", "lowwater", False),
    ("refused at cutoff: revoked, known to the memo", "accepted", "revoked", "memo", False),
]


def counted(tokens: str, rules: str, contestant: str, times: int) -> tuple[int, dict[str, Any]]:
    valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    asked = [PROGRAM, FIXTURES / "attacks.json", tokens, rules, contestant, times]
    done = subprocess.run([*valgrind, *map(str, asked)], capture_output=True, text=True, check=True)
    collected = re.search(r"Collected : (\d+)", done.stderr)
    if collected is None:
        raise RuntimeError(done.stderr)
    said: dict[str, Any] = json.loads(done.stdout)
    return int(collected[1]), said


def count() -> list[dict[str, Any]]:
    """One row a case. Wants the fixtures and the built programs, and valgrind."""
    rows = []
    for name, tokens, rules, contestant, accepted in CASES:
        few, said = counted(tokens, rules, contestant, FEW)
        more, _ = counted(tokens, rules, contestant, FEW + MANY)
        if said["accepted"] is not accepted:
            raise RuntimeError(f"{name}: {said}")
        row = {"name": name, "instructions": (more - few) / MANY} | said
        rows.append(row)
        print(f"{name}: {row['instructions']:.0f} instructions, {row['allocations']} allocations")
    return rows


def main() -> None:
    build.rust()
    fixtures.write(FIXTURES, int(time.time()), 1)
    count()


if __name__ == "__main__":
    main()
