"""The seam serves acting policies, too: `pocket/ranker` learns to act by GRPO and by GiGPO, through `rows()`."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Sequence

import pytest

torch = pytest.importorskip("torch", reason="not installed: make test-train")

from skillevo.envs.alfworld import load_panel, make_env, verify  # noqa: E402
from skillevo.envs.base import TaskInstance  # noqa: E402
from skillevo.harness.journal import Played  # noqa: E402
from skillevo.harness.methods import Frozen, Phase, Record, TrainRow  # noqa: E402
from skillevo.harness.play import Conditioning, PlayRules, Policy  # noqa: E402
from skillevo.harness.pocket.ranker_scorer import RankerScorer  # noqa: E402
from skillevo.harness.rollouts import Play  # noqa: E402
from skillevo.harness.skills import Skill  # noqa: E402
from skillevo.harness.trainer import CreditConfig, group_advantages  # noqa: E402
from skillevo.harness.trainer.learner import Learner  # noqa: E402
from skillevo.harness.trainer.objective_config import ObjectiveConfig  # noqa: E402
from skillevo.harness.trainer.options import OptimiserOptions  # noqa: E402

PLAIN = Skill("plain", "Household tasks.", "1. Find the object.\n2. Pick up the object.\n3. Put it at the destination.")
SHOWN = Conditioning((PLAIN.shown(),))
TYPES = ("pick_and_place_simple", "pick_two_obj_and_place", "look_at_obj_in_light")
CREDIT = CreditConfig("grpo", std=True)
DISCOUNT, STEP_WEIGHT = 0.95, 1.0


class Grpo(Frozen):
    """K episodes of one instance are compared; each turn has its episode's advantage."""

    name = "grpo"

    def __init__(self, rollouts: int) -> None:
        self._rollouts = rollouts

    async def run(self, instance: TaskInstance, play: Play, phase: Phase, rng: random.Random) -> Record:
        return Record(instance.id, tuple(await play.rollouts(instance, SHOWN, self._rollouts)))

    def rows(self, records: Sequence[Record]) -> Sequence[TrainRow]:
        return [row for record in records for row in self._rows(record.played)]

    def _rows(self, played: Sequence[Played]) -> list[TrainRow]:
        episode = group_advantages([p.verdict.reward for p in played], CREDIT).values
        step = self.step_advantages(played)
        return [
            TrainRow(turn.calls[0], (episode[i] + STEP_WEIGHT * step.get((i, t), 0.0),))
            for i, p in enumerate(played)
            for t, turn in enumerate(p.episode.turns)
        ]

    def step_advantages(self, played: Sequence[Played]) -> dict[tuple[int, int], float]:
        return {}


class Gigpo(Grpo):
    """GiGPO (arXiv 2505.10978): besides, turns taken in one and the same state are compared by what came after them."""

    name = "gigpo"

    def step_advantages(self, played: Sequence[Played]) -> dict[tuple[int, int], float]:
        anchors: dict[str, dict[tuple[int, int], float]] = defaultdict(dict)
        for i, p in enumerate(played):
            for t, turn in enumerate(p.episode.turns):
                anchors[turn.state_key][i, t] = p.verdict.reward * DISCOUNT ** (len(p.episode.turns) - 1 - t)
        return {
            place: advantage
            for group in anchors.values()
            for place, advantage in zip(group, group_advantages(list(group.values()), CREDIT).values, strict=True)
        }


def play(method: Grpo, policy: Policy, games: Sequence[TaskInstance], seed: int) -> list[Record]:
    shared = Play(make_env=make_env, verify=verify, policy=policy, rules=PlayRules(step_cap=20), seed=seed)
    return [asyncio.run(method.run(game, shared, Phase.TRAIN, random.Random(0))) for game in games]


def success(records: Sequence[Record]) -> float:
    played = [p.verdict.success for r in records for p in r.played]
    return sum(played) / len(played)


@pytest.mark.parametrize("method", [Grpo(6), Gigpo(6)], ids=lambda m: m.name)
def test_the_ranker_gets_better_at_a_small_panel(method: Grpo) -> None:
    torch.manual_seed(0)
    games = [g for g in load_panel("pocket-train") if g.tags["type"] in TYPES][::30]
    scorer = RankerScorer(temperature=1.0)
    objective = ObjectiveConfig(ratio="token", beta=0.0, aggregation="token_mean")
    learner = Learner(scorer, objective, OptimiserOptions(lr=1e-3, warmup=1, micro_tokens=500), steps=5)
    before = success(play(Grpo(8), scorer.policy(), games, seed=99))
    for step in range(1, 6):
        records = play(method, scorer.policy(step - 1), games, seed=step)
        assert not learner.step(method.rows(records), len(games), step)["skipped"]
    after = success(play(Grpo(8), scorer.policy(5), games, seed=99))
    assert after > before + 0.1
