"""The equations of credit, one by one, on numbers that can be checked by hand."""

from __future__ import annotations

import random
import subprocess
import sys
from itertools import product
from math import fsum, isnan, nan
from statistics import fmean, stdev

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from skillevo.envs.base import SkillevoError
from skillevo.harness.trainer import (
    Credit,
    CreditConfig,
    Place,
    RowCredit,
    assign_credit,
    group_advantages,
    learns_nothing,
)

REWARDS = st.floats(0, 1, allow_subnormal=False)
GROUPS = st.lists(REWARDS, min_size=1, max_size=8)
MODES = ("rollouts", "candidates", "return_to_go", "grpo", "rloo")

# Two generations of two candidates with two rollouts each; the second was written from candidate 1, whose mean is 1.
TWO_BY_TWO = [[[0.0, 0.5], [1.0, 1.0]], [[0.5, 1.0], [0.0, 0.0]]]
FROM_THE_BEST = [[0, 0], [1, 1]]


def totals(found: Credit) -> list[list[float]]:
    return [[r.total for r in row] for row in found.rows]


# --- Skill-R1's letters: mode `rollouts` ---


def test_the_papers_letters() -> None:
    chain = [[[1.0, 0.0, 0.0, 1.0]], [[1.0, 1.0, 1.0, 0.0]]]
    found = assign_credit(chain, None, [0.0, 0.0, 0.0, 0.0], CreditConfig(lam=0.5))
    (first,), (second,) = found.rows
    assert first.intra == (0.5, -0.5, -0.5, 0.5)
    assert first.inter == 0.0  # A_inter(1) = 0
    assert second.intra == (0.25, 0.25, 0.25, -0.75)
    assert second.inter == 0.5 * (0.75 - 0.5)
    assert second.advantages == (0.375, 0.375, 0.375, -0.625)
    assert found.means == ((0.5,), (0.75,))


@given(st.lists(GROUPS, min_size=1, max_size=5), st.floats(0, 3))
def test_the_letters_on_any_chain(chain: list[list[float]], lam: float) -> None:
    found = assign_credit([[skill] for skill in chain], None, None, CreditConfig(lam=lam))
    assert found.rows[0][0].inter == 0.0
    for g, (row,) in enumerate(found.rows):
        mean = fmean(chain[g])
        assert row.intra == pytest.approx([r - mean for r in chain[g]], abs=1e-6)
        assert fsum(row.intra) == pytest.approx(0, abs=1e-12)
        if g:
            assert row.inter == pytest.approx(lam * (mean - fmean(chain[g - 1])))


def test_generation_1_may_be_compared_with_the_first_skill() -> None:
    config = CreditConfig(first_inter="base")
    (row,) = assign_credit([[[1.0, 0.5]]], None, [0.25, 0.25], config).rows[0]
    assert row.inter == 0.5
    with pytest.raises(SkillevoError, match=r"base.*s_0.*base_rewards"):
        assign_credit([[[1.0]]], None, None, config)


def test_an_older_parent_is_the_baseline() -> None:
    chain = [[[1.0]], [[0.25]], [[0.5]]]
    found = assign_credit(chain, [[0], [0], [Place(1, 0)]], None, CreditConfig())
    assert [row.inter for (row,) in found.rows] == [0.0, -0.75, -0.5]


# --- several candidates ---


def test_candidates_are_compared_by_their_means_and_with_their_parent() -> None:
    found = assign_credit(TWO_BY_TWO, FROM_THE_BEST, None, CreditConfig("candidates", lam=2.0))
    (a, b), (c, d) = found.rows
    assert (a.intra, b.intra) == ((-0.375,), (0.375,))
    assert (a.inter, b.inter) == (0.0, 0.0)
    assert (c.intra, d.intra) == ((0.375,), (-0.375,))
    assert (c.inter, d.inter) == (2.0 * (0.75 - 1.0), 2.0 * (0.0 - 1.0))


def test_siblings_only_are_compared() -> None:
    rewards = [[[0.0], [1.0]], [[0.0], [0.5], [0.75], [1.0]]]
    found = assign_credit(rewards, [[0, 0], [0, 1, 0, 1]], None, CreditConfig("grpo"))
    assert totals(found)[1] == [-0.375, -0.25, 0.375, 0.25]
    assert found.groups == 3


