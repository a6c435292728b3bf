"""Steps of one sentence or item put together: what completes, qualifies or repeats what stands before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from skillevo.harness.policies.follower import lexicon as lex
from skillevo.harness.policies.follower.conditions import qualify
from skillevo.harness.policies.follower.steps import (
    ALL,
    CLOSED,
    IT,
    OBJECT,
    Cond,
    Do,
    Find,
    Found,
    If,
    Jump,
    Opening,
    Ref,
    Remark,
    Repeat,
    Says,
    Shut,
    State,
    Step,
    Stop,
    Treat,
)


@dataclass(frozen=True, slots=True)
class Otherwise:
    """The other branch of a condition that stands before it; only while reading."""

    steps: tuple[Step, ...]


Reading = list[Step | Otherwise]
"""Steps, and other branches that wait for their condition."""


def each_its_state(out: Reading) -> Reading:
    """A sentence that orders several states means of each "if the task asks for it"."""
    if len({s.how for s in out if isinstance(s, Treat)}) < 2:
        return out
    return [
        conditional(Says((s.how,)), (s,)) if isinstance(s, Treat) else s
        for s in out
        if not isinstance(s, Treat) or s.how != "change"
    ]


def begin_with(out: Reading, step: Step) -> None:
    """ "Search the shelves, starting with the X": the X before what stands in the search already."""
    last = out[-1]
    if isinstance(last, Find) and isinstance(step, Find):
        rest = tuple(tuple(r for r in g if all(r not in first for first in step.groups)) for g in last.groups)
        out[-1] = replace(last, groups=step.groups + tuple(g for g in rest if g))


def plain_steps(out: Sequence[Step | Otherwise]) -> tuple[Step, ...]:
    return tuple(s for s in out if not isinstance(s, Otherwise))


def conditional(cond: Cond, then: tuple[Step, ...], otherwise: tuple[Step, ...] = ()) -> Step:
    """An If, in its plainest form."""
    if len(then) == 1 and not otherwise:
        (step,) = then
        if isinstance(step, Do) and step.verb == "use" and isinstance(cond, Says) and cond.words[0] in lex.STATES:
            step = Treat(cond.words[0], IT, step.what)  # "if heating is needed, use the X"
            then = (step,)
        if isinstance(step, Remark):
            return step
        if isinstance(step, Repeat) and (cond == State("more") or (isinstance(cond, Says) and cond.words == ("two",))):
            return replace(step, second=True)
        if isinstance(cond, Shut) and (isinstance(step, Opening) or (cond.where == ALL and _is_opening(step))):
            return Opening()
        if isinstance(step, Opening) and not isinstance(cond, Says):
            return step
    return If(cond, then, otherwise)


def qualify_last(out: Reading, cond: Cond) -> None:
    """A condition behind what it qualifies: one about the task for the whole sentence, another for its last step."""
    steps = list(plain_steps(out))
    if isinstance(cond, Says):
        out[:] = [conditional(cond, tuple(steps))]
        return
    at = max((i for i, s in enumerate(out) if not isinstance(s, Otherwise)), default=-1)
    step = out[at]
    if isinstance(step, Otherwise):
        return
    resolved = qualify(cond, step)
    if resolved is None or (isinstance(step, Find) and isinstance(cond, Shut)):
        return  # "open each cabinet if closed" is what opening means
    if isinstance(step, Repeat) and resolved == State("done"):
        return
    del out[at]
    extend(out, [conditional(resolved, (step,))])


def add_purpose(out: Reading, steps: list[Step]) -> None:
    """A purpose behind: "use the X to heat it", "go to the X to heat it"."""
    last = out[-1]
    if isinstance(last, Do) and last.verb == "use" and last.what and len(steps) == 1 and isinstance(steps[0], Treat):
        out[-1] = replace(steps[0], where=steps[0].where or last.what)
        return
    extend(out, [s for s in steps if not isinstance(s, Remark)])


def add_means(out: Reading, steps: list[Step]) -> None:
    """How to do what was said before: "heat it by taking it to the X"."""
    if not out:
        extend(out, steps)
        return
    main = out[-1]
    if isinstance(main, Find) and any(isinstance(s, Find) for s in steps):
        extend(out, steps)
    elif isinstance(main, Treat) and not any(isinstance(s, Treat) for s in steps):
        if len(steps) == 1 and isinstance(steps[0], Do) and steps[0].verb == "use":
            out[-1] = replace(main, where=steps[0].what)
        else:
            out[-1:] = [*steps, main]
    elif steps:
        out[-1:] = steps


def _is_opening(step: Step | Otherwise) -> bool:
    """Whether a step says, of places just named, that closed ones are to be opened."""
    match step:
        case Opening() | Do("open", Ref("it" | "all")):
            return True
        case If(Shut(_), (Do("open", Ref("it" | "all")) | Opening(), *rest)):
            return not rest
    return False


def extend(out: Reading, steps: Sequence[Step | Otherwise]) -> None:
    """Add steps to those of the same item, letting each complete the one before it where it speaks of the same act."""
    for step in steps:
        last = out[-1] if out else None
        match last, step:
            case _, Remark() if out:
                continue
            case Remark(), _:
                out[-1] = step
            case If(), Otherwise(rest):
                out[-1] = replace(last, otherwise=last.otherwise + rest)
            case _, Otherwise(rest):
                out.extend(rest)
            case Find(groups=(((*_, Ref("all", "surface")),))), Opening():
                out[-1] = replace(last, groups=(*last.groups, (CLOSED,)))
            case Do(), Do() if last == step:
                continue
            case Jump(), Repeat(()):
                continue
            case Find(), If(Found(), (Stop(),)):
                continue  # "stop when you see it" is how every search ends
            case Find(), _ if _is_opening(step):
                out[-1] = replace(last, opening=True)
            case Find(groups=groups), Do("close", Ref("it")) if groups:
                continue
            case Find(), Find() if _same_search(last, step):
                groups = last.groups + tuple(g for g in step.groups if g not in last.groups)
                what, barred = last.what if step.what == OBJECT else step.what, last.barring + step.barring
                out[-1] = Find(what, groups, last.opening or step.opening, barred)
            case _:
                out.append(step)


def _same_search(first: Find, second: Find) -> bool:
    if first.groups and second.groups and first.opening != second.opening:
        return False
    return second.what in (first.what, OBJECT) or first.what == OBJECT
