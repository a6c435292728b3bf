"""`skillevo demo`: Skill-R1 on embedded models, on a laptop, with nothing to download."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from skillevo.harness.cli.numbers import whole
from skillevo.harness.pocket import WRITER, WRITER_R1

if TYPE_CHECKING:
    from rich.table import Table

    from skillevo.harness.cli.methods import MethodArguments
    from skillevo.harness.evaluation import Generation, Summary

_SKILLS = Path(__file__).parent / "skills"
GOOD_SKILL = _SKILLS / "household-good"
WRONG_SKILL = _SKILLS / "household-wrong"
FAILING: Mapping[str, Path] = {"alfworld": WRONG_SKILL, "webshop": _SKILLS / "shopping-hasty"}
"""Of each world that has one, a skill of which there is something to mend."""
_START = Path(__file__).parents[1] / "presets" / "start-household"
_MODEL = "pocket/ranker"
_GENERATIONS, _ROLLOUTS = 5, 2
_SAMPLING = ("temperature=0.7", "max_tokens=256")
"""As in the reference run (results/suites/pocket-skill-r1.toml)."""
_BARS = "▁▂▃▄▅▆▇█"


def demo(
    runs: Annotated[Path, typer.Option(help="Where runs are kept.")] = Path("runs"),
    limit: Annotated[int, whole("--limit", "Only the first N games.")] = 48,
    seed: Annotated[int, whole("--seed", "The runs' seed.", None)] = 0,
    log: Annotated[bool, typer.Option(help="Write Inspect logs.")] = False,
) -> None:
    """Rewrite skills on generated test games: a trained generator, an untrained one, best-of-N, no skill."""
    from rich.console import Console

    from skillevo.harness.cli.eval import run
    from skillevo.harness.cli.setup import make_setup
    from skillevo.harness.evaluation import generations, summarise
    from skillevo.harness.rollouts import Budget
    from skillevo.harness.rundir import new_path

    console = Console()
    console.print(
        f"ALFWorld, pocket-test: generated households that no model here was made from or trained on. {_MODEL} acts. "
        f"{WRITER} rewrites each game's skill {_GENERATIONS} times from what came of it; {WRITER_R1} is the same "
        "writer, trained by Skill-R1. They are small embedded models that know this world's few hundred words.",
        highlight=False,
    )
    home = new_path(runs, None, "demo")
    summaries, curves, paths = {}, {}, []
    for name, method in _arms().items():
        setup = make_setup(
            "alfworld",
            method,
            model=_MODEL,
            panel="pocket-test",
            limit=limit,
            seed=seed,
            skills=[_START] if method.is_evolving else [],
            arm=name,
        )
        panel = setup.panel
        paths.append(home / name.replace("/", "-").replace(" ", "-"))
        rows, _, _ = run(setup, paths[-1], Budget(), log=log, label=name)
        summaries[name] = summarise(rows, setup.benchmark.group_by, setup.method.reducer)
        if method.name in ("skill_r1", "skill_r1_inference"):
            curves[name] = generations(rows)
    console.print(f"{panel.name} ({panel.hash})", highlight=False)
    console.print(_success_table(summaries))
    console.print(_curve_table(curves))
    page, figure = _report(paths, home)
    lines = [f"figure        {_near(figure)}", f"report        {_near(page)}", f"runs          {_near(home)}"]
    if log:
        lines.append(f"Inspect logs  {_typed('inspect')} view --log-dir {home}")
    lines += [
        f"next          cp -r {_near(GOOD_SKILL)} my-skill    # and change its steps",
        f"              {_typed('skillevo')} eval alfworld --method static_skill --skill my-skill "
        "--model pocket/follower",
    ]
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True, markup=False)


def _arms() -> Mapping[str, MethodArguments]:
    """The arms. Those that write skills play equally many episodes."""
    from skillevo.harness.cli.methods import MethodArguments

    def evolving(method: str, generator: str) -> MethodArguments:
        return MethodArguments(method, (), _ROLLOUTS, _GENERATIONS, 1, generator, _SAMPLING)

    return {
        "no skill": MethodArguments("no_skill", rollouts=_ROLLOUTS),
        "best-of-N": evolving("best_of_n", WRITER),
        WRITER: evolving("skill_r1_inference", WRITER),
        WRITER_R1: evolving("skill_r1", WRITER_R1),
    }


def _success_table(summaries: Mapping[str, Summary]) -> Table:
    """Success with the skill that each arm ends with."""
    from rich.table import Table

    table = Table(caption="success in % with the last skill, with Wilson's 95 % interval; games x episodes")
    for column in ("", "skills by", "success", "played"):
        table.add_column(column, justify="right" if column in ("success", "played") else "left", no_wrap=True)
    for name, summary in summaries.items():
        method, cell = _arms()[name], summary.overall
        low, high = cell.interval
        success = f"{100 * cell.success:.1f} [{100 * low:.1f}, {100 * high:.1f}]"
        table.add_row(method.name, method.generator or "", success, f"{cell.n} x {_episodes(method)}")
    return table


def _episodes(method: MethodArguments) -> int:
    """What an arm plays on a game."""
    return _ROLLOUTS * (1 + _GENERATIONS) if method.is_evolving else _ROLLOUTS


def _curve_table(curves: Mapping[str, Sequence[Generation]]) -> Table:
    """Success generation by generation, in percent and as a line of bars."""
    from rich.table import Table

    count = max(map(len, curves.values()))
    table = Table(
        caption="success in % generation by generation; 0 is the skill that all begin with; bars from 0 to 100"
    )
    table.add_column("generation", no_wrap=True)
    for g in range(count):
        table.add_column(str(g), justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for name, curve in curves.items():
        table.add_row(name, *(f"{100 * g.reward:.1f}" for g in curve), bars([g.reward for g in curve]))
    return table


def bars(shares: Sequence[float]) -> str:
    """Shares from 0 to 1 as bars of eight heights."""
    return "".join(_BARS[min(int(s * len(_BARS)), len(_BARS) - 1)] for s in shares)


def _report(paths: Sequence[Path], home: Path) -> tuple[Path, Path]:
    """The page and the picture of the curve, from the runs that were played."""
    from skillevo.harness.report.build import build_report
    from skillevo.harness.report.options import ReportOptions
    from skillevo.harness.report.write import write_report

    options = ReportOptions(title="skillevo demo: embedded models", baseline=WRITER, papers=())
    out = home / "report"
    write_report(build_report(paths, options), out)
    return out / "index.html", next(iter(sorted(out.rglob("*generation*.png"))))


def _typed(command: str) -> str:
    """A command of this environment as it can be typed here: by its path where the environment is not active."""
    own = Path(sys.executable).with_name(command)
    found = shutil.which(command)
    return command if not own.exists() or (found and Path(found) == own) else _near(own)


def _near(path: Path) -> str:
    """A path as it is typed here: short where it lies below."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
