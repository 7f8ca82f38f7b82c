"""Security events: read, applied, and how young the rules of their stream are."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import lowwater
import pytest
from conftest import AUDIENCE, ISSUER, NOW, SECRET, signed, token, validator
from issuing import Issuer
from lowwater import EventReceiver, KeySet, MessageRefused, Received, StreamFreshness

SESSION_REVOKED = "https://schemas.openid.net/secevent/caep/event-type/session-revoked"
VERIFICATION = "https://schemas.openid.net/secevent/ssf/event-type/verification"
UPDATED = "https://schemas.openid.net/secevent/ssf/event-type/stream-updated"
TYPE = "application/secevent+jwt"
KEYS = KeySet(lowwater.Key.from_secret(SECRET))
USER = {"format": "iss_sub", "iss": ISSUER, "sub": "u1"}


def receiver(**more: Any) -> EventReceiver:
    given: dict[str, Any] = {"issuer": ISSUER, "audience": AUDIENCE, "algorithms": ["HS256"]}
    return EventReceiver(**(given | more))


def claims(events: dict[str, Any], **more: Any) -> dict[str, Any]:
    told = {"aud": AUDIENCE, "iat": NOW, "jti": "j1", "sub_id": USER, "events": events}
    return told | more


def event(events: dict[str, Any], **more: Any) -> str:
    payload = {"iss": ISSUER, **claims(events, **more)}
    return signed(json.dumps(payload), '{"alg":"HS256","typ":"secevent+jwt"}')


def status_of(no: MessageRefused) -> int:
    assert no.reply is not None
    return no.reply.status


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer() as one:
        yield one


def test_a_pushed_event_ends_access_in_the_next_request(cutoffs: lowwater.Cutoffs) -> None:
    mine, bearer = validator(), token()
    assert mine.validate(bearer, cutoffs, now=NOW).subject == "u1"
    body = event({SESSION_REVOKED: {"event_timestamp": NOW, "reason_admin": {"en": "stolen"}}})
    received = receiver().push(f"{TYPE}; charset=utf-8", body.encode(), KEYS, now=NOW)
    assert [cutoffs.apply(rule, now=NOW) for rule in received.rules] == ["applied"]
    assert received.events == [
        {
            "event": SESSION_REVOKED,
            "value": {"event_timestamp": NOW, "reason_admin": {"en": "stolen"}},
            "not_applied": [],
        }
    ]
    assert (received.token_id, received.issued_at) == ("j1", datetime.fromtimestamp(NOW, UTC))
    assert (received.is_verification, received.state, received.stream) == (False, None, None)
    assert (received.reply.status, received.reply.body) == (202, b"")
    with pytest.raises(lowwater.Rejected) as no:
        mine.validate(bearer, cutoffs, now=NOW)
    assert no.value.remedy == "reauthenticate"


def test_what_makes_no_rule_is_told() -> None:
    other = {"format": "iss_sub", "iss": "https://other.example/", "sub": "u1"}
    cases: list[tuple[str, dict[str, Any], list[str]]] = [
        ("https://example.com/another-event", {}, ["event_unknown"]),
        (SESSION_REVOKED, {"sub_id": {"format": "email", "email": "u@x"}}, ["subject_unresolved"]),
        (SESSION_REVOKED, {"sub_id": other}, ["overreach"]),
    ]
    for uri, more, codes in cases:
        received = receiver().receive(event({uri: {}}, **more), KEYS, now=NOW)
        assert received.rules == []
        assert [one["not_applied"] for one in received.events] == [codes]
    within = {"issuers": ["https://other.example/"], "dimensions": ["subject"]}
    received = receiver(authority=within).receive(
        event({SESSION_REVOKED: {}}, sub_id=other), KEYS, now=NOW
    )
    assert len(received.rules) == 1


def test_the_table_is_the_operators() -> None:
    def kinds(**more: Any) -> list[str]:
        received = receiver(**more).receive(event({SESSION_REVOKED: {}}), KEYS, now=NOW)
        return [rule.kind for rule in received.rules]

    assert kinds() == ["authenticated_before"]
    assert kinds(events={SESSION_REVOKED: "refresh"}) == ["issued_before"]
    assert kinds(events={SESSION_REVOKED: "nothing"}) == []


def test_a_verification_and_its_state() -> None:
    received = receiver().receive(event({VERIFICATION: {"state": "s"}}), KEYS, now=NOW)
    assert (received.is_verification, received.state, received.rules) == (True, "s", [])
    received = receiver().receive(event({VERIFICATION: {}}), KEYS, now=NOW)
    assert (received.is_verification, received.state) == (True, None)
    reply = received.wrong_state
    assert (reply.status, json.loads(reply.body)["err"]) == (400, "invalid_state")


def test_what_is_not_taken_says_so_to_the_transmitter() -> None:
    good = event({SESSION_REVOKED: {}})
    cases: list[tuple[str | None, bytes, str, str]] = [
        ("application/json", good.encode(), "claim_type", "invalid_request"),
        (None, good.encode(), "claim_type", "invalid_request"),
        ("\ud800", good.encode(), "claim_type", "invalid_request"),
        (TYPE, b"\xff", "claim_type", "invalid_request"),
        (TYPE, good[:-8].encode() + b"AAAAAAAA", "signature_invalid", "invalid_key"),
        (TYPE, event({}, aud="x").encode(), "audience_not_allowed", "invalid_audience"),
        (TYPE, event({}).encode(), "claim_type", "invalid_request"),
        (TYPE, token().encode(), "type_not_allowed", "invalid_request"),
    ]
    for content_type, body, code, err in cases:
        with pytest.raises(MessageRefused) as no:
            receiver().push(content_type, body, KEYS, now=NOW)
        assert no.value.code == code, body
        assert no.value.reply is not None
        assert (no.value.reply.status, json.loads(no.value.reply.body)["err"]) == (400, err)


def test_by_the_keys_of_the_issuer(issuer: Issuer) -> None:
    fetching = lowwater.IssuerValidator(
        issuer.url, audience="api", algorithms=["EdDSA"], allow_loopback_http=True, cool_down=1
    )
    mine = receiver(issuer=issuer.url, algorithms=["EdDSA"])
    user = {"format": "iss_sub", "iss": issuer.url, "sub": "u1"}

    def made(key: str) -> bytes:
        told = claims({SESSION_REVOKED: {}}, iat=int(time.time()), sub=None, exp=None, sub_id=user)
        return issuer.token(key, {"typ": "secevent+jwt"}, **told).encode()

    assert len(fetching.receive(mine, made("a"), content_type=TYPE).rules) == 1
    assert len(fetching.receive(mine, made("a")).rules) == 1
    issuer.behave("b")
    time.sleep(1)
    assert len(fetching.receive(mine, made("b")).rules) == 1
    for content_type in ("text/plain", None):
        with pytest.raises(MessageRefused, match="Content-Type"):
            fetching.receive(mine, made("b"), content_type=content_type)
    with pytest.raises(MessageRefused) as no:
        fetching.receive(mine, b"\xff.\xff.\xff")
    assert no.value.code == "token_malformed"
    logouts = lowwater.LogoutReceiver(issuer=issuer.url, client_id="app", algorithms=["EdDSA"])
    with pytest.raises(lowwater.ConfigError, match="`content_type` is for an EventReceiver"):
        fetching.receive(logouts, b"", content_type=TYPE)  # type: ignore[call-overload]
    issuer.behave("b", at={"/jwks": {"status": 500}})
    time.sleep(1)
    with pytest.raises(MessageRefused) as no:
        fetching.receive(mine, made("c"), content_type=TYPE)
    assert (no.value.code, status_of(no.value)) == ("keys_unavailable", 503)
    assert no.value.reply is not None
    assert int(no.value.reply.headers["Retry-After"]) >= 1


def at(second: int, **events: Any) -> Received:
    told = {UPDATED if name == "updated" else VERIFICATION: says for name, says in events.items()}
    return receiver().receive(event(told, iat=second), KEYS, now=NOW + 100)


def seconds(stream: StreamFreshness) -> float | None:
    return None if stream.as_of is None else stream.as_of.timestamp()


def test_a_stream_is_as_young_as_its_last_message() -> None:
    stream = StreamFreshness()
    assert (stream.as_of, stream.needs_resync) == (None, False)
    stream.heard(at(NOW, verification={}))
    assert seconds(stream) == NOW
    stream.polled(NOW + 5.5)
    stream.heard(at(NOW + 1, verification={}))
    assert seconds(stream) == NOW + 5.5
    replica = lowwater.Cutoffs.replica(stale_after=5, expired_after=60)
    assert stream.as_of is not None
    replica.loaded(stream.as_of, now=NOW + 6)
    assert replica.freshness(now=NOW + 12) == ("stale", 6.5)


def test_a_stream_that_is_paused_or_disabled_counts_for_nothing() -> None:
    stream = StreamFreshness()
    stream.heard(at(NOW, verification={}))
    stream.heard(at(NOW + 1, updated={"status": "paused"}))
    stream.polled(NOW + 2)
    assert (stream.as_of, stream.needs_resync) == (None, False)
    stream.status("enabled", NOW + 3)
    assert seconds(stream) == NOW
    stream.status("disabled", NOW + 4)
    stream.status("enabled", datetime.fromtimestamp(NOW + 5, UTC))
    assert (stream.as_of, stream.needs_resync) == (None, True)
    stream.resynced(NOW + 6)
    assert (seconds(stream), stream.needs_resync) == (NOW + 6, False)
    assert at(NOW, updated={"status": "disabled"}).stream == "disabled"
