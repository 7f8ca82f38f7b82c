"""Whatever is given, only Rejected, ConfigError and Python's own TypeError come back, and name the argument."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from enum import Enum
from typing import Any

import lowwater
import pytest
from conftest import NOW, SECRET, token, validator

LONE = "a\ud800b"
CYCLE: list[Any] = []
CYCLE.append(CYCLE)


class Throwing:
    """Fails at whatever is asked of it."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __str__(self) -> str:
        raise RuntimeError

    __repr__ = __iter__ = __len__ = __index__ = __float__ = __bool__ = __str__


class Words(str):
    """A str that lies about itself."""

    def encode(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError


NOT_TEXT: list[Any] = [None, b"bytes", 5, True, ["x"], {"x": 1}, LONE, Throwing()]
NOT_TIME: list[Any] = [
    None,
    True,
    float("nan"),
    1e400,
    -1,
    -0.5,
    "x",
    b"x",
    [],
    datetime(2026, 1, 1),
    Throwing(),
]
NOT_TIME += [Decimal("NaN"), Decimal("Infinity"), 10**400, 10**5000, 1_700_000_000_000]
NOT_SPAN: list[Any] = [
    None,
    True,
    float("nan"),
    float("inf"),
    -1,
    timedelta(days=-1),
    "60",
    [],
    Throwing(),
]
NOT_STRINGS: list[Any] = [None, "read", b"read", 5, ["x", 5], [LONE], {"x": 1}, [b"x"], Throwing()]


def kind(value: Any) -> str:
    return type(value).__name__


def refused(argument: str, call: Any, *arguments: Any, **keywords: Any) -> None:
    with pytest.raises((lowwater.ConfigError, TypeError)) as error:
        call(*arguments, **keywords)
    assert re.search(rf"\b{argument}\b", str(error.value)), (argument, error.value)


@pytest.mark.parametrize("bad", NOT_TEXT, ids=kind)
def test_text(bad: Any, cutoffs: lowwater.Cutoffs) -> None:
    if bad is not LONE:
        refused("token", validator().validate, bad, cutoffs)
        refused("token", validator().explain, bad, cutoffs)
        refused("token", validator().verify, bad)
        refused("token", lowwater.unverified, bad)
    if bad is not None and bad is not LONE:
        refused("header", validator().bearer, bad)
    refused("id", cutoffs.lift, bad)
    refused("lines", cutoffs.load_json_lines, bad)
    refused("lines", cutoffs.apply_json_lines, bad)
    refused("issuer", lowwater.KeySet(lowwater.Key.from_secret(SECRET)).for_issuer, bad)
    refused("policy", lowwater.Validator.from_json, bad, keys=lowwater.Key.from_secret(SECRET))
    refused("json", lowwater.Rule.from_json, bad)
    refused("id", lowwater.Key.from_secret, SECRET, id=bad)
    refused("algorithm", lowwater.Key.from_secret, SECRET, algorithm=bad if bad != LONE else 5)
    for dimension in (
        "issuer",
        "subject",
        "client",
        "session",
        "token_id",
        "key_id",
        "confirmation",
    ):
        refused(dimension, cutoffs.issued_before, NOW, **{dimension: bad})
        refused(dimension, cutoffs.find, **{dimension: bad})
    for name in ("id", "reason"):
        refused(name, cutoffs.revoked, "never", subject="u", **{name: bad})
    for name in ("tenant_claim", "device_claim", "realm", "resource_metadata", "token_type"):
        refused(name, validator, **{name: bad if bad != ["x"] else 5})
    for name in ("subject", "confirmation"):
        accepted = validator().validate(token(), cutoffs, now=NOW)
        refused(name, accepted.require, **{name: bad})


def test_a_token_of_any_text_is_rejected_and_no_mistake(cutoffs: lowwater.Cutoffs) -> None:
    texts = [
        LONE,
        "",
        "\0",
        ".." * 10_000,
        "\ud800.\udfff.x",
        Words("a.b.c"),
        token()[:-1] + "\U0010ffff",
    ]
    for text in texts:
        with pytest.raises(lowwater.Rejected) as no:
            validator().validate(text, cutoffs)
        assert no.value.stage in ("shape", "header", "signature")
        assert validator().explain(text, cutoffs)["accepted"] is False


RECEIVERS: list[tuple[Any, dict[str, Any]]] = [
    (lowwater.LogoutReceiver, {"issuer": "i", "client_id": "a", "algorithms": ["HS256"]}),
    (lowwater.EventReceiver, {"issuer": "i", "audience": "a", "algorithms": ["HS256"]}),
    (lowwater.GlobalRevocation, {"issuer": "i"}),
    (
        lowwater.StatusLists,
        {"issuer": "i", "lists": ["https://i.example/"], "algorithms": ["HS256"]},
    ),
]


@pytest.mark.parametrize("bad", NOT_TEXT, ids=kind)
def test_readers_of_messages(bad: Any) -> None:
    keys = lowwater.KeySet(lowwater.Key.from_secret(SECRET))
    for reader, good in RECEIVERS:
        refused("issuer", reader, **(good | {"issuer": bad}))
        for name in set(good) & {"client_id", "audience", "lists"}:
            if bad != ["x"]:
                refused(name, reader, **(good | {name: bad}))
        refused("own", reader, **(good | {"own": bad}))
    logouts, events, global_revocation, lists = [reader(**good) for reader, good in RECEIVERS]
    request = lowwater.RevocationRequest
    if not isinstance(bad, bytes):
        refused("body", logouts.receive, bad, keys)
        refused("body", events.push, "x", bad, keys)
        refused("body", global_revocation.receive, "application/json", bad)
        refused("body", request.read, "x", bad)
    refused("uri", lists.hydrate, bad, "x", keys)
    for place, name in enumerate(("issuer", "subject", "client")):
        refused(name, request.grant, *["x" if n != place else bad for n in range(3)])
    if bad is not LONE:
        refused("token", events.receive, bad, keys)
        refused("token", lists.hydrate, "x", bad, keys)
        refused("status", lowwater.StreamFreshness().status, bad, NOW)
        refused("received", lowwater.StreamFreshness().heard, bad)
        if bad is not None:
            refused("content_type", events.push, bad, b"", keys)
            refused("content_type", global_revocation.receive, bad, b"")
            refused("content_type", request.read, bad, b"")
    refused("keys", events.receive, "x", bad)


@pytest.mark.parametrize("bad", NOT_SPAN, ids=kind)
def test_spans_of_readers(bad: Any) -> None:
    spans = ["leeway", "max_age", "max_session"], ["leeway", "max_session", "max_lifetime"]
    of_lists = ["leeway", "fresh_for", "stale_for", "cool_down", "timeout", "forget_after"]
    for (reader, good), names in zip(RECEIVERS, (*spans, ["max_lifetime"], of_lists), strict=True):
        for name in names:
            refused(name, reader, **(good | {name: bad}))


@pytest.mark.parametrize("bad", NOT_TIME, ids=kind)
def test_times_of_readers(bad: Any) -> None:
    keys = lowwater.KeySet(lowwater.Key.from_secret(SECRET))
    logouts, events, global_revocation, lists = [reader(**good) for reader, good in RECEIVERS]
    refused("now", logouts.receive, b"", keys, now=bad)
    refused("now", events.push, "x", b"", keys, now=bad)
    refused("now", events.receive, "x", keys, now=bad)
    refused("now", global_revocation.receive, "x", b"", now=bad)
    refused("now", lowwater.RevocationRequest.grant, "i", "u", "c", now=bad)
    refused("now", lists.hydrate, "x", "x", keys, now=bad)
    stream = lowwater.StreamFreshness()
    for call, name in ((stream.polled, "as_of"), (stream.resynced, "as_of")):
        refused(name, call, bad)
    refused("at", stream.status, "enabled", bad)
    assert stream.as_of is None


def test_tables_and_meanings() -> None:
    risk = "https://schemas.openid.net/secevent/caep/event-type/risk-level-change"
    reader, good = RECEIVERS[1]
    cases: list[tuple[str, Any, str]] = [
        ("events", {risk: "explode"}, "an event does one of"),
        ("events", {risk: {"MEDIUM": "explode"}}, "an event does one of"),
        ("events", {risk: 5}, "events"),
        ("events", "refresh", "events"),
        ("formats", {"email": "subjects"}, "an identifier means"),
        ("formats", {"e-mail": "subject"}, "format"),
        ("formats", ["email"], "`formats` must be an object of strings"),
        ("members", {"device": None}, "`members` must be an object of strings"),
        ("unknown_members", {"device": "maybe"}, "`match` or `no_match`"),
        ("authority", {}, "`issuers` must list at least one"),
        ("authority", {"issuers": ["i"], "tenant": []}, "`tenant` must be"),
        ("authority", "i", "authority"),
        ("legacy", "yes", "`legacy` must be true or false"),
        ("legacy", None, "`legacy` must be true or false"),
        ("algorithms", ["none"], "unknown algorithm"),
        ("audience", [""], "audience"),
        ("max_session", 0, "`max_session` must be 1 second to 10 years"),
    ]
    for name, bad, text in cases:
        with pytest.raises(lowwater.ConfigError, match=text):
            reader(**(good | {name: bad}))


@pytest.mark.parametrize("bad", NOT_TIME, ids=kind)
def test_times(bad: Any, cutoffs: lowwater.Cutoffs) -> None:
    mine = validator()
    ticket = mine.validate(token(), cutoffs, now=NOW).ticket()
    for call in (mine.validate, mine.explain):
        refused("now", call, token(), cutoffs, now=bad)
    refused("now", ticket.recheck, cutoffs, now=bad)
    refused("now", cutoffs.issued_before, NOW, subject="u", now=bad)
    refused("now", cutoffs.to_snapshot, now=bad)
    refused("as_of", cutoffs.loaded, bad)
    refused("at", cutoffs.issued_before, bad, subject="u")
    refused("at", cutoffs.authenticated_before, bad, subject="u")
    refused("until", cutoffs.revoked, bad, subject="u")


@pytest.mark.parametrize("bad", NOT_SPAN, ids=kind)
def test_spans(bad: Any, cutoffs: lowwater.Cutoffs) -> None:
    for name in ("leeway", "max_lifetime", "max_age", "max_session"):
        refused(name, validator, **{name: bad})
    refused("fresh_within", validator().validate, token(), cutoffs, fresh_within=bad)
    refused("retry_after", validator().rules_unavailable, bad)
    refused("stale_after", lowwater.Cutoffs.replica, stale_after=bad, expired_after=5)
    refused("expired_after", lowwater.Cutoffs.replica, stale_after=5, expired_after=bad)
    refused("skew_guard", cutoffs.issued_before, NOW, subject="u", skew_guard=bad)


@pytest.mark.parametrize("bad", NOT_STRINGS, ids=kind)
def test_lists_of_strings(bad: Any, cutoffs: lowwater.Cutoffs) -> None:
    accepted = validator().validate(token(), cutoffs, now=NOW)
    for name in ("scopes", "any_scope", "permissions", "any_permission"):
        refused(name, accepted.require, **{name: bad})
    refused("algorithms", validator, algorithms=bad)
    refused("required", validator, required=bad)
    if bad != "read":
        refused("issuer", validator, issuer=bad)
        refused("audience", validator, audience=bad)
    refused("algorithms", lowwater.KeySet(lowwater.Key.from_secret(SECRET)).verify, token(), bad)
    refused(
        "(except|except_sessions)", cutoffs.issued_before, NOW, subject="u", except_sessions=bad
    )


@pytest.mark.parametrize("bad", [None, True, "5", 5.5, -1, 10**30, Throwing()], ids=kind)
def test_counts_switches_and_words(bad: Any, cutoffs: lowwater.Cutoffs) -> None:
    refused("capacity", lowwater.Cutoffs, capacity=bad)
    refused("sequence", cutoffs.delta_since, bad)
    refused("max_token_bytes", validator, max_token_bytes=bad)
    refused("version", cutoffs.suspended, on=True, version=bad, subject="u")
    if bad is not True:
        refused("on", cutoffs.suspended, on=bad, version=1, subject="u")
        refused("allow_padding", validator, allow_padding=bad)
        refused("force", cutoffs.prune, validator(), force=bad)
        refused("release_gil", validator, release_gil=bad)
        refused("everyone", cutoffs.issued_before, NOW, everyone=bad)
    for name in ("missing_exp", "missing_iat", "same_second", "missing_auth_time"):
        refused(name, validator, **{name: bad})


@pytest.mark.parametrize(
    "bad", [None, True, 5, "x", [], [5], {"x": 1}, b"", LONE, CYCLE, Throwing()], ids=kind
)
def test_keys_rules_and_other_objects(bad: Any, cutoffs: lowwater.Cutoffs) -> None:
    refused("(keys?|key set|kty)", validator, keys=bad)
    refused("(keys?|key set|kty)", lowwater.KeySet, bad)
    refused("cutoffs", validator().validate, token(), bad)
    refused("other", cutoffs.merge, bad)
    refused("validators", cutoffs.prune, bad)
    refused("rule", cutoffs.apply, bad)
    if bad not in ([], b""):
        refused("tickets", lowwater.affected, bad, lowwater.Rule.issued_before(NOW, subject="u"))
    refused("(snapshot|loaded)", cutoffs.load_snapshot, bad)
    refused("(bytes|loaded)", lowwater.Index, bad)
    refused("(secret|from_secret)", lowwater.Key.from_secret, bad)
    refused("claims", cutoffs.issued_before, NOW, claims=bad if bad != {"x": 1} else 5)


def test_json_values() -> None:
    for bad in (
        CYCLE,
        {1: 2},
        {"x": {LONE: 1}},
        [float("nan")],
        Throwing(),
        {"x": 10**5000},
        object,
        {"x": b""},
    ):
        refused("(claim_equals|x)", validator, claim_equals={"x": bad})
        refused(
            "(claim_equals|x)", validator, claim_equals=bad if isinstance(bad, dict) else {"x": bad}
        )


def test_a_span_is_no_time_and_a_time_is_no_span(cutoffs: lowwater.Cutoffs) -> None:
    span, time = timedelta(hours=8), datetime(2026, 1, 1, tzinfo=UTC)
    refused("until", cutoffs.revoked, span, session="s")
    refused("at", cutoffs.issued_before, span, subject="u")
    refused("at", cutoffs.authenticated_before, timedelta(0), subject="u")
    target = {"subject": "u"}
    for rule in (
        {"rule": "revoked", "until": span, "target": target},
        {"rule": "issued_before", "at": span, "target": target},
        {"rule": "issued_before", "at": NOW, "skew_guard": time, "target": target},
        {"rule": "issued_before", "at": NOW, "target": {"tenant": time}},
    ):
        refused("(until|at|skew_guard|target)", cutoffs.apply, rule)
    for name in ("leeway", "max_lifetime", "max_age", "max_session", "max_token_bytes", "required"):
        refused(name, validator, **{name: time})
    refused("max_token_bytes", validator, max_token_bytes=span)
    refused("tenant", cutoffs.issued_before, NOW, tenant=time)
    refused("version", cutoffs.suspended, on=True, version=time, subject="u")
    refused("now", validator().validate, token(), cutoffs, now=span)
    refused("fresh_within", validator().validate, token(), cutoffs, fresh_within=time)
    assert len(cutoffs) == 0


def test_any_is_no_value(cutoffs: lowwater.Cutoffs) -> None:
    for dimension in ("subject", "session", "tenant", "device", "key_id", "confirmation", "id"):
        refused(dimension, cutoffs.revoked, "never", **{dimension: lowwater.ANY})
    refused("claims", cutoffs.issued_before, NOW, claims={"role": lowwater.ANY})
    refused(
        "except_sessions", cutoffs.issued_before, NOW, subject="u", except_sessions=[lowwater.ANY]
    )
    rule = {"rule": "issued_before", "at": NOW, "target": {"issuer": lowwater.ANY, "subject": "u"}}
    refused("target", cutoffs.apply, rule)
    for name in ("issuer", "audience", "required"):
        refused(name, validator, **{name: ["a", lowwater.ANY]})
    for name in ("realm", "tenant_claim", "leeway", "max_lifetime", "missing_exp", "algorithms"):
        refused(name, validator, **{name: lowwater.ANY})
    assert len(cutoffs) == 0


class Number(int):
    """An int that prints something else."""

    def __str__(self) -> str:
        return '1,"subject":"someone"'

    __repr__ = __str__


class Exact(Decimal):
    """A Decimal that prints something else."""

    def __str__(self) -> str:
        return "5"


class Size(int, Enum):
    SMALL = 100


def test_numbers_are_read_by_their_value(cutoffs: lowwater.Cutoffs) -> None:
    assert lowwater.Rule.issued_before(NOW, tenant=Number(5)).to_dict()["target"] == {"tenant": 5}
    assert (
        lowwater.Rule.issued_before(Exact("1.5"), subject="u").to_dict()["at"]
        == "1970-01-01T00:00:01.500+00:00"
    )
    with pytest.raises(lowwater.Rejected, match="100 allowed"):
        validator(max_token_bytes=Size.SMALL).validate(token(), cutoffs)


class Zone(tzinfo):
    def utcoffset(self, _: datetime | None) -> timedelta:
        raise KeyError("a secret")

    dst = tzname = utcoffset  # type: ignore[assignment]


class Growing(list[str]):
    """Changes the dict that it stands in while it is read."""

    def __init__(self, holder: dict[str, Any]) -> None:
        super().__init__(["x"])
        self.holder = holder

    def __iter__(self) -> Any:
        self.holder[f"more{len(self.holder)}"] = "x"
        return super().__iter__()

    def __len__(self) -> int:
        return len(list(iter(self)))


def test_code_of_others_that_runs_while_a_value_is_read(cutoffs: lowwater.Cutoffs) -> None:
    late = datetime(2026, 1, 1, tzinfo=Zone())
    with pytest.raises(lowwater.ConfigError, match="`at` cannot be read") as error:
        cutoffs.issued_before(late, subject="u")
    assert isinstance(error.value.__cause__, KeyError)
    refused("now", validator().validate, token(), cutoffs, now=late)
    refused("tickets", lowwater.affected, Throwing(), lowwater.Rule.revoked("never", subject="u"))
    claims: dict[str, Any] = {}
    claims["role"] = Growing(claims)
    refused("claim", cutoffs.issued_before, NOW, claims=claims)


def test_texts_say_what_to_do(cutoffs: lowwater.Cutoffs) -> None:
    unknown: Any = {"sub": "u"}
    said: list[tuple[str, str, Any]] = [
        (
            "argument_invalid",
            "`issuer` cannot be None: .*lowwater.ANY",
            lambda: validator(issuer=None),
        ),
        (
            "policy_invalid",
            "`audience` must be given: .*`lowwater.ANY`",
            lambda: validator(audience=[]),
        ),
        ("policy_invalid", 'the policy is refused: the member "leway"', lambda: validator(leway=1)),
        ("rule_invalid", '"sub" is no dimension', lambda: cutoffs.find(**unknown)),
        ("rule_invalid", "no milliseconds", lambda: cutoffs.issued_before(NOW * 1000, subject="u")),
        ("key_malformed", "a member `keys`", lambda: lowwater.KeySet({"error": "rate"})),
        ("json_invalid", "not its path or URL", lambda: lowwater.KeySet("https://i/jwks.json")),
        (
            "replica_bounds",
            "`stale_after` must not be above",
            lambda: lowwater.Cutoffs.replica(stale_after=60, expired_after=5),
        ),
    ]
    for code, text, call in said:
        with pytest.raises(lowwater.ConfigError, match=text) as error:
            call()
        assert error.value.code == code, error.value


def test_nothing_is_everyone_by_accident(cutoffs: lowwater.Cutoffs) -> None:
    refused("everyone", cutoffs.issued_before, NOW)
    refused("everyone", cutoffs.issued_before, NOW, issuer=lowwater.ANY)
    refused("claims", cutoffs.issued_before, NOW, claims={})
    refused("claims", cutoffs.issued_before, NOW, issuer="i", claims={})
    refused("algorithms", lowwater.KeySet(lowwater.Key.from_secret(SECRET)).verify, token(), [])
    refused("sbject", cutoffs.issued_before, NOW, sbject="u")
    refused("leway", validator, leway=5)
    refused("keys", lowwater.Validator)
    refused("scope", validator().validate(token(), cutoffs, now=NOW).require, scope=["x"])
    assert len(cutoffs) == 0


def test_nothing_can_be_made_or_extended_beside_its_constructor() -> None:
    messages = [lowwater.Logout, lowwater.Received, lowwater.Revocation, lowwater.RevocationRequest]
    objects = [lowwater.Accepted, lowwater.Ticket, lowwater.Rule, lowwater.Signed, lowwater.Key]
    for kind in [*objects, *messages, lowwater.Reply, lowwater.Fetch]:
        with pytest.raises(TypeError):
            kind()
        with pytest.raises(TypeError):
            kind.__new__(kind)
        with pytest.raises(TypeError):
            type("Own", (kind,), {})
    with pytest.raises(AttributeError):
        validator().issuer = "x"  # type: ignore[attr-defined]


def test_numbers_that_json_readers_trip_over(cutoffs: lowwater.Cutoffs) -> None:
    from conftest import AUDIENCE, ISSUER, signed

    start = f'{{"iss":"{ISSUER}","aud":"{AUDIENCE}","iat":{NOW},"exp":{NOW + 60},"n":'
    long = validator().validate(signed(f"{start}{'9' * 5000}}}"), cutoffs, now=NOW)
    assert str(long.claims["n"]) == "9" * 5000
    assert validator().validate(signed(f"{start}1e400}}"), cutoffs, now=NOW).claims["n"] == float(
        "inf"
    )
    assert (long.claims["iat"], type(long.claims["iat"])) == (NOW, int)
