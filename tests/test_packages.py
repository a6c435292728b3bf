"""setuptools wants every mapped package named: the list in pyproject.toml is whole, and so is what comes with it."""

import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
SETUPTOOLS = PROJECT["tool"]["setuptools"]
FOLDERS = ("envs", "harness", "tasks", "results")


def test_every_folder_with_code_is_listed() -> None:
    with_code = {
        ".".join(("skillevo", *path.parent.relative_to(ROOT).parts))
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*.py")
    }
    assert sorted(SETUPTOOLS["packages"]) == sorted(with_code)


def test_every_listed_package_has_an_init() -> None:
    without = [
        package
        for package in SETUPTOOLS["packages"]
        if not ROOT.joinpath(*package.split(".")[1:], "__init__.py").is_file()
    ]
    assert without == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_top_package_is_mapped_and_typed(folder: str) -> None:
    assert SETUPTOOLS["package-dir"][f"skillevo.{folder}"] == folder
    assert "py.typed" in SETUPTOOLS["package-data"][f"skillevo.{folder}"]
    assert (ROOT / folder / "py.typed").is_file()


def test_nothing_but_the_four_folders_is_installed() -> None:
    assert sorted(SETUPTOOLS["package-dir"]) == sorted(f"skillevo.{folder}" for folder in FOLDERS)
    assert not (ROOT / "__init__.py").exists(), "skillevo is a namespace: an __init__.py would hide its parts"


def test_the_installed_version_is_the_one_written_down() -> None:
    assert version("skillevo") == PROJECT["project"]["version"], "stale installation: run make again"
