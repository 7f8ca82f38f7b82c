"""What type checkers accept and what they refuse; checked, never run. An unneeded ignore is an error."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal, assert_type

import lowwater
from lowwater.annotations import Explanation


def accepted_is_typed(validator: lowwater.Validator, cutoffs: lowwater.Cutoffs) -> None:
    accepted = validator.validate(
        "token", cutoffs, now=datetime.now(UTC), fresh_within=timedelta(seconds=1)
    )
    assert_type(accepted, lowwater.Accepted)
    many = validator.validate_many(["token"], cutoffs, threads=2)
    assert_type(many, list[lowwater.Accepted | lowwater.Rejected])
    assert_type(accepted.claims, dict[str, Any])
    assert_type(accepted.subject, str | None)
    assert_type(accepted.scopes, list[str])
    assert_type(accepted.expires_at, datetime | None)
    told: Explanation = validator.explain("token", lowwater.NO_CUTOFFS)
    assert_type(told["checks"][0]["code"], str | None)
    assert_type(cutoffs.list(), list[lowwater.Rule])
    cutoffs.issued_before(
        datetime.now(UTC), subject="u", issuer=lowwater.ANY, claims={"role": "x"}, id="r"
    )
    cutoffs.suspended(on=True, version=1, subject="u")
    cutoffs.revoked("never", device="d")
    try:
        accepted.require(scopes=["a"], subject="u")
    except lowwater.Rejected as no:
        assert_type(no.headers, dict[str, str])
        assert_type(no.status, int)


async def messages_are_typed(
    validator: lowwater.IssuerValidator,
    logouts: lowwater.LogoutReceiver,
    events: lowwater.EventReceiver,
    lists: lowwater.StatusLists,
) -> None:
    assert_type(validator.receive(logouts, b""), lowwater.Logout)
    assert_type(validator.receive(events, b"", content_type=None), lowwater.Received)
    received = await validator.receive_async(events, b"")
    assert_type(received, lowwater.Received)
    assert_type(received.events[0]["not_applied"], list[str])
    assert_type(received.stream, Literal["enabled", "paused", "disabled"] | None)
    poll = lowwater.EventPoll(validator, events, url="https://issuer.example/poll")
    assert_type(poll.round(print), float)
    assert_type(await poll.round_async(print), float)
    assert_type(poll.as_of, datetime | None)
    rules = lowwater.NO_CUTOFFS.with_status([lists])
    assert_type(validator.validate("token", rules).algorithm, str | None)
    opaque = lowwater.IntrospectionValidator(
        "i", endpoint="https://i/", bearer="b", audience="a", keys=validator, ttl=5
    )
    assert_type(await opaque.validate_async("token", rules, now=5), lowwater.Accepted)
    lowwater.Validator.for_issuer("i", audience="a", algorithms=["RS256"], status_lists=[lists])
    try:
        lowwater.RevocationRequest.read("x", b"")
    except lowwater.MessageRefused as no:
        assert_type(no.reply, lowwater.Reply | None)


def mistakes_are_seen(validator: lowwater.Validator, cutoffs: lowwater.Cutoffs) -> None:
    validator.validate(b"token", cutoffs)  # type: ignore[arg-type]
    validator.validate("token")  # type: ignore[call-arg]
    validator.validate("token", None)  # type: ignore[arg-type]
    lowwater.IntrospectionValidator("i", endpoint="https://i/")  # type: ignore[call-arg]
    lowwater.EventPoll(validator, None)  # type: ignore[arg-type, call-arg]
    lowwater.RevocationRequest.access_token("token")  # type: ignore[arg-type]
    cutoffs.with_status(cutoffs)  # type: ignore[arg-type]
    cutoffs.issued_before(datetime.now(UTC), sbject="u")  # type: ignore[call-arg]
    cutoffs.issued_before(datetime.now(UTC), subject=None)  # type: ignore[arg-type]
    cutoffs.suspended(subject="u")  # type: ignore[call-arg]
    lowwater.Validator(keys={}, algorithms=["RS256"], audience="a")  # type: ignore[call-arg]
    lowwater.Validator(issuer=None, keys={}, algorithms=["RS256"], audience="a")  # type: ignore[arg-type]
    cutoffs.list().append(5)  # type: ignore[arg-type]
