"""Status lists beside the rules."""

import asyncio
import json
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import lowwater
import pytest
from conftest import ISSUER, NOW, SECRET, encode, signed, token, validator
from issuing import Issuer
from lowwater import NO_CUTOFFS, Cutoffs, KeySet, MessageRefused, StatusLists

KEYS = KeySet(lowwater.Key.from_secret(SECRET))
URI = f"{ISSUER}lists/1"


def lists(**more: Any) -> StatusLists:
    given: dict[str, Any] = {"issuer": ISSUER, "lists": [f"{ISSUER}lists/"]}
    given["algorithms"] = ["HS256"]
    return StatusLists(**(given | more))


def listed(data: bytes, uri: str = URI, iat: int = NOW) -> str:
    """A list of two bits an entry, four of them a byte."""
    said = {"bits": 2, "lst": encode(zlib.compress(data))}
    payload = {"iss": ISSUER, "sub": uri, "iat": iat, "status_list": said}
    return signed(json.dumps(payload), '{"alg":"HS256","typ":"statuslist+jwt"}')


def entry(index: int, uri: str = URI) -> str:
    return token(status={"status_list": {"idx": index, "uri": uri}})


def code(rules: Any, text: str, **more: Any) -> str | None:
    try:
        validator().validate(text, rules, now=NOW, **more)
    except lowwater.Rejected as no:
        return no.code
    return None


def test_a_list_is_asked_beside_the_rules(cutoffs: Cutoffs) -> None:
    own = lists()
    assert (own.issuer, own.list_issuer, own.faults) == (ISSUER, ISSUER, {})
    rules = cutoffs.with_status(own)
    assert code(rules, entry(0)) == "status_unavailable"
    assert code(rules, token()) is None
    # Rules that were made before see what comes later.
    own.hydrate(URI, listed(b"\x24"), KEYS, now=NOW)
    assert [code(rules, entry(index)) for index in range(5)] == [
        None,
        "status_invalid",
        "status_suspended",
        None,
        "status_invalid",  # there is no such entry
    ]
    without = validator().validate(entry(1), cutoffs, now=NOW)
    assert without.notes == ["status_not_asked"]
    cutoffs.issued_before(NOW, subject="u1", now=NOW)
    assert code(rules, entry(0)) == "token_revoked"


def test_every_call_that_takes_rules_takes_them_with_lists(cutoffs: Cutoffs) -> None:
    own, mine = lists(), validator()
    own.hydrate(URI, listed(b"\x04"), KEYS, now=NOW)
    index = lowwater.Index(cutoffs.to_index(now=NOW))
    for rules in (
        cutoffs.with_status(own),
        index.with_status([own]),
        NO_CUTOFFS.with_status((own,)),
    ):
        ticket = mine.validate(entry(0), rules, now=NOW).ticket()
        ticket.recheck(rules, now=NOW)
        kept = mine.validate(entry(1), NO_CUTOFFS, now=NOW).ticket()
        with pytest.raises(lowwater.Rejected):
            kept.recheck(rules, now=NOW)
        assert mine.explain(entry(1), rules, now=NOW)["accepted"] is False
        answers = mine.validate_many([entry(n % 2) for n in range(40)], rules, now=NOW, threads=2)
        assert [isinstance(one, lowwater.Accepted) for one in answers] == [True, False] * 20
        assert code(rules, entry(0), fresh_within=5) is None
        assert code(rules, entry(1), fresh_within=5) == "status_invalid"
    assert repr(rules) == "<lowwater.WithStatus>"


def test_several_issuers_have_lists_of_their_own(cutoffs: Cutoffs) -> None:
    other = lists(issuer="https://other.example/", lists=["https://other.example/"])
    own = lists()
    own.hydrate(URI, listed(b"\x00"), KEYS, now=NOW)
    assert code(cutoffs.with_status(other), entry(0)) == "status_unavailable"
    assert code(cutoffs.with_status([other, own]), entry(0)) is None


def test_a_list_that_is_not_taken_is_no_answer_to_anybody() -> None:
    own = lists()
    own.hydrate(URI, listed(b"\x00"), KEYS, now=NOW)
    cases = [
        (URI, listed(b"\x00", iat=NOW - 1), "older_list"),
        (URI, listed(b"\x00", uri=f"{URI}0"), "claim_mismatch"),
        (URI, listed(b"\x00")[:-8] + "AAAAAAAA", "signature_invalid"),
        (URI, "\ud800", "token_malformed"),
        ("https://other.example/1", listed(b"\x00"), "address"),
    ]
    for uri, text, expected in cases:
        with pytest.raises(MessageRefused) as no:
            own.hydrate(uri, text, KEYS, now=NOW)
        assert (no.value.code, no.value.reply) == (expected, None)


