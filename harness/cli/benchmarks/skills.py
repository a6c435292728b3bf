"""Skill evaluations: one skill shown, one episode played, verified and kept in a journal, on one core.

The skills are of the kind that a small generator writes: a plan of five steps or so, which wins, and looks in wrong
places first, others in each skill, so that an episode takes some fifteen turns; the ranker is told it in the words that
it was trained on. A recurrence shows a skill to several rollouts; a generator in training writes a new one for nearly
each. Both are measured, and for the follower the demo's skill of many lines, with every line new.
"""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from skillevo.envs.alfworld.data import load_game
from skillevo.envs.base import TaskInstance
from skillevo.harness.cli.benchmarks.figure import Figure
from skillevo.harness.cli.benchmarks.playing import play_panel
from skillevo.harness.cli.demo import GOOD_SKILL
from skillevo.harness.cli.methods import MethodArguments
from skillevo.harness.cli.setup import make_setup
from skillevo.harness.methods.base import Frozen, Phase, Record
from skillevo.harness.play import Conditioning, SkillText
from skillevo.harness.pocket.phrases import Writer
from skillevo.harness.pocket.plans import APPLIANCE, Facts, facts_of, right_plan
from skillevo.harness.rollouts import Play
from skillevo.harness.skills import load_skill

PANEL = "pocket-test"
_BLANK = re.compile(r"(?<=\S) (?=\S)")

Say = Callable[[TaskInstance, random.Random], str]
"""A skill's text for an instance; another one each time, as the generator goes on."""


def measure(episodes: int) -> list[Figure]:
    """All figures.

    Args:
        episodes: of each row with the follower; the ranker plays a quarter of them.
    """
    return list(_figures(episodes))


def _figures(episodes: int) -> Iterator[Figure]:
    for policy, say, many, least in (
        ("pocket/follower", plain, episodes, 500),
        ("pocket/ranker", trained, -(-episodes // 4), 60),
    ):
        for kind, again in (("read before", True), ("all new", False)):
            yield from _rates(f"{policy}, skills {kind}", policy, say, many, least, again=again)
    lines = sum(bool(line.strip()) for line in load_skill(GOOD_SKILL).body.splitlines())
    yield from _rates(f"pocket/follower, {lines} lines, all new", "pocket/follower", renewed, episodes // 4)


def _rates(
    name: str, policy: str, say: Say, episodes: int, least: float = 0, *, again: bool = False
) -> Iterator[Figure]:
    seconds, turns, played = _play(policy, say, episodes, again=again)
    yield Figure(f"turns: {name}", turns / played, "an episode", f"{played} episodes of {PANEL}")
    rate = (f"evaluations: {name}", played / seconds, "/s", "once, CPU")
    yield Figure.at_least(*rate, least) if least else Figure(*rate)


def _play(policy: str, say: Say, episodes: int, *, again: bool) -> tuple[float, int, int]:
    """CPU seconds, turns and episodes; what is shown is written, and if `again`, played once, before the clock runs."""
    setup = make_setup("alfworld", MethodArguments("static_skill"), model=policy, panel=PANEL, skills=[GOOD_SKILL])
    rollouts = -(-episodes // len(setup.panel))
    shown: dict[tuple[str, int], SkillText] = {}
    for instance in setup.panel:
        rng = random.Random(instance.id)
        for k in range(rollouts):
            text = shown[instance.id, 0].body if again and k else say(instance, rng)
            shown[instance.id, k] = SkillText(f"{instance.id}/{k}", "skill", "skill", text)
    method = _Shown(shown, rollouts)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("before", "measured") if again else ("measured",):
            seconds, turns = play_panel(setup, method, Path(folder) / f"{name}.db")
    return seconds, turns, len(shown)


def plain(instance: TaskInstance, rng: random.Random) -> str:
    """The solver's plan in plain steps, but for three wrong places to look in first."""
    facts = _facts(instance)
    first, *others = _places(facts, 3, rng)
    steps = [
        f"Look for the {facts.thing} on the {first}, then on the {', then on the '.join(others)}. Open what is closed.",
        f"Take the {facts.thing}.",
    ]
    if facts.how:
        steps.append(f"{facts.how.capitalize()} the {facts.thing} with the {APPLIANCE[facts.how]}.")
    if facts.lamp:
        steps.append(f"Go to the {facts.lamps[0]} and turn on the {facts.lamp}.")
    else:
        steps.append(f"Put the {facts.thing} in the {facts.target}, opening it if it is closed.")
    if facts.two:
        steps.append("Repeat these steps for the second one.")
    return "\n".join(f"{i}. {step}" for i, step in enumerate(steps, 1))


def trained(instance: TaskInstance, rng: random.Random) -> str:
    """The solver's plan in words drawn from those of the ranker's training, but for two wrong places first."""
    facts = _facts(instance)
    return Writer(rng).text(right_plan(facts, _places(facts, 2, rng)))


def _facts(instance: TaskInstance) -> Facts:
    return facts_of(load_game(str(instance.payload["source"]), instance.digest))


def _places(facts: Facts, detours: int, rng: random.Random) -> list[str]:
    elsewhere = [p for p in facts.room if p not in facts.where]
    wrong = rng.sample(elsewhere, min(detours, len(elsewhere)))
    return [*wrong, *facts.where[: 2 if facts.two else 1]]


def renewed(_: TaskInstance, rng: random.Random) -> str:
    """The demo's skill, its words further apart here and there: lines that were read are known by their text."""
    return _BLANK.sub(lambda _: " " * rng.randint(1, 2), load_skill(GOOD_SKILL).body)


class _Shown(Frozen):
    """Every rollout with a skill of its own."""

    name = "shown"

    def __init__(self, skills: Mapping[tuple[str, int], SkillText], rollouts: int) -> None:
        self._skills, self._rollouts = skills, rollouts

    async def run(self, instance: TaskInstance, play: Play, phase: Phase, rng: random.Random) -> Record:
        own = [Conditioning((self._skills[instance.id, k],)) for k in range(self._rollouts)]
        return Record(instance.id, tuple([await play.episode(instance, c, rollout=k) for k, c in enumerate(own)]))

    def describe(self) -> Mapping[str, Any]:
        return {"rollouts": self._rollouts}
