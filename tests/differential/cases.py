"""One question: a token under keys, a policy and a time."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .reading import decoded, read
from .sets import Sets


@dataclass(slots=True, frozen=True)
class Case:
    """`base` tells where the token comes from, `kind` what was done to it. `now` is in milliseconds."""

    base: str
    kind: str
    token: str
    keys: str
    policy: str
    now: int

    def changed(self, kind: str, token: str) -> "Case":
        return Case(self.base, kind, token, self.keys, self.policy, self.now)

    @classmethod
    def of(cls, written: dict[str, Any]) -> "Case":
        return cls(**{name: written[name] for name in cls.__slots__})


def write(folder: Path, cases: Iterable[Case], sets: Sets) -> int:
    """Each question once, however it came about."""
    folder.mkdir(parents=True, exist_ok=True)
    known = set()
    with (folder / "cases.jsonl").open("w") as file:
        for case in cases:
            question = (case.token, case.keys, case.policy, case.now)
            if question in known:
                continue
            known.add(question)
            header = read(decoded(case.token.split(".")[0])).members
            algorithm = header.get("alg")
            allowed = sets.asked[case.policy]["algorithms"]
            line = {name: getattr(case, name) for name in Case.__slots__} | {
                "algorithm": algorithm if algorithm in allowed else "",
                "candidates": sets.candidates(case.keys, case.policy, header),
            }
            file.write(json.dumps(line) + "\n")
    (folder / "sets.json").write_text(json.dumps(sets.written()))
    return len(known)


def written(folder: Path) -> Iterator[Case]:
    with (folder / "cases.jsonl").open() as file:
        for line in file:
            yield Case.of(json.loads(line))
