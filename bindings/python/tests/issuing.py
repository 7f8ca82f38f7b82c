"""The issuer on loopback that behaves as it is told: `tests/issuer` of the repository, as a program."""

import json
import os
import subprocess
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[3]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))


class Issuer:
    """Runs until it is closed; publishes the key `a`."""

    def __init__(self, address: str = "127.0.0.1:0") -> None:
        program = TARGET / "debug" / "lowwater-issuer"
        self._process = subprocess.Popen(
            [program, address], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()

    def _ask(self, path: str, body: Any = None) -> str:
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(f"{self.url}{path}", data, timeout=60) as answer:
            return str(answer.read(), "utf-8")

    def behave(self, *publish: str, **behaviour: Any) -> None:
        self._ask("/behave", {"publish": list(publish or "a"), **behaviour})

    def token(self, key: str = "a", header: Any = None, **claims: Any) -> str:
        claims = {"aud": "api", "sub": "u1", **claims}
        return self._ask("/token", {"key": key, "header": header or {}, "claims": claims})

    @property
    def seen(self) -> list[dict[str, Any]]:
        seen: list[dict[str, Any]] = json.loads(self._ask("/seen"))
        return seen

    @property
    def paths(self) -> list[str]:
        return [request["path"] for request in self.seen]

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
