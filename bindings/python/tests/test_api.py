"""What a user of the package does, one thing at a time."""

import copy
import json
import mmap
import pickle
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import lowwater
import pytest
from conftest import AUDIENCE, ISSUER, NOW, SECRET, signed, token, validator

AT = datetime.fromtimestamp(NOW, UTC)


def code(call: Any, *arguments: Any, **keywords: Any) -> str:
    with pytest.raises(lowwater.Rejected) as no:
        call(*arguments, **keywords)
    return no.value.code


def test_a_good_token_is_accepted_and_tells_what_it_says(cutoffs: lowwater.Cutoffs) -> None:
    text = token(
        '{"alg":"HS256","typ":"at+jwt"}',
        scope="read write",
        permissions=["a:b"],
        client_id="c",
        sid="s",
        jti="t",
        nbf=NOW - 10,
        auth_time=NOW - 5.25,
        big=2**80,
    )
    accepted = validator().validate(text, cutoffs, now=NOW)
    assert accepted.claims["sub"] == accepted.subject == "u1"
    assert accepted.claims["big"] == 2**80
    assert accepted.claims is accepted.claims
    assert (accepted.issuer, accepted.audiences) == (ISSUER, [AUDIENCE])
    assert (accepted.client, accepted.session, accepted.token_id) == ("c", "s", "t")
    assert (accepted.scopes, accepted.permissions) == (["read", "write"], ["a:b"])
    assert accepted.issued_at == accepted.not_before == AT - timedelta(seconds=10)
    assert accepted.expires_at == AT + timedelta(seconds=600)
    assert accepted.authenticated_at == AT - timedelta(seconds=5, milliseconds=250)
    assert (accepted.algorithm, accepted.token_type) == ("HS256", "at+jwt")
    assert accepted.header == {"alg": "HS256", "typ": "at+jwt"}
    assert json.loads(accepted.claims_json) == accepted.claims
    assert accepted.freshness == ("fresh", None)
    assert accepted.notes == []


def test_times_reach_to_the_end_of_the_calendar(cutoffs: lowwater.Cutoffs) -> None:
    last = 253_402_300_799
    mine = validator(max_lifetime="unbounded")
    accepted = mine.validate(token(iat=0, exp=last, auth_time=0.001), cutoffs, now=NOW)
    assert accepted.expires_at == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert accepted.issued_at == datetime(1970, 1, 1, tzinfo=UTC)
    assert accepted.authenticated_at == datetime(1970, 1, 1, 0, 0, 0, 1000, tzinfo=UTC)
    cutoffs.issued_before(last, subject="u1", now=last)
    with pytest.raises(lowwater.Rejected) as no:
        mine.validate(token(iat=last, exp=last), cutoffs, now=last)
    assert (no.value.code, no.value.remedy) == ("token_revoked", "wait_until")


def test_what_is_not_in_the_token_is_none(cutoffs: lowwater.Cutoffs) -> None:
    accepted = validator(audience=lowwater.ANY).validate(
        token(sub=None, aud=None), cutoffs, now=NOW
    )
    absent = (accepted.subject, accepted.client, accepted.session, accepted.not_before)
    assert absent == (None, None, None, None)
    assert accepted.audiences == accepted.scopes == []


