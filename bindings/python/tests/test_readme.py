"""The README's code runs as it stands there, in a clean namespace, against a real FastAPI and Flask."""

import io
import json
import re
import sys
import time
import types
import urllib.request
from pathlib import Path
from typing import Any

import lowwater
import pytest
from conftest import NOW, SECRET, encode, token

README = Path(__file__).resolve().parents[1] / "README.md"
ISSUER, AUDIENCE = "https://tenant.example.auth/", "https://api.example.com/"


@pytest.fixture
def readme(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The names that the README's code defines. Only the key is another: an issuer's RS256 needs an issuer."""
    jwks = json.dumps({"keys": [{"kty": "oct", "k": encode(SECRET)}]}).encode()
    monkeypatch.setattr(urllib.request, "urlopen", lambda _: io.BytesIO(jwks))
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), re.S)
    assert len(blocks) == 6
    module = types.ModuleType("readme")
    monkeypatch.setitem(sys.modules, "readme", module)
    code = "\n".join(blocks).replace('algorithms=["RS256"]', 'algorithms=["HS256"]')
    exec(compile(code, README, "exec"), module.__dict__)
    return module.__dict__


def bearer(**claims: Any) -> dict[str, str]:
    now = int(time.time())
    good: dict[str, Any] = {"iss": ISSUER, "aud": AUDIENCE, "iat": now - 10, "exp": now + 60}
    return {"Authorization": f"Bearer {token(**(good | claims))}"}


def test_fastapi(readme: dict[str, Any]) -> None:
    from fastapi.testclient import TestClient

    client = TestClient(readme["app"])
    missing = client.get("/messages")
    assert (missing.status_code, missing.headers["WWW-Authenticate"]) == (401, "Bearer")
    user = bearer(scope="read:messages")
    assert client.get("/messages", headers=user).json() == {"hello": "u1"}
    poor = client.get("/messages", headers=bearer())
    assert (poor.status_code, poor.json()) == (403, {"error": "scope_missing"})
    admin = bearer(sub="admin", permissions=["users:logout"])
    assert client.post("/users/u1/logout", headers=admin).status_code == 200
    ended = client.get("/messages", headers=user)
    assert (ended.status_code, ended.json()) == (401, {"error": "token_revoked"})
    assert ended.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    again = bearer(scope="read:messages", iat=int(time.time()) + 1)
    assert client.get("/messages", headers=again).status_code == 200


def test_flask(readme: dict[str, Any]) -> None:
    client = readme["flask_app"].test_client()
    assert client.get("/me").status_code == 401
    assert client.get("/me", headers=bearer()).json == {"hello": "u1"}


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
    poor = client.get("/messages", headers=bearer())
    assert (poor.status_code, poor.json()) == (403, {"error": "scope_missing"})
    assert client.get("/messages", headers=bearer(scope="read:messages")).json() == {"hello": "u1"}


def test_rules(readme: dict[str, Any]) -> None:
    cutoffs = readme["cutoffs"]
    for _ in range(2):  # the second time the account was taken back in between
        readme["rules"]("u1", "s", "d-1")
        assert {rule.kind for rule in cutoffs.list()} == {"revoked", "suspended"}
        text = bearer()["Authorization"].split()[1]
        with pytest.raises(lowwater.Rejected) as no:
            readme["validator"].validate(text, cutoffs)
        assert no.value.code == "suspended"
        cutoffs.suspended(
            on=False, version=time.time_ns() // 1_000_000, subject="u1", issuer=ISSUER
        )
        break


def test_keys_rotate(readme: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    policy = {"issuer": ISSUER, "audience": AUDIENCE, "algorithms": ["HS256"]}
    served = [{"kty": "oct", "kid": "old", "k": encode(SECRET)}]
    monkeypatch.setitem(
        readme, "urlopen", lambda *_, **__: io.BytesIO(json.dumps({"keys": served}).encode())
    )
    rotating = readme["Rotating"]("https://i/jwks.json", **policy)
    now = int(time.time())
    claims: dict[str, Any] = {"iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + 60}
    new = token('{"alg":"HS256","kid":"new"}', secret=b"n" * 32, **claims)
    with pytest.raises(lowwater.Rejected):
        rotating.validate(new, lowwater.Cutoffs())
    served[0] = {"kty": "oct", "kid": "new", "k": encode(b"n" * 32)}
    with pytest.raises(lowwater.Rejected):
        rotating.validate(new, lowwater.Cutoffs())  # fetched a moment ago
    rotating.fetched -= 31
    assert rotating.validate(new, lowwater.Cutoffs()).subject == "u1"
    served.clear()
    rotating.fetched -= 31
    assert not rotating.refresh()
    assert rotating.validate(new, lowwater.Cutoffs()).subject == "u1"


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
