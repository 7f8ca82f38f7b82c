"""The processes in which everyone runs: asked by one line of JSON, they answer with one.

{"op": "prepare", "id": 1, "contestant": "lowwater", "case": {..}} -> {"accepted": 1, "refused": 0}
{"op": "run", "id": 1, "calls": 500}  -> {"nanos": 613023}        all calls together
{"op": "each", "id": 1, "calls": 500} -> {"nanos": [1204, ..]}    each alone
{"op": "forget", "id": 1}             -> {}
"""

import json
import os
import subprocess
import sys
from typing import Any

from . import ROOT
from .build import WORKER

BENCH = ROOT / "bench"
COMMANDS = {
    "rust": [WORKER, "aws_lc_rs"],
    # The backend of jsonwebtoken belongs to a process, so there are two.
    "rust-crypto": [WORKER, "rust_crypto"],
    "python": [sys.executable, BENCH / "python" / "worker.py"],
    "node": ["node", BENCH / "node" / "worker.mjs"],
    "wasm": ["node", BENCH / "wasm" / "worker.mjs"],
}


class Worker:
    def __init__(self, name: str) -> None:
        self.name = name
        self.process = subprocess.Popen(
            list(map(str, COMMANDS[name])),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"NODE_NO_WARNINGS": "1"},
        )

    def ask(self, op: str, **more: Any) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps({"op": op} | more), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the worker {self.name} ended at {op} {more}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=60)
