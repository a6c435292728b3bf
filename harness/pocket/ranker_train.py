"""Cloning: the ranker learns to put its weight where the demonstrators put theirs. Needs the extra `[train]`."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from skillevo.harness.pocket.demos import demonstrate, habits_of, training_games
from skillevo.harness.pocket.ranker_batch import Sample, collate, pack
from skillevo.harness.pocket.ranker_net import RankerNet
from skillevo.harness.policies.ranker.features import HOUSE
from skillevo.harness.policies.ranker.record import Scene
from skillevo.harness.policies.ranker.shape import Shape


@dataclass(frozen=True, slots=True)
class CloneConfig:
    """How a ranker is cloned.

    Attributes:
        games: different games, or goals; each is demonstrated `plans` times.
        turns: of one demonstration that are learned from, drawn at random.
        knows: chance that a demonstrator knows what its plan leaves out; None for one who knows nothing.
    """

    games: int = 6000
    plans: int = 6
    turns: int = 12
    knows: float | None = None
    epochs: float = 2.0
    batch: int = 32
    learning_rate: float = 2e-3
    warmup: int = 100


def samples(config: CloneConfig, seed: int) -> list[Sample]:
    """The demonstrations in ALFWorld, packed. Follows from the seed."""
    rng = random.Random(f"demonstrations/{seed}")
    games = list(training_games(seed, config.games))
    habits = None if config.knows is None else habits_of(games)
    found = []
    for g in games:
        for _ in range(config.plans):
            d = demonstrate(g, rng, habits=habits, knows=config.knows or 0.0)
            if d.turns:
                found.append(pack(Scene.of(d.reader), rng.sample(d.turns, min(config.turns, len(d.turns)))))
    return found


def shop_samples(config: CloneConfig, seed: int) -> list[Sample]:
    """The demonstrations in WebShop, packed. Follows from the seed."""
    from skillevo.harness.pocket.shop import demos, plans

    rng = random.Random(f"shopping/{seed}")
    found = []
    for f in plans.training_goals(seed, config.games):
        for _ in range(config.plans):
            d = demos.demonstrate(f, rng)
            found.append(pack(Scene.of(d.reader), rng.sample(d.turns, min(config.turns, len(d.turns)))))
    return found


def clone(
    data: Sequence[Sample],
    config: CloneConfig,
    seed: int,
    *,
    start: RankerNet | None = None,
    shape: Shape = HOUSE,
    tell: Callable[[int, int, float], None] | None = None,
) -> RankerNet:
    """Train a network on demonstrations.

    Args:
        start: goes on from these weights.
        shape: of a new network: the world that the demonstrations are from.
        tell: told of steps done, steps in all, and the mean loss since it was told last.
    """
    torch.manual_seed(seed)
    net = start or RankerNet(shape)
    optimiser = torch.optim.AdamW(net.parameters(), lr=config.learning_rate, weight_decay=0.01, betas=(0.9, 0.98))
    steps = max(1, int(config.epochs * len(data)) // config.batch)
    rng = random.Random(f"order/{seed}")
    order: list[int] = []
    lost, told = 0.0, 0
    for step in range(steps):
        rate = min((step + 1) / config.warmup, 0.5 * (1 + math.cos(math.pi * step / steps)) + 0.02)
        for group in optimiser.param_groups:
            group["lr"] = config.learning_rate * rate
        if len(order) < config.batch:
            order = rng.sample(range(len(data)), len(data))
        batch = collate([data[order.pop()] for _ in range(min(config.batch, len(order)))])
        logprobs = net.logprobs(batch)
        loss = -(batch.weights * logprobs).sum() / len(batch.episode_of)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        lost, told = lost + loss.item(), told + 1
        if tell is not None and ((step + 1) % 100 == 0 or step + 1 == steps):
            tell(step + 1, steps, lost / told)
            lost, told = 0.0, 0
    return net
