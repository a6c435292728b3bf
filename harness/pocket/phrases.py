"""Plans in words: many templates, synonyms, orders, headings, bullets, and prose around them.

`[a|b]` in a template is a choice, drawn anew each time. Each list of templates comes twice: those that the ranker is
trained on, and those that it never sees, by which its tolerance of other people's words is measured.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from skillevo.harness.pocket import names
from skillevo.harness.pocket.plans import Again, Find, Light, Plan, Put, Step, Take, Treat
from skillevo.harness.pocket.templates import HELD_OUT, TRAINED, Templates

_GAP = re.compile(r" ([.,;:])")
_CHOICE = re.compile(r"\[([^\[\]]*)\]")


def expand(template: str, rng: random.Random) -> str:
    """A template with its choices made, innermost first."""
    while found := _CHOICE.search(template):
        template = template[: found.start()] + rng.choice(found[1].split("|")) + template[found.end() :]
    return template


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is laid out.

    Attributes:
        generic: speak of "the object" where the plan names the task's object.
        natural: write names as people do ("side table"), and some in the plural.
    """

    templates: Templates = TRAINED
    generic: bool = False
    natural: bool = True


STYLE = Style()


class Writer:
    """Puts one plan into words."""

    def __init__(self, rng: random.Random, style: Style = STYLE) -> None:
        self._rng, self._style, self._t = rng, style, style.templates
        self._thing = ""

    def text(self, plan: Plan) -> str:
        """The skill's body; for a plan without steps, prose that says nothing to follow."""
        rng, t = self._rng, self._t
        sentences = self._sentences(plan.steps)
        if not sentences:
            return "\n".join(self._pick(t.chatter) for _ in range(rng.randrange(1, 5)))
        body = self._layout(sentences)
        head = rng.random()
        if head < 0.35:
            body = f"{self._heading()}\n\n{body}"
        elif head < 0.55:
            body = f"{self._fill(self._pick(t.intro))}\n\n{body}"
        for _ in range(rng.choice((0, 0, 0, 1, 1, 2))):
            extra = self._pick(t.chatter)
            body = f"{body}\n{extra}" if rng.random() < 0.8 else f"{extra}\n{body}"
        return body

    def say(self, step: Step) -> str:
        """One step by itself; of the object where the step does not name another thing."""
        self._thing = self._thing or self._name("")
        return self._sentences((step,))[0]

    def opening(self) -> str:
        """What is added to a search that opens what is closed."""
        return self._pick(self._t.opening)

    def fill(self, text: str) -> str:
        return self._fill(text)

    def lay_out(self, sentences: list[str]) -> str:
        """Sentences as steps, bullets, lines or prose."""
        return self._layout(sentences)

    def _sentences(self, steps: Sequence[Step]) -> list[str]:
        rng, t = self._rng, self._t
        found: list[str] = []
        i = 0
        while i < len(steps):
            step, after = steps[i], steps[i + 1] if i + 1 < len(steps) else None
            match step:
                case Find() if isinstance(after, Take) and len(step.places) == 1 and not step.opening:
                    self._thing = self._name(step.thing)
                    if rng.random() < 0.4:
                        found.append(self._fill(self._pick(t.fetch), place=self._place(step.places[0])))
                    else:
                        found += [self._find(step), self._fill(self._pick(t.take))]
                    i += 1
                case Find() if isinstance(after, Take) and rng.random() < 0.12:
                    found.append(self._find(step).rstrip(".") + self._pick(t.and_take))
                    i += 1
                case Find():
                    found.append(self._find(step))
                case Take():
                    found.append(self._fill(self._pick(t.take)))
                case Treat():
                    how = getattr(t, step.how if step.appliance else f"only_{step.how}")
                    found.append(self._fill(self._pick(how), place=self._place(step.appliance)))
                case Put():
                    found.append(
                        self._fill(self._pick(t.put), place=self._place(step.place))
                        if step.place
                        else self._fill(self._pick(t.put_there))
                    )
                case Light():
                    found.append(self._light(step))
                case Again():
                    found.append(self._fill(self._pick(t.again)))
            i += 1
            if rng.random() < 0.08:
                found.append(self._fill(self._pick(t.check)))
        return found

    def _find(self, step: Find) -> str:
        t = self._t
        self._thing = self._name(step.thing)
        if step.everywhere:
            text = self._fill(self._pick(t.everywhere))
        elif not step.places:
            return self._fill(self._pick(t.find))
        elif len(step.places) == 1:
            text = self._fill(self._pick(t.find_at), place=self._place(step.places[0]))
        else:
            text = self._fill(self._pick(t.find_among), places=self._ordered(step.places))
        if step.opening:
            text = text.rstrip(".") + self._pick(t.opening)
        return text

    def _light(self, step: Light) -> str:
        t = self._t
        lamp = self._form(step.lamp)
        if not step.places:
            return self._fill(self._pick(t.light), lamp=lamp)
        return self._fill(self._pick(t.light_at), lamp=lamp, places=self._ordered(step.places))

    def _ordered(self, places: Sequence[str]) -> str:
        named = [self._place(p) for p in places]
        if len(named) == 1:
            return f"the {named[0]}"
        first, *middle, last = named
        rng = self._rng
        template = self._pick(self._t.orders)
        lead, between, end = expand(template, rng).split("/")
        return f"{lead}{first}{''.join(between + m for m in middle)}{end}{last}"

    def _name(self, thing: str) -> str:
        if not thing or self._style.generic:
            return expand(self._rng.choice(self._t.object), self._rng)
        return self._form(thing)

    def _form(self, name: str) -> str:
        return self._rng.choice(names.forms(name)) if self._style.natural else name

    def _place(self, name: str) -> str:
        form = self._form(name)
        return names.plural(form) if name and self._style.natural and self._rng.random() < 0.15 else form

    def _heading(self) -> str:
        return "#" * self._rng.randrange(1, 4) + " " + self._fill(self._pick(self._t.heading))

    def _pick(self, templates: Sequence[str]) -> str:
        return expand(self._rng.choice(templates), self._rng)

    def _fill(self, text: str, **values: str) -> str:
        text = text.format(thing=self._thing or "object", **values) if "{" in text else text
        text = _GAP.sub(r"\1", " ".join(text.split()))
        return text[:1].upper() + text[1:]

    def _layout(self, sentences: list[str]) -> str:
        rng = self._rng
        kind = rng.random()
        if kind < 0.5:
            mark = rng.choice(("{}. ", "{}. ", "{}) ", "Step {}: ", "({}) "))
            return "\n".join(mark.format(k) + s for k, s in enumerate(sentences, 1))
        if kind < 0.7:
            mark = rng.choice(("- ", "* ", "+ "))
            return "\n".join(mark + s for s in sentences)
        if kind < 0.85:
            return "\n".join(sentences)
        joined = [sentences[0]]
        for s in sentences[1:]:
            joined.append(self._pick(self._t.link) + s[:1].lower() + s[1:] if rng.random() < 0.5 else s)
        return " ".join(s if s.endswith((".", ";")) else s + "." for s in joined)


def held_out(rng: random.Random, plan: Plan, *, generic: bool = False) -> str:
    """A plan in phrasings that the ranker was not trained on."""
    return Writer(rng, Style(HELD_OUT, generic)).text(plan)