def test_threads_share_one(cutoffs: Cutoffs) -> None:
    own, text = lists(), entry(0)
    rules = cutoffs.with_status(own)
    own.hydrate(URI, listed(b"\x00", iat=NOW - 100), KEYS, now=NOW)

    def change(turn: int) -> None:
        own.hydrate(URI, listed(b"\x00" * (turn * 1000), iat=NOW), KEYS, now=NOW)

    with ThreadPoolExecutor(4) as pool:
        changes = pool.map(change, range(1, 50))
        answers = pool.map(lambda _: code(rules, text), range(2000))
        assert set(answers) == {None}
        assert len(list(changes)) == 49


@pytest.mark.parametrize("task", [False, True])
def test_a_list_that_a_token_names_is_fetched(task: bool) -> None:
    with Issuer() as issuer:
        uri = f"{issuer.url}/lists/1"

        def says(data: bytes, *published: str, key: str = "a") -> None:
            told = {"bits": 2, "lst": encode(zlib.compress(data))}
            header = {"typ": "statuslist+jwt"}
            text = issuer.token(key, header, sub=uri, aud=None, exp=None, status_list=told)
            issuer.behave(*published, at={"/lists/1": {"body": text}})

        def decided(index: int, uri: str = uri) -> str | None:
            status = {"status_list": {"idx": index, "uri": uri}}
            token = issuer.token(status=status, jti=str(index))
            try:
                if task:
                    asyncio.run(mine.validate_async(token, NO_CUTOFFS))
                else:
                    mine.validate(token, NO_CUTOFFS)
            except lowwater.Rejected as no:
                return no.code
            return None

        own = StatusLists(
            issuer=issuer.url,
            lists=f"{issuer.url}/lists/",
            algorithms=["EdDSA"],
            allow_loopback_http=True,
        )
        mine = lowwater.IssuerValidator(
            issuer.url,
            audience="api",
            algorithms=["EdDSA"],
            allow_loopback_http=True,
            status_lists=own,
        )
        says(b"\x24")
        assert [decided(index) for index in range(3)] == [
            None,
            "status_invalid",
            "status_suspended",
        ]
        assert sorted(issuer.paths) == ["/.well-known/openid-configuration", "/jwks", "/lists/1"]
        assert mine.list_faults == {}
        assert decided(0, f"{issuer.url}/lists/2") == "status_unavailable"
        assert mine.list_faults == {
            f"{issuer.url}/lists/2": "the answer has status 404, 200 was expected"
        }
        assert decided(0, "https://other.example/1") == "status_unavailable"
        assert own.faults == {}


def test_mistakes_are_told(cutoffs: Cutoffs) -> None:
    mistakes: list[tuple[dict[str, Any], str]] = [
        ({"lists": ["http://issuer.example/"]}, "https"),
        ({"lists": []}, "lists"),
        ({"algorithms": []}, "algorithms"),
        ({"fresh_for": 1}, "`fresh_for` must be 1 minute to 24 hours"),
        ({"max_lists": 0}, "`max_lists` must be 1 to 1024"),
        ({"max_lists": "5"}, "`max_lists` must be a whole number"),
        ({"ttl": 5}, "`ttl` is no member"),
    ]
    for options, text in mistakes:
        with pytest.raises(lowwater.ConfigError, match=text):
            lists(**options)
    bad: list[Any] = [None, [], [None], "lists", cutoffs, {lists()}]
    for one in bad:
        for rules in (cutoffs, NO_CUTOFFS):
            with pytest.raises(lowwater.ConfigError, match="`lists` must be StatusLists"):
                rules.with_status(one)
    given: dict[str, Any] = {"audience": "api", "algorithms": ["EdDSA"]}
    for one in bad:
        with pytest.raises(lowwater.ConfigError, match="`status_lists` must be StatusLists"):
            lowwater.IssuerValidator(ISSUER, status_lists=one, **given)
    with pytest.raises(lowwater.ConfigError, match="a source of keys for the issuer that signs"):
        lowwater.IssuerValidator("https://other.example/", status_lists=[lists()], **given)
    with pytest.raises(lowwater.ConfigError, match="`cutoffs` must be Cutoffs"):
        validator().validate(token(), lists(), now=NOW)  # type: ignore[arg-type]
