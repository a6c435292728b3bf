"""Runs of one panel agree on what its instances are: they are paired by instance, and grouped and clustered by tag."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from skillevo.harness.report.notices import Notice, Problem
from skillevo.harness.report.run_files import EPISODES, EVAL
from skillevo.harness.report.runs import Run

Instances = Mapping[str, Mapping[str, str]]
"""Tags by instance."""


def without_odd_ones(runs: Iterable[Run]) -> tuple[tuple[Run, ...], tuple[Notice, ...]]:
    """Leave out evaluations that have other instances, or other tags on them, than most runs of their panel.

    Of two views that are held equally often, the first one stands.
    """
    runs = tuple(runs)
    views: dict[tuple[str, str, str], list[tuple[Instances, list[Run]]]] = {}
    for run in runs:
        if run.command != EVAL:
            continue
        task = run.config["task"]
        panel = (task["name"], str(task.get("version", "")), run.config["panel"]["hash"])
        of_panel, own = views.setdefault(panel, []), _instances(run)
        home = next((held for seen, held in of_panel if seen == own), None)
        if home is None:
            of_panel.append((own, [run]))
        else:
            home.append(run)
    notices = []
    for of_panel in views.values():
        usual, most = max(of_panel, key=lambda view: len(view[1]))
        for own, held in of_panel:
            if held is not most:
                text = f"{_difference(own, usual)}, unlike {most[0].name} on the same panel"
                notices += [Notice(r.name, EPISODES, Problem.DAMAGED, text, True) for r in held]
    odd = {n.run for n in notices}
    return tuple(r for r in runs if r.name not in odd), tuple(notices)


def _instances(run: Run) -> Instances:
    return {row.instance: row.tags for row in run.episodes}


def _difference(own: Instances, usual: Instances) -> str:
    if strange := next((name for name in own if name not in usual), ""):
        return f"{strange} is in it"
    name = next(n for n in own if own[n] != usual[n])
    tag = next(t for t in {**usual[name], **own[name]} if own[name].get(t) != usual[name].get(t))
    return f"{name} has {tag} = {own[name].get(tag, 'nothing')}"
