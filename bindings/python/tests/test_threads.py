"""Threads share a validator and rules: a rule that was applied holds for every call that begins after."""

import gc
import importlib
import sys
import threading
import weakref
from typing import Any

import lowwater
import pytest
from conftest import ISSUER, NOW, token, validator

READERS = 8


@pytest.mark.parametrize("release_gil", [False, True])
def test_a_revocation_reaches_eight_threads_at_once(release_gil: bool) -> None:
    mine, cutoffs = validator(release_gil=release_gil), lowwater.Cutoffs()
    tokens = [token(sub=f"u{user}") for user in range(50)]
    revoked = [False] * len(tokens)
    done, decided = threading.Event(), [0] * READERS
    late: list[Any] = []

    def validate(reader: int) -> None:
        while not done.is_set():
            for user, text in enumerate(tokens):
                known = revoked[user]
                try:
                    mine.validate(text, cutoffs, now=NOW)
                    if known:
                        late.append(user)
                except lowwater.Rejected as no:
                    if no.code != "token_revoked":
                        late.append(no.code)
                decided[reader] += 1

    threads = [threading.Thread(target=validate, args=(reader,)) for reader in range(READERS)]
    for thread in threads:
        thread.start()
    try:
        for user in range(len(tokens)):
            cutoffs.issued_before(NOW, subject=f"u{user}", issuer=ISSUER, now=NOW)
            revoked[user] = True
            threading.Event().wait(0.005)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert late == []
    assert all(decided)


def test_writers_take_turns_and_nothing_is_lost() -> None:
    cutoffs = lowwater.Cutoffs()
    failures: list[Any] = []

    def apply(writer: int) -> None:
        try:
            for user in range(200):
                cutoffs.issued_before(NOW, subject=f"{writer}-{user}", now=NOW)
                if user % 50 == 0:
                    cutoffs.load_snapshot(cutoffs.to_snapshot(now=NOW), now=NOW)
        except Exception as failure:
            failures.append(failure)

    threads = [threading.Thread(target=apply, args=(writer,)) for writer in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # A snapshot that is older than what another thread applied meanwhile is refused, and told so.
    assert all(getattr(failure, "code", None) == "state_older" for failure in failures)
    if not failures:
        assert len(cutoffs) == 800


def test_claims_are_made_once_for_all_threads() -> None:
    accepted = validator().validate(token(), lowwater.NO_CUTOFFS, now=NOW)
    seen: list[Any] = []
    threads = [
        threading.Thread(target=lambda: seen.append(accepted.claims)) for _ in range(READERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(claims is accepted.claims for claims in seen)


def test_an_accepted_token_in_its_own_claims_is_collected() -> None:
    accepted = validator().validate(token(), lowwater.NO_CUTOFFS, now=NOW)
    marker = Marker()
    gone = weakref.ref(marker)
    accepted.claims["me"] = (accepted, marker)
    del accepted, marker
    gc.collect()
    assert gone() is None


class Marker:
    """Something that can be seen to go."""


def test_no_second_interpreter_gets_classes_of_the_first() -> None:
    # Its name until 3.12; later ones have `_interpreters`.
    name = "_xxsubinterpreters" if sys.version_info < (3, 13) else "_interpreters"
    interpreters: Any = importlib.import_module(name)

    other = interpreters.create()
    try:
        code = "try:\n import lowwater\nexcept ImportError as no:\n assert 'interpreter' in str(no)\nelse:\n raise SystemError"
        interpreters.run_string(other, code)
    finally:
        interpreters.destroy(other)
