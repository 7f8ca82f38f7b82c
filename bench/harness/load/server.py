"""The example as a process: started, watched, killed."""

import os
import re
import subprocess
import time
from pathlib import Path
from typing import IO

from . import EXAMPLE

TICK, PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")


class Server:
    def __init__(self, rules: Path, key: Path, memo: int | None = None) -> None:
        started = time.monotonic()
        command = [EXAMPLE, "--listen", "127.0.0.1:0", "--rules", rules, "--key", key]
        more = [] if memo is None else ["--memo", str(memo)]
        self.process = subprocess.Popen(
            list(map(str, command + more)), stdout=subprocess.PIPE, text=True
        )
        self.port = self.told(self.process.stdout)
        self.took = time.monotonic() - started

    @staticmethod
    def told(output: IO[str] | None) -> int:
        for line in output or ():
            if port := re.search(r"API='http://127\.0\.0\.1:(\d+)'", line):
                return int(port[1])
        raise RuntimeError("the example did not start")

    def processor(self) -> float:
        """Seconds of processors so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def memory(self) -> int:
        """Bytes of resident memory."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * PAGE

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()
