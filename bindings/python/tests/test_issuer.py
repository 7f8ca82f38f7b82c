"""A validator that fetches, against an issuer that behaves badly."""

import asyncio
import contextlib
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import lowwater
import pytest
from issuing import Issuer
from lowwater import NO_CUTOFFS, ConfigError, IssuerValidator, Rejected
from lowwater._http import fetch

METADATA = "/.well-known/openid-configuration"
PATIENT = 20.0
"""Long enough for a machine that has much else to do."""
SOON = 2.0
"""For an issuer that hangs."""
COOL_DOWN = 1.0
EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer() as one:
        yield one


def of(*issuers: Issuer | str, timeout: float = PATIENT, **options: Any) -> IssuerValidator:
    urls = [one.url if isinstance(one, Issuer) else one for one in issuers]
    return IssuerValidator(
        sources=[{"issuer": url} for url in urls],
        audience="api",
        algorithms=["EdDSA"],
        allow_loopback_http=True,
        cool_down=COOL_DOWN,
        timeout=timeout,
        **options,
    )


def code(validator: IssuerValidator, token: str) -> str | None:
    try:
        validator.validate(token, NO_CUTOFFS)
    except Rejected as no:
        return no.code
    return None


def test_one_line_and_the_first_request_fetches(issuer: Issuer) -> None:
    validator = lowwater.Validator.for_issuer(
        issuer.url, audience="api", algorithms=["EdDSA"], allow_loopback_http=True
    )
    for _ in range(100):
        assert validator.validate(issuer.token(), NO_CUTOFFS).subject == "u1"
    assert issuer.paths == [METADATA, "/jwks"]


def test_a_hundred_first_requests_at_once_are_one_fetch(issuer: Issuer) -> None:
    validator, token = of(issuer), issuer.token()
    with ThreadPoolExecutor(100) as pool:
        assert list(pool.map(lambda _: code(validator, token), range(100))) == [None] * 100
    assert issuer.paths == [METADATA, "/jwks"]


def test_a_hundred_tasks_at_once_are_one_fetch(issuer: Issuer) -> None:
    validator, token = of(issuer), issuer.token()

    async def all_at_once() -> list[Any]:
        one = validator.validate_async
        return await asyncio.gather(*[one(token, NO_CUTOFFS) for _ in range(100)])

    assert {accepted.subject for accepted in asyncio.run(all_at_once())} == {"u1"}
    assert issuer.paths == [METADATA, "/jwks"]


def test_a_rotation_is_noticed_by_the_first_token_of_the_new_key(issuer: Issuer) -> None:
    validator = of(issuer)
    validator.hydrate()
    issuer.behave("b", "a")
    time.sleep(COOL_DOWN)
    assert code(validator, issuer.token("b")) is None
    assert code(validator, issuer.token("a")) is None
    issuer.behave("c")
    time.sleep(COOL_DOWN)
    assert asyncio.run(validator.validate_async(issuer.token("c"), NO_CUTOFFS)).subject == "u1"
    assert code(validator, issuer.token("a")) == "key_not_found"


def test_an_issuer_that_is_down_at_the_start_is_503_and_then_found(issuer: Issuer) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    url = f"http://{address}"
    validator, token = of(url), issuer.token(iss=url)
    with pytest.raises(Rejected) as no:
        validator.validate(token, NO_CUTOFFS)
    assert (no.value.code, no.value.status, no.value.remedy) == (
        "keys_unavailable",
        503,
        "retry_later",
    )
    assert int(no.value.headers["Retry-After"]) >= 1
    assert validator.faults == {url: "no answer: no connection, or not in time"}
    with pytest.raises(lowwater.KeysUnavailable, match=f"{url}: the issuer's keys cannot be had"):
        validator.hydrate()
    with Issuer(address):
        until = time.monotonic() + PATIENT
        while code(validator, token) is not None:
            assert time.monotonic() < until, validator.faults
            time.sleep(0.05)


