"""Stands in for `skillevo` in tests of the pool: fake_run.py PROGRESS eval|train ... --name NAME --runs RUNS --json

What becomes of a run is said by the file RUNS/NAME.plan: `fail`, `kill`, `stop`, `wait`; without one it is done. Each
start is a line in RUNS/starts.
"""

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path


def watch() -> None:
    os.read(0, 1)
    os._exit(1)


threading.Thread(target=watch, daemon=True).start()
args = sys.argv[2:]
name, runs = args[args.index("--name") + 1], Path(args[args.index("--runs") + 1])
with (runs / "starts").open("a") as starts:
    starts.write(f"{name} {os.getpid()}\n")
home = runs / name
home.mkdir(exist_ok=True)
(home / "run.toml").write_text("")
file = runs / f"{name}.plan"
plan = file.read_text() if file.exists() else ""
if plan == "fail":
    print("Traceback: noise", file=sys.stderr)
    sys.exit("skillevo: the moon is in the way\n")
if plan == "kill":
    os.kill(os.getpid(), signal.SIGKILL)
while plan == "wait" and file.exists():
    time.sleep(0.02)
(home / "episodes.parquet").write_text("")
Path(sys.argv[1]).write_text(json.dumps({"done": 1, "total": 1, "figures": ""}))
print(
    json.dumps(
        {"name": name, "stopped_by": "max_cost" if plan == "stop" else "", "errors": {"e": 1} if "s1" in name else {}}
    )
)