@given(st.lists(st.lists(GROUPS, min_size=1, max_size=4), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_advantages_do_not_depend_on_the_order_of_candidates(rewards: list, rng: random.Random) -> None:
    config = CreditConfig("candidates")
    parents = [[rng.randrange(len(rewards[g - 1]) if g else 1) for _ in row] for g, row in enumerate(rewards)]
    last = list(range(len(rewards[-1])))
    rng.shuffle(last)
    before = assign_credit(rewards, parents, None, config).rows
    after = assign_credit(
        [*rewards[:-1], [rewards[-1][m] for m in last]], [*parents[:-1], [parents[-1][m] for m in last]], None, config
    ).rows
    assert after[:-1] == before[:-1]
    for m, row in zip(last, after[-1], strict=True):
        assert row.total == pytest.approx(before[-1][m].total, abs=1e-12)


def test_return_to_go_credits_a_parent_with_its_children() -> None:
    """Two first skills score the same; from one of them better ones are written. No other mode tells them apart."""
    rewards = [[[0.5], [0.5]], [[1.0], [0.75]]]
    parents = [[0, 0], [1, 1]]
    for mode in ("candidates", "grpo", "rloo"):
        assert totals(assign_credit(rewards, parents, [0.25], CreditConfig(mode, first_inter="base")))[0][1] == (
            0.25 if mode == "candidates" else 0.0
        )
    dead_end, parent = assign_credit(
        rewards, parents, [0.25], CreditConfig("return_to_go", lam=2.0, first_inter="base")
    ).rows[0]
    assert dead_end.total == 2.0 * (0.5 - 0.25)
    assert parent.total == 2.0 * (0.875 - 0.25)  # its own mean cancels: the children's is compared with the parent's
    started_at_zero = assign_credit(rewards, parents, None, CreditConfig("return_to_go", lam=2.0)).rows[0]
    assert [r.total for r in started_at_zero] == [0.0, 2.0 * (0.875 - 0.5)]


def test_return_to_go_of_the_last_generation_is_candidates() -> None:
    ahead = assign_credit(TWO_BY_TWO, FROM_THE_BEST, None, CreditConfig("return_to_go"))
    plain = assign_credit(TWO_BY_TWO, FROM_THE_BEST, None, CreditConfig("candidates"))
    assert ahead.rows[-1] == plain.rows[-1]
    assert ahead.rows[0] != plain.rows[0]


@given(st.lists(GROUPS, min_size=1, max_size=6))
def test_candidates_without_lambda_are_grpo(rewards: list[list[float]]) -> None:
    parents = [[0] * len(rewards)]
    assert totals(assign_credit([rewards], parents, None, CreditConfig("candidates", lam=0.0))) == totals(
        assign_credit([rewards], parents, None, CreditConfig("grpo"))
    )


@given(st.lists(REWARDS, min_size=2, max_size=8))
def test_rloo_leaves_one_out_and_is_grpo_rescaled(scores: list[float]) -> None:
    assume(max(scores) - min(scores) > 1e-6)
    k = len(scores)
    rloo = group_advantages(scores, CreditConfig("rloo")).values
    others = [fmean(scores[:i] + scores[i + 1 :]) for i in range(k)]
    assert rloo == pytest.approx([s - o for s, o in zip(scores, others, strict=True)], abs=1e-12)
    grpo = group_advantages(scores, CreditConfig("grpo")).values
    assert rloo == pytest.approx([a * k / (k - 1) for a in grpo], abs=1e-12)


# --- groups that compare nothing ---


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("std", [False, True])
def test_a_group_of_one_gives_exactly_zero(mode: str, std: bool) -> None:
    config = CreditConfig(mode, std=std and mode != "rloo")  # type: ignore[arg-type]
    for reward in (1.0, 0.7, 1e6):
        assert group_advantages([reward], config).values == (0.0,)
        found = assign_credit([[[reward]]], None, [0.0], config)
        assert found.rows[0][0].is_zero
        assert (found.groups, found.singletons, found.zero_variance) == (1, 1, 0)


@pytest.mark.parametrize("mode", ["candidates", "return_to_go", "grpo", "rloo"])
def test_a_lone_candidate_keeps_its_inter_term_only_where_asked(mode: str) -> None:
    chain = [[[0.5, 0.5]], [[1.0, 0.5]]]
    (silent,) = assign_credit(chain, None, None, CreditConfig(mode)).rows[1]  # type: ignore[arg-type]
    (kept,) = assign_credit(chain, None, None, CreditConfig(mode, singleton="inter")).rows[1]  # type: ignore[arg-type]
    assert silent.is_zero
    assert kept.intra == (0.0,)
    assert kept.inter == (0.25 if mode in ("candidates", "return_to_go") else 0.0)


@pytest.mark.parametrize("mode", MODES)
def test_a_group_without_variance_gives_exactly_zero_and_is_counted(mode: str) -> None:
    third = 0.1 + 0.2  # 0.30000000000000004: a residue that a division by the deviation would blow up
    config = CreditConfig(mode, std=mode != "rloo", std_floor=1e-12)  # type: ignore[arg-type]
    group = group_advantages([0.3, third, 0.3], config)
    assert group.values == (0.0, 0.0, 0.0)
    assert group.zero_variance and not group.singleton
    same = [[[0.3, third], [third, 0.3], [0.3, 0.3]]]
    found = assign_credit(same, [[0, 0, 0]], None, config)
    assert all(row.is_zero for row in found.rows[0])
    assert found.zero_variance == found.groups == (3 if mode == "rollouts" else 1)


def test_the_inter_term_survives_a_group_without_variance() -> None:
    (row,) = assign_credit([[[0.0, 0.0]], [[1.0, 1.0]]], None, None, CreditConfig()).rows[1]
    assert row.advantages == (1.0, 1.0)


def test_the_paper_does_not_divide_by_the_deviation() -> None:
    assert not CreditConfig().std
    assert group_advantages([0.0, 0.5], CreditConfig("grpo")).values == (-0.25, 0.25)


@given(st.lists(REWARDS, min_size=2, max_size=8))
def test_std_is_floored(scores: list[float]) -> None:
    assume(max(scores) - min(scores) > 1e-6)
    found = group_advantages(scores, CreditConfig("grpo", std=True, std_floor=1e-3)).values
    mean, scale = fmean(scores), max(stdev(scores), 1e-3)
    assert found == pytest.approx([(s - mean) / scale for s in scores], abs=1e-9)


def test_std_does_not_cancel_far_from_zero() -> None:
    """Two passes: squares of large rewards would lose the small differences between them."""
    near = group_advantages([0.0, 0.5, 1.0], CreditConfig("grpo", std=True)).values
    far = group_advantages([1e8, 1e8 + 0.5, 1e8 + 1.0], CreditConfig("grpo", std=True)).values
    assert far == pytest.approx(near)


def test_a_floored_group_stays_small() -> None:
    values = group_advantages([0.5, 0.5 - 1e-5], CreditConfig("grpo", std=True)).values
    assert values == pytest.approx([0.005, -0.005])


# --- sums of advantages ---


@given(st.lists(st.floats(-2, 2), min_size=1, max_size=6), st.floats(-2, 2), st.floats(0.3, 2), st.floats(0.05, 0.5))
def test_two_sums_hold_all_that_clipping_needs(intra: list[float], inter: float, ratio: float, clip: float) -> None:
    row = RowCredit(tuple(intra), inter)
    literal = sum(min(ratio * a, min(max(ratio, 1 - clip), 1 + clip) * a) for a in row.advantages)
    ours = row.up.total * min(ratio, 1 + clip) + row.down.total * max(ratio, 1 - clip)
    assert ours == pytest.approx(literal, abs=1e-12)
    assert row.up.total >= 0 >= row.down.total
    assert row.up.total + row.down.total == pytest.approx(row.total, abs=1e-12)


# --- γ ---


def test_gamma_is_in_the_objective_only() -> None:
    chain = [[[0.5]], [[1.0]], [[0.25]]]
    found = assign_credit(chain, None, None, CreditConfig(gamma=0.5))
    assert found.objective == 0.5 + 0.5 * 1.0 + 0.25 * 0.25
    assert found.rows == assign_credit(chain, None, None, CreditConfig()).rows
    weighed = assign_credit(chain, None, None, CreditConfig(gamma=0.5, gamma_in_loss=True))
    assert [row.total for (row,) in weighed.rows] == [0.0, 0.5 * 0.5, 0.25 * -0.75]


# --- what cannot learn ---


def everything_is_zero(config: CreditConfig, generations: int, candidates: int) -> bool:
    """Whether no run of this shape ever moves the generator, by trying many."""
    rng = random.Random(0)
    for _ in range(40):
        rewards = [[[rng.random() for _ in range(3)] for _ in range(candidates)] for _ in range(generations)]
        parents = [[0] * candidates] + [[rng.randrange(candidates)] * candidates for _ in range(generations - 1)]
        found = assign_credit(rewards, parents, [rng.random()], config)
        if any(abs(row.total) > 1e-12 for generation in found.rows for row in generation):
            return False
    return True


@pytest.mark.parametrize("mode", MODES)
def test_a_run_that_cannot_learn_is_said_to(mode: str) -> None:
    shapes = product((0.0, 1.0), ("zero", "base"), ("zero", "inter"), (1, 2), (1, 2, 3))
    for lam, first, singleton, generations, candidates in shapes:
        config = CreditConfig(mode, lam, first, singleton=singleton)  # type: ignore[arg-type]
        said = learns_nothing(config, generations, candidates)
        assert bool(said) == everything_is_zero(config, generations, candidates), (
            config,
            generations,
            candidates,
            said,
        )


def test_the_sentence_names_the_way_out() -> None:
    assert "lam > 0" in learns_nothing(CreditConfig(lam=0.0), 5, 1)
    assert "M ≥ 2" in learns_nothing(CreditConfig("candidates"), 5, 1)
    assert "G ≥ 2" in learns_nothing(CreditConfig(), 1, 1)
    assert learns_nothing(CreditConfig(), 5, 1) == ""


# --- mistakes ---


@pytest.mark.parametrize(
    ("rewards", "parents", "match"),
    [
        ([[[]]], None, "skill 0 of generation 1 has no rewards"),
        ([[[1.0]], [[nan]]], None, "skill 0 of generation 2 .* no finite number"),
        ([[]], None, "generation 1 has no skills"),
        ([[[1.0], [0.0]]], None, "say in `parents`"),
        ([[[1.0]]], [[0, 0]], r"\[1\] skills by generation, and \[2\] parents"),
        ([[[1.0]], [[1.0]]], [[0], [1]], "cannot have been rewritten from candidate 1 of generation 1"),
        ([[[1.0]], [[1.0]]], [[0], [Place(2, 0)]], "no earlier generation has it"),
    ],
)
def test_mistakes_are_named(rewards: list, parents: list | None, match: str) -> None:
    with pytest.raises(SkillevoError, match=match):
        assign_credit(rewards, parents, None, CreditConfig())


@pytest.mark.parametrize(
    ("choices", "match"),
    [
        ({"mode": "ppo"}, "credit mode is one of rollouts, candidates"),
        ({"lam": -1.0}, "λ"),
        ({"lam": nan}, "λ"),
        ({"gamma": 0.0}, "gamma"),
        ({"gamma": 1.5}, "gamma"),
        ({"std_floor": 0.0}, "std_floor"),
        ({"mode": "rloo", "std": True}, "rloo"),
        ({"first_inter": "mean"}, "first_inter"),
        ({"singleton": "reward"}, "singleton"),
    ],
)
def test_every_choice_is_checked(choices: dict, match: str) -> None:
    with pytest.raises(SkillevoError, match=match):
        CreditConfig(**choices)


def test_every_mode_gives_finite_numbers_to_ragged_groups() -> None:
    rewards = [[[1.0], [0.0, 0.5, 1.0]], [[0.5, 0.5]], [[1.0], [0.0], [0.25, 0.75]]]
    parents = [[0, 0], [1], [0, 0, Place(1, 0)]]
    for mode in MODES:
        found = assign_credit(rewards, parents, [0.5], CreditConfig(mode))  # type: ignore[arg-type]
        rows = [row for generation in found.rows for row in generation]
        lengths = [len(row.intra) for row in rows]
        assert lengths == ([1, 3, 2, 1, 1, 2] if mode == "rollouts" else [1] * 6)
        assert not any(isnan(row.total) for row in rows)


def test_the_packages_face_needs_no_torch() -> None:
    code = "import sys, skillevo.harness.trainer; sys.exit('torch' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
