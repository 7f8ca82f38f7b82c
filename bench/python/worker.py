"""Measures time. One line of JSON is asked, one is answered (`harness/workers.py`)."""

import gc
import itertools
import json
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from contestants import CONTESTANTS

Decide = Callable[[str], Any]


class Ready:
    def __init__(self, contestant: str, case: dict[str, Any]) -> None:
        fixture = json.loads(Path(case["fixture"]).read_text())
        self.decide, self.refusals = CONTESTANTS[contestant](fixture)
        self.tokens = fixture["tokens"][case["tokens"]]
        self.threads = case.get("threads", 1)
        self.busy = case.get("busy", False)
        # The rotation goes on from one run to the next.
        self.rotation = itertools.cycle(self.tokens)

    def accepts(self, token: str) -> bool:
        try:
            self.decide(token)
        except self.refusals:
            return False
        return True

    def run(self, calls: int) -> int:
        return self.asked(list(itertools.islice(self.rotation, calls)))

    def asked(self, tokens: list[str]) -> int:
        """The time of all, with what it costs to catch an exception where one comes.

        `contextlib.suppress` would be one more call, measured with each.
        """
        decide, refusals = self.decide, self.refusals
        start = time.perf_counter_ns()
        for token in tokens:
            try:  # noqa: SIM105
                decide(token)
            except refusals:
                pass
        return time.perf_counter_ns() - start

    def each(self, calls: int) -> list[int]:
        return [self.asked([next(self.rotation)]) for _ in range(calls)]

    def together(self, calls: int) -> int:
        """Every thread asks all of the calls; together they take from the first start to the last end."""
        tokens = list(itertools.islice(self.rotation, calls))
        gate = threading.Barrier(self.threads)
        spans: list[tuple[int, int]] = []

        def ask() -> None:
            gate.wait()
            start = time.perf_counter_ns()
            self.asked(tokens)
            spans.append((start, time.perf_counter_ns()))

        threads = [threading.Thread(target=ask) for _ in range(self.threads)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return max(end for _, end in spans) - min(start for start, _ in spans)

    def beside_busy(self, calls: int) -> int:
        """One thread asks, another computes in Python and wants the lock."""
        done = threading.Event()

        def compute() -> None:
            number = 0
            while not done.is_set():
                number += 1

        thread = threading.Thread(target=compute)
        thread.start()
        try:
            return self.run(calls)
        finally:
            done.set()
            thread.join()


def answer(asked: dict[str, Any], ready: dict[int, Ready]) -> dict[str, Any]:
    number = asked["id"]
    match asked["op"]:
        case "prepare":
            made = ready[number] = Ready(asked["contestant"], asked["case"])
            accepted = [made.accepts(token) for token in made.tokens[:16]]
            return {"accepted": sum(accepted), "refused": len(accepted) - sum(accepted)}
        case "run" if ready[number].busy:
            return {"nanos": ready[number].beside_busy(asked["calls"])}
        case "run" if ready[number].threads > 1:
            return {"nanos": ready[number].together(asked["calls"])}
        case "run":
            return {"nanos": ready[number].run(asked["calls"])}
        case "each":
            return {"nanos": ready[number].each(asked["calls"])}
        case "forget":
            del ready[number]
            return {}
        case other:
            raise ValueError(other)


def main() -> None:
    ready: dict[int, Ready] = {}
    # A collection would fall on whoever has the turn.
    gc.disable()
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line), ready)), flush=True)
        gc.collect()


if __name__ == "__main__":
    main()
