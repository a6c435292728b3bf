"""The curve over generations, and the best of them, worked out by hand."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from skillevo.harness.evaluation import BestGeneration, Generation, best_generation, generations
from skillevo.harness.rows import EpisodeRow


def row(instance: str, generation: int, reward: float, candidate: int = 0, rollout: int = 0) -> EpisodeRow:
    plain: dict[str, Any] = {f.name: None for f in fields(EpisodeRow)}
    key = {"instance": instance, "generation": generation, "candidate": candidate, "rollout": rollout}
    return EpisodeRow(**{**plain, **key, "reward": reward, "success": reward == 1.0})


ROWS = [
    row("a", 0, 0), row("a", 0, 1, rollout=1), row("b", 0, 0), row("b", 0, 0, rollout=1),
    row("a", 1, 0), row("a", 1, 0, rollout=1), row("b", 1, 1), row("b", 1, 1, rollout=1),
    row("a", 2, 1), row("a", 2, 0, rollout=1), row("b", 2, 0), row("b", 2, 0, rollout=1),
]  # fmt: skip


def test_the_curve() -> None:
    assert generations(ROWS) == (
        Generation(0, 2, 0.25, 0.5, 0.5),
        Generation(1, 2, 0.5, 0.5, 1.0),
        Generation(2, 2, 0.25, 0.5, 1.0),
    )
    assert [g.fresh for g in generations(ROWS, fresh=2)] == [False, False, True]


def test_the_best_generation_and_each_instances_own() -> None:
    assert best_generation(ROWS) == BestGeneration(1, 0.5, 0.75)
    assert best_generation(ROWS, fresh=2) == BestGeneration(1, 0.5, 0.5), "fresh rollouts are no choice"
    assert best_generation([r for r in ROWS if r.generation == 0]) is None, "nothing was written"


def test_candidates_are_averaged() -> None:
    rows = [row("a", 1, 1, candidate=0), row("a", 1, 0, candidate=1), row("a", 1, 0, candidate=2), row("a", 1, 1, 3)]
    assert generations(rows)[0].reward == 0.5 and generations(rows)[0].any_of == 1.0


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.sampled_from([0.0, 0.5, 1.0])), min_size=1, max_size=40
    )
)
def test_what_always_holds(given_rows: list[tuple[str, int, float]]) -> None:
    rows = [row(i, g, r, rollout=k) for k, (i, g, r) in enumerate(given_rows)]
    curve = generations(rows)
    unions = [g.union for g in curve]
    assert unions == sorted(unions) and unions[-1] == len({r.instance for r in rows if r.success}) / curve[0].n
    assert all(g.n == len({r.instance for r in rows}) for g in curve), "every instance is in every generation"
    assert all(g.any_of <= g.union for g in curve)
    best = best_generation(rows)
    if best is not None:
        assert best.reward == max(g.reward for g in curve if g.generation > 0) <= best.per_instance + 1e-12
