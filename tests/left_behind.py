"""What runs of code leave behind: processes by their command line, and containers."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from skillevo.envs.gaia.sandbox import engine_answers


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


def containers(holding: str = "") -> set[str]:
    """All containers, running or not, or those in which a process with this text runs; none where no engine answers."""
    if not engine_answers():
        return set()
    found = set(subprocess.check_output(("docker", "ps", "-aq"), text=True).split())
    return {c for c in found if holding in _commands(c)} if holding else found


def _commands(container: str) -> str:
    """What runs in a container; empty for one that does not run."""
    look = ("docker", "exec", container, "sh", "-c", "cat /proc/[0-9]*/cmdline")
    return subprocess.run(look, capture_output=True, text=True, check=False).stdout.replace("\0", " ")
