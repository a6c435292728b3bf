"""The shop writer's first lessons: prompts made from played histories, with a poor teacher's answers."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

from skillevo.envs.base import Episode, EpisodeKey, Observation, StopReason, Turn, Verdict
from skillevo.envs.webshop.env import new_session
from skillevo.harness.journal import Played
from skillevo.harness.methods.compact_webshop import compact_prompt
from skillevo.harness.pocket.lessons import Lesson
from skillevo.harness.pocket.shop.demos import follow, see
from skillevo.harness.pocket.shop.phrases import text_of
from skillevo.harness.pocket.shop.plans import Facts, Plan
from skillevo.harness.pocket.shop.teacher import HABITS, Habits, Shown, revise, write
from skillevo.harness.policies.follower.errands import Buy, Choose, Open, Search
from skillevo.harness.skills import Attempt, History, Place, Skill


def lessons(goals: Iterable[Facts], seed: int, *, longest: int = 4, habits: Habits = HABITS) -> Iterator[Lesson]:
    """Of each goal, a lesson for every generation of one recurrence of a random length."""
    rng = random.Random(f"shop lessons/{seed}")
    for f in goals:
        plan = _first_plan(rng)
        text = write(plan) if rng.random() < 0.5 else text_of(plan, rng)
        rollouts = rng.choice((1, 2, 2, 4))
        history = History()
        for generation in range(rng.randrange(1, longest + 1)):
            skill = Skill("shop", "How to shop.", text)
            played = tuple(_play(f, plan, text, generation, k, rng) for k in range(rollouts))
            parent = Place(generation - 1, 0) if generation else None
            history = history.add(Attempt(generation, 0, skill, played, parent))
            prompt = compact_prompt(history)
            plan = revise(Shown.read(prompt), plan, rng, habits)
            text = write(plan)
            yield Lesson(prompt, text)


def _first_plan(rng: random.Random) -> Plan:
    """A general plan, as recurrences begin with one."""
    options = (Choose(),) if rng.random() < 0.6 else ()
    search = rng.choice((Search("request"), Search("request"), Search("request"), Search("kind")))
    return (search, Open((), rng.choice((0, 1, 1, 1, 2, 2, 3, 4, 5))), *options, Buy())


def _play(f: Facts, plan: Plan, text: str, generation: int, rollout: int, rng: random.Random) -> Played:
    """A rollout of somebody who follows the plan, as the harness would record it."""
    seen = see(new_session(f.rules, f.goal))
    steps: list[tuple[str, Observation]] = []
    won = follow(f, plan, text, rng, heard=lambda action, after: steps.append((action, after)))
    turns: list[Turn] = []
    for action, after in steps:
        turns.append(Turn(seen.text, seen.actions, action, 0.0, False))
        seen = after
    done = bool(steps) and not steps[-1][1].actions
    if done:
        turns[-1].reward, turns[-1].done = won.reward, True
    reason = StopReason.DONE if done else StopReason.STEP_CAP
    key = EpisodeKey(f"goal-{f.goal.index}", generation, 0, rollout)
    reward = min(1.0, max(0.0, won.reward))
    return Played(Episode(key, 0, turns, seen.text, reason), Verdict(reward, won.won), "train")
