"""Opaque tokens, about which an authorization server is asked that behaves badly."""

import asyncio
import base64
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs

import lowwater
import pytest
from issuing import Issuer
from lowwater import NO_CUTOFFS, ConfigError, Cutoffs, IntrospectionValidator, Rejected

PATIENT = 20.0
SOON = 1.0
TOKEN = "2YotnFZFEjr1zCsicMWpAA"
SIGNED = "application/token-introspection+jwt"


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer() as one:
        yield one


def of(issuer: Issuer, **options: Any) -> IntrospectionValidator:
    given: dict[str, Any] = {"endpoint": f"{issuer.url}/introspect", "audience": "api"}
    given |= {"client_id": "api", "client_secret": "a secret"}
    given |= {"allow_loopback_http": True, "timeout": PATIENT}
    return IntrospectionValidator(issuer.url, **(given | options))


def claims(**more: Any) -> dict[str, Any]:
    now = int(time.time())
    good = {"active": True, "aud": "api", "sub": "u1", "iat": now - 10, "exp": now + 600}
    return good | more


def says(issuer: Issuer, instead: Any = None, *keys: str) -> None:
    instead = {"body": json.dumps(claims())} if instead is None else instead
    issuer.behave(*(keys or "a"), at={"/introspect": instead})


def code(validator: IntrospectionValidator, token: str = TOKEN, rules: Any = NO_CUTOFFS) -> Any:
    try:
        validator.validate(token, rules)
    except Rejected as no:
        return no.code
    return None


def test_a_token_is_asked_about_once_and_a_rule_holds_for_the_next_request(
    issuer: Issuer, cutoffs: Cutoffs
) -> None:
    says(issuer)
    validator = of(issuer)
    accepted = validator.validate(TOKEN, cutoffs)
    assert [code(validator) for _ in range(10)] == [None] * 10
    assert (accepted.subject, accepted.issuer) == ("u1", issuer.url)
    assert (accepted.algorithm, accepted.key_id, accepted.header) == (None, None, None)
    assert accepted.header_json is None
    assert repr(accepted) == "<lowwater.Accepted introspected>"
    assert issuer.paths == ["/introspect"]
    asked = issuer.seen[0]
    assert parse_qs(asked["body"])["token"] == [TOKEN]
    basic = base64.b64decode(asked["headers"]["authorization"].removeprefix("Basic "))
    assert basic == b"api:a+secret"
    cutoffs.issued_before(time.time(), subject="u1", issuer=issuer.url)
    assert code(validator, rules=cutoffs) == "token_revoked"
    assert issuer.paths == ["/introspect"]
    with pytest.raises(Rejected):
        accepted.ticket().recheck(cutoffs)
    validator.clear()
    assert code(validator) is None
    assert issuer.paths == ["/introspect"] * 2
    assert cutoffs.prune(validator.validator) == 0
    assert validator.bearer(f"Bearer {TOKEN}") == TOKEN


def test_a_hundred_requests_with_one_token_are_one_question(issuer: Issuer) -> None:
    says(issuer)
    validator = of(issuer)
    with ThreadPoolExecutor(100) as pool:
        assert set(pool.map(lambda _: code(validator), range(100))) == {None}

    async def all_at_once() -> set[Any]:
        one = validator.validate_async
        answers = await asyncio.gather(*[one("another", NO_CUTOFFS) for _ in range(100)])
        return {accepted.subject for accepted in answers}

    assert asyncio.run(all_at_once()) == {"u1"}
    assert issuer.paths == ["/introspect"] * 2
    assert validator._rounds == {}


def test_many_tokens_at_once_each_have_their_own_answer(issuer: Issuer) -> None:
    def client(fetch: lowwater.Fetch) -> Any:
        assert fetch.body is not None
        token = parse_qs(fetch.body.decode())["token"][0]
        time.sleep(0.001 * (len(token) % 7))
        return 200, [], json.dumps(claims(sub=token)).encode()

    validator = of(issuer, client=client)
    tokens = [f"t{'x' * n}" for n in range(60)] * 5

    async def all_at_once() -> list[Any]:
        one = validator.validate_async
        return await asyncio.gather(*[one(token, NO_CUTOFFS) for token in tokens])

    assert [accepted.subject for accepted in asyncio.run(all_at_once())] == tokens
    validator.clear()
    with ThreadPoolExecutor(50) as pool:
        answers = pool.map(lambda token: validator.validate(token, NO_CUTOFFS).subject, tokens)
        assert list(answers) == tokens
    assert validator._rounds == {}


