"""The task's sentence taken apart: which words name the object, the target and the tool, how many, in what state.

Grammar only: "put two hot mugs in fridge" says that something called mug is wanted twice, hot, in something called
fridge. What follows from that is for the skill to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from skillevo.harness.policies.follower import lexicon as lex

_WORD = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*|,")
_TARGET = lex.words("in on into onto to inside at")
_TOOL = lex.words("under with using by near beneath beside underneath")
_EMPTY = lex.DETERMINERS | lex.PRONOUNS | lex.words("of please now also")


@dataclass(frozen=True, slots=True)
class Task:
    """What a task's sentence names.

    Attributes:
        object, target, tool: nouns as written; empty where the sentence names none.
        count: how many of the object.
        states: states asked for, as the lexicon's concepts.
        words: everything that a condition may ask for: concepts, and `put` or `simple`.
    """

    object: str = ""
    target: str = ""
    tool: str = ""
    count: int = 1
    states: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()


@lru_cache(maxsize=4096)
def read_task(sentence: str) -> Task:
    """The parts of a task's sentence; those that it does not name stay empty."""
    roles: dict[str, list[str]] = {"object": [], "target": [], "tool": []}
    done: set[str] = set()
    concepts: list[str] = []
    placing = False
    role, opening = "object", True
    for word in _WORD.findall(sentence.lower().replace("look at", "look-at")):
        if roles[role] and (word in _EMPTY or word in _TARGET or word in _TOOL or word in ("and", "then", ",")):
            done.add(role)
        if word in ("and", "then", ","):
            opening = True
        elif word in _TARGET or word in _TOOL:
            role, opening = ("target" if word in _TARGET else "tool"), False
        elif word in lex.CONCEPTS and (opening or not roles[role]):
            concepts.append(lex.CONCEPTS[word])
            opening = False
        elif opening and (word in lex.VERBS or word in lex.PLACING):
            placing |= lex.VERBS.get(word) in ("put", "move")
            opening = False
        elif word not in _EMPTY:
            opening = False
            if role not in done:
                roles[role].append(word)
        else:
            opening = False
    states = tuple(dict.fromkeys(c for c in concepts if c in lex.STATES))
    words = set(concepts) | ({"put"} if placing else set())
    if placing and not concepts:
        words.add("simple")
    names = {name: " ".join(found) for name, found in roles.items()}
    return Task(names["object"], names["target"], names["tool"], 2 if "two" in words else 1, states, frozenset(words))
