"""Success against cost, with the frontier of arms that no other one beats."""

from __future__ import annotations

from skillevo.harness.report.arms import Family
from skillevo.harness.report.figure import Figure, Panel, Series
from skillevo.harness.report.measures import Measures
from skillevo.harness.report.tables.common import notes_of
from skillevo.harness.report.tables.costs import cost_of

AXES = (("rollouts", "rollouts per instance"), ("tokens", "tokens per instance"), ("dollars", "US$ per instance"))


def frontier_figure(family: Family, measures: Measures) -> Figure | None:
    """A panel for each kind of cost in which arms differ: rollouts, tokens, dollars where all prices are known.

    None where they differ in none: success alone is in the tables. Arms that count any success among their rollouts
    are no methods, since they need the verifier to tell which; they have no place on a frontier of methods.
    """
    arms = [a for a in family.arms if not a.any_of]
    costs = {arm.label: cost_of(arm) for arm in arms}
    panels = []
    for name, label in AXES:
        spent = {arm: float(getattr(cost, name)) for arm, cost in costs.items()}
        if len({*spent.values()}) < 2 or (name == "dollars" and any(c.unpriced for c in costs.values())):
            continue
        series = []
        for arm in arms:
            picked = measures.select(arm)
            e = measures.estimate(arm, "success", picked)
            series.append(
                Series(arm.label, (spent[arm.label],), (e.value,), (e.low,), (e.high,), "points", episodes=(picked,))
            )
        wide = min(spent.values()) > 0 and max(spent.values()) > 20 * min(spent.values())
        panels.append(
            Panel(
                f"By {name}",
                label,
                "success",
                tuple(series),
                percent=True,
                unit=True,
                frontier=True,
                log_x=wide,
                whole_x=name == "rollouts" and not wide,
            )
        )
    if not panels:
        return None
    return Figure(
        f"frontier-{family.id}",
        f"Cost frontier: {family.name}",
        tuple(panels),
        f"{family.title}. Bars are 95 % intervals; the line joins the arms that no other one beats. Arms of "
        "nearly equal cost are drawn side by side, the best first; a leader ends at each one's own. Tokens are of all "
        "completions, a generator's too."
        + (
            " pass@N is no method and not here: it needs the verifier to choose."
            if len(arms) < len(family.arms)
            else ""
        ),
        notes_of(family),
    )
