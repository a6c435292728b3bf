"""Careless wording: words left out, changed for others, or put in between, but never the household's own names."""

from __future__ import annotations

import random
import re

from skillevo.envs.alfworld.generate.vocabulary import FIXED, PORTABLE, RECEPTACLES
from skillevo.harness.pocket.names import forms, plural

_WORD = re.compile(r"[A-Za-z]+")
_KEPT = frozenset(
    w
    for t in (*PORTABLE, *RECEPTACLES, *FIXED)
    for form in forms(t.lower())
    for whole in (form, plural(form))
    for w in whole.split()
)
_COMMON = (
    "about above actually after ahead all along already also always apart around aside away back because behind "
    "beneath best better big bring broad calm care certain chance choose clear close come common course deal decide "
    "direct each early ease easy end enough even exact expect fact fair far fast few final fine firm follow forth free "
    "full further gain general gentle give good great half happen hard help here high home hope hour idea indeed "
    "instead job just keep kind kindly known large last late lead learn less let level light likely line little long "
    "main make many matter may mean might mind moment more most much must near neat need never new nice now often "
    "only order other own part past perhaps plain please point quick quiet rather ready real reason right round safe "
    "same say set short side simple since small soon sort spare spot start state still straight such sure swift task "
    "then thing think though thus time together toward trip true try turn under usual very wait watch way well when "
    "whole wide will wise with without word work would yet"
)


_OTHERS = tuple(_COMMON.split())


def disturb(text: str, rng: random.Random, share: float) -> str:
    """The text with about `share` of its words left out, changed, or doubled by others."""

    def change(found: re.Match[str]) -> str:
        word = found[0]
        if word.lower() in _KEPT or rng.random() >= share:
            return word
        other = rng.choice(_OTHERS) if rng.random() < 0.7 else _made_up(rng)
        return rng.choice(("", other, other, f"{word} {other}", f"{other} {word}"))

    return _WORD.sub(change, text)


def _made_up(rng: random.Random) -> str:
    """A word that nobody has read before."""
    return "".join(rng.choice("bcdfghklmnprstvw") + rng.choice("aeiou") for _ in range(rng.randrange(1, 4)))
