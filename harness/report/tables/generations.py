"""Evolving methods generation by generation, the last and the best one marked, and what their skills do elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from skillevo.harness.evaluation import Transfer
from skillevo.harness.evaluation.statistics import Estimate
from skillevo.harness.evaluation.transfer import PHASE
from skillevo.harness.report import cells
from skillevo.harness.report.arms import Arm, Family
from skillevo.harness.report.measures import Measures, difference
from skillevo.harness.report.runs import Run
from skillevo.harness.report.selection import Selection
from skillevo.harness.report.table import Cell, Column, Section, Table
from skillevo.harness.report.tables.common import caption, notes_of

COLUMNS = (
    Column("method", "Method", "left"),
    Column("generation", "Generation", "left", "0 is the initial skill"),
    Column("reward", "Mean reward", help="mean over instances of the mean over the generation's rollouts"),
    Column("change", "Δ reward", help="from the generation before, paired by instance"),
    Column("success", "Success %", help="mean over instances of the share of the generation's rollouts that succeed"),
    Column("any_of", "Any of K %", help="instances with a success among the generation's rollouts"),
    Column("union", "Union %", help="instances with a success in this generation or an earlier one"),
)
_TRANSFER = "transfer"


def generation_table(family: Family, measures: Measures, transfers: Mapping[str, Transfer]) -> Table | None:
    """One row per arm and generation; None where no arm evolves.

    Args:
        transfers: by the name of the run that recorded it.
    """
    # Where reward is success and nothing more, a second column would only repeat the first.
    kept = [i for i, c in enumerate(COLUMNS) if c.key != "success" or any(a.graded for a in family.arms if a.evolves)]
    sections = tuple(
        Section(
            tuple(
                tuple(row[i] for i in kept) for arm in arms if arm.evolves for row in _rows(arm, measures, transfers)
            ),
            f"apart: {'; '.join(apart)}" if apart else "",
        )
        for arms, apart in family.sections
        if any(arm.evolves for arm in arms)
    )
    if not sections:
        return None
    return Table(
        f"generations-{family.id}",
        f"Generations: {family.name}",
        tuple(COLUMNS[i] for i in kept),
        sections,
        caption(
            family,
            "All candidates' rollouts of a generation count; 95 % intervals over instances (and seeds).",
            "The best generation is chosen by the very rollouts that are shown, which flatters it.",
        ),
        (*notes_of(family), *filter(None, map(_partial, family.arms))),
    )


def _partial(arm: Arm) -> str:
    """What to say of an arm of which some generations are of some instances only."""
    lost = sorted(set(range(arm.final + 1)) - set(arm.generations))
    if not lost:
        return ""
    told = ", ".join(map(str, lost))
    return f"{arm.label}: not every instance has generation {told} (its budget came to an end), and it is not shown."


def _rows(arm: Arm, measures: Measures, transfers: Mapping[str, Transfer]) -> list[tuple[Cell, ...]]:
    every = arm.generations
    rewards = {g: _reward(arm, measures, g) for g in every}
    written = [g for g in every if g not in (0, arm.fresh)]
    best = max(written, key=lambda g: (rewards[g].value, -g), default=None)
    last = max(written, default=None)
    rows = []
    for g in every:
        here = measures.select(arm, scored=False, first=g, last=g)
        until = measures.select(arm, scored=False, last=g)
        said = ", ".join(w for w, g_ in (("last", last), ("best", best)) if g == g_)
        name = "fresh rollouts of the best" if g == arm.fresh else f"{g}{f' ({said})' if said else ''}"
        scores = measures.scores(arm, "reward", here, any_of=False)
        before = measures.select(arm, scored=False, first=g - 1, last=g - 1)
        earlier = measures.scores(arm, "reward", before, any_of=False)
        both = measures.select(arm, scored=False, first=g - 1, last=g)
        rows.append(
            (
                cells.text(arm.label),
                Cell(name, g),
                cells.share(rewards[g], here, percent=False, strong=g == best),
                cells.gain(difference(scores, earlier), both, percent=False) if g - 1 in every else Cell(),
                cells.share(measures.estimate(arm, "success", here, any_of=False), here),
                cells.share(measures.estimate(arm, "success", here, any_of=True), here),
                cells.share(measures.estimate(arm, "success", until, any_of=True), until),
            )
        )
    return rows + [_transfer_row(arm, transfers[run.name], run) for run in arm.runs if run.name in transfers]


def _reward(arm: Arm, measures: Measures, g: int) -> Estimate:
    return measures.estimate(arm, "reward", measures.select(arm, scored=False, first=g, last=g), any_of=False)


def _transfer_row(arm: Arm, t: Transfer, run: Run) -> tuple[Cell, ...]:
    low, high = t.interval
    told = f", seed {run.seed}" if len(arm.runs) > 1 else ""
    initial = f"; initial skills' reward there {t.initial:.3f}" if t.initial is not None else ""
    plural = "instance" if t.siblings == 1 else "instances"
    mark = (
        f"each final skill on {t.siblings} other {plural} of its type, {t.n} skills, {t.episodes} episodes{initial}; "
        "apart from the method's own budget"
    )
    played = Selection((run.name,), scored=False, phase=PHASE)
    bounds = {"low": low, "high": high, "n": t.episodes}
    rate = f"{100 * t.success:.1f} [{100 * low:.1f}, {100 * high:.1f}]"
    # The interval is of success: where reward is another number, it stands with success alone.
    same = t.reward == t.success
    told_too, bounds_too = (f" [{low:.3f}, {high:.3f}]", bounds) if same else ("", {})
    reward = Cell(f"{t.reward:.3f}{told_too}", t.reward, bounds_too, played)
    return (
        cells.text(arm.label),
        Cell(f"{_TRANSFER}{told}", _TRANSFER, marks=(mark,)),
        reward,
        Cell(),
        Cell(rate, t.success, bounds, played),
        Cell(),
        Cell(),
    )
