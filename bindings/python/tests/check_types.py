"""What type checkers accept and what they refuse; checked, never run. An unneeded ignore is an error."""

from datetime import UTC, datetime, timedelta
from typing import Any, assert_type

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


def mistakes_are_seen(validator: lowwater.Validator, cutoffs: lowwater.Cutoffs) -> None:
    validator.validate(b"token", cutoffs)  # type: ignore[arg-type]
    validator.validate("token")  # type: ignore[call-arg]
    validator.validate("token", None)  # type: ignore[arg-type]
    cutoffs.issued_before(datetime.now(UTC), sbject="u")  # type: ignore[call-arg]
    cutoffs.issued_before(datetime.now(UTC), subject=None)  # type: ignore[arg-type]
    cutoffs.suspended(subject="u")  # type: ignore[call-arg]
    lowwater.Validator(keys={}, algorithms=["RS256"], audience="a")  # type: ignore[call-arg]
    lowwater.Validator(issuer=None, keys={}, algorithms=["RS256"], audience="a")  # type: ignore[arg-type]
    cutoffs.list().append(5)  # type: ignore[arg-type]
