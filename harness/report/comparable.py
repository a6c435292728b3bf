"""Which runs may stand in one table: those that differ in nothing but what the table is about.

Methods and seeds are what tables compare. The task model, the panel, the benchmark's version (its verifier with it),
the protocol and its three axes, who judged answers and how, and the rollouts spent are what a comparison holds fixed;
runs that differ in one of these are shown apart, with the difference named.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from skillevo.envs.base import SkillevoError
from skillevo.harness.report.runs import Run

AXES = ("weights", "skill_source", "test_feedback")
BUDGET = "rollouts per instance"
MODEL = "model"
_OF_TASK = ("benchmark version", "panel")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which two runs are not alike."""

    facet: str
    first: str
    second: str

    def __str__(self) -> str:
        return f"{self.facet} is {self.first or 'empty'} and {self.second or 'empty'}"


@dataclass(frozen=True, slots=True)
class Group:
    """Runs that may be compared.

    Attributes:
        runs: in the order given.
        apart: in what the group differs from the first one; empty for the first.
    """

    runs: tuple[Run, ...]
    apart: tuple[Difference, ...] = ()


def facets(run: Run) -> Mapping[str, str]:
    """What a comparison must hold fixed, by name."""
    config = run.config
    instances = len({r.instance for r in run.episodes})
    axes = config.get("protocol", {})
    protocol = {f"protocol.{k}": _text(v) for k, v in sorted(axes.items()) if k not in AXES}
    judge = {f"judge.{k}": _text(v) for k, v in sorted(config.get("grader", {}).items())}
    # Which instances a training met, and how often, is its seed's affair; its size stands in its settings.
    spent = {} if run.command == "train" else {BUDGET: f"{len(run.episodes) / instances:g}" if instances else "0"}
    return {
        "command": run.command,
        "task": _text(config["task"]["name"]),
        "benchmark version": _text(config["task"].get("version", "")),
        "panel": _text(config["panel"]["hash"]),
        MODEL: run.model,
        **{axis: _text(axes.get(axis, "")) for axis in AXES},
        **protocol,
        **judge,
        **spent,
    }


def differences(first: Run, second: Run, across: Collection[str] = ()) -> tuple[Difference, ...]:
    """In what two runs differ that a comparison should hold fixed, but for the facets named in `across`.

    Of two tasks neither panels nor protocols are told: they are of different kinds, and that says it all.
    """
    a, b = facets(first), facets(second)
    if a["task"] != b["task"] and "task" not in across:
        a, b = ({k: v for k, v in of.items() if k not in _OF_TASK and not k.startswith("protocol.")} for of in (a, b))
    passed_over = {*across, *({BUDGET} if BUDGET not in a or BUDGET not in b else ())}
    return tuple(
        Difference(name, a.get(name, "not set"), b.get(name, "not set"))
        for name in dict.fromkeys([*a, *b])
        if name not in passed_over and a.get(name) != b.get(name)
    )


def comparable(runs: Sequence[Run], across: Collection[str] = ()) -> tuple[Group, ...]:
    """Sort runs into groups within which everything is alike that a comparison holds fixed.

    Args:
        across: facets that the table is about and that may differ (`rollouts per instance` for a table of budgets).

    Returns:
        Groups in the order of their first runs.
    """
    groups: list[list[Run]] = []
    for run in runs:
        home = next((g for g in groups if not differences(g[0], run, across)), None)
        if home is None:
            groups.append([run])
        else:
            home.append(run)
    return tuple(Group(tuple(g), differences(groups[0][0], g[0], across) if i else ()) for i, g in enumerate(groups))


def demand_comparable(runs: Sequence[Run], across: Collection[str] = ()) -> None:
    """Refuse runs that may not stand in one table.

    Raises:
        SkillevoError: two runs differ; the message names them and the difference.
    """
    for run in runs[1:]:
        if found := differences(runs[0], run, across):
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            raise SkillevoError(f"{runs[0].name} and {run.name} cannot be compared: {found[0]}{more}")


def _text(value: object) -> str:
    return str(value)
