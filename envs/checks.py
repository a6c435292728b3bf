"""Checks of option values. A refusal names the option, what it accepts and what was given."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

from skillevo.envs.base import SkillevoError


def check_whole(name: str, value: object, least: int = 1) -> None:
    """Refuse what is no whole number of at least `least`.

    Raises:
        SkillevoError: it is none.
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise SkillevoError(f"{name} is a whole number of at least {least}, not {value!r}")


def check_amount(name: str, value: object, *, zero: bool = True) -> None:
    """Refuse what is no finite number of at least 0 (or, without `zero`, above it).

    Raises:
        SkillevoError: it is none.
    """
    number = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    if not number or value < 0 or (not zero and value == 0):  # type: ignore[operator]
        raise SkillevoError(f"{name} is a number {'of at least' if zero else 'above'} 0, not {value!r}")


def check_flag(name: str, value: object) -> None:
    """Refuse what is neither true nor false.

    Raises:
        SkillevoError: it is neither.
    """
    if not isinstance(value, bool):
        raise SkillevoError(f"{name} is true or false, not {value!r}")


def check_one_of(name: str, value: object, allowed: Iterable[str]) -> None:
    """Refuse what is none of the values allowed.

    Raises:
        SkillevoError: it is none.
    """
    known = tuple(allowed)
    if value not in known:
        raise SkillevoError(f"{name} is one of {', '.join(known)}, not {value!r}")
