"""Seeded choices that come out alike in every process, on every machine and with every Python."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """A stream of choices that its key alone decides.

    Of `random` only the bare stream of floats is used, which Python promises to keep; how its `choice` and
    `shuffle` use that stream, how `sum` adds floats and how libm rounds have changed before. So weights are
    integers here, and so are all coordinates.
    """

    __slots__ = ("_next",)

    def __init__(self, *key: object) -> None:
        digest = blake2b("\x1f".join(map(str, key)).encode(), digest_size=8).digest()
        self._next = Random(int.from_bytes(digest, "big")).random

    def below(self, n: int) -> int:
        """0 to n - 1, each as likely."""
        return int(self._next() * n)

    def near(self, reach: int) -> int:
        """-reach to reach, each as likely."""
        return int(self._next() * (2 * reach + 1)) - reach

    def chance(self, percent: int) -> bool:
        return self._next() * 100 < percent

    def pick(self, options: Sequence[T]) -> T:
        return options[int(self._next() * len(options))]

    def weigh(self, options: Sequence[T], weights: Sequence[int]) -> T:
        """One option, as likely as its weight says; one weight at least is above 0."""
        left = int(self._next() * sum(weights))
        for option, weight in zip(options, weights, strict=True):
            left -= weight
            if left < 0:
                return option
        raise ValueError("nothing to choose from: no option has weight")

    def shuffled(self, items: Iterable[T]) -> list[T]:
        deck = list(items)
        for i in range(len(deck) - 1, 0, -1):
            j = self.below(i + 1)
            deck[i], deck[j] = deck[j], deck[i]
        return deck
