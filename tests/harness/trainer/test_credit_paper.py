"""What follows from the equations in expectation, and what they give on the paper's own published curves."""

from __future__ import annotations

import json
import os
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from skillevo.harness.trainer import CreditConfig, assign_credit

SUCCESS = np.array([0.1, 0.4, 0.8])  # of each of three skills
POLICY = np.array([0.5, 0.3, 0.2])  # a softmax over the skills; its gradient of log π(s) is onehot(s) − π
SCORE = np.eye(3) - POLICY
TRUE = POLICY * SUCCESS @ SCORE  # ∇ E[r]


def expected_gradient(config: CreditConfig, candidates: int, parent_mean: float) -> np.ndarray:
    """E Σ_m A_m ∇log π(s_m) over every draw of a generation's candidates, each skill scoring its success rate."""
    total = np.zeros(3)
    for draw in product(range(3), repeat=candidates):
        rewards = [[[parent_mean]], [[SUCCESS[s]] for s in draw]]
        rows = assign_credit(rewards, [[0], [0] * candidates], None, config).rows[1]
        chance = np.prod(POLICY[list(draw)])
        total += chance * sum(row.total * SCORE[s] for row, s in zip(rows, draw, strict=True))
    return total


@pytest.mark.parametrize("m", [2, 3, 4])
def test_rloo_is_the_gradient_and_grpo_a_part_of_it(m: int) -> None:
    np.testing.assert_allclose(expected_gradient(CreditConfig("rloo"), m, 0.5), m * TRUE, atol=1e-12)
    np.testing.assert_allclose(expected_gradient(CreditConfig("grpo"), m, 0.5), (m - 1) * TRUE, atol=1e-12)


@pytest.mark.parametrize("m", [2, 3, 4])
@pytest.mark.parametrize("lam", [0.25, 1.0])
def test_the_inter_term_is_a_rescaling_in_expectation(m: int, lam: float) -> None:
    intra = expected_gradient(CreditConfig("candidates", lam=0.0), m, 0.7)
    both = expected_gradient(CreditConfig("candidates", lam=lam), m, 0.7)
    np.testing.assert_allclose(both, intra * (1 + lam * m / (m - 1)), atol=1e-12)


def test_the_letters_are_reinforce_with_the_parents_mean_as_baseline() -> None:
    """One skill of N rollouts: the expectation is N·λ·∇E[r], whatever the parent's mean is."""
    for parent_mean in (0.0, 0.9):
        total = np.zeros(3)
        for s in range(3):
            rewards = [[[parent_mean]], [[SUCCESS[s]] * 4]]
            (row,) = assign_credit(rewards, None, None, CreditConfig(lam=0.5)).rows[1]
            total += POLICY[s] * row.total * SCORE[s]
        np.testing.assert_allclose(total, 4 * 0.5 * TRUE, atol=1e-12)


def test_the_inter_term_is_a_rescaling_when_sampled() -> None:
    """The same with noisy rollouts and a sampled parent: direction kept, length times 1 + λK/(K−1)."""
    rng = np.random.default_rng(0)
    k, n, lam, trials = 8, 2, 1.0, 3000
    intra, both = np.zeros((trials, 3)), np.zeros((trials, 3))
    for i in range(trials):
        skills = rng.choice(3, size=(2, k), p=POLICY)
        rewards = (rng.random((2, k, n)) < SUCCESS[skills][..., None]).astype(float)
        parents = [[0] * k, [int(rng.integers(k))] * k]
        rows = assign_credit(rewards.tolist(), parents, None, CreditConfig("candidates", lam=lam)).rows[1]
        intra[i] = sum(row.intra[0] * SCORE[s] for row, s in zip(rows, skills[1], strict=True))
        both[i] = sum(row.total * SCORE[s] for row, s in zip(rows, skills[1], strict=True))
    theory = 1 + lam * k / (k - 1)
    error = (both - theory * intra).std(0, ddof=1) / np.sqrt(trials)  # of the mean difference, which is 0 in theory
    length = np.linalg.norm(intra.mean(0))
    tolerance = 4 * np.linalg.norm(error) / (theory * length)
    assert tolerance < 0.1  # tight enough to tell it from no rescaling, and from λ or λ(K−1)/K
    ratio = np.linalg.norm(both.mean(0)) / length
    assert ratio == pytest.approx(theory, rel=tolerance)
    cosine = both.mean(0) @ intra.mean(0) / (np.linalg.norm(both.mean(0)) * length)
    assert 1 - cosine < tolerance**2


def test_the_papers_published_curves() -> None:
    """54 tasks, five generations, four rollouts: the mean of A_inter and its zero, negative and positive tasks."""
    given = os.environ.get("SKILLEVO_SHARED")
    shared = Path(given) if given else Path(__file__).resolve().parents[4] / "shared"
    points = shared / "reference" / "skill_r1_curves.json"
    if not points.exists():
        pytest.skip("the 270 points of the paper's figure are not at hand: $SKILLEVO_SHARED/reference")
    by_generation = json.loads(points.read_text("utf-8"))["per_task_mean_reward"]
    assert (len(by_generation), len(by_generation[0])) == (5, 54)
    steps: list[list[float]] = [[] for _ in range(5)]
    for task in zip(*by_generation, strict=True):
        chain = [[[1.0] * round(4 * mean) + [0.0] * round(4 - 4 * mean)] for mean in task]
        credit = assign_credit(chain, None, None, CreditConfig())
        assert [mean for (mean,) in credit.means] == list(task)
        for step, (row,) in zip(steps, credit.rows, strict=True):
            step.append(row.inter)
    assert not any(steps[0])
    table = [
        (round(float(np.mean(s)), 3), s.count(0.0), sum(x < 0 for x in s), sum(x > 0 for x in s)) for s in steps[1:]
    ]
    assert table == [(0.213, 39, 1, 14), (0.069, 41, 4, 9), (0.023, 43, 6, 5), (0.069, 40, 4, 10)]
