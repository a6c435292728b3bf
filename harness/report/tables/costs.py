"""What methods cost: rollouts, tokens and dollars beside success, and who is on the frontier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from skillevo.harness.report import cells
from skillevo.harness.report.arms import Arm, Family
from skillevo.harness.report.measures import Measures
from skillevo.harness.report.selection import Selection
from skillevo.harness.report.table import Cell, Column, Section, Table
from skillevo.harness.report.tables.common import caption, name_of, notes_of

COLUMNS = (
    Column("method", "Method", "left"),
    Column("success", "Success %"),
    Column("rollouts", "Rollouts", help="per instance"),
    Column("input", "Tokens in", help="per instance, of all completions, a generator's too"),
    Column("output", "Tokens out", help="per instance"),
    Column("cost", "US$", help="per instance, as far as prices are known"),
    Column("seconds", "Episode s", help="wall seconds of an episode, mean"),
    Column("frontier", "Frontier", "left", "no other method does better for less"),
)


UNPLAYED = "not all of it is in the episodes: writing skills costs, too, and what was cut short or dropped"
SPENT = ("input_tokens", "output_tokens", "cost")


@dataclass(frozen=True, slots=True)
class Cost:
    """An arm's spending per instance and seed.

    Attributes:
        unpriced: tokens without a known price.
        unplayed: of each kind of spending, what no episode has: writing skills, and episodes cut short or dropped.
    """

    rollouts: float
    tokens_in: float
    tokens_out: float
    dollars: float
    unpriced: float
    seconds: float
    unplayed: Mapping[str, float]

    @property
    def tokens(self) -> float:
        return self.tokens_in + self.tokens_out


def cost_of(arm: Arm) -> Cost:
    """From run.toml's account, which counts what generators wrote and what was dropped; else from the episodes."""
    per = arm.instances * len(arm.runs)
    totals = dict.fromkeys((*SPENT, "unpriced_tokens"), 0.0)
    unplayed = dict.fromkeys(SPENT, 0.0)
    for run in arm.runs:
        account = run.config.get("spent", {})
        for name in totals:
            of_rows = 0.0 if name == "unpriced_tokens" else fsum(getattr(r, name) for r in run.episodes)
            totals[name] += float(account.get(name, of_rows))
            if name in SPENT:
                unplayed[name] += float(account.get(name, of_rows)) - of_rows
    rows = [r for run in arm.runs for r in run.episodes]
    seconds = sum(r.seconds for r in rows) / max(1, len(rows))
    spent_in, spent_out, dollars, unpriced = (total / per for total in totals.values())
    beyond = {name: total / per for name, total in unplayed.items()}
    return Cost(arm.rollouts, spent_in, spent_out, dollars, unpriced, seconds, beyond)


def frontier_of(arms: Sequence[Arm], points: Mapping[str, tuple[float, float]]) -> dict[str, bool]:
    """Which arms no other one beats, by label. One that counts any success is no method: who would choose?

    Args:
        points: cost and gain by label.
    """
    methods = [a.label for a in arms if not a.any_of]
    return dict(zip(methods, frontier([points[label] for label in methods]), strict=True))


def frontier(points: Sequence[tuple[float, float]]) -> list[bool]:
    """Of (cost, gain) pairs, those that no other one beats: at most as dear and better, or cheaper and as good."""
    return [not any((c <= cost and g > gain) or (c < cost and g >= gain) for c, g in points) for cost, gain in points]


def spends_tokens(arms: Sequence[Arm]) -> bool:
    """Whether any arm spends tokens; embedded task models spend none, and arms of such alone differ in rollouts."""
    return any(cost_of(a).tokens > 0 for a in arms)


def cost_table(family: Family, measures: Measures) -> Table:
    """One row per arm; the frontier by tokens where any arm spends them, else by rollouts."""
    costs = {arm.label: cost_of(arm) for arm in family.arms}
    found = {arm.label: measures.estimate(arm, "success", measures.select(arm)) for arm in family.arms}
    by_tokens = spends_tokens(family.arms)
    points = {label: (c.tokens if by_tokens else c.rollouts, found[label].value) for label, c in costs.items()}
    best = frontier_of(family.arms, points)

    def line(arm: Arm) -> tuple[Cell, ...]:
        c, every = costs[arm.label], measures.select(arm, scored=False)
        priced = c.dollars > 0 or c.unpriced == 0
        mark = (f"{c.unpriced:,.0f} tokens per instance have no known price",) if c.unpriced else ()
        return (
            name_of(arm),
            cells.share(found[arm.label], measures.select(arm)),
            cells.rollouts(c.rollouts, every),
            _spent(f"{c.tokens_in:,.0f}", c.tokens_in, every, c.unplayed["input_tokens"]),
            _spent(f"{c.tokens_out:,.0f}", c.tokens_out, every, c.unplayed["output_tokens"]),
            _spent(f"{c.dollars:.4f}" if priced else "?", c.dollars, every, c.unplayed["cost"], mark),
            cells.count(c.seconds, 3, every),
            cells.text("yes" if best.get(arm.label) else "no method" if arm.any_of else ""),
        )

    return Table(
        f"cost-{family.id}",
        f"Cost: {family.name}",
        COLUMNS,
        (Section(tuple(map(line, family.arms))),),
        caption(
            family,
            f"Everything per instance and seed; the frontier is by {'tokens' if by_tokens else 'rollouts'}.",
            "Seconds depend on the machine and are no result.",
        ),
        notes_of(family),
    )


def _spent(text: str, value: float, episodes: Selection, unplayed: float, marks: tuple[str, ...] = ()) -> Cell:
    """An account's entry: its episodes, and how much of it is in none of them."""
    # An account sums in another order than its episodes.
    if unplayed <= 1e-9 * value:
        return Cell(text, value, episodes=episodes, marks=marks)
    return Cell(text, value, {"in_no_episode": unplayed}, episodes, (*marks, UNPLAYED))