@pytest.mark.parametrize("bad", ["hang", "trickle"])
def test_an_issuer_that_hangs_or_trickles_costs_one_timeout(issuer: Issuer, bad: str) -> None:
    validator, token = of(issuer, timeout=SOON), issuer.token()
    issuer.behave(at={"/jwks": bad})
    for longest in (3 * SOON, SOON):  # and who comes next does not wait at all
        began = time.monotonic()
        assert code(validator, token) == "keys_unavailable"
        assert time.monotonic() - began < longest
    until = time.monotonic() + PATIENT
    while any(thread.name == "lowwater-fetch" for thread in threading.enumerate()):
        assert time.monotonic() < until, "the thread is still there"
        time.sleep(0.05)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_request_has_one_bound_for_all_of_it(scheme: str) -> None:
    """A byte now and then, of an answer or of a handshake, meets no timeout of sockets."""

    def trickle(server: socket.socket) -> None:
        first = b"\x16\x03\x03\x40\x00" if scheme == "https" else b"HTTP/1.1 200 OK\r\nX: "
        with contextlib.suppress(OSError), server.accept()[0] as connection:
            for byte in first + b"x" * 300:
                connection.sendall(bytes([byte]))
                time.sleep(0.1)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=trickle, args=(server,), daemon=True).start()
        url = f"{scheme}://127.0.0.1:{server.getsockname()[1]}/"
        request = SimpleNamespace(
            method="GET", url=url, headers={}, body=None, max_bytes=10, timeout=SOON
        )
        began = time.monotonic()
        with pytest.raises(TimeoutError, match="no answer in time"):
            fetch(request)  # type: ignore[arg-type]
        assert time.monotonic() - began < 3 * SOON


