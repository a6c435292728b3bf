"""What several tables share: captions, section titles, the baseline, published rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from skillevo.envs.base import SkillevoError
from skillevo.envs.benchmark import benchmark_names, get_benchmark
from skillevo.harness.evaluation.statistics import Significance, holm_family
from skillevo.harness.report.arms import Arm, Family
from skillevo.harness.report.measures import Measures, significance
from skillevo.harness.report.table import Cell, Section
from skillevo.results.published import PublishedNumber, published

BESIDE = "as published, not measured here: other panels, models and protocols"
Line = Callable[[Arm, Sequence[Arm]], tuple[Cell, ...]]


def protocol_of(family: Family) -> str:
    """The protocol that all arms of a family share, in words."""
    fixed = family.first.config.get("protocol", {})
    axes = ("weights", "skill_source", "test_feedback")
    told = [f"{k} {v if v != '' else 'empty'}" for k, v in fixed.items() if k not in axes]
    version = family.first.config["task"].get("version", "")
    return "; ".join([f"benchmark {version}"] * bool(version) + [", ".join(told)] * bool(told))


def counted(n: float, what: str) -> str:
    """`1 rollout`, `12 rollouts`."""
    return f"{n:g} {what}" if n == 1 else f"{n:g} {what}s"


def caption(family: Family, *sentences: str) -> str:
    """Panel with hash and protocol, then what the table's numbers are."""
    return " ".join([f"{family.title}; {protocol_of(family)}.", *filter(None, sentences)])


def clusters_told(family: Family, measures: Measures, tested: bool) -> str:
    """By what instances are clustered, and what that means for tests; empty where each one stands alone."""
    tags = {row.instance: row.tags for row in family.first.episodes}
    tag = measures.cluster_of(family.first)
    n = len({of.get(tag) for of in tags.values()})
    if tag and n < len(tags):
        units = "; tests take clusters as independent, and McNemar's, which takes instances so, is not used"
        return f"Instances are clustered by {tag} ({n} clusters){units if tested else ''}."
    own = measures.own_cluster(family.first)
    n = len({of.get(own) for of in tags.values()})
    if not tag and own and n < len(tags):
        return (
            f"Instances come in {n} clusters by {own} and are taken as independent, as was asked: intervals are too "
            "narrow and tests, McNemar's among them, reject too often."
        )
    return f"Instances are clustered by {tag} ({n} clusters)." if tag else ""


def notes_of(family: Family) -> tuple[str, ...]:
    """Why a family has a table of its own."""
    if not family.apart:
        return ()
    return (f"{family.name} has tables of its own, apart from the first ones: {'; '.join(family.apart)}.",)


def name_of(arm: Arm, more: str = "") -> Cell:
    """An arm's name; of a method that counts any success, with what its success then is."""
    rollouts = f"{arm.rollouts:g}"
    marks = (f"solved by any of its {rollouts} rollouts: what a perfect chooser would reach, no answer",)
    return Cell(arm.label + more, arm.label, marks=marks if arm.any_of else ())


def sections_of(family: Family, line: Line) -> tuple[Section, ...]:
    """A section for each set of arms that may be compared, with the difference in its title."""
    return tuple(
        Section(tuple(line(arm, arms) for arm in arms), f"apart: {'; '.join(apart)}" if apart else "")
        for arms, apart in family.sections
    )


def baseline_of(arms: Sequence[Arm], wanted: str) -> Arm | None:
    """The arm that the others of a section are tested against; None where there is nothing to compare.

    By label, name or method; where none is asked for `no_skill`, else the section's first arm.
    """
    if len(arms) < 2:
        return None
    names = (wanted,) if wanted else ("no_skill",)
    found = next((a for a in arms if {a.label, a.name, a.method} & {*names}), None)
    return found if found or wanted else arms[0]


def tests_of(family: Family, measures: Measures, baseline: str) -> dict[tuple[str, str], Significance]:
    """All comparisons with the sections' baselines as one family of tests, by metric and arm.

    Reward's are among them only where it says more than success.
    """
    found: dict[tuple[str, str], Significance] = {}
    for arms, _ in family.sections:
        base = baseline_of(arms, baseline)
        if base is None:
            continue
        for metric in ("success", "reward"):
            theirs = measures.scores(base, metric, measures.select(base))
            own = {arm.label: measures.scores(arm, metric, measures.select(arm)) for arm in arms if arm is not base}
            if metric == "reward" and not any(s.value not in (0.0, 1.0) for of in (theirs, *own.values()) for s in of):
                continue
            found |= {(metric, label): significance(scores, theirs, metric) for label, scores in own.items()}
    return dict(zip(found, holm_family(list(found.values())), strict=True))


def check_baseline(families: Iterable[Family], wanted: str) -> None:
    """Refuse a baseline that no arm is.

    Raises:
        SkillevoError: there is none of that name; the message lists the arms.
    """
    arms = [arm for family in families for arm in family.arms]
    if wanted and not any(wanted in (arm.label, arm.name, arm.method) for arm in arms):
        known = ", ".join(dict.fromkeys(arm.label for arm in arms))
        raise SkillevoError(f"--baseline {wanted}: no such method among the runs; there are {known}")


def labels_of_groups(task: str, tag: str) -> Mapping[str, str]:
    """The papers' short names of a tag's values, in the papers' order; empty where the benchmark has none."""
    if task not in benchmark_names():
        return {}
    benchmark = get_benchmark(task)
    return benchmark.group_labels if benchmark.group_by == tag else {}


def published_rows(
    task: str, papers: Sequence[str], group_by: str = ""
) -> list[tuple[str, str, Mapping[tuple[str, str], PublishedNumber]]]:
    """Rows of the papers' main tables on a benchmark: name, what must stand beside it, numbers by (metric, group).

    Args:
        group_by: with the columns by this tag; rows that have none of them are left out.
    """
    rows: dict[tuple[str, str, str, str], dict[tuple[str, str], PublishedNumber]] = {}
    for n in published().numbers:
        own = n.table == task or n.table.startswith(f"{task}-")
        if own and n.benchmark == task and n.paper in papers and n.group_by in ("", group_by):
            rows.setdefault((n.paper, n.table, n.method, n.model), {}).setdefault((n.metric, n.group), n)
    found: list[tuple[str, str, Mapping[tuple[str, str], PublishedNumber]]] = []
    for (paper, _, method, model), numbers in rows.items():
        if group_by and not any(group for _, group in numbers):
            continue
        first = next(iter(numbers.values()))
        name = f"{published().paper(paper).name}: {method}"
        found.append((name, f"{first.mark}{f'; {model}' if model else ''}", numbers))
    return found
