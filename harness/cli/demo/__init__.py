"""`skillevo demo`: the whole loop on embedded models, on a laptop, with nothing to download."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from skillevo.harness.cli.numbers import whole

if TYPE_CHECKING:
    from skillevo.harness.evaluation import Summary

_SKILLS = Path(__file__).parent / "skills"
GOOD_SKILL = _SKILLS / "household-good"
WRONG_SKILL = _SKILLS / "household-wrong"


def demo(
    runs: Annotated[Path, typer.Option(help="Where runs are kept.")] = Path("runs"),
    limit: Annotated[int | None, whole("--limit", "Only the first N games.")] = None,
    rollouts: Annotated[int, whole("--rollouts", "Episodes per game.")] = 1,
    log: Annotated[bool, typer.Option(help="Write Inspect logs.")] = True,
) -> None:
    """Play the generated test games without a skill, with a good one and with a wrong one."""
    from rich.console import Console

    from skillevo.harness.cli.eval import run
    from skillevo.harness.cli.methods import MethodArguments
    from skillevo.harness.cli.setup import make_setup
    from skillevo.harness.cli.tables import success_table
    from skillevo.harness.evaluation import summarise
    from skillevo.harness.rollouts import Budget
    from skillevo.harness.rundir import new_path

    console = Console()
    console.print(
        "ALFWorld, pocket-test: generated games, played by pocket/follower, which knows only what a skill says"
    )
    home = new_path(runs, None, "demo")
    summaries: dict[str, Summary] = {}
    for name, skills in (("no_skill", []), ("good skill", [GOOD_SKILL]), ("wrong skill", [WRONG_SKILL])):
        setup = make_setup(
            "alfworld",
            MethodArguments("static_skill" if skills else "no_skill", rollouts=rollouts),
            model="pocket/follower",
            panel="pocket-test",
            limit=limit,
            skills=skills,
        )
        panel, labels = setup.panel, setup.benchmark.group_labels
        rows, _, _ = run(setup, home / name.replace(" ", "_"), Budget(), log=log, label=name)
        summaries[name] = summarise(rows, setup.benchmark.group_by)
    console.print(f"pocket-test ({panel.hash}), {rollouts} episode{'s' * (rollouts > 1)} a game", highlight=False)
    console.print(success_table(summaries, labels))
    lines = [f"runs          {home}/no_skill, good_skill, wrong_skill"]
    if log:
        lines.append(f"Inspect logs  {_typed('inspect')} view --log-dir {home}")
    lines += [
        f"next          cp -r {_near(GOOD_SKILL)} my-skill    # and change its steps",
        f"              {_typed('skillevo')} eval alfworld --method static_skill --skill my-skill "
        "--model pocket/follower",
    ]
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True, markup=False)


def _typed(command: str) -> str:
    """A command of this environment as it can be typed here: by its path where the environment is not active."""
    own = Path(sys.executable).with_name(command)
    found = shutil.which(command)
    return command if not own.exists() or (found and Path(found) == own) else _near(own)


def _near(path: Path) -> str:
    """A path as it is typed here: short where it lies below."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
