"""`-T key=value` options: parsed against the dataclasses that they fill."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from dataclasses import fields
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from skillevo.envs.base import SkillevoError
from skillevo.envs.checks import check_amount

if TYPE_CHECKING:
    from skillevo.envs.benchmark import Benchmark

T = TypeVar("T")


def pairs(items: Sequence[str], flag: str) -> dict[str, str]:
    """`["a=1", "b=x"]` as a dict.

    Raises:
        SkillevoError: an item without `=`, or the same key twice.
    """
    found: dict[str, str] = {}
    for item in items:
        key, sign, value = item.partition("=")
        key = key.strip().replace("-", "_")
        if not sign or not key:
            raise SkillevoError(f"{flag} takes key=value, not {item!r}")
        if key in found:
            raise SkillevoError(f"{flag} {key} is given twice")
        found[key] = value.strip()
    return found


def fill(kind: type[T], given: dict[str, str], flag: str, **defaults: Any) -> T:
    """An instance of a frozen dataclass from text values; what is used is taken out of `given`.

    Raises:
        SkillevoError: a value that is not of the field's type.
    """
    hints = get_type_hints(kind)
    values = dict(defaults)
    for f in fields(kind):  # type: ignore[arg-type]
        if f.name in given:
            values[f.name] = convert(given.pop(f.name), hints[f.name], f"{flag} {f.name}")
    return kind(**values)


def of_player(benchmark: Benchmark, given: dict[str, str], model: str) -> Any:
    """The benchmark's options from text values, with the defaults of who plays; what is used is taken out of `given`.

    Raises:
        SkillevoError: a value that is not of the option's type.
    """
    from skillevo.harness.policies import EMBEDDED  # not at the top: `--help` answers at once

    return fill(benchmark.options, given, "-T", **(benchmark.without_model if model in EMBEDDED else {}))


def split_root(items: Sequence[str], root: str | None = None) -> tuple[list[str], str | None]:
    """The world's own options, and the folder of its data: `-T root=DIR` where there is one, else what --root says."""
    own = [item for item in items if not item.startswith("root=")]
    return own, next((item.partition("=")[2] for item in items if item.startswith("root=")), root)


def of_world(benchmark: Benchmark, items: Sequence[str]) -> Any:
    """The benchmark's options as `-T key=value` state them, where nothing else takes any and no model plays.

    Raises:
        SkillevoError: it has no such option, or the option no such value.
    """
    given = pairs(items, "-T")
    found = fill(benchmark.options, given, "-T", **benchmark.without_model)
    nothing_left(given, "-T", names(benchmark.options), benchmark.name)
    return found


def of_model(items: Sequence[str], flag: str) -> tuple[dict[str, str | int | float], tuple[float, float] | None]:
    """A model's options and its price, US dollars per million tokens in and out; None where no price is stated.

    Raises:
        SkillevoError: an item is no key=value, or a number is none that can be sent.
    """
    found = {k: _number(k, v, flag) for k, v in pairs(items, flag).items()}
    prices = {k: found.pop(k) for k in ("price_in", "price_out") if k in found}
    if not prices:
        return found, None
    if len(prices) == 1:
        raise SkillevoError(f"{flag} price_in and {flag} price_out go together (US dollars per million tokens)")
    for name, price in prices.items():
        check_amount(f"{flag} {name}", price)
    return found, (float(prices["price_in"]), float(prices["price_out"]))


def nothing_left(given: Mapping[str, str], flag: str, known: Sequence[str], taker: str) -> None:
    """Refuse options that nobody took.

    Args:
        taker: what does not take those that exist, and may be given with another one: the method.

    Raises:
        SkillevoError: there are some.
    """
    if not given:
        return
    name = next(iter(given))
    if name in known:
        raise SkillevoError(f"{taker} takes no {flag} {name}")
    raise SkillevoError(f"there is no option {flag} {name}; there are {', '.join(sorted(set(known)))}")


def names(*kinds: type[Any]) -> list[str]:
    return [f.name for kind in kinds for f in fields(kind)]


def convert(text: str, hint: Any, what: str) -> Any:
    """A text as a value of type `hint`: bool, int, float, str, Literal, or one of these or None.

    Raises:
        SkillevoError: it is not one.
    """
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        if text.lower() == "none":
            return None
        return convert(text, next(a for a in get_args(hint) if a is not type(None)), what)
    if origin is Literal:
        if text not in get_args(hint):
            raise SkillevoError(f"{what} is one of {', '.join(map(str, get_args(hint)))}, not {text!r}")
        return text
    if hint is bool:
        if text.lower() in ("true", "yes", "1", "on"):
            return True
        if text.lower() in ("false", "no", "0", "off"):
            return False
        raise SkillevoError(f"{what} is true or false, not {text!r}")
    try:
        return hint(text)
    except ValueError:
        raise SkillevoError(f"{what} is a number ({hint.__name__}), not {text!r}") from None


def _number(name: str, text: str, flag: str) -> str | int | float:
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        if not isfinite(number):
            raise SkillevoError(f"{flag} {name} takes a finite number, not {text!r}")
        return number
    return text
