"""Writes constraints.txt: one exact version for every distribution that CI runs.

pip resolves all extras that CI uses together, on the oldest Python that is supported, so that one set of pins serves
3.11 to 3.13. Nothing is installed: `pip install --dry-run --report` only resolves. The `official` extra has packages
without wheels, which pip has to compile before it knows what they need: minutes, once, then pip's cache has them.

    make constraints
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXTRAS = ("dev", "train", "web", "browser", "gaia", "official")
TORCH = "2.13.0"
# Tools of the installation itself, which no requirement names.
TOOLS = ("pip", "setuptools")

HEADER = f"""\
# The versions that CI runs, for Python 3.11 to 3.13 and the extras {", ".join(EXTRAS)}.
# Use them with: pip install -c constraints.txt -e '.[dev]'
#
# Made by `make constraints` (tools/constraints.py) on Python 3.11; run it again to take newer versions.
# torch is fixed by hand there, since for {TORCH} pip finds a build without the gigabytes of CUDA packages.
"""


def resolve() -> dict[str, str]:
    """Asks pip for the newest versions that fit together, by normalised name."""
    with tempfile.TemporaryDirectory() as folder:
        torch, report = Path(folder, "torch.txt"), Path(folder, "report.json")
        torch.write_text(f"torch=={TORCH}\n")
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet"]
        command += ["--report", str(report), "-c", str(torch), *TOOLS, "-e", f".[{','.join(EXTRAS)}]"]
        subprocess.run(command, cwd=ROOT, check=True)
        entries = [entry["metadata"] for entry in json.loads(report.read_text())["install"]]
    # A local part such as +cpu names one index's build; other builds of the same version serve as well.
    pins = {re.sub(r"[-_.]+", "-", entry["name"]).lower(): entry["version"].split("+")[0] for entry in entries}
    del pins["skillevo"]
    return pins


def main() -> None:
    """Resolves and rewrites the file."""
    if sys.version_info[:2] != (3, 11):
        sys.exit("error: pins are made on the oldest Python supported: make clean constraints PYTHON=python3.11")
    pins = resolve()
    lines = [f"{name}=={version}\n" for name, version in sorted(pins.items())]
    (ROOT / "constraints.txt").write_text(HEADER + "".join(lines))
    print(f"constraints.txt: {len(pins)} pins")


if __name__ == "__main__":
    main()
