"""The vectors: every test that has a token and a policy. Rules are left out, no library but lowwater has them."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from .cases import Case
from .reading import Number
from .sets import Sets

# Who stops after the signature is given a policy that asks for nothing else.
SIGNATURE_ALONE = {
    **{"issuer": "any", "audience": "any", "missing_exp": "accept", "missing_iat": "accept"},
    "max_lifetime": "unbounded",
}


def files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        found = sorted(path.rglob("*.json")) if path.is_dir() else [path]
        yield from (file for file in found if "data" not in file.relative_to(path).parts)


def cases(paths: list[Path], sets: Sets) -> Iterator[Case]:
    for path in files(paths):
        file = json.loads(path.read_text(), parse_int=Number, parse_float=Number)
        # Two folders may have files of one name.
        place = "/".join(path.parts[-2:]).removesuffix(".json")
        for test in file.get("tests", []):
            case = of_test(test, file, place, sets)
            if case is not None:
                yield case


def of_test(test: dict[str, Any], file: dict[str, Any], place: str, sets: Sets) -> Case | None:
    if "token" not in test or test.get("result") == "config_error":
        return None
    policy = file["policies"].get(test.get("policy"))
    name = f"{place}/{test.get('policy')}"
    if policy is None:
        algorithms = test.get("algorithms", [])
        policy = SIGNATURE_ALONE | {"algorithms": algorithms}
        name = f"signature alone: {' '.join(algorithms)}"
    lists = (policy[member] for member in ("issuer", "audience", "algorithms"))
    if not all(lists) or policy.get("token_type") == [""]:
        return None  # a policy that no lowwater is built of
    keys = f"{place}/{test['keys']}"
    if keys not in sets.keysets:
        sets.keys(keys, file["keysets"][test["keys"]])
    if name not in sets.policies:
        sets.policy(name, policy)
    now = round(Decimal(str(test.get("now", 0))) * 1000)
    return Case(f"{place}/{test['id']}", "as it is", test["token"], keys, name, now)
