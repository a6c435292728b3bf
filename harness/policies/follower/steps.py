"""What a skill's sentences mean: the steps, conditions and references that the parser makes and the interpreter runs.

Every step has a short written form (`str(step)`), in which tests and notes speak of it:

    find(object; fridge > cabinet, drawer; open)   first the fridge, then cabinets and drawers, opening closed ones
    if(says(heat): go(microwave) + heat(it))       when the task's sentence speaks of heat
    repeat(1-3; second)                            steps 1 to 3 once more, where the task counts two

Nothing here knows of any world.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

RefKind = Literal["object", "second", "target", "tool", "appliance", "it", "here", "noun", "all", "likely"]


class Ref(NamedTuple):
    """What a noun phrase points to.

    `object`, `target` and `tool` are the roles of the task's sentence, `second` the object once more where the
    task counts two, `appliance` whatever the skill named for the state that the task asks for, `it` what was
    spoken of last, `here` where one stands, `noun` a thing by its name. In places to search, `all` is every place
    (noun "surface": without opening any, "closed": those seen closed) and `likely` those that the skill prefers.
    """

    kind: RefKind
    noun: str = ""

    def __str__(self) -> str:
        if self.kind == "all":
            return self.noun or "*"
        return self.noun if self.kind == "noun" else self.kind


OBJECT, SECOND, TARGET, TOOL = Ref("object"), Ref("second"), Ref("target"), Ref("tool")
IT, HERE, APPLIANCE = Ref("it"), Ref("here"), Ref("appliance")
ALL, SURFACES, CLOSED, LIKELY = Ref("all"), Ref("all", "surface"), Ref("all", "closed"), Ref("likely")

Groups = tuple[tuple[Ref, ...], ...]
"""Places in the order of the groups; within a group the skill leaves the order open."""


def show_groups(groups: Groups) -> str:
    return " > ".join(", ".join(map(str, g)) for g in groups)


# Conditions


@dataclass(frozen=True, slots=True)
class Says:
    """The task's sentence speaks of any of these: a concept (`heat`, `two`, `look`, ...) or a noun."""

    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"says({'|'.join(self.words)})"


@dataclass(frozen=True, slots=True)
class Holding:
    """Something is held; or the thing named is."""

    what: Ref | None = None

    def __str__(self) -> str:
        return f"holding({self.what})" if self.what else "holding"


@dataclass(frozen=True, slots=True)
class Shut:
    """The place was last seen closed."""

    where: Ref

    def __str__(self) -> str:
        return f"closed({self.where})"


@dataclass(frozen=True, slots=True)
class Found:
    """The thing has been seen, or is held."""

    what: Ref

    def __str__(self) -> str:
        return f"found({self.what})"


@dataclass(frozen=True, slots=True)
class Room:
    """The room has such a place, or such a thing was seen in it."""

    where: Ref

    def __str__(self) -> str:
        return f"room({self.where})"


@dataclass(frozen=True, slots=True)
class State:
    """A state of the whole task: `more` objects are wanted, all are `placed`, it is `done`.

    `needed` stands for "if needed" until the parser knows what it qualifies.
    """

    name: Literal["more", "placed", "done", "needed"]

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Not:
    cond: Cond

    def __str__(self) -> str:
        return f"not {self.cond}"


@dataclass(frozen=True, slots=True)
class Both:
    left: Cond
    right: Cond

    def __str__(self) -> str:
        return f"{self.left} & {self.right}"


@dataclass(frozen=True, slots=True)
class Either:
    left: Cond
    right: Cond

    def __str__(self) -> str:
        return f"{self.left} or {self.right}"


Cond = Says | Holding | Shut | Found | Room | State | Not | Both | Either


# Steps that act


@dataclass(frozen=True, slots=True)
class Find:
    """Look for a thing: in the places named, in their order, or anywhere if none is; stop where it is seen."""

    what: Ref
    groups: Groups = ()
    opening: bool = False
    barring: tuple[Ref, ...] = ()
    """Places that this search leaves out ("everywhere except the X")."""

    def __str__(self) -> str:
        places = f"; {show_groups(self.groups)}" if self.groups else ""
        barred = f"; except {', '.join(map(str, self.barring))}" if self.barring else ""
        return f"find({self.what}{places}{barred}{'; open' if self.opening else ''})"


@dataclass(frozen=True, slots=True)
class Do:
    """One plain act on one thing or place: go, open, close, use, examine, look, inventory."""

    verb: Literal["go", "open", "close", "use", "examine", "look", "inventory"]
    what: Ref | None = None

    def __str__(self) -> str:
        return f"{self.verb}({self.what})" if self.what else self.verb


