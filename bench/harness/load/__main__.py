"""`bench/load`: builds the example, loads it, kills it, reports."""

import argparse
import asyncio
import json
import shutil
import subprocess
import sys
from typing import Any

from .. import RESULTS as ALL
from .. import ROOT, build, machine, report
from . import FOLDER, RESULTS, faults, section
from .issuer import Issuer
from .kills import kills
from .run import run


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/load", description=section.__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="one short round, three kills; prints, writes nothing"
    )
    parser.add_argument(
        "--busy",
        action="store_true",
        help="write the section, and say so in it, where other programs had much of the processors",
    )
    return parser.parse_args()


async def load(quick: bool) -> dict[str, Any]:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    issuer = Issuer()
    issuer.write(FOLDER / "key.der")
    found = await run(FOLDER, issuer, *((1, 4) if quick else (3, 20)))
    found["kills"] = await kills(FOLDER, issuer, 3 if quick else 12)
    return found


def main() -> None:
    asked = arguments()
    build.run("cargo", "build", "--quiet", "--locked", "--release", "-p", "lowwater-example-api")
    found = asyncio.run(load(asked.quick))
    found["date"] = machine.machine()["date"]
    found["commit"] = build.told("git", "rev-parse", "--short", "HEAD")
    wrk = subprocess.run(["wrk", "--version"], capture_output=True, text=True).stdout
    found["wrk"] = wrk.split(" [")[0]
    print(section.write(found))
    if wrong := faults.faults(found):
        sys.exit("bench/load: " + "; ".join(wrong))
    if not asked.quick:
        if (why := faults.busy(found)) and not asked.busy:
            sys.exit(f"bench/load: not written (--busy writes it all the same): {why}")
        RESULTS.write_text(json.dumps(found))
        if ALL.exists():
            text = report.write(json.loads(ALL.read_text()) | {"load": found})
            (ROOT / "BENCHMARKS.md").write_text(text)


if __name__ == "__main__":
    main()
