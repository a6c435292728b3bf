"""The short prompt for small generators: what it says, and that it says nothing that the agent was not shown."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from skillevo.envs.alfworld import load_panel, optimal_plan
from skillevo.envs.alfworld.data import load_game
from skillevo.envs.alfworld.engine import World
from skillevo.envs.alfworld.game import Game
from skillevo.envs.base import Episode, EpisodeKey, SkillevoError, StopReason, TaskInstance, Turn, Verdict
from skillevo.harness.journal import Played
from skillevo.harness.methods.compact_prompt import NAME, compact_prompt
from skillevo.harness.methods.generator import FULL, EditRules, edit_prompt, preset_of
from skillevo.harness.skills import Attempt, History, Place, Skill

RULES = EditRules()


def games(n: int) -> list[TaskInstance]:
    return list(load_panel("pocket-val").take(n))


def game_of(instance: TaskInstance) -> Game:
    return load_game(str(instance.payload["source"]))


def played(game: Game, commands: Sequence[str], rollout: int = 0) -> Played:
    world = World(game)
    seen, turns = world.reset(), []
    for command in commands:
        answer = world.step(command)
        turns.append(Turn(seen, world.actions, command, float(world.won), world.won))
        seen = answer
    reason = StopReason.DONE if world.won else StopReason.STEP_CAP
    episode = Episode(EpisodeKey("x", 0, 0, rollout), 0, turns, seen, reason)
    return Played(episode, Verdict(float(world.won), world.won), "train")


def attempt(plays: Sequence[Played], generation: int = 0, body: str = "1. Try.") -> Attempt:
    parent = Place(generation - 1, 0) if generation else None
    return Attempt(generation, 0, Skill("s", "d", body), tuple(plays), parent)


def wander(game: Game, seed: int, steps: int = 12) -> list[str]:
    rng, world, commands = random.Random(seed), World(game), []
    for _ in range(steps):
        commands.append(rng.choice(world.actions))
        world.step(commands[-1])
    return commands


def test_it_tells_what_happened() -> None:
    (instance,) = [i for i in games(6) if i.tags["type"].startswith("pick_heat")]
    plan = optimal_plan(instance)
    history = History((attempt([played(game_of(instance), plan), played(game_of(instance), plan[:1])]),))
    text = compact_prompt(history)
    task = history.task.partition("Your task is to: ")[2]
    assert text.startswith(f"task: {task}\nroom: ")
    assert "skill: 1 of 2 won\n1. Try.\nlost: " in text
    assert re.search(r"\nwon: .*heat \w+ with microwave", text)
    assert text.endswith("new skill:\n")


def test_it_remembers_the_whole_line() -> None:
    game = game_of(games(1)[0])
    (first, second, third) = (f"go to {p}" for p in game.receptacles[:3])
    one = attempt([played(game, [first, second])])
    two = attempt([played(game, [third])], 1, "1. Try again.")
    text = compact_prompt(History((one, two)))
    assert "1. Try again." in text
    assert "1. Try.\n" not in text
    mentioned = " ".join(line for line in text.splitlines() if line.startswith(("searched", "closed", "seen")))
    for place in game.receptacles[:3]:
        assert place.partition(" ")[0] in mentioned


def test_what_was_not_seen_changes_nothing() -> None:
    """Two worlds that looked alike to the agent give one prompt, wherever their objects lie."""
    for instance in games(24):
        game = game_of(instance)
        commands = wander(game, 1)
        visited = {c.removeprefix("go to ") for c in commands if c.startswith("go to ")}
        elsewhere = [r for r, name in enumerate(game.receptacles) if name not in visited]
        wanted = [o for o in range(len(game.objects)) if game.wanted >> o & 1]
        contents = [list(c) for c in game.contents]
        for o in wanted:
            for r in elsewhere:
                if o in contents[r]:
                    contents[r].remove(o)
        contents[elsewhere[-1]].extend(wanted)
        other = replace(game, contents=tuple(tuple(c) for c in contents))
        a, b = played(game, commands), played(other, commands)
        if [t.observation for t in a.episode.turns] == [t.observation for t in b.episode.turns]:
            assert compact_prompt(History((attempt([a]),))) == compact_prompt(History((attempt([b]),)))


def test_every_name_in_it_was_shown() -> None:
    for number, instance in enumerate(games(24)):
        play = played(game_of(instance), wander(game_of(instance), number))
        shown = " ".join([*(f"{t.observation} {t.action}" for t in play.episode.turns), play.episode.final])
        text = compact_prompt(History((attempt([play]),)))
        named = [line.partition(": ")[2] for line in text.splitlines() if line.startswith(("room", "seen", "searched"))]
        for word in re.findall(r"[a-z]+", " ".join(named)):
            assert word == "in" or re.search(rf"\b{word} \d", shown), (word, text)


def test_it_stays_short() -> None:
    game = game_of(games(1)[0])
    plays = [played(game, wander(game, k, 50), k) for k in range(8)]
    assert len(compact_prompt(History((attempt(plays, body="Be careful. " * 500),)))) < 2500


def test_an_episode_without_turns_is_told() -> None:
    game = game_of(games(1)[0])
    nothing = Played(Episode(EpisodeKey("x"), 0, [], "", StopReason.MODEL_ERROR), Verdict(0.0, False), "train")
    assert "lost: nothing done" in compact_prompt(History((attempt([played(game, ["look"]), nothing]),)))


def test_presets_are_chosen_by_the_generator() -> None:
    class Plain:
        pass

    class Small:
        prompt_preset = NAME

    history = History((attempt([played(game_of(games(1)[0]), ["look"])]),))
    assert preset_of(Plain()) == FULL  # type: ignore[arg-type]
    assert edit_prompt(history, RULES, preset_of(Small())) == compact_prompt(history)  # type: ignore[arg-type]
    assert edit_prompt(history, RULES).startswith("You improve a skill")
    with pytest.raises(SkillevoError, match="no prompt preset 'tiny'"):
        edit_prompt(history, RULES, "tiny")
