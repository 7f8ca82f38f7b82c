"""The README's code runs as it stands there, in a clean namespace, against a real FastAPI and Flask."""

import json
import re
import sys
import time
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lowwater
import pytest
from conftest import NOW
from issuing import Issuer

README = Path(__file__).resolve().parents[1] / "README.md"
ISSUER, AUDIENCE = "https://tenant.example.auth/", "https://api.example.com/"


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with Issuer() as one:
        yield one


@pytest.fixture
def readme(monkeypatch: pytest.MonkeyPatch, issuer: Issuer) -> dict[str, Any]:
    """The names that the README's code defines. Only the issuer is another, on loopback, whose keys are Ed25519's."""
    issuer.behave("a")
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), re.S)
    assert len(blocks) == 7
    module = types.ModuleType("readme")
    monkeypatch.setitem(sys.modules, "readme", module)
    code = "\n".join(blocks).replace('algorithms=["RS256"]', 'algorithms=["EdDSA"]')
    one_line = 'ISSUER, audience="https://api.example.com/", algorithms=["EdDSA"]'
    assert one_line in code
    here = f'jwks_url="{issuer.url}/jwks", allow_loopback_http=True'
    code = code.replace(one_line, f"{one_line}, {here}")
    code = code.replace("url=url, ", "url=url, allow_loopback_http=True, ")
    exec(compile(code, README, "exec"), module.__dict__)
    module.__dict__["tokens"] = issuer
    return module.__dict__


def signed(readme: dict[str, Any], **claims: Any) -> str:
    now = int(time.time())
    good: dict[str, Any] = {"iss": ISSUER, "aud": AUDIENCE, "iat": now - 10, "exp": now + 60}
    token: str = readme["tokens"].token("a", claims.pop("header", None), **(good | claims))
    return token


