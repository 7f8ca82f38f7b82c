"""Does it pay to let go of the GIL while a token is decided? Microseconds for one token, best and worst round.

python bindings/python/bench/gil.py

Three questions: one thread alone; two threads that do nothing but validate; one thread beside one that is
busy in Python, whose turn a validation that let go of the GIL has to wait for.
"""

import threading
import time

import jwt as pyjwt
import lowwater

from bench import AUDIENCE, BATCH, ISSUER, claims, keys

ROUNDS = 5


def validate(validator: lowwater.Validator, token: str, count: int) -> float:
    start = time.perf_counter()
    for _ in range(count):
        validator.validate(token, lowwater.NO_CUTOFFS)
    return (time.perf_counter() - start) / count * 1e6


def together(validator: lowwater.Validator, token: str, count: int) -> float:
    threads = [threading.Thread(target=validate, args=(validator, token, count)) for _ in range(2)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return (time.perf_counter() - start) / count / 2 * 1e6


def beside_busy(validator: lowwater.Validator, token: str, count: int) -> float:
    done = threading.Event()

    def busy() -> None:
        number = 0
        while not done.is_set():
            number += 1

    thread = threading.Thread(target=busy)
    thread.start()
    try:
        return validate(validator, token, count)
    finally:
        done.set()
        thread.join()


def main() -> None:
    print("| holding / letting go | alone | two threads, a token | beside a busy thread |")
    print("|---|---|---|---|")
    now = int(time.time())
    for algorithm, batch in BATCH.items():
        signing, _, jwk = keys(algorithm)
        token = pyjwt.encode(claims(now), signing, algorithm)
        policy = {"issuer": ISSUER, "audience": AUDIENCE, "algorithms": [algorithm], "keys": jwk}
        both = [lowwater.Validator(**policy, release_gil=release) for release in (False, True)]
        columns = []
        for ask, count in ((validate, 20 * batch), (together, 20 * batch), (beside_busy, 1000)):
            rounds = [[ask(validator, token, count) for validator in both] for _ in range(ROUNDS)]
            told = [f"{min(times):.1f}-{max(times):.1f}" for times in zip(*rounds, strict=True)]
            columns.append(" / ".join(told))
        print(f"| {algorithm} |", " | ".join(columns), "|")


if __name__ == "__main__":
    main()
