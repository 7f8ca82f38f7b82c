"""Requests to revoke: of a user everything, of a client one token."""

import json
from typing import Any
from urllib.parse import urlencode

import lowwater
import pytest
from conftest import ISSUER, NOW, token, validator
from lowwater import NO_CUTOFFS, GlobalRevocation, MessageRefused, RevocationRequest

FORM = "application/x-www-form-urlencoded"


def asked(subject: dict[str, str]) -> bytes:
    return json.dumps({"sub_id": subject}).encode()


def answer(no: MessageRefused) -> tuple[str, int]:
    assert no.reply is not None
    return no.code, no.reply.status


def test_everything_of_a_user_ends(cutoffs: lowwater.Cutoffs) -> None:
    revocation = GlobalRevocation(issuer=ISSUER, formats={"email": "claim:email"})
    user = {"format": "iss_sub", "iss": ISSUER, "sub": "u1"}
    revoked = revocation.receive("application/json", asked(user), now=NOW)
    assert [cutoffs.apply(rule, now=NOW) for rule in revoked.rules] == ["applied"]
    assert (revoked.reply.status, revoked.reply.body) == (204, b"")
    assert revocation.unknown_user.status == 404
    with pytest.raises(lowwater.Rejected) as no:
        validator().validate(token(), cutoffs, now=NOW)
    assert no.value.remedy == "reauthenticate"
    by_email = revocation.receive(
        "application/json", asked({"format": "email", "email": "u@x.example"}), now=NOW
    )
    assert by_email.rules[0].to_dict()["target"]["claim:email"] == "u@x.example"


def test_a_request_that_is_not_carried_out_says_why() -> None:
    revocation = GlobalRevocation(issuer=ISSUER)
    cases: list[tuple[str | None, bytes, tuple[str, int]]] = [
        ("application/json", b"{", ("claims_malformed", 400)),
        ("application/json", b"{}", ("claim_missing", 400)),
        ("text/plain", b"{}", ("claim_type", 400)),
        (None, b"{}", ("claim_type", 400)),
        (
            "application/json",
            asked({"format": "email", "email": "u@x"}),
            ("subject_unresolved", 422),
        ),
        (
            "application/json",
            asked({"format": "iss_sub", "iss": "https://other.example/", "sub": "u"}),
            ("overreach", 403),
        ),
    ]
    for content_type, body, expected in cases:
        with pytest.raises(MessageRefused) as no:
            revocation.receive(content_type, body, now=NOW)
        assert answer(no.value) == expected, body


def test_a_client_revokes_its_own_token(cutoffs: lowwater.Cutoffs) -> None:
    mine, text = validator(), token(jti="t1", client_id="app")
    request = RevocationRequest.read(FORM, urlencode({"token": text}).encode())
    assert (request.token, request.hint, request.reply.status) == (text, None, 200)
    accepted = mine.validate(request.token, cutoffs, now=NOW)
    with pytest.raises(MessageRefused, match="issued to another client") as no:
        RevocationRequest.access_token(accepted, client="other")
    assert answer(no.value) == ("other_client", 200)
    for revoked in (
        RevocationRequest.access_token(accepted, client="app"),
        RevocationRequest.access_token(accepted),
    ):
        assert revoked.reply.status == 200
        assert revoked.rules[0].to_dict()["target"] == {"issuer": ISSUER, "token_id": "t1"}
    cutoffs.apply(revoked.rules[0], now=NOW)
    with pytest.raises(lowwater.Rejected) as ended:
        mine.validate(text, cutoffs, now=NOW)
    assert ended.value.code == "token_revoked"
    nameless = validator(issuer=lowwater.ANY).validate(token(iss=None), NO_CUTOFFS, now=NOW)
    with pytest.raises(MessageRefused) as no:
        RevocationRequest.access_token(nameless)
    assert answer(no.value) == ("no_name", 200)


def test_a_grant_ends_what_was_issued_under_it(cutoffs: lowwater.Cutoffs) -> None:
    revoked = RevocationRequest.grant(ISSUER, "u1", "app", now=NOW)
    assert revoked.reply.status == 200
    for rule in revoked.rules:
        cutoffs.apply(rule, now=NOW)
    mine = validator()
    assert mine.validate(token(client_id="other"), cutoffs, now=NOW).client == "other"
    with pytest.raises(lowwater.Rejected):
        mine.validate(token(client_id="app"), cutoffs, now=NOW)


def test_a_request_that_is_none_is_answered_400() -> None:
    hinted = urlencode({"token": "t", "token_type_hint": "refresh_token"}).encode()
    assert RevocationRequest.read(f"{FORM};charset=UTF-8", hinted).hint == "refresh_token"
    cases: list[tuple[str | None, bytes, str]] = [
        (FORM, b"", "claim_missing"),
        (FORM, b"token=", "claim_missing"),
        (FORM, b"token=a&token=b", "claim_type"),
        ("application/json", b"token=a", "claim_type"),
        (None, b"token=a", "claim_type"),
    ]
    for content_type, body, code in cases:
        with pytest.raises(MessageRefused) as no:
            RevocationRequest.read(content_type, body)
        assert answer(no.value) == (code, 400), body


def test_nobody_becomes_an_operator_by_accident() -> None:
    accepted = validator().validate(token(jti="t1", client_id="app"), NO_CUTOFFS, now=NOW)
    bad: list[Any] = [None, b"app", 5, ["app"], "\ud800"]
    for client in bad:
        with pytest.raises(lowwater.ConfigError, match="`client`"):
            RevocationRequest.access_token(accepted, client=client)
    with pytest.raises(MessageRefused):
        RevocationRequest.access_token(accepted, client="")
    with pytest.raises(lowwater.ConfigError, match="`accepted` must be an Accepted"):
        RevocationRequest.access_token("token")  # type: ignore[arg-type]
