"""What holds for the repository as a whole: its files, its pins and its first page."""

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

SIZE_LIMIT = 1_000_000
WEIGHTS_LIMIT = 12_000_000
"""Of all embedded models together, in bytes."""
# Path: why it must be that large.
LARGE = {"envs/webwalker/bundled/pages.warc.gz": "860 pages of 20 sites, replayed without a network"}

# Extras that CI never installs: they need hardware that it lacks, or are checked by a target of their own.
NOT_PINNED = {"vllm", "trl", "verl", "ray", "evals"}

# Folders of one machine or one person, not those below a variable or an address.
MACHINE_PATHS = re.compile(r"(?<![\w/.}])/(work/(main|shared)\b|root/[.\w]|home/\w+/|Users/\w+/|tmp/\w)")


def _tracked() -> list[str]:
    """Files that a commit would hold: what git knows, and what it would add."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    run = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True)
    if run.returncode:
        pytest.skip("not a git checkout")
    return sorted(name for name in run.stdout.split("\0") if name and (ROOT / name).is_file())


def _texts() -> Iterator[tuple[str, str]]:
    for name in _tracked():
        raw = (ROOT / name).read_bytes()
        if b"\0" not in raw:
            yield name, raw.decode("utf-8")


def _pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins: dict[str, str] = {}
    for line in lines:
        if line and not line.startswith("#"):
            requirement = Requirement(line)
            (specifier,) = requirement.specifier
            assert specifier.operator == "==", f"{line}: not an exact version"
            assert requirement.marker is None, f"{line}: one pin serves every Python"
            pins[canonicalize_name(requirement.name)] = specifier.version
    return pins


def test_no_file_names_a_place_on_one_machine() -> None:
    found = [
        f"{name}:{number}: {line.strip()}"
        for name, text in _texts()
        if name != "tests/test_repository.py"  # the one place for examples of what is forbidden
        for number, line in enumerate(text.splitlines(), 1)
        if MACHINE_PATHS.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("path", ["/" + "work/main/envs", "'/home/ann/runs'", "~ is /root/.cache", "see /Users/ann/x"])
def test_such_a_place_would_be_found(path: str) -> None:
    assert MACHINE_PATHS.search(path)


@pytest.mark.parametrize("path", ["framework/main", "/work", "$HOME/runs", "https://example.org/home/ann/", "a/tmp/b"])
def test_other_paths_are_left_alone(path: str) -> None:
    assert not MACHINE_PATHS.search(path)


def test_no_file_is_large() -> None:
    sizes = {name: (ROOT / name).stat().st_size for name in _tracked()}
    ordinary = {name: size for name, size in sizes.items() if "/weights/" not in name and name not in LARGE}
    assert {name: size for name, size in ordinary.items() if size > SIZE_LIMIT} == {}


def test_the_weights_that_ship_are_small() -> None:
    weights = [ROOT / name for name in _tracked() if "/weights/" in name and not name.endswith("/pocket.toml")]
    assert sum(path.stat().st_size for path in weights) <= WEIGHTS_LIMIT


def test_the_licence_is_there() -> None:
    assert "MIT License" in (ROOT / "LICENSE").read_text("utf-8")
    assert PROJECT["license"] == "MIT"


def test_the_first_screen_holds_the_two_commands() -> None:
    first_screen = "\n".join((ROOT / "README.md").read_text("utf-8").splitlines()[:40])
    assert "make demo" in first_screen
    assert "make test" in first_screen


def test_torch_is_the_build_without_cuda() -> None:
    assert _pins()["torch"] == "2.13.0"


def test_every_requirement_of_ci_is_pinned_to_a_version_that_fits() -> None:
    extras = {name: lines for name, lines in PROJECT["optional-dependencies"].items() if name not in NOT_PINNED}
    required = map(Requirement, [*PROJECT["dependencies"], *(line for lines in extras.values() for line in lines)])
    pins = _pins()
    wrong = [
        str(requirement)
        for requirement in required
        if not _fits(pins.get(canonicalize_name(requirement.name)), requirement.specifier)
    ]
    assert wrong == [], "run `make constraints`"


def _fits(version: str | None, specifier: SpecifierSet) -> bool:
    return version is not None and specifier.contains(version)


def test_test_modules_have_names_of_their_own() -> None:
    """pytest imports them by their bare names: of two alike, one would never run."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))
