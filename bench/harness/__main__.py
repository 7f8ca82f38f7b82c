"""`bench/all`: builds, measures, reports."""

import argparse
import json
import shutil
import time
from typing import Any

from . import (
    FIXTURES,
    RESULTS,
    ROOT,
    build,
    cases,
    charts,
    fixtures,
    instructions,
    load,
    machine,
    measure,
    report,
)
from .workers import Worker

LANGUAGES = {"rust": "rust", "python": "python", "node": "node", "wasm": "webassembly"}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/all", description=measure.__doc__)
    parser.add_argument(
        "--only", nargs="+", choices=LANGUAGES, help="some of the languages; prints, writes nothing"
    )
    parser.add_argument(
        "--quick", action="store_true", help="few rounds, fewer cases; prints, writes nothing"
    )
    parser.add_argument(
        "--report", action="store_true", help="write the report of the last full run again"
    )
    return parser.parse_args()


def run(only: list[str], quick: bool) -> dict[str, Any]:
    for name in only:
        print(f"build {name}", flush=True)
        build.BUILDS[name]()
    if "rust" not in only:
        build.BUILDS["rust"]()
    now = int(time.time())
    fixtures.write(FIXTURES, now, 200 if quick else 2000)
    groups = cases.groups({LANGUAGES[name] for name in only}, quick)
    needed = {entry.contestant.worker for group in groups for entry in group.entries}
    others = machine.Others()
    workers = {name: Worker(name) for name in sorted(needed)}
    pace = measure.QUICK if quick else measure.FULL
    started = time.monotonic()
    found: dict[str, Any] = {
        "machine": machine.machine(),
        "versions": build.versions(),
        "rounds": pace.rounds,
        "turn": pace.turn,
        "groups": {group.name: measure.measure(group, workers, pace) for group in groups},
    }
    if "rust" in only and not quick and shutil.which("valgrind"):
        found["instructions"] = instructions.count()
    if "node" in workers:
        case = {"fixture": cases.fixture("HS256")}
        found["revoked"] = workers["node"].ask("revoked", id=0, case=case)
    for worker in workers.values():
        worker.end()
    found["others"] = others.share()
    found["seconds"] = time.monotonic() - started
    return found


def main() -> None:
    asked = arguments()
    if not asked.report:
        found = run(asked.only or list(LANGUAGES), asked.quick)
        if asked.only or asked.quick:
            print(report.write(found))
            return
        RESULTS.write_text(json.dumps(found))
    found = json.loads(RESULTS.read_text())
    if load.RESULTS.exists():  # Measured apart, by `bench/load`.
        found["load"] = json.loads(load.RESULTS.read_text())
    charts.draw(found, ROOT / "bench" / "charts")
    (ROOT / "BENCHMARKS.md").write_text(report.write(found))


if __name__ == "__main__":
    main()
