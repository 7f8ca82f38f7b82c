"""Asks everyone: a process for each library, an answer a line, in the order of the cases."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from harness import TARGET

from . import ROOT

PEERS = Path(__file__).parent / "peers"
RUST = TARGET / "rust" / "release" / "differential"
PYTHON: list[str | Path] = [sys.executable, PEERS / "python.py"]
NODE: list[str | Path] = ["node", PEERS / "node.mjs"]
OURS = "lowwater"
COMMANDS: dict[str, list[str | Path]] = {
    OURS: [RUST, "lowwater"],
    "jsonwebtoken (Rust)": [RUST, "jsonwebtoken"],
    "PyJWT (Python)": [*PYTHON, "PyJWT"],
    "joserfc (Python)": [*PYTHON, "joserfc"],
    "jose (Node)": [*NODE, "jose"],
    "fast-jwt (Node)": [*NODE, "fast-jwt"],
    "jsonwebtoken (Node)": [*NODE, "jsonwebtoken"],
}
ALL_PEERS = [name for name in COMMANDS if name != OURS]


@dataclass(slots=True, frozen=True)
class Answer:
    """`accept` (told: the place of the key), `reject` (told: what was wrong) or `not asked` (why)."""

    result: str
    told: str
    """Of an acceptance: a digest of the claims as they were read."""
    read: str = ""

    @classmethod
    def of(cls, line: str) -> "Answer":
        return cls(*line.rstrip("\n").split("\t"))

    @property
    def accepts(self) -> bool:
        return self.result == "accept"

    @property
    def asked(self) -> bool:
        """Did the library see the token, with at least one key?"""
        return self.result != "not asked" and self.told != "no key"


def ask(folder: Path, names: list[str]) -> None:
    """Two at a time: so many processors a small machine has."""

    def one(name: str) -> None:
        with answers(folder, name).open("w") as file:
            subprocess.run(
                [*map(str, COMMANDS[name]), str(folder)],
                stdout=file,
                check=True,
                cwd=ROOT,
                env=os.environ | {"NODE_NO_WARNINGS": "1"},
            )

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one, names))


def answers(folder: Path, name: str) -> Path:
    return folder / f"{name}.answers"


def told(folder: Path, names: list[str]) -> Iterator[dict[str, Answer]]:
    """What everyone answered, case by case."""
    files = [answers(folder, name).open() for name in names]
    for lines in zip(*files, strict=True):
        yield {name: Answer.of(line) for name, line in zip(names, lines, strict=True)}
