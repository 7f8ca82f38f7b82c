"""The memo changes what a decision costs and never the decision; many tokens in one call are as many decisions."""

import os
import sys
import threading
from typing import Any

import lowwater
import pytest
from conftest import ISSUER, NOW, SECRET, token, validator


def seen(decided: Any) -> Any:
    """What can be seen of an answer."""
    if isinstance(decided, lowwater.Rejected):
        return decided.code, decided.status, decided.headers, str(decided)
    return decided.claims_json, decided.key_id, decided.notes, decided.freshness


def asked(mine: lowwater.Validator, text: str, cutoffs: Any, now: int = NOW) -> Any:
    try:
        return seen(mine.validate(text, cutoffs, now=now))
    except lowwater.Rejected as no:
        return seen(no)


@pytest.mark.parametrize("memo_bytes", [None, 0, 100_000])
def test_a_token_that_is_known_is_decided_anew(memo_bytes: int | None) -> None:
    mine = validator() if memo_bytes is None else validator(memo_bytes=memo_bytes)
    plain, cutoffs, text = validator(memo_bytes=0), lowwater.Cutoffs(), token()
    for _ in range(3):
        assert asked(mine, text, cutoffs) == asked(plain, text, cutoffs)
    cutoffs.issued_before(NOW, subject="u1", issuer=ISSUER, now=NOW)
    for cutoff, now, code in [
        (cutoffs, NOW, "token_revoked"),
        (lowwater.NO_CUTOFFS, NOW + 660, "token_expired"),
        (lowwater.NO_CUTOFFS, NOW - 71, "issued_in_future"),
    ]:
        assert asked(mine, text, cutoff, now) == asked(plain, text, cutoff, now)
        assert asked(mine, text, cutoff, now)[0] == code
    assert asked(mine, text, lowwater.NO_CUTOFFS) == asked(plain, text, lowwater.NO_CUTOFFS)


def test_keys_that_are_exchanged_prove_nothing_of_before() -> None:
    mine, text = validator(), token()
    mine.validate(text, lowwater.NO_CUTOFFS, now=NOW)
    rotated = mine.with_keys(lowwater.Key.from_secret(bytes(32)))
    assert asked(rotated, text, lowwater.NO_CUTOFFS)[0] == "signature_invalid"
    back = rotated.with_keys(lowwater.Key.from_secret(SECRET))
    assert back.validate(text, lowwater.NO_CUTOFFS, now=NOW).subject == "u1"


@pytest.mark.parametrize("memo_bytes", [1, 1023, 2**20, 2**40, sys.maxsize])
def test_any_bound_of_the_memo_is_a_bound(memo_bytes: int) -> None:
    mine = validator(memo_bytes=memo_bytes)
    for _ in range(3):
        assert mine.validate(token(), lowwater.NO_CUTOFFS, now=NOW).subject == "u1"


def test_a_long_list_keeps_the_interpreter_from_nobody() -> None:
    mine, texts, turns = validator(), [token()] * 20_000, 0
    done = threading.Event()

    def decide() -> None:
        mine.validate_many(texts, lowwater.NO_CUTOFFS, now=NOW)
        done.set()

    thread = threading.Thread(target=decide)
    thread.start()
    while not done.is_set():
        turns += 1
    thread.join()
    assert turns > 100
    with pytest.raises(lowwater.ConfigError, match="`tokens` has more than 100000"):
        mine.validate_many([""] * 100_001, lowwater.NO_CUTOFFS, now=NOW)


def tokens(count: int) -> list[str]:
    """Good ones, and of each kind of bad one some."""
    bad = [
        "",
        "a.b.c",
        "\ud800",
        "x" * 20_000,
        token(secret=bytes(32)),
        token(exp=NOW - 100, iat=NOW - 200),
    ]
    good = (token(sub=f"u{number % 7}", jti=str(number)) for number in range(count))
    return [bad[number // 3 % 6] if number % 3 == 0 else text for number, text in enumerate(good)]


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("release_gil", [False, True])
def test_many_are_decided_as_each_alone(threads: int, release_gil: bool) -> None:
    mine, cutoffs = validator(release_gil=release_gil), lowwater.Cutoffs()
    cutoffs.issued_before(NOW, subject="u3", issuer=ISSUER, now=NOW)
    texts = tokens(200)
    answers = mine.validate_many(texts, cutoffs, threads=threads, now=NOW)
    assert [seen(answer) for answer in answers] == [asked(mine, text, cutoffs) for text in texts]
    codes = {answer.code for answer in answers if isinstance(answer, lowwater.Rejected)}
    assert {"token_revoked", "token_expired", "token_malformed", "signature_invalid"} <= codes
    assert any(isinstance(answer, lowwater.Accepted) for answer in answers)
    assert (
        mine.validate_many(tuple(texts[:3]), cutoffs, now=NOW)[0].__class__ is answers[0].__class__
    )
    assert mine.validate_many([], cutoffs, threads=threads, now=NOW) == []


def test_what_is_no_list_of_tokens_is_a_mistake() -> None:
    mine = validator()
    bad: Any
    for bad in [token(), {token()}, None, 5, iter([token()]), [token(), 5], [None], {token(): 1}]:
        with pytest.raises(lowwater.ConfigError, match="`tokens`"):
            mine.validate_many(bad, lowwater.NO_CUTOFFS, now=NOW)
    for bad in [0, -1, True, "2", 1.0, None, 2**70]:
        with pytest.raises(lowwater.ConfigError, match="`threads`"):
            mine.validate_many([token()], lowwater.NO_CUTOFFS, threads=bad, now=NOW)
    for bad in [-1, True, "2", 1.0, None, 2**70]:
        with pytest.raises(lowwater.ConfigError, match="`memo_bytes`"):
            validator(memo_bytes=bad)
    with pytest.raises(lowwater.ConfigError, match="`cutoffs`"):
        mine.validate_many([token()], None, now=NOW)  # type: ignore[arg-type]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a system without fork")
def test_a_forked_process_decides_on() -> None:
    mine, texts = validator(release_gil=True), [token(jti=str(number)) for number in range(64)]
    done = threading.Event()

    def busy() -> None:
        while not done.is_set():
            mine.validate_many(texts, lowwater.NO_CUTOFFS, threads=2, now=NOW)

    thread = threading.Thread(target=busy)
    thread.start()
    try:
        for _ in range(20):
            child = os.fork()
            if child == 0:
                good = all(mine.validate(text, lowwater.NO_CUTOFFS, now=NOW) for text in texts)
                os._exit(0 if good else 1)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    finally:
        done.set()
        thread.join()
