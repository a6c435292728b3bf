"""What shoppers ask for: requests in plain English, worded differently in training, validation and test."""

from __future__ import annotations

from collections.abc import Mapping

from skillevo.envs.draw import Draw
from skillevo.envs.webshop.catalogue.vocabulary import Kind, Slot, Split, general

_NUMBER = ((2, 3, 4), (45, 33, 22))
"""How many attributes a request names, with weights: as in the original's."""
_LEADS = {"with": "with", "of": "made of", "for": "for"}


def attributes_wanted(draw: Draw, traits: Mapping[str, Slot], title: str) -> Mapping[str, Slot]:
    """Some of a product's traits, in its own order; rather those that its title does not tell."""
    hidden = sorted(draw.shuffled(traits), key=lambda trait: trait in title.lower())
    chosen = set(hidden[: draw.weigh(*_NUMBER)])
    return {trait: slot for trait, slot in traits.items() if trait in chosen}


def request(draw: Draw, kind: Kind, split: Split, wanted: Mapping[str, Slot], options: Mapping[str, str]) -> str:
    """A request for a product with these traits and options; now and then one trait is said in other words."""
    words = general()
    described = _in_other_words(draw, split, wanted)
    before = [t for t, slot in wanted.items() if slot.place == "before" and t not in described]
    thing = f"{', '.join(before)} {kind.name}".strip()
    if kind.name != kind.plural:
        thing = f"{_article(thing)} {thing}"
    behind = [(slot.place, t) for t, slot in wanted.items() if slot.place != "before" and t not in described]
    for place, lead in _LEADS.items():
        if found := [t for p, t in behind if p == place]:
            thing += f" {lead} {' and '.join(found)}"
    for phrase in described.values():
        thing += f", {phrase}" if behind else f" {phrase}"
    asked = [draw.pick(words.asking[split][name]).format(value=value) for name, value in options.items()]
    return draw.pick(words.frames[split]).format(thing=", ".join((thing, *asked)))


def _in_other_words(draw: Draw, split: Split, wanted: Mapping[str, Slot]) -> dict[str, str]:
    sayable = [t for t, slot in wanted.items() if slot.traits[t]]
    if not sayable or not draw.chance(45):
        return {}
    trait = draw.pick(sayable)
    return {trait: wanted[trait].traits[trait][split == "test"]}


def _article(thing: str) -> str:
    return "an" if thing[0] in "aeio" or thing.startswith(("ul", "un")) else "a"
