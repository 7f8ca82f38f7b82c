"""Kills the server while rules arrive, again and again, and asks it for every rule that it acknowledged.

A killed process leaves its writes with the system, so this shows that no acknowledgement runs ahead of the write;
that the write is on the disk then is left to `fdatasync`, and only a loss of power could show it.
"""

import asyncio
import random
from pathlib import Path
from typing import Any

from . import client
from .issuer import Issuer, rule
from .server import Server

RATE = 1000.0


async def kills(folder: Path, issuer: Issuer, times: int) -> dict[str, Any]:
    rules, key = folder / "killed.jsonl", folder / "key.der"
    rules.write_text('{"state":{}}\n')
    admin = issuer.token("admin", "admin:cutoffs")
    acknowledged: list[str] = []
    lost: set[str] = set()
    counts: list[int] = []
    found = {"kills": times, "unanswered": 0, "unanswered_held": 0, "restart": 0.0}
    for turn in range(times):
        server = Server(rules, key)
        found["restart"] = max(found["restart"], server.took)

        def subject(number: int, turn: int = turn) -> str:
            return f"killed-{turn}-{number}"

        stream = client.Stream(
            server.port, admin, lambda number: rule(subject(number), subject(number)), RATE
        )
        running = asyncio.create_task(stream.run())
        await asyncio.sleep(random.uniform(0.5, 2))
        server.kill()
        stream.stopped = True  # Nothing was sent since: nobody had a turn.
        await running
        server = Server(rules, key)
        # The last one has no rule: not all that is asked for is refused.
        token = {number: issuer.token(subject(number)) for number in stream.sent}
        answers = await client.refused(server.port, [*token.values(), issuer.token(f"free-{turn}")])
        if answers.pop():
            raise RuntimeError("a token without a rule is refused")
        held = {number for number, is_held in zip(token, answers, strict=True) if is_held}
        lost |= {token[number] for number in set(stream.acknowledged) - held}
        unanswered = stream.sent - set(stream.acknowledged)
        found["unanswered"] += len(unanswered)
        found["unanswered_held"] += len(unanswered & held)
        acknowledged += [token[number] for number in stream.acknowledged]
        counts.append(len(stream.acknowledged))
        server.kill()
    server = Server(rules, key)
    # Those of the first kill have been read and followed by others many times now.
    answers = await client.refused(server.port, acknowledged)
    lost |= {token for token, is_held in zip(acknowledged, answers, strict=True) if not is_held}
    server.kill()
    found |= {"acknowledged": len(acknowledged), "least_acknowledged": min(counts)}
    return found | {"lost": len(lost)}
