"""Guides for all kinds of task at once: "if the task says hot, ...", and lists of where things lie.

What somebody with one game before them gets out of a guide is a plan as any other: the branches that are meant for
the task, and the line of the list that names the object.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from skillevo.harness.pocket import names
from skillevo.harness.pocket.phrases import Style, Writer, expand
from skillevo.harness.pocket.plans import APPLIANCE, Again, Facts, Find, Light, Plan, Put, Step, Take, Treat

_WORDS = {"heat": ("hot", "heated", "heating"), "cool": ("cool", "cold", "cooling"), "clean": ("clean", "cleaning")}
_IF = (
    "if the task [says|asks for|wants] {state}[ things| ones|], ",
    "when the task [says|asks for] {state}, ",
    "for {state} [things|objects|tasks]: ",
    "[only|] if it must be {state}, ",
    "if a {state} {thing} is [wanted|needed], ",
    "{state}: ",
)
_IF_LAMP = (
    "if the task is to look at [something|it|the object] [under|with] a lamp, ",
    "when a lamp is named, ",
    "for tasks with a lamp: ",
    "to [look at|examine] something, ",
)
_IF_TWO = ("if [two|two objects] are [wanted|needed], ", "for two objects: ", "when the task says two, ")
_LIST = ("likely places", "where things [are|lie|are found]", "usual places")
_LINE = ("{things}: {places}", "{things} - {places}", "[look for|find] {things} [in|on] {places}")
_SEARCH = (
    "find [the|a] {thing}[ in its usual places|: see the list|, likely places first|].",
    "[search|look in] the likely places for the {thing} [first|].",
)


@dataclass(frozen=True, slots=True)
class Guide:
    """A guide's text, and what it says about one game."""

    text: str
    plan: Plan


def draw_guide(facts: Facts, rng: random.Random, style: Style) -> Guide:
    """A guide as good as chance has it."""
    writer = Writer(rng, style)
    blocks: list[tuple[str, Step, bool]] = []
    listed = rng.random() < 0.5
    find, lines = _listed(facts, rng, style) if listed else (_search(facts, rng), [])
    blocks.append(("", find, True))
    blocks.append(("", Take(), True))
    branches: list[tuple[str, Step, bool]] = []
    for how in rng.sample(list(APPLIANCE), 3):
        if rng.random() < 0.12:
            continue
        appliance = APPLIANCE[how] if rng.random() < 0.75 else rng.choice((*APPLIANCE.values(), *facts.room))
        condition = expand(rng.choice(_IF), rng).format(state=rng.choice(_WORDS[how]), thing="object")
        branches.append((condition, Treat(how, appliance), facts.how == how))
    if rng.random() < 0.88:
        lamps = list(facts.lamps[:1]) if facts.lamps and rng.random() < 0.6 else []
        lamps += rng.sample(("desk", "sidetable", "dresser", "shelf"), rng.randrange(3))
        light = Light("desklamp", tuple(dict.fromkeys(lamps)))
        branches.append((expand(rng.choice(_IF_LAMP), rng), light, bool(facts.lamp)))
    blocks += branches
    if rng.random() < 0.95:
        blocks.append(("", Put(), not facts.lamp))
    if rng.random() < 0.8:
        blocks.append((expand(rng.choice(_IF_TWO), rng), Again(), facts.two))
    plan = Plan(tuple(step for _, step, meant in blocks if meant))
    sentences = [_joined(condition, writer.say(step)) for condition, step, _ in blocks]
    if listed:
        sentences[0] = writer.fill(expand(rng.choice(_SEARCH), rng)) + (writer.opening() if find.opening else "")
    text = writer.lay_out(sentences)
    if lines:
        head = expand(rng.choice(_LIST), rng)
        text = rng.choice((f"{text}\n\n## {head}\n\n", f"{text}\n{head}:\n")) + "\n".join(f"- {x}" for x in lines)
    return Guide(text, plan)


def _search(facts: Facts, rng: random.Random) -> Find:
    opening = rng.random() < 0.7
    chance = rng.random()
    if chance < 0.3:
        return Find("", (), opening=opening, everywhere=True)
    if chance < 0.4:
        return Find("", (), opening=False)
    places = [*facts.where[:1], *rng.sample(facts.room, min(len(facts.room), rng.choice((0, 1, 2, 3))))]
    rng.shuffle(places)
    return Find("", tuple(dict.fromkeys(places)), opening=opening)


def _listed(facts: Facts, rng: random.Random, style: Style) -> tuple[Find, list[str]]:
    """A search by a list of things and their places, and the list's lines."""
    form = rng.choice(_LINE)
    others = [t for t in facts.things if t != facts.thing]
    rng.shuffle(others)
    groups = [others[i : i + 2] for i in range(0, rng.choice((2, 4, 6)), 2)]
    mine = rng.random() < 0.9
    if mine:
        groups.insert(rng.randrange(len(groups) + 1), [facts.thing, *others[-1 : -1 - rng.randrange(2) : -1]])
    lines: list[str] = []
    places: tuple[str, ...] = ()
    for group in groups:
        there = rng.sample(facts.room, min(len(facts.room), rng.choice((1, 2, 3))))
        if facts.thing in group:
            if rng.random() < 0.7 and facts.where[0] not in there:
                there[rng.randrange(len(there))] = facts.where[0]
            places = tuple(there)
        rng.shuffle(group)
        line = expand(form, rng).format(things=_and(group, rng, style), places=_and(there, rng, style))
        lines.append(line[:1].upper() + line[1:])
    return Find("", places, opening=rng.random() < 0.7), lines


def _and(words: Sequence[str], rng: random.Random, style: Style) -> str:
    named = [rng.choice(names.forms(w)) if style.natural else w for w in words]
    return ", ".join(named)


def _joined(condition: str, sentence: str) -> str:
    text = condition + sentence[:1].lower() + sentence[1:] if condition else sentence
    return text[:1].upper() + text[1:]
