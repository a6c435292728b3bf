"""What is taken from a task's sentence."""

from __future__ import annotations

import pytest

from skillevo.harness.policies.follower.task import Task, read_task

SENTENCES = {
    "put a apple in fridge": ("apple", "fridge", "", 1, (), {"put", "simple"}),
    "put some watch on safe": ("watch", "safe", "", 1, (), {"put", "simple"}),
    "put a hot potato in diningtable": ("potato", "diningtable", "", 1, ("heat",), {"put", "heat"}),
    "heat some cup and put it in cabinet": ("cup", "cabinet", "", 1, ("heat",), {"put", "heat"}),
    "put a cool pan in stoveburner": ("pan", "stoveburner", "", 1, ("cool",), {"put", "cool"}),
    "cool some lettuce and put it in countertop": ("lettuce", "countertop", "", 1, ("cool",), {"put", "cool"}),
    "put a clean knife in drawer": ("knife", "drawer", "", 1, ("clean",), {"put", "clean"}),
    "clean some soapbar and put it in cabinet": ("soapbar", "cabinet", "", 1, ("clean",), {"put", "clean"}),
    "put two cellphone in sofa": ("cellphone", "sofa", "", 2, (), {"put", "two"}),
    "find two watch and put them in dresser": ("watch", "dresser", "", 2, (), {"put", "two"}),
    "look at alarmclock under the desklamp": ("alarmclock", "", "desklamp", 1, (), {"look"}),
    "examine the pillow with the desklamp": ("pillow", "", "desklamp", 1, (), {"look"}),
    "Put two clean mugs on the kitchen shelf": ("mugs", "kitchen shelf", "", 2, ("clean",), {"put", "clean", "two"}),
    "": ("", "", "", 1, (), set()),
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_roles(sentence: str) -> None:
    thing, target, tool, count, states, words = SENTENCES[sentence]
    assert read_task(sentence) == Task(thing, target, tool, count, states, frozenset(words))
