"""What runs of code leave behind: processes by their command line, and containers of ours."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from skillevo.envs.gaia.sandbox import LABEL, engine_answers


def running(sign: str) -> list[int]:
    """Processes whose command line holds this text; those in containers of a native engine among them."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if sign in entry.read_bytes().replace(b"\0", b" ").decode(errors="replace"):
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found


def soon(holds: Callable[[], object], seconds: float = 30) -> bool:
    """Whether it comes to hold: a kernel needs a moment, and an engine some."""
    until = time.monotonic() + seconds
    while not (held := holds()) and time.monotonic() < until:
        time.sleep(0.05)
    return bool(held)


def gone(sign: str) -> bool:
    return soon(lambda: not running(sign))


def containers() -> set[str]:
    """Ours, running or not; empty where no engine answers."""
    if not engine_answers():
        return set()
    listed = subprocess.run(
        ("docker", "ps", "-aq", "--filter", f"label={LABEL}"), capture_output=True, text=True, check=True
    )
    return set(listed.stdout.split())
