"""Builds the wheel from nothing but what belongs into it, and tries it on every supported Python of this machine.

    make test-wheel

Each Python gets a fresh environment in a temporary folder, the wheel with the pinned versions, and `check.py`, which
runs there in isolated mode, far from the sources.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MINORS = (11, 12, 13)
COMMITTED_RUNS = {("results", name) for name in ("reference", "confirmation", "replication")}
"""Fifteen megabytes that are read from a checkout (`make paper`), never from an installed package."""
FOLDERS = tuple(
    tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["package-dir"].values()
)
# Only these settings of the caller's Python reach the fresh environments: none that would let the sources in.
ENV = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON") and name != "VIRTUAL_ENV"}


class Failed(Exception):
    """A step failed; the message holds what it printed."""


def run(*command: object, cwd: Path) -> str:
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=ENV, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if done.returncode:
        raise Failed(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def build(folder: Path) -> Path:
    """The wheel, built by way of the source distribution from a clean copy without stale build outputs."""
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for name in FOLDERS:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    run(sys.executable, "-m", "build", "--outdir", folder / "dist", source, cwd=folder)
    (wheel,) = (folder / "dist").glob("*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    paths = (path for name in FOLDERS for path in (source / name).rglob("*") if path.is_file())
    files = (file for path in paths if (file := path.relative_to(source)).parts[:2] not in COMMITTED_RUNS)
    if missing := sorted(str(file) for file in files if f"skillevo/{file}" not in inside):
        raise Failed(f"not in the wheel (see package-data in pyproject.toml): {', '.join(missing)}")
    return wheel


def candidates(minor: int) -> Iterator[Path]:
    """Where a Python 3.minor may be: this one, those on PATH, those that pyenv keeps behind its shims."""
    if sys.version_info[:2] == (3, minor):
        yield Path(sys.executable)
    for folder in os.get_exec_path():
        yield Path(folder, f"python3.{minor}")
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(pyenv.glob(f"versions/3.{minor}.*/bin/python3.{minor}"), reverse=True)


def find(minor: int) -> Path | None:
    """The first candidate that really runs: a pyenv shim is there for every version but may refuse."""
    for python in candidates(minor):
        try:
            if run(python, "-c", "import sys, venv; print(sys.version_info[1])", cwd=ROOT).strip() == str(minor):
                return python
        except (OSError, Failed):
            continue
    return None


def try_wheel(python: Path, wheel: Path, folder: Path) -> str:
    """Installs the wheel for one Python and runs the check there."""
    folder.mkdir()
    run(python, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
    inside = folder / "venv" / "bin" / "python"
    install = ("install", "--quiet", "--disable-pip-version-check", "-c", ROOT / "constraints.txt", wheel)
    run(sys.executable, "-m", "pip", "--python", inside, *install, cwd=folder)
    check = shutil.copy(Path(__file__).parent / "check.py", folder)
    return run(inside, "-I", check, cwd=folder)


def main() -> int:
    """Prints one block for each Python; the exit status is 1 if any of them failed or none was found."""
    pythons = {minor: python for minor in MINORS if (python := find(minor))}
    for minor in MINORS:
        print(f"Python 3.{minor}: {pythons.get(minor, 'not found, not tested')}", flush=True)
    if not pythons:
        return 1
    failures = 0
    with tempfile.TemporaryDirectory(prefix="skillevo-wheel-") as name, ThreadPoolExecutor(max_workers=2) as pool:
        folder = Path(name)
        try:
            wheel = build(folder)
        except Failed as error:
            print(f"error: the wheel could not be built: {error}", file=sys.stderr)
            return 1
        print(
            f"{wheel.name}: {wheel.stat().st_size / 1e6:.2f} MB; installing it (a minute for each Python)", flush=True
        )
        runs = {m: pool.submit(try_wheel, python, wheel, folder / f"py3{m}") for m, python in pythons.items()}
        reports: dict[str, int] = {}
        for minor, future in runs.items():
            try:
                report = future.result()
                reports.setdefault(report, minor)
                print(f"Python 3.{minor}: ok\n{report}", end="", flush=True)
            except Failed as error:
                failures += 1
                print(f"Python 3.{minor}: FAILED: {error}", file=sys.stderr, flush=True)
    if len(reports) > 1:  # panels, seeds and episodes depend on nothing but the code
        failures += 1
        print(f"error: Python 3.{' and 3.'.join(map(str, reports.values()))} report different things", file=sys.stderr)
    print(f"test-wheel: {len(pythons)} Pythons tried, {len(MINORS) - len(pythons)} not found, {failures} failures")
    return failures > 0


if __name__ == "__main__":
    sys.exit(main())
