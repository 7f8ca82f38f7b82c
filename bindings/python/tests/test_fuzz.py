"""Random calls with random arguments never end the process, and a million validations leave no memory behind."""

import random
import resource
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import lowwater
from conftest import ISSUER, NOW, SECRET, token, validator
from test_bad_input import CYCLE, LONE, RECEIVERS, Throwing, Words

CALLS = 100_000
VALIDATIONS = 1_000_000

GOOD = token()
VALUES: list[Any] = [
    None, True, False, 0, 1, -1, 8, NOW, NOW + 60, 2**63, 10**400, 0.0, NOW + 0.4, float("nan"), float("-inf"),
    Decimal("1.5"), Decimal("NaN"), "", "x", "u1", "never", "any", "HS256", ISSUER, LONE, Words("x"), "x" * 3000,
    b"", b"x", SECRET, bytearray(64), [], ["x"], ["HS256"], (), {"x"}, {}, {"x": 1}, {1: 2}, CYCLE, Throwing(),
    {"keys": []}, {"rule": "issued_before", "target": {"subject": "u1"}, "at": NOW}, datetime.now(UTC),
    datetime(2026, 1, 1), timedelta(seconds=5), timedelta(days=-1), GOOD, GOOD[:-1], GOOD + "A", "..", object, ...,
    lowwater.ANY, lowwater.NO_CUTOFFS, memoryview(b"x"), lowwater.Key.from_secret(SECRET),
]  # fmt: skip
NAMES = [
    "issuer", "subject", "client", "session", "token_id", "key_id", "tenant", "device", "confirmation", "claims",
    "everyone", "except_sessions", "except_token_ids", "skew_guard", "id", "reason", "now", "on", "version",
    "audience", "algorithms", "keys", "leeway", "max_lifetime", "max_age", "token_type", "required", "claim_equals",
    "fresh_within", "stale_after", "expired_after", "capacity", "force", "skip_bad", "scopes", "any_scope", "x",
    "client_id", "lists", "events", "formats", "authority", "legacy", "accepted", "content_type", "body", "uri", "token",
]  # fmt: skip


def test_random_calls_end_in_answers_or_errors() -> None:
    chance = random.Random(17)  # the same calls each time
    objects: list[Any] = [
        validator(),
        lowwater.Cutoffs(),
        lowwater.Rule.issued_before(NOW, subject="u1"),
    ]
    objects += [validator().validate(GOOD, lowwater.NO_CUTOFFS, now=NOW), lowwater]
    objects += [
        lowwater.KeySet(lowwater.Key.from_secret(SECRET)),
        lowwater.Index(lowwater.Cutoffs().to_index()),
    ]
    objects += [objects[3].ticket(), lowwater.Cutoffs.replica(stale_after=1, expired_after=2)]
    readers = [reader(**good) for reader, good in RECEIVERS]
    objects += [*readers, lowwater.StreamFreshness(), lowwater.NO_CUTOFFS.with_status(readers[-1])]
    callables = [
        getattr(one, name)
        for one in [
            *objects,
            lowwater.Cutoffs,
            lowwater.Rule,
            lowwater.Key,
            lowwater.Index,
            lowwater.Validator,
            lowwater.RevocationRequest,
        ]
        for name in dir(one)
        if callable(getattr(one, name))
        and not name.startswith("_")
        and name not in ("Error", "annotations")
    ]
    values = VALUES + objects
    answers = 0
    for _ in range(CALLS):
        call = chance.choice(callables)
        arguments = chance.choices(values, k=chance.randrange(4))
        keywords = {
            name: chance.choice(values) for name in chance.choices(NAMES, k=chance.randrange(4))
        }
        try:
            made = call(*arguments, **keywords)
            answers += 1
            if chance.random() < 0.001 and len(values) < 400:
                values.append(made)
        except (lowwater.Error, TypeError):
            pass
        except (
            RuntimeError
        ) as thrown:  # of Throwing itself, through an iteration that we were asked to do
            assert thrown.__traceback__ is not None
    assert answers > CALLS / 100


def test_a_million_validations_leave_no_memory_behind() -> None:
    mine, cutoffs = validator(), lowwater.Cutoffs()
    cutoffs.issued_before(NOW, subject="u2", now=NOW)
    accepted, refused = GOOD, token(sub="u2")

    def validate(count: int) -> None:
        for turn in range(count):
            try:
                answer = mine.validate(refused if turn % 16 == 0 else accepted, cutoffs, now=NOW)
                if turn % 8 == 1:
                    _ = answer.claims, answer.scopes, answer.ticket()
            except lowwater.Rejected as no:
                _ = no.headers

    validate(50_000)
    before = peak()
    validate(VALIDATIONS)
    # One lost byte for each validation would be a megabyte.
    assert peak() - before < 1_000_000, peak() - before


def peak() -> int:
    """The most memory that the process ever held, in bytes (macOS tells bytes, Linux kilobytes)."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
