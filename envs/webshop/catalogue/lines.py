"""Lines of products: siblings of one brand and kind that differ in a trait or two, in their options and in price.

Products come in blocks of eight, and a block is a few whole lines. A block follows from the seed and its number alone,
so that a catalogue of any length can be read from anywhere in constant memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from skillevo.envs.draw import Draw
from skillevo.envs.webshop.catalogue.names import asin_of, brand_name, line_name, model_name
from skillevo.envs.webshop.catalogue.pages import Item, bullets, description, title
from skillevo.envs.webshop.catalogue.requests import attributes_wanted, request
from skillevo.envs.webshop.catalogue.vocabulary import MIX, SPLITS, Department, Kind, Slot, Split, departments
from skillevo.envs.webshop.product import Instruction, Product

BLOCK = 8
"""Products of one block."""

_SHARES = (55, 17, 28)
"""Percent of the blocks that belong to training, validation and test."""
_VALUES = ((2, 3, 4, 5, 6, 7, 8, 10, 12, 15), (22, 18, 16, 12, 10, 6, 6, 5, 3, 2))
"""How many values an option has, with weights: as in the original's products."""


@dataclass(frozen=True, slots=True)
class Line:
    """What siblings have in common.

    Attributes:
        split: whether training, validation or test may ask for its products.
        traits: one for each slot of the kind.
        options: the names of its options, most important first; empty if there is nothing to choose.
        cents: the usual price.
    """

    department: Department
    kind: Kind
    brand: str
    name: str
    split: Split
    traits: tuple[str, ...]
    options: tuple[str, ...]
    cents: int


def block(seed: int, number: int) -> list[Product]:
    """The products of one block."""
    draw, split = Draw("catalogue", seed, number), split_of(seed, number)
    products: list[Product] = []
    while len(products) < BLOCK:
        line = _line(draw, split)
        for sibling in range(min(1 + draw.below(4), BLOCK - len(products))):
            products.append(_product(draw, line, sibling, asin_of(seed, number * BLOCK + len(products))))
    return products


def split_of(seed: int, number: int) -> Split:
    """Which split may ask for the products of a block; a line is never divided."""
    return Draw("split", seed, number).weigh(SPLITS, _SHARES)


def _line(draw: Draw, split: Split) -> Line:
    department = draw.weigh(departments(), tuple(MIX.values()))
    kind = draw.pick(department.kinds)
    low, high = kind.price
    level = draw.below(1000)
    cents = low * 100 + (high - low) * level * level // 10_000
    if draw.chance(department.dear):
        cents = cents * (200 + draw.below(300)) // 100
    return Line(
        department=department,
        kind=kind,
        brand=brand_name(draw),
        name=line_name(draw),
        split=split,
        traits=tuple(draw.pick(slot.names) for slot in kind.slots),
        options=_option_names(draw, department, kind),
        cents=cents,
    )


def _option_names(draw: Draw, department: Department, kind: Kind) -> tuple[str, ...]:
    names = draw.shuffled(kind.options)
    if not draw.chance(department.with_options):
        return ()
    return tuple(names[: 1 + draw.chance(45) + draw.chance(6)])


def _product(draw: Draw, line: Line, sibling: int, asin: str) -> Product:
    traits = _traits(draw, line, sibling)
    options = {name: _values(draw, line.kind, name) for name in line.options}
    item = Item(
        line.department, line.kind, line.brand, line.name, model_name(draw), traits, options, draw.pick(line.kind.uses)
    )
    shown = title(draw, item)
    told = bullets(draw, item, shown)
    prices = _prices(draw, line)
    wanted = attributes_wanted(draw, traits, shown)
    asked = {name: draw.pick(values) for name, values in options.items()}
    # A shop of our own is for wishes that take a choice: few of those without one are put into words.
    human = request(draw, line.kind, line.split, wanted, asked) if options or draw.chance(8) else None
    synthetic = request(draw, line.kind, line.split, wanted, {}) if draw.chance(42) else None
    attributes = tuple(wanted)
    return Product(
        asin=asin,
        title=shown,
        description=description(draw, item),
        bullets=told,
        prices=prices,
        options=options,
        category=line.department.name,
        query=line.kind.plural,
        product_category=line.kind.path,
        attributes=tuple(traits),
        synthetic=Instruction(synthetic, attributes) if synthetic else None,
        human=(Instruction(human, attributes, tuple(asked.values())),) if human else (),
    )


def _traits(draw: Draw, line: Line, sibling: int) -> Mapping[str, Slot]:
    """The line's traits; a sibling has another one in some slot, and now and then a slot is left empty."""
    slots = line.kind.slots
    names = list(line.traits)
    for _ in range(0 if sibling == 0 else 1 + draw.below(2)):
        at = draw.below(len(slots))
        names[at] = draw.pick([n for n in slots[at].names if n != names[at]])
    empty = draw.below(len(slots)) if len(slots) > 2 and draw.chance(35) else None
    return {name: slot for at, (name, slot) in enumerate(zip(names, slots, strict=True)) if at != empty}


def _values(draw: Draw, kind: Kind, name: str) -> tuple[str, ...]:
    pool = kind.options[name]
    chosen = draw.shuffled(range(len(pool)))[: draw.weigh(*_VALUES)]
    return tuple(pool[at] for at in (sorted(chosen) if name in kind.ordered else chosen))


def _prices(draw: Draw, line: Line) -> tuple[float, ...]:
    dollars = max(2, line.cents * (100 + draw.near(25)) // 10_000)
    low = dollars * 100 - draw.weigh((1, 5, 0, 51), (55, 15, 20, 10))
    if not draw.chance(line.department.with_range):
        return (low / 100,)
    return (low / 100, (low + low * (10 + draw.below(60)) // 100) / 100)