@dataclass(frozen=True, slots=True)
class Take:
    what: Ref
    source: Ref | None = None

    def __str__(self) -> str:
        return f"take({self.what}; {self.source})" if self.source else f"take({self.what})"


@dataclass(frozen=True, slots=True)
class Put:
    what: Ref
    where: Ref | None = None

    def __str__(self) -> str:
        return f"put({self.what}; {self.where})" if self.where else f"put({self.what})"


@dataclass(frozen=True, slots=True)
class Treat:
    """Change a thing's state; `how` is a concept of the lexicon, or `change` for whatever the task asks for."""

    how: str
    what: Ref
    where: Ref | None = None

    def __str__(self) -> str:
        return f"{self.how}({self.what}; {self.where})" if self.where else f"{self.how}({self.what})"


# Steps that steer


@dataclass(frozen=True, slots=True)
class If:
    cond: Cond
    then: tuple[Step, ...]
    otherwise: tuple[Step, ...] = ()

    def __str__(self) -> str:
        tail = f" | else: {show(self.otherwise)}" if self.otherwise else ""
        return f"if({self.cond}: {show(self.then)}{tail})"


@dataclass(frozen=True, slots=True)
class Repeat:
    """Earlier steps of the same list once more (no numbers: all of them), or until a condition holds.

    With `second` only where the task counts two and not all are placed.
    """

    numbers: tuple[int, ...] = ()
    until: Cond | None = None
    second: bool = False

    def __str__(self) -> str:
        n = self.numbers
        if n and n == tuple(range(n[0], n[0] + len(n))) and len(n) > 1:
            what = f"{n[0]}-{n[-1]}"
        else:
            what = ",".join(map(str, n)) or "all"
        until = f"; until {self.until}" if self.until else ""
        return f"repeat({what}{until}{'; second' if self.second else ''})"


@dataclass(frozen=True, slots=True)
class Jump:
    """Go on at the step of this number of the same list."""

    number: int

    def __str__(self) -> str:
        return f"jump({self.number})"


@dataclass(frozen=True, slots=True)
class Stop:
    def __str__(self) -> str:
        return "stop"


# Rules: hold for the whole episode, wherever in the skill they stand


@dataclass(frozen=True, slots=True)
class Prefer:
    """Where to look first: for anything, or for things of these names."""

    groups: Groups
    nouns: tuple[str, ...] = ()

    def __str__(self) -> str:
        nouns = f"{', '.join(self.nouns)}; " if self.nouns else ""
        return f"prefer({nouns}{show_groups(self.groups)})"


@dataclass(frozen=True, slots=True)
class Opening:
    """Closed places are opened while searching."""

    def __str__(self) -> str:
        return "opening"


@dataclass(frozen=True, slots=True)
class Means:
    """What place changes a state: "the X is for heating"."""

    how: str
    where: Ref

    def __str__(self) -> str:
        return f"means({self.how}; {self.where})"


@dataclass(frozen=True, slots=True)
class Never:
    """An act that must not be done, at all or to the things named; `find` bars places from the search."""

    verb: str
    what: tuple[Ref, ...] = ()

    def __str__(self) -> str:
        return f"never({self.verb}{'; ' if self.what else ''}{', '.join(map(str, self.what))})"


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence that is understood and asks for nothing that a hand could do ("Read the task with care")."""

    def __str__(self) -> str:
        return "remark"


Rule = Prefer | Opening | Means | Never
Act = Find | Do | Take | Put | Treat
Step = Act | If | Repeat | Jump | Stop | Rule | Remark


@dataclass(frozen=True, slots=True)
class Item:
    """A numbered step (or a bullet, number 0) of a list."""

    number: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A list of a skill, and the condition that its heading states."""

    items: tuple[Item, ...]
    cond: Cond | None = None


@dataclass(frozen=True, slots=True)
class Program:
    """A whole skill as read.

    Attributes:
        blocks: its lists, in order.
        rules: what holds throughout, each with the condition under which it does.
        unread: sentences that could not be read, as written.
        readable: whether any step acts.
    """

    blocks: tuple[Block, ...]
    rules: tuple[tuple[Cond | None, Rule], ...] = ()
    unread: tuple[str, ...] = ()
    readable: bool = False


def show(steps: tuple[Step, ...] | list[Step]) -> str:
    """The written form of a sequence of steps; "unread" for none."""
    return " + ".join(map(str, steps)) or "unread"
