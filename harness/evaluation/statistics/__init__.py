"""Statistics over plain scores: intervals, paired tests, effect sizes, budgets and planning.

A `Score` is one rollout's value with its instance, cluster and seed; an `Estimate` or a `Significance` comes back, with
the episodes that it was computed from. Values are shares, not percent. Nothing here reads a run directory.

| question | function |
|---|---|
| how good is a method on this panel? | `mean_interval`; `seeded_mean` for several training runs |
| do two methods differ in success, in reward? | `mcnemar`, `paired_permutation`; `seeded_test` over training runs |
| by how much? | `paired_difference`, `skill_lift`, `seeded_difference`, `paired_odds_ratio`, `paired_d`, `cohens_h` |
| several comparisons in one table | `holm`, `holm_family` |
| at what cost? | `pass_at_k`, `Curve`, `success_at`, `area_under` |
| how much more data would tell? | `instances_for_success`, `instances_for_difference`, `seeds_needed` |
| only counts are known | `wilson_interval`, `two_proportion_z`, `fisher_exact`, `difference_of_rates`, `welch` |
"""

from skillevo.harness.evaluation.statistics.budgets import (
    Curve,
    Point,
    area_scores,
    area_under,
    pass_at_k,
    pass_curve,
    pass_scores,
    scores_at,
    success_at,
)
from skillevo.harness.evaluation.statistics.counts import (
    difference_of_rates,
    fisher_exact,
    odds_ratio,
    two_proportion_z,
    welch,
    wilson_interval,
)
from skillevo.harness.evaluation.statistics.effects import (
    cohens_h,
    paired_d,
    paired_difference,
    paired_odds_ratio,
    skill_lift,
)
from skillevo.harness.evaluation.statistics.families import holm, holm_family
from skillevo.harness.evaluation.statistics.means import (
    UNIT,
    bootstrap_interval,
    cluster_means_interval,
    mean_interval,
)
from skillevo.harness.evaluation.statistics.outcomes import FEW_CLUSTERS, Estimate, Significance
from skillevo.harness.evaluation.statistics.paired import mcnemar, paired_permutation
from skillevo.harness.evaluation.statistics.power import (
    Need,
    instances_for_difference,
    instances_for_success,
    mcnemar_power,
    seeds_needed,
)
from skillevo.harness.evaluation.statistics.scores import (
    Instances,
    Pairs,
    Score,
    Scores,
    by_instance,
    pair,
    reduced,
)
from skillevo.harness.evaluation.statistics.seeds import (
    seeded_difference,
    seeded_mean,
    seeded_test,
    two_way_bootstrap,
)

__all__ = [
    "FEW_CLUSTERS",
    "UNIT",
    "Curve",
    "Estimate",
    "Instances",
    "Need",
    "Pairs",
    "Point",
    "Score",
    "Scores",
    "Significance",
    "area_scores",
    "area_under",
    "bootstrap_interval",
    "by_instance",
    "cluster_means_interval",
    "cohens_h",
    "difference_of_rates",
    "fisher_exact",
    "holm",
    "holm_family",
    "instances_for_difference",
    "instances_for_success",
    "mcnemar",
    "mcnemar_power",
    "mean_interval",
    "odds_ratio",
    "pair",
    "paired_d",
    "paired_difference",
    "paired_odds_ratio",
    "paired_permutation",
    "pass_at_k",
    "pass_curve",
    "pass_scores",
    "reduced",
    "scores_at",
    "seeded_difference",
    "seeded_mean",
    "seeded_test",
    "seeds_needed",
    "skill_lift",
    "success_at",
    "two_proportion_z",
    "two_way_bootstrap",
    "welch",
    "wilson_interval",
]