def bearer(readme: dict[str, Any], **claims: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {signed(readme, **claims)}"}


def test_fastapi(readme: dict[str, Any]) -> None:
    from fastapi.testclient import TestClient

    client = TestClient(readme["app"])
    missing = client.get("/messages")
    assert (missing.status_code, missing.headers["WWW-Authenticate"]) == (401, "Bearer")
    user = bearer(readme, scope="read:messages")
    assert client.get("/messages", headers=user).json() == {"hello": "u1"}
    poor = client.get("/messages", headers=bearer(readme))
    assert (poor.status_code, poor.json()) == (403, {"error": "scope_missing"})
    admin = bearer(readme, sub="admin", permissions=["users:logout"])
    assert client.post("/users/u1/logout", headers=admin).status_code == 200
    ended = client.get("/messages", headers=user)
    assert (ended.status_code, ended.json()) == (401, {"error": "token_revoked"})
    assert ended.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    again = bearer(readme, scope="read:messages", iat=int(time.time()) + 1)
    assert client.get("/messages", headers=again).status_code == 200


def test_flask(readme: dict[str, Any]) -> None:
    client = readme["flask_app"].test_client()
    assert client.get("/me").status_code == 401
    assert client.get("/me", headers=bearer(readme)).json == {"hello": "u1"}


def test_django(readme: dict[str, Any]) -> None:
    import django
    from django.conf import settings
    from django.http import JsonResponse
    from django.test import Client
    from django.urls import path

    def view(request: Any) -> JsonResponse:
        request.caller.require(scopes=["read:messages"])
        return JsonResponse({"hello": request.caller.subject})

    readme["urlpatterns"] = [path("messages", view)]
    settings.configure(MIDDLEWARE=["readme.Guard"], ROOT_URLCONF="readme", ALLOWED_HOSTS=["*"])
    django.setup()
    client: Any = Client()
    assert client.get("/messages").status_code == 401
    poor = client.get("/messages", headers=bearer(readme))
    assert (poor.status_code, poor.json()) == (403, {"error": "scope_missing"})
    assert client.get("/messages", headers=bearer(readme, scope="read:messages")).json() == {
        "hello": "u1"
    }


def test_rules(readme: dict[str, Any]) -> None:
    cutoffs = readme["cutoffs"]
    for _ in range(2):  # the second time the account was taken back in between
        readme["rules"]("u1", "s", "d-1")
        assert {rule.kind for rule in cutoffs.list()} == {"revoked", "suspended"}
        text = bearer(readme)["Authorization"].split()[1]
        with pytest.raises(lowwater.Rejected) as no:
            readme["validator"].validate(text, cutoffs)
        assert no.value.code == "suspended"
        cutoffs.suspended(
            on=False, version=time.time_ns() // 1_000_000, subject="u1", issuer=ISSUER
        )
        break


def test_a_logout_at_the_issuer(readme: dict[str, Any]) -> None:
    from fastapi.testclient import TestClient

    client = TestClient(readme["app"])
    user = bearer(readme, scope="read:messages", sid="s1")
    assert client.get("/messages", headers=user).status_code == 200
    events: dict[str, Any] = {"http://schemas.openid.net/event/backchannel-logout": {}}
    claims = {"aud": "my-app", "sid": "s1", "jti": "j", "events": events}
    token = signed(readme, header={"typ": "logout+jwt"}, **claims)
    ended = client.post("/backchannel-logout", data={"logout_token": token})
    assert (ended.status_code, ended.headers["cache-control"]) == (200, "no-store")
    refused = client.get("/messages", headers=user)
    assert (refused.status_code, refused.json()) == (401, {"error": "session_revoked"})
    other = client.get("/messages", headers=bearer(readme, scope="read:messages", sid="s2"))
    assert other.status_code == 200
    forged = client.post("/backchannel-logout", data={"logout_token": token[:-4] + "AAAA"})
    assert (forged.status_code, forged.json()["error"]) == (400, "invalid_request")


def event(readme: dict[str, Any], user: str) -> str:
    events: dict[str, Any] = {
        "https://schemas.openid.net/secevent/caep/event-type/session-revoked": {}
    }
    who = {"format": "iss_sub", "iss": ISSUER, "sub": user}
    claims = {"aud": f"{AUDIENCE}events", "jti": user, "sub_id": who, "sub": None, "exp": None}
    return signed(readme, header={"typ": "secevent+jwt"}, events=events, **claims)


def test_security_events_that_are_pushed_and_polled(
    readme: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from fastapi.testclient import TestClient

    client = TestClient(readme["app"])
    pushed = {"Content-Type": "application/secevent+jwt"}
    for headers, status in ((pushed, 202), ({"Content-Type": "text/plain"}, 400)):
        answer = client.post("/events", content=event(readme, "u1"), headers=headers)
        assert answer.status_code == status
    for user, status in (("u1", 401), ("u2", 200)):
        asked = bearer(readme, sub=user, scope="read:messages")
        assert client.get("/messages", headers=asked).status_code == status

    class Enough(Exception):
        """Ends an endless loop."""

    def once(_: float) -> None:
        raise Enough

    monkeypatch.setattr(time, "sleep", once)
    sets = {"n1": event(readme, "u2")}
    readme["tokens"].behave("a", at={"/poll": {"body": json.dumps({"sets": sets})}})
    with pytest.raises(Enough):
        readme["poll"](f"{readme['tokens'].url}/poll", "Bearer s")
    assert client.get("/messages", headers=asked).status_code == 401


def test_everything_of_a_user(readme: dict[str, Any]) -> None:
    from fastapi.testclient import TestClient

    client = TestClient(readme["app"])
    user = bearer(readme, scope="read:messages")
    assert client.get("/messages", headers=user).status_code == 200
    who = {"format": "iss_sub", "iss": ISSUER, "sub": "u1"}
    assert client.post("/revoke-all", json={"sub_id": who}).status_code == 204
    assert client.post("/revoke-all", json={}).status_code == 400
    assert client.get("/messages", headers=user).status_code == 401


def test_replicas_follow(readme: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    class Enough(Exception):
        """Ends an endless loop."""

    def once(_: float) -> None:
        raise Enough

    monkeypatch.setattr(time, "sleep", once)
    replica, authority = readme["replica"], lowwater.Cutoffs()
    authority.issued_before(NOW, subject="u1")
    kept: dict[str, bytes] = {}

    class Store:
        get = kept.get
        set = kept.__setitem__

    def follow() -> str:
        with pytest.raises(Enough):
            readme["follow"](replica, Store)
        return str(replica.freshness()[0])

    assert follow() == "blind"
    kept["cutoffs"] = b"damaged"
    assert follow() == "blind"
    with pytest.raises(Enough):
        readme["publish"](authority, Store)
    assert follow() == "fresh"
    assert len(replica) == 1
