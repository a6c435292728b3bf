"""How well a ranker obeys: its success under no skill, the solver's own, the same in other words, and wrong ones."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from skillevo.envs.alfworld.data import load_game
from skillevo.envs.base import EpisodeKey, Panel, TaskInstance
from skillevo.envs.benchmark import get_benchmark
from skillevo.harness.play import Conditioning, PlayRules, Policy, SkillText, play
from skillevo.harness.pocket.phrases import Style, Writer, held_out
from skillevo.harness.pocket.plans import APPLIANCE, Facts, Find, Light, Plan, Put, Step, Treat, facts_of, right_plan
from skillevo.harness.pocket.shop import measure as shop
from skillevo.harness.pocket.shop.plans import facts_for


def wrong_plan(facts: Facts, rng: random.Random) -> Plan:
    """A plan that names places where the object is not, the wrong appliance, and the wrong place for the lamp."""
    elsewhere = [p for p in facts.room if p not in facts.where] or list(facts.room)
    steps: list[Step] = []
    for s in right_plan(facts).steps:
        match s:
            case Find():
                steps.append(replace(s, places=tuple(rng.sample(elsewhere, min(2, len(elsewhere))))))
            case Treat():
                steps.append(Treat(s.how, rng.choice([p for p in facts.room if p != APPLIANCE[s.how]])))
            case Light():
                steps.append(replace(s, places=(rng.choice([p for p in facts.room if p not in facts.lamps]),)))
            case _:
                steps.append(s)
    return Plan(tuple(steps))


def wrong_order(facts: Facts) -> Plan:
    """The right plan but for one thing: appliance or target wrong, lamp or second object forgotten."""
    steps = list(right_plan(facts).steps)
    for i, s in enumerate(steps):
        if isinstance(s, Treat):
            steps[i] = Treat(s.how, next(p for h, p in APPLIANCE.items() if h != s.how))
            return Plan(tuple(steps))
    other = next(p for p in facts.room if p != facts.target)
    if facts.lamp or facts.two:
        return Plan(tuple(steps[:-1]))
    return Plan(tuple(Put(other) if isinstance(s, Put) else s for s in steps))


Say = Callable[[Any, random.Random], str]
"""A skill in words, from the facts of a game or goal."""

CONDITIONS: Mapping[str, Say] = {
    "no skill": lambda f, rng: "",
    "solver's skill": lambda f, rng: Writer(rng, Style()).text(right_plan(f)),
    "in other words": lambda f, rng: held_out(rng, right_plan(f)),
    "all wrong": lambda f, rng: Writer(rng, Style()).text(wrong_plan(f, rng)),
    "one step wrong": lambda f, rng: Writer(rng, Style()).text(wrong_order(f)),
}
"""What a ranker is shown, from the facts of the game."""

OF_WORLD: Mapping[str, Mapping[str, Say]] = {"alfworld": CONDITIONS, "webshop": shop.CONDITIONS}


def successes(policy: Policy, panel: Panel, say: Say, *, seed: int = 0, rollouts: int = 1) -> list[bool]:
    """Success of each rollout on each instance, in order."""
    bench = get_benchmark(panel.env)
    options, rules = bench.options(), PlayRules(step_cap=bench.step_cap)

    async def run() -> list[bool]:
        found = []
        for instance in panel:
            text = skill_for(instance, say, seed)
            shown = Conditioning((SkillText("skill", "skill", "skill", text),) if text else ())
            for k in range(rollouts):
                key = EpisodeKey(instance.id, rollout=k)
                env = bench.make_env(instance, options)
                episode = await play(env, instance, key, key.seed(seed), policy, shown, rules)
                found.append(bench.verify(instance, episode).success)
        return found

    return asyncio.run(run())


def skill_for(instance: TaskInstance, say: Say, seed: int) -> str:
    rng = random.Random(f"{seed}/{instance.id}")
    if instance.env == "webshop":
        return say(facts_for(instance), rng)
    return say(facts_of(load_game(str(instance.payload["source"]), instance.digest)), rng)
