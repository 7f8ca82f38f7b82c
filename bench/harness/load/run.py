"""Requests by `wrk` to each way in turn, for some seconds, and then again."""

import asyncio
import json
import resource
import statistics
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import machine
from . import client
from .issuer import Issuer, mixed, rule
from .server import Server

TOKENS = 4000
# Users whose tokens are cut off again and again: a state that does not grow.
CUT_OFF = 10_000
CONNECTIONS = 32
RATE = 1000.0
MEMO = 32 << 20
"""Bytes: room for all of the tokens."""
EDGE = 10
"""Seconds at the beginning and at the end whose memory is compared."""
LUA = Path(__file__).with_name("requests.lua")


@dataclass
class Way:
    """One way to the same answer."""

    name: str
    path: str
    memo: bool = False
    rules: bool = False
    rounds: list[dict[str, Any]] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    """Bytes, once a second."""


@dataclass
class Loaded:
    """A server under load."""

    rules: Path
    server: Server
    cut: dict[str, float] = field(default_factory=dict)
    """Users, and the time of the last rule about each that was acknowledged under load."""


def user(number: int) -> str:
    return f"user-{number % CUT_OFF}"


def ways() -> list[Way]:
    return [
        Way("without lowwater", "/notices"),
        Way("with lowwater", "/messages"),
        Way("with lowwater, memo", "/messages", memo=True),
        Way("without lowwater, rules arrive", "/notices", rules=True),
        Way("with lowwater, rules arrive", "/messages", rules=True),
        Way("with lowwater, memo, rules arrive", "/messages", memo=True, rules=True),
    ]


def spent(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


async def wrk(port: int, way: Way, tokens: Path, seconds: int) -> dict[str, Any]:
    url = f"http://127.0.0.1:{port}"
    command = ["wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--duration"]
    command += [f"{seconds}s", "--latency", "--script", str(LUA), url, "--", way.path, str(tokens)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    for line in output.decode().splitlines():
        if line.startswith("found "):
            found: dict[str, Any] = json.loads(line.removeprefix("found "))
            return found
    raise RuntimeError(output.decode())


async def watch(server: Server, way: Way) -> None:
    while True:
        await asyncio.sleep(1)
        way.memory.append(server.memory())


async def turn(
    loaded: Loaded, way: Way, tokens: Path, seconds: int, admin: str
) -> dict[str, Any]:
    """One slice: requests and what they took of everyone."""
    server, times = loaded.server, {}

    def cut(number: int) -> str:
        times[number] = time.time()
        return rule(user(number), at=times[number])

    stream = client.Stream(server.port, admin, cut, RATE)
    rules = asyncio.create_task(stream.run()) if way.rules else None
    watching = asyncio.create_task(watch(server, way))
    before = server.processor(), spent(resource.RUSAGE_CHILDREN), spent(resource.RUSAGE_SELF)
    found = await wrk(server.port, way, tokens, seconds)
    after = server.processor(), spent(resource.RUSAGE_CHILDREN), spent(resource.RUSAGE_SELF)
    watching.cancel()
    if rules:
        stream.stopped = True
        found["rules"] = (await rules).found()
        loaded.cut |= {user(number): times[number] for number in sorted(stream.acknowledged)}
    used = [later - earlier for earlier, later in zip(before, after, strict=True)]
    micros = [seconds * 1e6 / found["requests"] for seconds in used]
    found |= dict(zip(("server", "wrk", "client"), micros, strict=True))
    return found | {"rate": found["requests"] * 1e6 / found["micros"]}


async def cut_off(server: Server, admin: str, users: Iterable[str]) -> None:
    answers = await client.all_of(server.port, [client.post(admin, rule(one)) for one in users])
    if {status for status, _ in answers} != {201}:
        raise RuntimeError("a rule was not applied")


def summary(way: Way) -> dict[str, Any]:
    """Medians of the rounds; memory at the edges of all of them."""
    edge = min(EDGE, len(way.memory) // 2)
    names = ("rate", "p50", "p99", "server", "wrk", "client")
    found: dict[str, Any] = {
        name: statistics.median(one[name] for one in way.rounds) for name in names
    }
    found |= {
        "rates": [one["rate"] for one in way.rounds],
        "refused": sum(one["refused"] for one in way.rounds)
        / sum(one["requests"] for one in way.rounds),
        "failed": sum(one["failed"] for one in way.rounds),
        "memory_first": statistics.mean(way.memory[:edge]),
        "memory_last": statistics.mean(way.memory[-edge:]),
    }
    if way.rules:
        told = [one["rules"] for one in way.rounds]
        found["rules"] = {name: statistics.median(one[name] for one in told) for name in told[0]}
    return found


async def reopened(
    servers: Collection[Loaded], issuer: Issuer, key: Path, revoked: list[str]
) -> dict[str, int]:
    """Starts on each file that grew, and asks for the last rule about each user."""
    found = {"rules": 0, "lost": 0, "bytes": 0}
    for loaded in servers:
        # Issued less than two seconds before that rule: after those that came before it, with few exceptions.
        tokens = [issuer.issued(one, int(at) - 1) for one, at in loaded.cut.items()]
        tokens += [issuer.token(one, age=3000) for one in revoked]
        server = Server(loaded.rules, key)
        *held, free = await client.refused(server.port, [*tokens, issuer.token("free")])
        server.kill()
        if free:
            raise RuntimeError("a token without a rule is refused")
        found["rules"] += len(held)
        found["lost"] += held.count(False)
        found["bytes"] += loaded.rules.stat().st_size
    return found | {"least": min(len(loaded.cut) for loaded in servers)}


async def run(folder: Path, issuer: Issuer, rounds: int, seconds: int) -> dict[str, Any]:
    tokens, revoked = mixed(issuer, TOKENS)
    listed, key = folder / "tokens", folder / "key.der"
    listed.write_text("\n".join(tokens))
    admin = issuer.token("admin", "admin:cutoffs")
    servers = {}
    for memo in (False, True):
        rules = folder / f"rules-{memo}.jsonl"
        rules.write_text('{"state":{}}\n')
        servers[memo] = Loaded(rules, Server(rules, key, MEMO if memo else 0))
        await cut_off(servers[memo].server, admin, [*revoked, *map(user, range(CUT_OFF))])
    all_ways = ways()
    for way in all_ways:  # Not counted: connections, memo and allocator come to their size.
        await turn(servers[way.memo], way, listed, 3, admin)
        way.memory.clear()
    others, began = machine.Others(), time.monotonic()
    for number in range(rounds):
        for way in all_ways:
            way.rounds.append(await turn(servers[way.memo], way, listed, seconds, admin))
            one = way.rounds[-1]
            print(f"{number + 1} {way.name}: {one['rate']:.0f} a second", flush=True)
    took = time.monotonic() - began
    for loaded in servers.values():
        loaded.server.kill()
    share = others.share()
    return {
        "ways": {way.name: summary(way) for way in all_ways},
        "others": share,
        "reopened": await reopened(servers.values(), issuer, key, revoked),
        "rounds": rounds,
        "slice": seconds,
        "seconds": took,
    }
