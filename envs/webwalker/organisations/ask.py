"""Questions about an organisation, with their answers and golden paths, both by construction.

Difficulty is how deep the answer lies: `easy` one click from the root, `medium` two, `hard` three. A multi-source
question needs two pages: a person that one page names and another describes, or two numbers that are to be added up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from skillevo.envs.draw import Draw
from skillevo.envs.webwalker.organisations.facts import Entity, Organisation
from skillevo.envs.webwalker.organisations.words import Field, Language


@dataclass(frozen=True, slots=True)
class Question:
    """A question.

    Attributes:
        type: `single_source` or `multi_source`.
        difficulty: `easy`, `medium` or `hard`.
        path: the golden path: paths below the root that are opened one after the other, the root not among them.
        sources: those of them that the answer stands on.
    """

    text: str
    answer: str
    type: str
    difficulty: str
    path: tuple[str, ...]
    sources: tuple[str, ...]


_PATTERNS: dict[Language, dict[str, str]] = {
    "en": {
        "fact": "At the {org}, what is the {asked}?",
        "entity": "At the {org}, what is the {asked} of {name}?",
        "child": "At the {org}, what is the {asked} of the {one} {name}, which belongs to {above}?",
        "fact+person": "At the {org}, what is the {asked} of the {via}?",
        "entity+person": "At the {org}, what is the {asked} of the person who is {via} of {name}?",
        "child+person": "At the {org}, what is the {asked} of the {via} of the {one} {name}, which belongs to {above}?",
        "total": "At the {org}, what do {name} and {other} come to together in {asked}? Give the number.",
    },
    "zh": {
        "fact": "{org}的{asked}是什么？",
        "entity": "在{org}，{name}的{asked}是什么？",
        "child": "在{org}，属于{above}的{one}“{name}”的{asked}是什么？",
        "fact+person": "{org}的{via}的{asked}是什么？",
        "entity+person": "在{org}，{name}的{via}的{asked}是什么？",
        "child+person": "在{org}，属于{above}的{one}“{name}”的{via}的{asked}是什么？",
        "total": "在{org}，{name}和{other}的{asked}合计是多少？请给出数字。",
    },
}


def questions(org: Organisation) -> Sequence[Question]:
    """Twenty questions: for each of single and multi source 2 easy, 4 medium and 4 hard."""
    return tuple(_Asker(org).all())


class _Asker:
    def __init__(self, org: Organisation) -> None:
        self.org, self.language = org, org.language
        self.draw = Draw("questions", org.slug)
        self.person_fields = org.kind.people.fields

    def all(self) -> Iterator[Question]:
        org, draw = self.org, self.draw
        plain = [f for f in org.kind.facts.fields if f.pattern != "person"]
        for field in draw.shuffled(plain)[:2]:
            answer = org.facts.values[field.label[self.language]]
            yield self.question("fact", "single_source", "easy", answer, (org.facts.path,), asked=field)
        leaves = [(e, f) for e in (*org.tree, *org.places, *org.people) for f in e.section.fields]
        for entity, field in draw.shuffled(leaves)[:4]:
            answer = entity.values[field.label[self.language]]
            yield self.question(
                "entity", "single_source", "medium", answer, self.way(entity), asked=field, entity=entity
            )
        deep = [(a, c, f) for a in org.tree for c in a.children for f in c.section.fields]
        for above, child, field in draw.shuffled(deep)[:4]:
            answer = child.values[field.label[self.language]]
            path = (*self.way(above), child.path)
            yield self.question("child", "single_source", "hard", answer, path, asked=field, entity=child, above=above)
        yield from self.through_facts()
        yield from self.middle()
        yield from self.deep()

    def through_facts(self) -> Iterator[Question]:
        """The fact page names a person; what is asked stands on that person's page."""
        facts = self.org.facts
        (via,) = [f for f in facts.section.fields if f.pattern == "person"]
        for field in self.draw.shuffled(self.person_fields)[:2]:
            yield self.person("fact+person", "easy", facts, (facts.path,), via, field)

    def middle(self) -> Iterator[Question]:
        """Two through a person whom an entity names, two of two places together."""
        via = next(f for f in self.org.kind.tree.fields if f.pattern == "person")
        for entity in self.draw.shuffled(self.org.tree)[:2]:
            field = self.draw.pick(self.person_fields)
            yield self.person("entity+person", "medium", entity, self.way(entity), via, field)
        summable = [f for f in self.org.kind.places.fields if f.unit[self.language]]
        for n in range(2):
            field = summable[n % len(summable)]
            one, other = self.draw.shuffled(self.org.places)[:2]
            yield self.total("medium", one, other, field, (self.way(one), (other.section.slug + "/", other.path)))

    def deep(self) -> Iterator[Question]:
        """Two through a person whom a child names, two of children of two entities together."""
        child_section = self.org.kind.tree.child
        assert child_section is not None
        via = next(f for f in child_section.fields if f.pattern == "person")
        for above in self.draw.shuffled(self.org.tree)[:2]:
            child = self.draw.pick(above.children)
            path = (*self.way(above), child.path)
            yield self.person("child+person", "hard", child, path, via, self.draw.pick(self.person_fields), above)
        (field,) = [f for f in child_section.fields if f.unit[self.language]]
        for _ in range(2):
            a, b = self.draw.shuffled(self.org.tree)[:2]
            one, other = self.draw.pick(a.children), self.draw.pick(b.children)
            yield self.total("hard", one, other, field, ((*self.way(a), one.path), (*self.way(b), other.path)))

    def person(
        self,
        pattern: str,
        difficulty: str,
        entity: Entity,
        path: tuple[str, ...],
        via: Field,
        field: Field,
        above: Entity | None = None,
    ) -> Question:
        where = entity.people[via.label[self.language]]
        who = next(p for p in self.org.people if p.path == where)
        answer = who.values[field.label[self.language]]
        return self.question(
            pattern,
            "multi_source",
            difficulty,
            answer,
            (*path, where),
            asked=field,
            entity=entity,
            above=above,
            via=via,
        )

    def total(
        self, difficulty: str, one: Entity, other: Entity, field: Field, ways: tuple[tuple[str, ...], tuple[str, ...]]
    ) -> Question:
        label = field.label[self.language]
        answer = str(one.numbers[label] + other.numbers[label])
        path = ways[0] + ways[1]
        made = self.question("total", "multi_source", difficulty, answer, path, asked=field, entity=one, other=other)
        return Question(made.text, answer, made.type, difficulty, path, (ways[0][-1], ways[1][-1]))

    def question(
        self,
        pattern: str,
        type_: str,
        difficulty: str,
        answer: str,
        path: tuple[str, ...],
        *,
        asked: Field,
        entity: Entity | None = None,
        above: Entity | None = None,
        via: Field | None = None,
        other: Entity | None = None,
    ) -> Question:
        say = self.language
        text = _PATTERNS[say][pattern].format(
            org=self.org.name,
            asked=asked.asked[say],
            name=entity.name if entity else "",
            one=entity.section.one[say] if entity else "",
            above=above.name if above else "",
            via=via.asked[say] if via else "",
            other=other.name if other else "",
        )
        sources = path[-1:] if type_ == "single_source" else path[-2:]
        return Question(text, answer, type_, difficulty, path, sources)

    @staticmethod
    def way(entity: Entity) -> tuple[str, ...]:
        return (f"{entity.section.slug}/", entity.path)
