"""Invented names: brands, lines, models, and the ten characters that tell products apart."""

from __future__ import annotations

from skillevo.envs.draw import Draw
from skillevo.envs.webshop.catalogue.vocabulary import general

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SIZE = 36**9
_STEP = 48_271_093_567_331
"""Has no factor in common with `_SIZE`, so that indices and names correspond one to one."""
_BACK = pow(_STEP, -1, _SIZE)
_SEED_STEP = 7_778_742_049
_FIRST = "S"
"""The original's names begin with a B."""


def asin_of(seed: int, index: int) -> str:
    """The name of a catalogue's product number `index`; different for different numbers."""
    number = (index * _STEP + seed * _SEED_STEP) % _SIZE
    digits = []
    for _ in range(9):
        number, digit = divmod(number, 36)
        digits.append(_DIGITS[digit])
    return _FIRST + "".join(digits)


def index_of(seed: int, asin: str) -> int:
    """The number of the product with that name."""
    number = int(asin[:0:-1], 36)
    return (number - seed * _SEED_STEP) * _BACK % _SIZE


def brand_name(draw: Draw) -> str:
    """One of some thousand brands, a few of which make much of the catalogue."""
    words = general()
    at = draw.below(len(words.heads)) * (draw.below(100) + 1) // 100
    return words.heads[at] + words.tails[draw.below(len(words.tails)) * (draw.below(100) + 1) // 100]


def line_name(draw: Draw) -> str:
    words = general()
    return draw.pick(words.heads) + draw.pick(words.middles) + draw.pick(words.tails)


def model_name(draw: Draw) -> str:
    """A letter and a number, on every third product."""
    if not draw.chance(35):
        return ""
    return f"{draw.pick(_DIGITS[10:])}{draw.pick(_DIGITS[10:])}-{10 + draw.below(990)}"
