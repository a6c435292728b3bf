"""Runs inside an environment that has the wheel and nothing of the checkout; prints what it saw, fails loudly."""

import importlib
import json
import pkgutil
import re
import subprocess
import sys
from importlib.metadata import requires, version
from importlib.resources import files
from pathlib import Path

BIN = Path(sys.executable).parent
PACKAGES = ("envs", "harness", "tasks", "results")


def run(*command: str) -> str:
    done = subprocess.run([BIN / command[0], *command[1:]], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: exit status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def import_everything() -> tuple[int, int]:
    """Imports all modules; only those that need an extra may stay out. Returns how many came in and stayed out."""
    names = (re.match(r"[\w.-]+", line) for line in requires("skillevo") or () if "extra ==" in line)
    optional = {name[0].replace("-", "_").lower() for name in names if name}
    imported = left_out = 0
    for package in PACKAGES:
        root = importlib.import_module(f"skillevo.{package}")
        assert root.__file__ and Path(root.__file__).is_relative_to(sys.prefix), f"{root.__file__} is not the wheel's"
        assert files(root).joinpath("py.typed").is_file(), f"skillevo.{package} has no py.typed"
        for module in pkgutil.walk_packages(root.__path__, f"{root.__name__}."):
            if module.name.endswith(".__main__"):
                continue
            try:
                importlib.import_module(module.name)
                imported += 1
            except ModuleNotFoundError as error:
                if (error.name or "").partition(".")[0] not in optional:
                    raise
                left_out += 1
    return imported, left_out


def evaluate(method: str, *options: str) -> None:
    """A small evaluation through the command line."""
    task = ("eval", "alfworld", "--method", method, "--model", "pocket/follower", "--panel", "pocket-test")
    result = json.loads(run("skillevo", *task, *options, "--limit", "5", "--json"))
    assert result["n"] == 5, result
    print(f"  {method}: {result['n']} episodes, {result['success']:.0%} won, panel {result['panel_hash']}")


def main() -> None:
    imported, left_out = import_everything()
    print(f"  skillevo {version('skillevo')}: {imported} modules imported, {left_out} need an extra")

    assert "eval" in run("skillevo", "--help")
    assert "pocket-test" in run("skillevo", "panel", "list")
    evaluate("no_skill")
    # The demo's skill comes out of the wheel as well, as package data.
    (skill,) = Path(str(files("skillevo.harness.cli"))).rglob("household-good/SKILL.md")
    evaluate("static_skill", "--skill", str(skill))

    # Inspect finds the task and the pocket models through the entry point alone.
    run("inspect", "eval", "skillevo/alfworld", "--model", "pocket/follower", "--limit", "2", "--display", "none")
    from inspect_ai.log import list_eval_logs, read_eval_log

    (log,) = (read_eval_log(found, header_only=True) for found in list_eval_logs("logs"))
    assert log.status == "success", log.error
    assert log.results, "the log has no results"
    assert log.results.completed_samples == 2
    print(f"  inspect eval {log.eval.task}: {log.results.completed_samples} episodes")


if __name__ == "__main__":
    main()