def test_a_token_that_is_not_active_is_refused(issuer: Issuer) -> None:
    says(issuer, {"body": '{"active":false}'})
    validator = of(issuer)
    assert [code(validator), code(validator)] == ["token_inactive"] * 2
    assert issuer.paths == ["/introspect"]
    says(issuer, {"body": json.dumps(claims(aud="other"))})
    assert code(validator, "another") == "audience_not_allowed"
    says(issuer, {"body": json.dumps(claims(exp=5, iat=1))})
    assert code(validator, "old") == "token_expired"


def test_what_the_server_must_not_answer_is_503_and_never_inactive(issuer: Issuer) -> None:
    for bad, text in [
        ({"status": 500}, "500"),
        ({"status": 401}, "401"),
        ("close", "no answer"),
        ({"bytes": 10 << 20}, "larger"),
        ({"body": "<html>"}, "JSON"),
        ({"redirect": f"{issuer.url}/jwks"}, "302"),
    ]:
        says(issuer, bad)
        validator = of(issuer)
        with pytest.raises(Rejected) as no:
            validator.validate(TOKEN, NO_CUTOFFS)
        assert (no.value.code, no.value.status) == ("introspection_unavailable", 503), bad
        assert int(no.value.headers["Retry-After"]) >= 1
        assert text in str(validator.fault), bad
        says(issuer)
        assert code(validator) is None
        assert validator.fault is None


@pytest.mark.parametrize("bad", ["hang", "trickle"])
def test_a_server_that_hangs_costs_one_timeout(issuer: Issuer, bad: str) -> None:
    says(issuer, bad)
    validator = of(issuer, timeout=SOON)
    began = time.monotonic()
    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(lambda _: code(validator), range(10))) == {"introspection_unavailable"}
    assert time.monotonic() - began < 3 * SOON
    assert issuer.paths == ["/introspect"]


def test_a_client_that_hangs_keeps_nobody_for_longer_than_the_timeout(issuer: Issuer) -> None:
    go_on = threading.Event()

    def client(_: lowwater.Fetch) -> Any:
        go_on.wait(PATIENT)
        return 200, [], json.dumps(claims()).encode()

    validator = of(issuer, timeout=SOON, client=client)
    began = time.monotonic()
    assert code(validator) == "introspection_unavailable"
    assert time.monotonic() - began < 3 * SOON
    go_on.set()
    until = time.monotonic() + PATIENT
    while validator._rounds or code(validator) is not None:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_client_that_raises_is_a_server_that_does_not_answer(issuer: Issuer) -> None:
    def client(_: lowwater.Fetch) -> Any:
        raise RuntimeError("of the caller's")

    assert code(of(issuer, client=client)) == "introspection_unavailable"
    assert code(of(issuer, client=lambda _: "no answer")) == "introspection_unavailable"


def test_a_task_that_is_cancelled_leaves_the_others_their_answer(issuer: Issuer) -> None:
    go_on = threading.Event()

    def client(_: lowwater.Fetch) -> Any:
        go_on.wait(PATIENT)
        return 200, [], json.dumps(claims()).encode()

    validator = of(issuer, client=client)

    async def some() -> str | None:
        tasks = [asyncio.create_task(validator.validate_async(TOKEN, NO_CUTOFFS)) for _ in "abc"]
        await asyncio.sleep(0.05)
        tasks[0].cancel()
        tasks[1].cancel()
        await asyncio.sleep(0.05)
        go_on.set()
        began = time.monotonic()
        accepted = await tasks[2]
        assert time.monotonic() - began < PATIENT / 2
        return accepted.subject

    assert asyncio.run(some()) == "u1"


