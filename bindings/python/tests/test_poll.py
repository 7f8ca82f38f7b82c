"""Security events that are polled, from a transmitter that behaves as it is told."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import lowwater
import pytest
from issuing import Issuer
from lowwater import ConfigError, Cutoffs, EventPoll, Fetch, Received
from test_events import SESSION_REVOKED

PATIENT = 20.0
NOTHING: dict[str, str] = {}


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer() as one:
        yield one


def polling(issuer: Issuer, **more: Any) -> EventPoll:
    validator = lowwater.IssuerValidator(
        issuer.url, audience="api", algorithms=["EdDSA"], allow_loopback_http=True, cool_down=1
    )
    receiver = lowwater.EventReceiver(issuer=issuer.url, audience="me", algorithms=["EdDSA"])
    given: dict[str, Any] = {"url": f"{issuer.url}/poll", "allow_loopback_http": True}
    return EventPoll(validator, receiver, **(given | more))


def event(issuer: Issuer, user: str, *, audience: str = "me") -> str:
    who = {"format": "iss_sub", "iss": issuer.url, "sub": user}
    told: dict[str, Any] = {"events": {SESSION_REVOKED: {}}, "sub_id": who, "jti": user}
    header = {"typ": "secevent+jwt"}
    return issuer.token("a", header, aud=audience, sub=None, exp=None, **told)


def brings(issuer: Issuer, sets: dict[str, str], **at: Any) -> None:
    at["/poll"] = {"body": json.dumps({"sets": sets, "moreAvailable": False})}
    issuer.behave("a", at=at)


def asked(issuer: Issuer) -> list[dict[str, Any]]:
    return [json.loads(one["body"]) for one in issuer.seen if one["path"] == "/poll"]


def taking(cutoffs: Cutoffs, *bad: str) -> Any:
    def take(received: Received) -> None:
        if received.token_id in bad:
            raise OSError(received.token_id)
        for rule in received.rules:
            cutoffs.apply(rule)

    return take


def test_what_was_taken_is_acknowledged_with_the_next_request(issuer: Issuer) -> None:
    poll, cutoffs = polling(issuer, authorization="Bearer s"), Cutoffs()
    brings(issuer, {"n1": event(issuer, "u1"), "n2": event(issuer, "u2")})
    assert poll.as_of is None
    began = time.time()
    wait = poll.round(taking(cutoffs))
    assert 0 < wait <= 1
    assert len(cutoffs) == 2
    assert poll.as_of is not None
    assert began - 1 < poll.as_of.timestamp() <= time.time()
    # It is not due, and does nothing.
    assert poll.round(taking(cutoffs)) <= wait
    brings(issuer, NOTHING)
    time.sleep(wait)
    poll.round(taking(cutoffs))
    assert [one.get("ack") for one in asked(issuer)] == [None, ["n1", "n2"]]
    headers = issuer.seen[-1]["headers"]
    assert (headers["authorization"], headers["content-type"]) == ("Bearer s", "application/json")
    stream = lowwater.StreamFreshness()
    stream.polled(poll.as_of)
    assert stream.as_of == poll.as_of


@pytest.mark.parametrize("task", [False, True])
def test_what_could_not_be_kept_comes_again(issuer: Issuer, task: bool) -> None:
    poll, cutoffs = polling(issuer), Cutoffs()
    brings(issuer, {f"n{n}": event(issuer, f"u{n}") for n in (1, 2, 3)})

    def one_round(*bad: str) -> float:
        take = taking(cutoffs, *bad)
        if not task:
            return poll.round(take)

        async def take_async(received: Received) -> None:
            await asyncio.sleep(0)
            take(received)

        return asyncio.run(poll.round_async(take_async))

    with pytest.raises(OSError, match="u1"):
        one_round("u1", "u3")
    assert (len(cutoffs), poll.as_of) == (1, None)
    time.sleep(one_round())
    while len(asked(issuer)) < 2:
        time.sleep(one_round())
    assert asked(issuer)[1]["ack"] == ["n2"]
    assert len(cutoffs) == 3
    assert poll.as_of is not None


def test_what_cannot_be_read_is_refused_unless_keys_are_missing(issuer: Issuer) -> None:
    poll, cutoffs = polling(issuer), Cutoffs()
    sets = {"n1": event(issuer, "u1", audience="x"), "n2": "no token", "n3": event(issuer, "u3")}
    brings(issuer, sets, **{"/jwks": {"status": 500}})
    wait = poll.round(taking(cutoffs))
    assert len(cutoffs) == 0
    # Nobody knows whether two of them are good; the other is no token, whatever the keys are.
    brings(issuer, sets)
    time.sleep(max(wait, 1))
    while len(cutoffs) == 0:
        time.sleep(poll.round(taking(cutoffs)))
    assert "audience" in poll.refused["n1"]
    told = asked(issuer)
    assert list(told[1]["setErrs"]) == ["n2"]
    brings(issuer, NOTHING)
    time.sleep(1)
    while len(asked(issuer)) == len(told):
        time.sleep(poll.round(taking(cutoffs)))
    assert {name: no["err"] for name, no in asked(issuer)[-1]["setErrs"].items()} == {
        "n1": "invalid_audience",
        "n2": "invalid_request",
    }
    assert poll.refused == {}  # the transmitter was told
    assert asked(issuer)[-1]["ack"] == ["n3"]


def test_one_round_at_a_time(issuer: Issuer) -> None:
    under_way, go_on = threading.Event(), threading.Event()
    fetches: list[Fetch] = []

    def client(fetch: Fetch) -> Any:
        fetches.append(fetch)
        under_way.set()
        go_on.wait(PATIENT)
        return 200, [], b'{"sets":{}}'

    poll = polling(issuer, client=client)
    waits: list[float] = []
    thread = threading.Thread(target=lambda: waits.append(poll.round(print)))
    thread.start()
    assert under_way.wait(PATIENT)
    assert 0 < poll.round(print) <= 90
    assert 0 < asyncio.run(poll.round_async(print)) <= 90
    go_on.set()
    thread.join()
    assert (len(fetches), poll.fault) == (1, None)
    assert waits[0] <= 1


def test_a_round_keeps_no_task_waiting_and_can_be_cancelled(issuer: Issuer) -> None:
    go_on = threading.Event()

    def client(_: Fetch) -> Any:
        go_on.wait(PATIENT)
        return 200, [], b'{"sets":{}}'

    poll = polling(issuer, client=client)

    async def both() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(poll.round_async(print), 0.1)

    asyncio.run(both())
    assert poll.fault == "no answer: no connection, or not in time"
    go_on.set()
    time.sleep(1)
    assert poll.round(print) <= 1
    assert poll.fault is None


def test_a_transmitter_that_fails_is_left_alone_for_longer_and_longer(issuer: Issuer) -> None:
    def client(_: Fetch) -> Any:
        raise RuntimeError("of the caller's")

    poll = polling(issuer, client=client)
    assert 0 < poll.round(print) <= 1
    assert poll.fault == "no answer: no connection, or not in time"
    time.sleep(1)
    assert 1 < poll.round(print) <= 2
    poll = polling(issuer, client=lambda _: "no answer")
    poll.round(print)
    assert poll.fault == "no answer: no connection, or not in time"

    def interrupted(_: Fetch) -> Any:
        raise KeyboardInterrupt

    poll = polling(issuer, client=interrupted)
    with pytest.raises(KeyboardInterrupt):
        poll.round(print)
    assert poll.fault == "no answer: no connection, or not in time"
    issuer.behave("a", at={"/poll": {"status": 401}})
    poll = polling(issuer)
    poll.round(print)
    assert poll.fault == "the answer has status 401, 200 was expected"


def test_an_async_take_is_not_mistaken_for_one_that_kept(issuer: Issuer) -> None:
    poll = polling(issuer)
    brings(issuer, {"n1": event(issuer, "u1")})

    async def take(received: Received) -> None:
        raise AssertionError(received)

    with pytest.raises(ConfigError, match="`round_async` awaits it"):
        poll.round(take)
    assert poll.as_of is None


def test_mistakes_are_told_at_construction(issuer: Issuer) -> None:
    mistakes: list[tuple[dict[str, Any], str]] = [
        ({"url": "http://issuer.example/"}, "the address must be https"),
        ({"allow_loopback_http": False}, "the address must be https"),
        ({"authorization": "Bearer \n"}, "`authorization` must be words"),
        ({"max_events": 0}, "`max_events` must be 1 to 1000"),
        ({"interval": 0}, "`interval` must be 1 second to 24 hours"),
        ({"timeout": None}, "`timeout` must be a number of seconds"),
        ({"long_poll": "no"}, "`long_poll` must be true or false"),
        ({"wait": 5}, "`wait` is no member"),
    ]
    for options, text in mistakes:
        with pytest.raises(ConfigError, match=text):
            polling(issuer, **options)
    poll = polling(issuer)
    assert repr(poll) == "<lowwater.EventPoll>"
    with pytest.raises(ConfigError, match="cannot be copied or pickled"):
        __import__("pickle").dumps(poll)
    for bad in (None, "take"):
        with pytest.raises(ConfigError, match="`take` must be callable"):
            poll.round(bad)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="`validator` must be an IssuerValidator"):
        EventPoll(None, None, url="")  # type: ignore[arg-type]
    other = lowwater.EventReceiver(issuer="i", audience="me", algorithms=["EdDSA"])
    with pytest.raises(ConfigError, match="must fetch the keys of the receiver's issuer"):
        EventPoll(poll._validator, other, url=f"{issuer.url}/poll")
    with pytest.raises(ConfigError, match="`receiver` must be an EventReceiver"):
        EventPoll(poll._validator, "receiver", url="")  # type: ignore[arg-type]