def test_a_certificate_that_nobody_knows_is_no_answer(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl to make a certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    make = [
        openssl,
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
    ]
    make += ["-keyout", str(key), "-out", str(certificate), "-subj", "/CN=localhost", "-days", "1"]
    subprocess.run(make, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError), server.accept()[0] as connection:
                context.wrap_socket(connection, server_side=True).close()

        threading.Thread(target=serve, daemon=True).start()
        url = f"https://localhost:{server.getsockname()[1]}"
        validator = IssuerValidator(url, audience="api", algorithms=["EdDSA"])
        with pytest.raises(
            lowwater.KeysUnavailable, match="no answer: no connection, or not in time"
        ):
            validator.hydrate()


def test_what_an_issuer_must_not_answer_is_named_and_the_last_keys_stay() -> None:
    with Issuer() as elsewhere:
        for bad, text in [
            ({"bytes": 10 << 20}, "larger than the bound"),
            ({"status": 500}, "status 500"),
            ("close", "no answer: no connection, or not in time"),
            ({"redirect": f"{elsewhere.url}/jwks"}, "a redirect to another host"),
            ({"body": "<html>"}, "no strict JSON object"),
            ({"status": 304}, "status 304"),
        ]:
            with Issuer() as issuer:
                validator = of(issuer)
                validator.hydrate()
                time.sleep(COOL_DOWN)
                issuer.behave(at={"/jwks": bad})
                assert code(validator, issuer.token("b")) == "keys_unavailable", bad
                assert text in str(validator.faults[issuer.url]), bad
                assert code(validator, issuer.token("a")) is None, bad
        assert elsewhere.paths == []


def test_an_issuer_that_lies_about_its_etag_is_found_out_by_a_new_key(issuer: Issuer) -> None:
    issuer.behave("a", etag='"always"')
    validator = of(issuer)
    validator.hydrate()
    issuer.behave("b", etag='"always"')
    time.sleep(COOL_DOWN)
    assert code(validator, issuer.token("b")) is None


def test_each_issuer_signs_for_itself_alone(issuer: Issuer) -> None:
    with Issuer() as other:
        other.behave("b")
        validator = of(issuer, other)
        assert code(validator, issuer.token("a")) is None
        assert code(validator, other.token("b")) is None
        assert code(validator, other.token("b", iss=issuer.url)) == "key_not_found"


def test_a_logout_at_the_issuer_ends_access_in_the_next_request(issuer: Issuer) -> None:
    validator, cutoffs = of(issuer), lowwater.Cutoffs()
    receiver = lowwater.LogoutReceiver(
        issuer=issuer.url, client_id="app", algorithms=["EdDSA"], mode="strict"
    )
    bearer = issuer.token(sid="s1")
    assert validator.validate(bearer, cutoffs).session == "s1"

    issuer.behave("a", "b")
    time.sleep(COOL_DOWN)
    claims: dict[str, Any] = {
        "aud": "app",
        "sub": None,
        "sid": "s1",
        "jti": "j1",
        "events": {EVENT: {}},
    }
    body = f"logout_token={issuer.token('b', {'typ': 'logout+jwt'}, **claims)}".encode()
    logout = validator.receive(receiver, body)
    assert (logout.session, logout.subject, logout.token_id) == ("s1", None, "j1")
    for rule in logout.rules:
        assert cutoffs.apply(rule) == "applied"
    assert (logout.reply.status, logout.reply.body) == (200, b"")
    assert logout.reply.headers == {"Cache-Control": "no-store"}
    with pytest.raises(Rejected) as no:
        validator.validate(bearer, cutoffs)
    assert (no.value.code, no.value.remedy) == ("session_revoked", "reauthenticate")
    # It comes again, to a task: nothing changes.
    again = asyncio.run(validator.receive_async(receiver, body))
    assert [cutoffs.apply(rule) for rule in again.rules] == ["already_held"]

    token = issuer.token("b", {"typ": "logout+jwt"}, **claims, nonce="n")
    with pytest.raises(lowwater.MessageRefused, match="nonce must not be there") as refused:
        validator.receive(receiver, f"logout_token={token}".encode())
    assert refused.value.code == "claim_forbidden"
    assert refused.value.reply is not None
    assert refused.value.reply.status == 400
    assert b'"error":"invalid_request"' in refused.value.reply.body
    with pytest.raises(lowwater.MessageRefused):
        validator.receive(receiver, b"logout_token=" + bearer.encode())
    with pytest.raises(ConfigError, match="must be a LogoutReceiver or an EventReceiver"):
        validator.receive("receiver", body)  # type: ignore[call-overload]


def test_keys_that_were_kept_serve_while_the_issuer_is_down(issuer: Issuer) -> None:
    kept: list[bytes] = []

    def client(fetch: lowwater.Fetch) -> Any:
        if kept:
            raise OSError("down")
        from lowwater._http import fetch as standard

        status, headers, body = standard(fetch)
        kept[:] = [body] if b"keys" in body else []
        return status, headers, body

    of(issuer, client=client).hydrate()
    jwks = kept[0].decode()
    validator = of(issuer, client=client)
    with pytest.raises(ConfigError):
        validator.hydrate("{}", fresh_until=time.time() + 60)
    with pytest.raises(ConfigError, match="no source of this issuer"):
        validator.hydrate(jwks, issuer="https://other.example/", fresh_until=time.time() + 60)
    validator.hydrate(jwks, fresh_until=time.time() + 60)
    assert code(validator, issuer.token()) is None
    assert validator.current.keys.key_ids == ["a"]


def test_a_client_that_raises_is_an_issuer_that_does_not_answer(issuer: Issuer) -> None:
    def client(_: lowwater.Fetch) -> Any:
        raise RuntimeError("of the caller's")

    validator = of(issuer, client=client)
    assert code(validator, issuer.token()) == "keys_unavailable"
    validator = of(issuer, client=lambda _: "no answer")
    assert code(validator, issuer.token()) == "keys_unavailable"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_process_that_forks_while_it_fetches_goes_on(issuer: Issuer) -> None:
    validator, token = of(issuer, timeout=SOON), issuer.token()
    issuer.behave(at={"/jwks": "hang"})
    threading.Thread(target=code, args=(validator, token), daemon=True).start()
    while not issuer.paths:
        time.sleep(0.01)
    child = os.fork()
    if child == 0:
        issuer.behave("a")
        until = time.monotonic() + PATIENT
        while time.monotonic() < until and code(validator, token) is not None:
            time.sleep(0.1)
        os._exit(0 if time.monotonic() < until else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_mistakes_are_told_at_construction() -> None:
    def build(**options: Any) -> IssuerValidator:
        given: dict[str, Any] = {"issuer": "https://issuer.example/", "audience": "api"}
        given["algorithms"] = ["EdDSA"]
        return IssuerValidator(**(given | options))

    assert repr(build()) == "<lowwater.IssuerValidator https://issuer.example/>"
    mistakes: list[tuple[dict[str, Any], str]] = [
        ({"issuer": "http://issuer.example/"}, "the address must be https"),
        ({"issuer": ""}, "`issuer` must be a string that is not empty"),
        ({"issuer": None}, "`issuer` must be given"),
        ({"audience": []}, "`audience`"),
        ({"cool_down": 0}, "`cool_down` must be 1 second to 24 hours"),
        ({"cooldown": 1}, '"cooldown" is unknown'),
        ({"sources": [{"issuer": "https://issuer.example/"}]}, "one source for each issuer"),
        ({"sources": [{"issuer": "https://b.example/", "url": "x"}]}, "`url` is no member"),
        ({"keys": []}, "keys"),
    ]
    for options, text in mistakes:
        with pytest.raises(ConfigError, match=text):
            build(**options)
    with pytest.raises(ConfigError, match="cannot be copied or pickled"):
        __import__("pickle").dumps(build())