def test_other_credentials_mend_what_these_do_not(issuer: Issuer) -> None:
    says(issuer)
    validator = of(issuer, client_id="old", ttl=0)
    validator.set_credentials(client_id="new", client_secret="s")
    assert code(validator) is None
    validator.set_credentials(bearer="own")
    assert code(validator) is None
    sent = [one["headers"]["authorization"] for one in issuer.seen]
    assert sent == [f"Basic {base64.b64encode(b'new:s').decode()}", "Bearer own"]
    bad: list[dict[str, Any]] = [
        {},
        {"client_id": "c"},
        {"client_id": "c", "client_secret": ""},
        {"client_id": "c", "client_secret": "s", "bearer": "b"},
        {"bearer": "two words"},
        {"bearer": None},
        {"client_id": b"c", "client_secret": "s"},
    ]
    for credentials in bad:
        with pytest.raises(ConfigError, match=r"client_id|bearer"):
            validator.set_credentials(**credentials)


def test_signed_answers_are_proven_by_the_issuers_keys(issuer: Issuer) -> None:
    keys = lowwater.IssuerValidator(
        issuer.url, audience="api", algorithms=["EdDSA"], allow_loopback_http=True, cool_down=1
    )
    signed = {"signed_for": "me", "algorithms": ["EdDSA"], "keys": keys}

    def answer(key: str, *published: str) -> None:
        header = {"typ": "token-introspection+jwt"}
        told = {"aud": "me", "sub": None, "exp": None, "token_introspection": claims()}
        says(issuer, {"body": issuer.token(key, header, **told)}, *published)

    answer("a", "a")
    validator = of(issuer, **signed)
    assert code(validator) is None
    assert sorted(issuer.paths) == ["/.well-known/openid-configuration", "/introspect", "/jwks"]
    assert issuer.seen[0]["headers"]["accept"] == SIGNED
    # A key that is new: the set is fetched again.
    answer("b", "b")
    time.sleep(1)
    assert code(validator, "t2") is None
    answer("forged", "b")
    assert code(of(issuer, **signed)) == "introspection_unavailable"
    says(issuer)
    plain = of(issuer, **signed)
    assert code(plain) == "introspection_unavailable"
    assert "signed" in str(plain.fault)
    # By keys that are there.
    answer("b", "b")
    assert code(of(issuer, **(signed | {"keys": keys.current.keys}))) is None


def test_mistakes_are_told_at_construction(issuer: Issuer) -> None:
    elsewhere = lowwater.IssuerValidator("https://i.example/", audience="a", algorithms=["RS256"])
    wanted: dict[str, Any] = {"signed_for": "me", "algorithms": ["EdDSA"]}
    mistakes: list[tuple[dict[str, Any], str]] = [
        ({"endpoint": "http://issuer.example/"}, "https"),
        ({"client_secret": None}, "`client_secret` must be a string"),
        ({"bearer": "b"}, "give `client_id` with `client_secret`, or `bearer`"),
        ({"ttl": -1}, "`ttl`"),
        ({"ttl": None}, "`ttl`"),
        ({"max_pending": 0}, "`max_pending` must be 1 to 10000"),
        ({"audience": []}, "`audience`"),
        ({"audience": None}, "`audience` cannot be None"),
        ({"algorithms": ["EdDSA"]}, "`algorithms` wants `signed_for`"),
        (wanted, "`keys` must be given with `signed_for`"),
        ({"keys": elsewhere}, "`keys` must be given with `signed_for`"),
        (wanted | {"keys": elsewhere}, "`keys` must fetch those of this issuer"),
        (wanted | {"keys": 5}, "keys"),
        ({"memo_bytes": 5}, "memo_bytes"),
        ({"leway": 5}, "leway"),
    ]
    for options, text in mistakes:
        with pytest.raises(ConfigError, match=text):
            of(issuer, **options)
    validator = of(issuer)
    assert repr(validator) == f"<lowwater.IntrospectionValidator {issuer.url}>"
    with pytest.raises(ConfigError, match="cannot be copied or pickled"):
        __import__("pickle").dumps(validator)
    for bad in (None, b"token", 5):
        with pytest.raises(ConfigError, match="`token` must be a str"):
            validator.validate(bad, NO_CUTOFFS)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="`cutoffs`"):
        validator.validate(TOKEN, None)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="`now`"):
        validator.validate(TOKEN, NO_CUTOFFS, now=None)  # type: ignore[arg-type]
    assert code(validator, "\ud800") == "token_malformed"
    assert code(validator, "") == "token_malformed"
