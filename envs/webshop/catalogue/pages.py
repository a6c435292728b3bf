"""What a product's pages say: title, list of features, description.

Every trait stands in the title or among the features, to the letter, and in some descriptions as well. A search reads
the title, the description and the first of the features only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from skillevo.envs.draw import Draw
from skillevo.envs.webshop.catalogue.vocabulary import Department, Kind, Slot

_SENTENCES = {
    "before": ("It is {trait}: {tail}.", "We made it {trait}, {tail}."),
    "with": ("It comes with {trait}: {tail}.", "You get {trait}; {tail}."),
    "of": ("It is made of {trait}: {tail}.", "The material is {trait}, {tail}."),
    "for": ("It is meant for {trait}: {tail}.", "Think of {trait}, {tail}."),
}
_SMALL = frozenset(("with", "for", "in", "of", "to"))
_FEATURES = ("{Trait}: {tail}", "{Trait} - {tail}", "{TRAIT} – {tail}", "{Trait}, {tail}")


@dataclass(frozen=True, slots=True)
class Item:
    """What a product's texts are written from."""

    department: Department
    kind: Kind
    brand: str
    line: str
    model: str
    traits: Mapping[str, Slot]
    options: Mapping[str, Sequence[str]]
    use: str


def title(draw: Draw, item: Item) -> str:
    """Brand, line and kind with a few traits, in the manner of such titles."""
    shown = draw.shuffled(item.traits)[: 1 + draw.below(3)]
    by_place = {place: [t for t in shown if item.traits[t].place == place] for place in _SENTENCES}
    words = [item.brand, item.line, item.model, *by_place["before"][:2], item.kind.name]
    if item.kind.fits:
        words.append(f"for {draw.pick(item.kind.fits)}")
    words += [f"with {t}" for t in by_place["with"][:1]]
    words += [f"in {t}" for t in by_place["of"][:1]]
    name = _capitals(" ".join(filter(None, words)))
    more = [_capitals(draw.pick(item.kind.also))] if draw.chance(65) else []
    purpose = by_place["for"][:1] or ([item.use] if draw.chance(70) else [])
    more += [f"for {_capitals(p)}" for p in purpose]
    if item.options and draw.chance(35):
        more.append(_capitals(draw.pick(draw.pick(list(item.options.values())))))
    return ", ".join((name, *more))


def bullets(draw: Draw, item: Item, title: str) -> tuple[str, ...]:
    """The list of features: all traits that the title does not name, some that it does, and other matters."""
    lines = []
    for trait, slot in item.traits.items():
        if trait in title.lower() and draw.chance(40):
            continue
        form = draw.pick(_FEATURES)
        lines.append(form.format(Trait=trait.capitalize(), TRAIT=trait.upper(), tail=draw.pick(slot.tails)))
    fillers = draw.shuffled(item.department.fillers)[: 1 + draw.below(3)]
    return tuple(draw.shuffled([*lines, *(_fill(draw, filler, item) for filler in fillers)]))


def description(draw: Draw, item: Item) -> str:
    """Some sentences; three products of ten have none."""
    if draw.chance(30):
        return ""
    parts = [_fill(draw, draw.pick(item.department.openers), item)]
    for trait in draw.shuffled(item.traits)[: draw.below(4)]:
        slot = item.traits[trait]
        parts.append(draw.pick(_SENTENCES[slot.place]).format(trait=trait, tail=draw.pick(slot.tails)))
    parts.append(_fill(draw, draw.pick(item.department.closers), item))
    return " ".join(parts)


def _fill(draw: Draw, sentence: str, item: Item) -> str:
    return sentence.format(
        brand=item.brand,
        line=item.line,
        kind=item.kind.name,
        plural=item.kind.plural,
        use=item.use,
        n=20 + draw.below(75),
        m=2 + draw.below(11),
    )


def _capitals(text: str) -> str:
    """Every word with a capital, but for the small ones."""
    return " ".join(w if w in _SMALL else w[0].upper() + w[1:] for w in text.split())
