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

import pytest
from conftest import SECRET, encode, token

README = Path(__file__).resolve().parents[1] / "README.md"
ISSUER, AUDIENCE = "https://tenant.example.auth/", "https://api.example.com/"


@pytest.fixture
def readme(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The names that the README's code defines. Only the key is another: an issuer's RS256 needs an issuer."""
    jwks = json.dumps({"keys": [{"kty": "oct", "k": encode(SECRET)}]}).encode()
    monkeypatch.setattr(urllib.request, "urlopen", lambda _: io.BytesIO(jwks))
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), re.S)
    assert len(blocks) == 5
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
    app = readme["flask_app"]
    app.get("/")(lambda: {"hello": sys.modules["flask"].g.caller.subject})
    client = app.test_client()
    assert client.get("/").status_code == 401
    assert client.get("/", headers=bearer()).json == {"hello": "u1"}


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


def test_what_else_there_is(readme: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    mine, text = readme["validator"], bearer(sid="s")["Authorization"].split()[1]
    caller = mine.validate(text, readme["cutoffs"])
    readme["more"](caller, text, "d-1")
    assert "pass" in capsys.readouterr().out
    assert {rule.kind for rule in readme["cutoffs"].list()} == {"revoked", "suspended"}
    replica = readme["replica"]
    assert replica.freshness() == ("blind", None)
    readme["follow"](replica, {"cutoffs": readme["cutoffs"].to_snapshot()})
    assert replica.freshness()[0] == "fresh"
    assert len(replica) == 2
    assert json.loads(caller.claims_json)["sid"] == "s"
