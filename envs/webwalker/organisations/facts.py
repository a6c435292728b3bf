"""An organisation: its people, its entities and what is true of them, drawn from a seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from skillevo.envs.draw import Draw
from skillevo.envs.webwalker.organisations.words import (
    FAMILY,
    GIVEN,
    KINDS,
    NEWS,
    PLACES,
    QUALITIES,
    TOPICS,
    Field,
    Kind,
    Language,
    Section,
)

GENERATOR_VERSION = "1"
"""Changes with every change of what a seed makes."""

_NEWS_ITEMS = 60
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entity:
    """Something with a page.

    Attributes:
        path: of its page, below the site's root.
        values: label -> value as the page shows it, units included.
        numbers: label -> the number in it, for those that have a unit.
        people: label -> path of the person that the value names.
    """

    name: str
    path: str
    section: Section
    values: Mapping[str, str]
    numbers: Mapping[str, int]
    people: Mapping[str, str]
    children: tuple[Entity, ...] = ()


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation and all that its site tells."""

    slug: str
    kind: Kind
    language: Language
    name: str
    about: str
    tree: tuple[Entity, ...]
    places: tuple[Entity, ...]
    people: tuple[Entity, ...]
    facts: Entity
    news: tuple[tuple[str, str], ...]

    def sections(self) -> Iterator[tuple[Section, tuple[Entity, ...]]]:
        """The parts of the site that list entities."""
        yield self.kind.tree, self.tree
        yield self.kind.places, self.places
        yield self.kind.people, self.people


def make_organisation(kind: str, language: Language, number: int) -> Organisation:
    """The organisation of that kind, language and number; the same on every machine."""
    return _Maker(KINDS[kind], language, number).make()


class _Maker:
    """Draws one organisation. No two entities of it have the same name."""

    def __init__(self, kind: Kind, language: Language, number: int) -> None:
        self.kind, self.language = kind, language
        self.slug = f"{kind.name}-{language}-{number}"
        self.draw = Draw("organisation", GENERATOR_VERSION, kind.name, language, number)
        self.topics = self.draw.shuffled(TOPICS[language].split("|"))
        self.towns = self.draw.shuffled(PLACES[language].split("|"))
        self.qualities = self.draw.shuffled(QUALITIES[language].split("|"))
        self.taken: set[str] = set()
        self.people: tuple[Entity, ...] = ()

    def make(self) -> Organisation:
        kind = self.kind
        name = self.fill(kind.title[self.language], capital=True)
        about = self.fill(kind.about[self.language])
        self.people = self.entities(kind.people)
        tree, places = self.entities(kind.tree), self.entities(kind.places)
        facts = self.entity(kind.facts, kind.facts.title[self.language], f"{kind.facts.slug}/")
        news = tuple(self.news() for _ in range(_NEWS_ITEMS))
        return Organisation(self.slug, kind, self.language, name, about, tree, places, self.people, facts, news)

    def entities(self, section: Section, above: str = "") -> tuple[Entity, ...]:
        made = []
        for n in range(1, section.count + 1):
            name = self.person() if section is self.kind.people else self.fresh(section)
            folder = f"{above}{section.slug}/{n}"
            children = self.entities(section.child, f"{folder}/") if section.child else ()
            made.append(self.entity(section, name, f"{folder}/" if children else f"{folder}.html", children))
        return tuple(made)

    def entity(self, section: Section, name: str, path: str, children: tuple[Entity, ...] = ()) -> Entity:
        values, numbers, people = {}, {}, {}
        for field in section.fields:
            label = field.label[self.language]
            if field.pattern == "person":
                who = self.draw.pick(self.people)
                values[label], people[label] = who.name, who.path
                continue
            values[label] = text = self.value(field)
            if unit := field.unit[self.language]:
                numbers[label] = int(text)
                values[label] = f"{text} {unit}" if self.language == "en" else f"{text}{unit}"
        return Entity(name, path, section, values, numbers, people, children)

    def value(self, field: Field) -> str:
        kind, _, rest = field.pattern.partition(":")
        if kind == "int":
            bounds, _, step = rest.partition(":")
            low, high = map(int, bounds.split("-"))
            size = int(step or 1)
            return str(low + size * self.draw.below((high - low) // size + 1))
        if kind == "date":
            return self.date()
        if kind == "time":
            return f"{6 + self.draw.below(6)}:{5 * self.draw.below(12):02}"
        if kind == "room":
            return f"{self.draw.pick('ABCDEFGH')}{self.draw.below(6) + 1}{self.draw.below(100):02}"
        return f"{rest}{self.draw.below(9000) + 1000}-{self.draw.below(90) + 10}"

    def date(self) -> str:
        day, month, year = self.draw.below(28) + 1, self.draw.below(12), 2019 + self.draw.below(7)
        return f"{day} {_MONTHS[month]} {year}" if self.language == "en" else f"{year}年{month + 1}月{day}日"

    def person(self) -> str:
        given, family = GIVEN[self.language].split("|"), FAMILY[self.language].split("|")
        while True:
            a, b = self.draw.pick(given), self.draw.pick(family)
            name = f"{a} {b}" if self.language == "en" else f"{b}{a}"
            if name not in self.taken:
                self.taken.add(name)
                return name

    def fresh(self, section: Section) -> str:
        while True:
            name = self.fill(section.names[self.language], section)
            if name not in self.taken:
                self.taken.add(name)
                return name

    def fill(self, pattern: str, section: Section | None = None, capital: bool = False) -> str:
        """A pattern with a topic for {a}, and a place or a quality for {b}."""
        towns = section is None or section is not (self.kind.tree.child) or "{n}" in pattern
        b = self.draw.pick(self.towns if towns else self.qualities)
        a = self.draw.pick(self.topics)
        text = pattern.format(
            a=a.capitalize() if capital else a, b=b, n=f"{self.draw.below(8) + 1}.{self.draw.below(90) + 10}"
        )
        return text[:1].upper() + text[1:]

    def news(self) -> tuple[str, str]:
        pattern = self.draw.pick(NEWS[self.language].split("|"))
        a, b, n = self.draw.pick(self.topics), self.draw.pick(self.towns), self.draw.below(900) + 90
        return self.date(), pattern.format(a=a, b=b, n=n, d=self.date())
