"""The machine, and what else it did."""

import datetime
import os
import platform
import re
import resource
from pathlib import Path

STAT = Path("/proc/stat")


def machine() -> dict[str, str]:
    cpu = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    model = re.search(r"model name\s*: (.+)", cpu)
    flags = set(cpu.split())
    system = Path("/etc/os-release").read_text() if Path("/etc/os-release").exists() else ""
    name = re.search(r'PRETTY_NAME="(.+)"', system)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    notes = [
        f"{os.cpu_count()} cores",
        f"{memory:.0f} GiB",
        "virtual machine" if "hypervisor" in flags else "no hypervisor seen",
        "SHA extensions" if "sha_ni" in flags else "no SHA extensions",
    ]
    return {
        "processor": (model[1] if model else platform.machine()) + ", " + ", ".join(notes),
        "system": (name[1] if name else platform.system()) + ", kernel " + platform.release(),
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }


class Others:
    """What other programs took of the processors meanwhile: where it is much, figures are worth little."""

    def __init__(self) -> None:
        self.before = self.now()

    @staticmethod
    def now() -> tuple[float, float, float]:
        """Seconds of processors: all that passed, what was used, and of that our own and our children's."""
        if not STAT.exists():
            return 0, 0, 0
        ticks = [int(word) for word in STAT.read_text().split("\n")[0].split()[1:9]]
        second = os.sysconf("SC_CLK_TCK")
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        own = sum(one.ru_utime + one.ru_stime for one in used)
        idle = ticks[3] + ticks[4]
        return sum(ticks) / second, (sum(ticks) - idle) / second, own

    def share(self) -> float | None:
        """Of all processors, 0 to 1; children count when they have ended."""
        passed, busy, own = (
            after - before for after, before in zip(self.now(), self.before, strict=True)
        )
        return max(0.0, busy - own) / passed if passed else None
