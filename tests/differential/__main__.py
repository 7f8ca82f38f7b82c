"""`scripts/differential`: generates, asks everyone, compares. `--help` tells the rest."""

import argparse
import itertools
import json
import sys
import time
from pathlib import Path

from harness import build

from . import ROOT, WORK, asking, cases, classify, generate, report
from .sets import Sets

FULL = 250_000
FOLDERS = [Path("tests/vectors"), Path("tests/others")]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="lowwater and other libraries, token by token")
    parser.add_argument("folders", nargs="*", type=Path, help="more vectors")
    parser.add_argument("--count", type=int, default=FULL, help="tokens to make (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of all that is random (%(default)s)")
    parser.add_argument("--report", action="store_true", help="write tests/differential.md")
    parser.add_argument("--again", action="store_true", help="compare the answers of the last run")
    return parser.parse_args()


def step(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


def main() -> int:
    asked = arguments()
    full = asked.count >= FULL
    if asked.report and not full:
        sys.exit(f"a report is of {FULL} tokens or more")
    folders = [*(ROOT / folder for folder in FOLDERS), *asked.folders]
    if not asked.again:
        step("building")
        cargo = ("cargo", "build", "--quiet", "--locked", "--release", "--bin", "differential")
        build.run(*cargo, where=build.RUST)
        build.packages(build.NODE)
        step(f"generating, seed {asked.seed}")
        sets = Sets()
        made = generate.cases(folders, sets, asked.count, asked.seed)
        written = cases.write(WORK, itertools.islice(made, asked.count), sets)
        step(f"asking about {written} tokens")
        asking.ask(WORK, list(asking.COMMANDS))
    step("comparing")
    sets_written = json.loads((WORK / "sets.json").read_text())
    told = asking.told(WORK, list(asking.COMMANDS))
    result = classify.classify(
        zip(cases.written(WORK), told, strict=True), sets_written, asking.ALL_PEERS
    )
    for line in classify.shown(result):
        print(line)
    # A small run need not meet every rule.
    lacks = [f"no case meets the rule {name!r}" for name in result.unmatched()]
    lacks = [*result.thin(asking.ALL_PEERS), *lacks] if full else []
    for lack in lacks:
        print(lack)
    explained = sum(result.refused_by_us.values()) + sum(result.accepted_by_us.values())
    print(
        f"{result.cases} tokens, {result.compared} compared, seed {asked.seed}: {explained} answers differ and are "
        f"explained, {result.unexplained_count} are not; {len(lacks)} things are missing in a full run"
    )
    if asked.report:
        names = [str(folder) for folder in [*FOLDERS, *asked.folders]]
        text = report.text(result, build.versions(), asked.seed, names)
        (ROOT / "tests" / "differential.md").write_text(text)
    return 1 if result.unexplained_count or lacks else 0


if __name__ == "__main__":
    sys.exit(main())