def test_a_cutoff_ends_what_was_issued_before_it(cutoffs: lowwater.Cutoffs) -> None:
    mine = validator()
    assert cutoffs.issued_before(AT, subject="u1", issuer=ISSUER, now=NOW) == "applied"
    with pytest.raises(lowwater.Rejected, match="the token is revoked") as no:
        mine.validate(token(), cutoffs, now=NOW)
    rejected = no.value
    assert (rejected.code, rejected.stage, rejected.remedy) == (
        "token_revoked",
        "cutoff",
        "refresh",
    )
    assert (rejected.status, rejected.wait_until) == (401, None)
    assert rejected.headers == {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    mine.validate(token(iat=NOW), cutoffs, now=NOW)
    mine.validate(token(sub="u2"), cutoffs, now=NOW)


def test_a_whole_second_and_a_datetime_differ_as_the_design_says() -> None:
    cases: list[tuple[Any, int, str | None]] = [
        (NOW, NOW, "wait_until"),
        (float(NOW), NOW, "wait_until"),
        (AT, NOW, None),
        (Decimal(f"{NOW}.000"), NOW, "wait_until"),
        (Decimal("1.7000000000E+9"), NOW, "wait_until"),
        (Decimal(f"{NOW}.001"), NOW + 1, None),
        (NOW + 0.4, NOW, "wait_until"),
        (AT + timedelta(microseconds=1), NOW, "wait_until"),
        (AT.astimezone(timezone(timedelta(hours=5))), NOW, None),
        (f"{AT:%Y-%m-%dT%H:%M:%S}.000Z", NOW, None),
    ]
    for at, iat, expected in cases:
        cutoffs = lowwater.Cutoffs()
        cutoffs.issued_before(at, subject="u1", now=NOW)
        try:
            validator().validate(token(iat=iat), cutoffs, now=NOW)
            came = None
        except lowwater.Rejected as no:
            came = no.remedy
            assert no.wait_until == AT + timedelta(seconds=1)
            assert no.headers["Retry-After"] == "1"
        assert came == expected, at


def test_every_kind_of_rule_and_target() -> None:
    claims: dict[str, Any] = {
        "client_id": "c",
        "sid": "s",
        "jti": "t",
        "org_id": 7,
        "device_id": "d",
        "cnf": {"jkt": "k"},
        "roles": ["admin", "x"],
        "auth_time": NOW - 10,
    }
    mine, text = validator(), token(**claims)
    targets: list[dict[str, Any]] = [
        {"subject": "u1"},
        {"issuer": lowwater.ANY, "subject": "u1"},
        {"issuer": ISSUER},
        {"client": "c"},
        {"session": "s"},
        {"token_id": "t"},
        {"tenant": 7},
        {"device": "d"},
        {"confirmation": "k"},
        {"claims": {"roles": "admin"}},
        {"everyone": True},
        {"subject": "u1", "client": "c", "claims": {"roles": "x"}},
    ]
    for target in targets:
        revoked = "session_revoked" if {"session", "device"} & set(target) else "token_revoked"
        for kind, says, expected in [
            ("issued_before", (NOW,), "token_revoked"),
            ("authenticated_before", (NOW,), "session_revoked"),
            ("revoked", ("never",), revoked),
            ("revoked", (NOW + 60,), revoked),
        ]:
            cutoffs = lowwater.Cutoffs()
            getattr(cutoffs, kind)(*says, now=NOW, **target)
            assert code(mine.validate, text, cutoffs, now=NOW) == expected, (kind, target)
        cutoffs = lowwater.Cutoffs()
        assert cutoffs.suspended(on=True, version=1, now=NOW, **target) == "applied"
        assert code(mine.validate, text, cutoffs, now=NOW) == "suspended"
        assert cutoffs.suspended(on=False, version=2, now=NOW, **target) == "applied"
        mine.validate(text, cutoffs, now=NOW)
    key_id = mine.validate(text, lowwater.NO_CUTOFFS, now=NOW).key_id
    assert key_id is not None
    cutoffs = lowwater.Cutoffs()
    cutoffs.revoked("never", key_id=key_id)
    assert code(mine.validate, text, cutoffs, now=NOW) == "token_revoked"


def test_exceptions_and_guards(cutoffs: lowwater.Cutoffs) -> None:
    cutoffs.authenticated_before(
        NOW,
        subject="u1",
        except_sessions=["here"],
        except_token_ids={"t"},
        skew_guard=timedelta(seconds=2),
        id="r-1",
        reason="phone lost",
        now=NOW,
    )
    mine = validator()
    mine.validate(token(sid="here", auth_time=NOW - 60), cutoffs, now=NOW)
    mine.validate(token(jti="t", auth_time=NOW - 60), cutoffs, now=NOW)
    late = token(sid="there", auth_time=NOW + 1)
    assert code(mine.validate, late, cutoffs, now=NOW) == "session_revoked"
    (rule,) = cutoffs.find(subject="u1")
    assert (rule.kind, rule.id, rule.reason) == ("authenticated_before", "r-1", "phone lost")
    assert cutoffs.lift("r-1") == 1
    mine.validate(late, cutoffs, now=NOW)


def test_rules_are_values() -> None:
    rule = lowwater.Rule.issued_before(NOW, subject="u1")
    assert rule.to_json() == f'{{"rule":"issued_before","target":{{"subject":"u1"}},"at":{NOW}}}'
    assert (
        rule
        == lowwater.Rule.from_json(rule.to_json())
        != lowwater.Rule.issued_before(AT, subject="u1")
    )
    for form in (rule, rule.to_dict(), rule.to_json()):
        cutoffs = lowwater.Cutoffs()
        assert cutoffs.apply(form, now=NOW) == "applied"
        assert cutoffs.apply(form, now=NOW) == "already_held"
        assert cutoffs.list() == [rule]
    for millis in range(0, 2000, 7):
        exact = lowwater.Rule.issued_before(AT + timedelta(milliseconds=millis), subject="u1")
        again = lowwater.Cutoffs()
        again.apply(exact.to_dict(), now=NOW)
        assert again.list() == [exact], exact.to_dict()
    future = lowwater.Rule.issued_before(NOW + 3600, subject="u1")
    assert lowwater.Cutoffs().apply(future, now=NOW) == "clamped"
    assert lowwater.Cutoffs().revoked(NOW, subject="u1", now=NOW) == "ended"


def test_what_may_be_done_is_asked_afterwards(cutoffs: lowwater.Cutoffs) -> None:
    accepted = validator(realm="api").validate(
        token(scope="read", permissions=["p"], cnf={"jkt": "k"}), cutoffs, now=NOW
    )
    accepted.require(
        scopes=["read"], any_scope=("x", "read"), permissions={"p"}, any_permission=["p"]
    )
    accepted.require(subject="u1", confirmation="k")
    with pytest.raises(lowwater.Rejected) as no:
        accepted.require(scopes=["read", "write"])
    assert (no.value.code, no.value.status) == ("scope_missing", 403)
    challenge = 'Bearer realm="api", error="insufficient_scope", scope="read write"'
    assert no.value.headers == {"WWW-Authenticate": challenge}
    assert code(accepted.require, permissions=["q"]) == "permission_missing"
    assert code(accepted.require, subject="u2") == "subject_not_allowed"
    assert code(accepted.require, confirmation="other") == "confirmation_mismatch"


def test_replicas_know_how_old_they_are() -> None:
    authority, mine = lowwater.Cutoffs(), validator()
    authority.issued_before(AT, subject="u9", now=NOW)
    replica = lowwater.Cutoffs.replica(stale_after=30, expired_after=timedelta(minutes=5))
    with pytest.raises(lowwater.Rejected) as no:
        mine.validate(token(), replica, now=NOW)
    assert (no.value.status, no.value.code) == (503, "rules_unavailable")
    assert replica.load_snapshot(authority.to_snapshot(now=NOW), now=NOW) == 1
    assert mine.validate(token(), replica, now=NOW).freshness == ("fresh", None)
    assert mine.validate(token(), replica, now=NOW + 40).freshness == ("stale", 40.0)
    assert replica.freshness(now=NOW + 400) == ("expired", 400.0)
    assert (
        code(mine.validate, token(), replica, now=NOW + 40, fresh_within=1) == "rules_unavailable"
    )
    authority.issued_before(AT, subject="u8", now=NOW)
    delta = authority.delta_since(replica.sequence, now=NOW + 40)
    assert replica.apply_delta(delta, now=NOW + 40) == {"complete": True, "sequence": 2}
    assert len(replica) == 2
    replica.loaded(NOW + 50, now=NOW + 50)
    assert replica.freshness(now=NOW + 50) == ("fresh", None)


def test_states_are_kept_and_read_back() -> None:
    cutoffs = lowwater.Cutoffs(capacity=3)
    for user in "abc":
        cutoffs.issued_before(AT, subject=user, now=NOW)
    with pytest.raises(lowwater.ConfigError, match="there is no room") as full:
        cutoffs.issued_before(AT, subject="d", now=NOW)
    assert full.value.code == "capacity_exceeded"
    copied = lowwater.Cutoffs()
    assert copied.load_json_lines(cutoffs.to_json_lines()) == 3
    assert copied.list() == cutoffs.list()
    with pytest.raises(lowwater.ConfigError, match="nothing was loaded"):
        copied.load_snapshot(cutoffs.to_snapshot()[:-1])
    other = lowwater.Cutoffs()
    other.suspended(on=True, version=1, subject="z")
    assert copied.merge(other) == "applied"
    assert copied.merge(copied) == "already_held"
    assert len(copied) == 4
    lines = f"{copied.list()[0].to_json()}\nnonsense\n"
    with pytest.raises(lowwater.ConfigError, match="line 2"):
        other.apply_json_lines(lines, now=NOW)
    came = other.apply_json_lines(lines, now=NOW, skip_bad=True)
    assert came["applied"] == 1
    assert came["skipped"][0][0] == 2


def test_an_index_is_asked_in_place(tmp_path: Path) -> None:
    cutoffs = lowwater.Cutoffs()
    for user in range(1000):
        cutoffs.issued_before(AT, subject=f"u{user}", now=NOW)
    bytes_ = cutoffs.to_index(now=NOW)
    assert bytes_ != cutoffs.to_index(now=NOW), "another secret each time"
    path = tmp_path / "rules"
    path.write_bytes(bytes_)
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    writable = bytearray(bytes_)
    for buffer in (bytes_, mapped, memoryview(bytes_), writable):
        index = lowwater.Index(buffer)
        index.check_all()
        assert index.targets == 1000
        assert code(validator().validate, token(), index, now=NOW) == "token_revoked"
        validator().validate(token(sub="x"), index, now=NOW)
    held = lowwater.Index(mapped)
    with pytest.raises(BufferError):
        mapped.close()
    assert held.targets == 1000
    copied = [lowwater.Index(writable), lowwater.Index(memoryview(writable).toreadonly())]
    writable[:] = bytes(len(writable))
    for index in copied:
        index.check_all()  # nobody can write into what is asked
    replica = lowwater.Index.replica(bytes_, stale_after=30, expired_after=300)
    assert replica.freshness(now=NOW + 40) == ("stale", 40.0)
    with pytest.raises(lowwater.ConfigError, match="not an index"):
        lowwater.Index(b"x" * 500)


def test_rules_are_pruned_and_compacted() -> None:
    cutoffs, mine = lowwater.Cutoffs(), validator(max_lifetime=3600)
    cutoffs.issued_before(AT, subject="u1", now=NOW)
    cutoffs.issued_before(AT, everyone=True, now=NOW)
    assert cutoffs.compact(now=NOW + 1) == 1
    assert cutoffs.prune(mine, now=NOW + 3600 + 60) == 1
    assert len(cutoffs) == 0
    with pytest.raises(lowwater.ConfigError, match="check the clock"):
        cutoffs.prune([mine, validator()], now=NOW + 400 * 86_400)
    assert cutoffs.prune([mine], now=NOW + 400 * 86_400, force=True) == 0


def test_tickets_ask_again(cutoffs: lowwater.Cutoffs) -> None:
    mine = validator()
    tickets = [
        mine.validate(token(sub=user), cutoffs, now=NOW).ticket() for user in ("u1", "u2", "u1")
    ]
    rule = lowwater.Rule.issued_before(AT, subject="u1")
    assert lowwater.affected(iter(tickets), rule, now=NOW) == [tickets[0], tickets[2]]
    assert not tickets[1].is_affected_by(rule.to_dict(), now=NOW)
    assert tickets[0].recheck(cutoffs, now=NOW) == ("fresh", None)
    replica = lowwater.Cutoffs.replica(stale_after=30, expired_after=300)
    replica.loaded(NOW, now=NOW)
    assert tickets[0].recheck(replica, now=NOW + 40) == ("stale", 40.0)
    assert code(tickets[0].recheck, replica, now=NOW + 40, fresh_within=1) == "rules_unavailable"
    cutoffs.apply(rule, now=NOW)
    assert code(tickets[0].recheck, cutoffs, now=NOW) == "token_revoked"
    assert code(tickets[1].recheck, cutoffs, now=NOW + 700) == "token_expired"


def test_an_explanation_is_plain_dicts(cutoffs: lowwater.Cutoffs) -> None:
    cutoffs.issued_before(AT, subject="u1", id="r-1", now=NOW)
    told = validator().explain(token(), cutoffs, now=NOW)
    assert told["accepted"] is False
    assert told["rejection"] is not None
    assert told["rejection"]["code"] == "token_revoked"
    assert told["checks"][0] == {
        "stage": "shape",
        "name": "shape",
        "outcome": "pass",
        "code": None,
        "message": None,
        "compared": told["checks"][0]["compared"],
    }
    assert told["rules"][0]["rules"][0]["id"] == "r-1"
    assert validator().explain(token(), lowwater.NO_CUTOFFS, now=NOW)["rejection"] is None


def test_what_is_unverified_says_so() -> None:
    told = lowwater.unverified(token(secret=b"x" * 32, sub="anyone"))
    assert (told["header"], told["claims"]["sub"]) == ({"alg": "HS256"}, "anyone")
    assert code(lowwater.unverified, "x") == "token_malformed"


def test_the_header_of_a_request_is_read() -> None:
    mine = validator(realm="api", resource_metadata="https://api.example/meta")
    assert mine.bearer("bearer  a.b.c") == "a.b.c"
    for header in (None, "", "Basic x", "Bearer a b", "Bea\udc80rer x"):
        with pytest.raises(lowwater.Rejected) as no:
            mine.bearer(header)
        assert (no.value.code, no.value.status) == ("token_missing", 401)
        assert no.value.headers["WWW-Authenticate"].startswith(
            'Bearer realm="api", resource_metadata='
        )
    down = mine.rules_unavailable(timedelta(seconds=2.5))
    assert isinstance(down, lowwater.Rejected)
    assert (down.status, down.headers["Retry-After"]) == (503, "3")


def test_keys_come_in_every_form() -> None:
    x = "h8NOvTEkdQ9cbJmifn5U9J4WaUyUSHe2MuD21F-eqk4"
    jwk = {"kty": "OKP", "crv": "Ed25519", "kid": "a", "x": x}
    pem = (
        "-----BEGIN PUBLIC KEY-----\n"
        "MCowBQYDK2VwAyEAh8NOvTEkdQ9cbJmifn5U9J4WaUyUSHe2MuD21F+eqk4=\n"
        "-----END PUBLIC KEY-----\n"
    )
    secret = lowwater.Key.from_secret(SECRET, id="s", algorithm="HS256")
    assert (secret.id, secret.algorithm) == ("s", "HS256")
    keys: list[Any] = [
        jwk,
        {"keys": [jwk]},
        json.dumps(jwk),
        json.dumps({"keys": [jwk]}).encode(),
        pem,
    ]
    keys += [pem.encode(), bytearray(pem.encode()), [secret, pem], (secret, jwk), secret]
    keys += [lowwater.KeySet(jwk), lowwater.KeySet.from_jwks({"keys": [jwk]}).union(secret)]
    for given in keys:
        made = validator(keys=given, algorithms=["EdDSA", "HS256"])
        assert len(made.keys) == (2 if len(lowwater.KeySet(given)) == 2 else 1)
    assert lowwater.KeySet([lowwater.Key.from_pem(pem, id="p"), jwk]).key_ids == ["p", "a"]
    skipped = lowwater.KeySet({"keys": [jwk, {"kty": "AKP", "kid": "q"}]}).skipped
    assert skipped[0]["position"] == 1
    assert (skipped[0]["key_id"], skipped[0]["code"]) == ("q", "key_type_unknown")
    with pytest.raises(lowwater.ConfigError, match="from_secret"):
        lowwater.KeySet(SECRET)
    with pytest.raises(lowwater.ConfigError, match="looks like a key"):
        lowwater.Key.from_secret(pem.encode())
    with pytest.raises(lowwater.ConfigError) as short:
        lowwater.Key.from_secret(b"short")
    assert short.value.code == "secret_too_short"
    assert len(validator(keys=lowwater.Key.from_short_secret(b"short")).keys) == 1
    private = jwk | {"d": x}
    with pytest.raises(lowwater.ConfigError, match="private"):
        lowwater.KeySet(private)


def test_keys_are_bound_and_exchanged(cutoffs: lowwater.Cutoffs) -> None:
    bound = lowwater.KeySet(lowwater.Key.from_secret(SECRET)).for_issuer("https://other.example/")
    both = [ISSUER, "https://other.example/"]
    assert code(validator(issuer=both, keys=bound).validate, token(), cutoffs, now=NOW) == (
        "issuer_not_allowed"
    )
    mine = validator()
    new = mine.with_keys(lowwater.Key.from_secret(b"n" * 32))
    assert code(new.validate, token(), cutoffs, now=NOW) == "signature_invalid"
    new.validate(token(secret=b"n" * 32), cutoffs, now=NOW)
    mine.validate(token(), cutoffs, now=NOW)


def test_other_messages_are_proven_and_no_more() -> None:
    text = signed("anything", '{"alg":"HS256","typ":"logout+jwt"}')
    proven = validator().verify(text)
    assert proven.payload == b"anything"
    assert proven.header["typ"] == "logout+jwt"
    keys = lowwater.KeySet(lowwater.Key.from_secret(SECRET, id="k"))
    assert keys.verify(text, ["HS256"]).key_id == "k"
    assert code(keys.verify, text, ["HS384"]) == "algorithm_not_allowed"


def test_a_policy_is_kept_as_json(cutoffs: lowwater.Cutoffs) -> None:
    policy = {"issuer": [ISSUER], "audience": "any", "algorithms": ["HS256"], "leeway": 0}
    mine = lowwater.Validator.from_json(json.dumps(policy), keys=lowwater.Key.from_secret(SECRET))
    assert code(mine.validate, token(), cutoffs, now=NOW + 600) == "token_expired"


def test_any_is_said_aloud(cutoffs: lowwater.Cutoffs) -> None:
    loose = validator(issuer=lowwater.ANY, audience=lowwater.ANY, token_type=lowwater.ANY)
    loose.validate(token(iss="x", aud="y"), cutoffs, now=NOW)
    # A word is a word: an issuer of that name.
    assert code(validator(issuer="any").validate, token(), cutoffs, now=NOW) == "issuer_not_allowed"
    validator(issuer="any").validate(token(iss="any"), cutoffs, now=NOW)


def test_nothing_is_pickled_but_exceptions_and_words() -> None:
    accepted = validator().validate(token(), lowwater.NO_CUTOFFS, now=NOW)
    cutoffs = lowwater.Cutoffs()
    held: list[Any] = [validator(), cutoffs, accepted, accepted.ticket(), validator().keys]
    held += [lowwater.Key.from_secret(SECRET), lowwater.Index(cutoffs.to_index())]
    held += [lowwater.Rule.revoked("never", subject="u")]
    for one in held:
        for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(lowwater.ConfigError, match="cannot be copied or pickled"):
                attempt(one)
    for word in (lowwater.ANY, lowwater.NO_CUTOFFS):
        assert pickle.loads(pickle.dumps(word)) is copy.deepcopy(word) is word
    with pytest.raises(lowwater.Rejected) as no:
        validator().validate("..", cutoffs)
    again = pickle.loads(pickle.dumps(no.value))
    assert (again.code, again.headers, str(again)) == (
        no.value.code,
        no.value.headers,
        str(no.value),
    )


def test_nothing_shows_the_token_or_its_claims() -> None:
    text, cutoffs = token(sub="alice@example.com"), lowwater.Cutoffs()
    accepted = validator().validate(text, cutoffs, now=NOW)
    cutoffs.issued_before(NOW, subject="alice@example.com", now=NOW)
    with pytest.raises(lowwater.Rejected) as no:
        validator().validate(text, cutoffs, now=NOW)
    shown = [repr(one) for one in (accepted, accepted.ticket(), cutoffs, no.value, cutoffs.list())]
    shown += [
        str(accepted),
        str(no.value),
        repr(validator()),
        repr(lowwater.Key.from_secret(SECRET)),
    ]
    for part in ("alice", *text.split("."), SECRET.hex()):
        assert not any(part in one for one in shown), shown


def test_empty_rules_are_rules() -> None:
    cutoffs = lowwater.Cutoffs()
    assert len(cutoffs) == 0
    assert (cutoffs or lowwater.NO_CUTOFFS) is cutoffs
