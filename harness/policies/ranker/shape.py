"""What differs between the ranker's worlds: the verbs of commands, and how many numbers describe a turn."""

from __future__ import annotations

from typing import NamedTuple


class Shape(NamedTuple):
    """One world's turns, as the network takes them.

    Attributes:
        world: the environment's name.
        verbs: what commands do; the last stands for any other.
        flags: numbers that describe a command, beside its verb and its two nouns.
        state: numbers that describe the episode so far.
        version: changes with every change of what a turn becomes; weights belong to one version.
    """

    world: str
    verbs: tuple[str, ...]
    flags: int
    state: int
    version: int
