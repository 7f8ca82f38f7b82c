"""The story in Python: an API with one line for its issuer, and another for its opaque tokens."""

import subprocess
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import lowwater

cutoffs = lowwater.Cutoffs()


class Api(BaseHTTPRequestHandler):
    def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        try:
            by = opaque if self.path == "/opaque" else validator
            accepted = by.validate(by.bearer(self.headers["Authorization"]), cutoffs)
            self.answer(200, {}, str(accepted.subject).encode())
        except lowwater.Rejected as no:
            self.answer(no.status, no.headers, no.code.encode())

    def do_POST(self) -> None:
        try:
            logout = validator.receive(logouts, self.rfile.read(int(self.headers["Content-Length"])))
            for rule in logout.rules:
                cutoffs.apply(rule)
            reply = logout.reply
        except lowwater.MessageRefused as no:
            reply = no.reply
        self.answer(reply.status, reply.headers, reply.body)

    def log_message(self, *_: object) -> None:
        pass


api = ThreadingHTTPServer(("127.0.0.1", 0), Api)
threading.Thread(target=api.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{api.server_port}"
provider = subprocess.Popen(
    ["node", Path(__file__).with_name("provider.mjs"), f"{url}/backchannel-logout"],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
)  # fmt: skip
assert provider.stdout is not None
issuer, control = (provider.stdout.readline().strip() for _ in range(2))


def tell(what: str) -> str:
    with urllib.request.urlopen(f"{control}/{what}", b"", timeout=60) as answer:
        return str(answer.read(), "utf-8")


def call(token: str, path: str = "") -> str:
    request = urllib.request.Request(f"{url}/{path}", headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return f"{answer.status} {answer.read().decode()}"
    except urllib.error.HTTPError as no:
        return f"{no.code} {no.read().decode()}"


def told(expected: str, came: str) -> None:
    if came != expected:
        raise SystemExit(f"expected {expected}, got {came}")


validator = lowwater.Validator.for_issuer(
    issuer, audience="https://api.example/", algorithms=["ES256"], allow_loopback_http=True, cool_down=1
)
logouts = lowwater.LogoutReceiver(issuer=issuer, client_id="app", algorithms=["ES256"])
opaque = lowwater.IntrospectionValidator(
    issuer=issuer, audience="https://opaque.example/", endpoint=f"{issuer}/token/introspection",
    client_id="api", client_secret="secret", allow_loopback_http=True,
    ttl=0,  # nothing is kept: a revocation at the issuer shows at once
)  # fmt: skip

first = tell("login")
told("200 alice", call(first))
tell("rotate")
time.sleep(1.1)  # the cool-down
told("200 alice", call(tell("login")))
told("200 alice", call(first))
tell("withdraw")
tell("rotate")
time.sleep(1.1)
third = tell("login")
told("200 alice", call(third))
told("401 key_not_found", call(first))  # its key was withdrawn
time.sleep(1.1)  # a token of the logout's own second could not be told from one after it
tell("logout")
told("401 session_revoked", call(third))
time.sleep(1.1)
told("200 alice", call(tell("login")))
token = tell("opaque")
told("200 alice", call(token, "opaque"))
tell("revoke")
told("401 token_inactive", call(token, "opaque"))
print("python: log in, call, rotate, withdraw, log out, call refused, log in; opaque: call, revoke, call refused")
provider.kill()
