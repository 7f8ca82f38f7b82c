"""The rounds: everyone of a group has a short turn, then everyone again, so that noise hits all alike."""

import statistics
import time
from dataclasses import dataclass
from typing import Any

from .cases import Entry, Group
from .workers import Worker


@dataclass(frozen=True)
class Pace:
    rounds: int
    turn: float
    """Seconds that a turn is to take."""
    warm: float
    """Seconds before the first round, for what is compiled as it runs."""


# Turns are short, so that most of them are not interrupted where the machine does something else too.
FULL = Pace(rounds=75, turn=0.003, warm=0.2)
QUICK = Pace(rounds=15, turn=0.002, warm=0.03)
LONGER = 10
FEWEST = 3


class Turn:
    """A contestant of a group, made ready in its process."""

    def __init__(self, entry: Entry, worker: Worker, number: int, pace: Pace) -> None:
        self.entry, self.worker, self.number = entry, worker, number
        prepared = worker.ask(
            "prepare", id=number, contestant=entry.contestant.name, case=entry.case
        )
        wrong = prepared["refused"] if entry.accepted else prepared["accepted"]
        if entry.accepted is not None and wrong:
            raise RuntimeError(f"{entry} of {entry.case} answers {prepared}")
        self.threads: int = entry.case.get("threads", 1)
        self.means: list[float] = []
        self.singles: list[int] = []
        self.calls = FEWEST
        warm_until = time.monotonic() + pace.warm
        while True:
            self.calls = max(FEWEST, round(pace.turn * 1e9 / max(self.mean() * self.threads, 1)))
            if time.monotonic() > warm_until:
                break

    def mean(self) -> float:
        """Nanoseconds a token; of threads together, so that two at full speed take half."""
        answer = self.worker.ask("run", id=self.number, calls=self.calls)
        return float(answer["nanos"]) / (self.calls * self.threads)

    def take(self) -> None:
        # Others had the caches in between.
        self.worker.ask("run", id=self.number, calls=max(1, self.calls // 10))
        self.means.append(self.mean())
        if self.entry.alone:
            calls = max(1, self.calls // 4)
            self.singles += self.worker.ask("each", id=self.number, calls=calls)["nanos"]

    def told(self) -> dict[str, Any]:
        said: dict[str, Any] = {
            "median": statistics.median(self.means),
            "best": min(self.means),
            "worst": max(self.means),
        }
        if self.singles:
            ordered = sorted(self.singles)
            said["p50"] = ordered[len(ordered) // 2]
            said["p99"] = ordered[len(ordered) * 99 // 100]
            said["calls"] = len(ordered)
        return said


def measure(group: Group, workers: dict[str, Worker], pace: Pace) -> dict[str, dict[str, Any]]:
    """By entry: medians over the rounds, and the percentiles of single calls, in nanoseconds."""
    started = time.monotonic()
    if group.long:
        pace = Pace(max(5, pace.rounds // 4), pace.turn * LONGER, pace.warm)
    turns = [
        Turn(entry, workers[entry.contestant.worker], number, pace)
        for number, entry in enumerate(group.entries)
    ]
    for _ in range(pace.rounds):
        for turn in turns:
            turn.take()
    for turn in turns:
        turn.worker.ask("forget", id=turn.number)
    print(f"{group.name}: {time.monotonic() - started:.1f} s", flush=True)
    return {str(turn.entry): turn.told() for turn in turns}
