"""Numbers on the command line. Typer's own refusals leave out what was typed."""

from __future__ import annotations

from typing import Any

import typer

from skillevo.envs.base import SkillevoError
from skillevo.envs.checks import check_amount, check_whole


def whole(flag: str, help: str, least: int | None = 1) -> Any:
    """A typer option that takes whole numbers of at least `least`; None for any."""

    def parse(text: object) -> int:
        try:
            number = int(str(text))
        except ValueError:
            accepted = "a whole number" if least is None else f"a whole number of at least {least}"
            raise SkillevoError(f"{flag} is {accepted}, not {text!r}") from None
        if least is not None:
            check_whole(flag, number, least)
        return number

    return typer.Option(flag, parser=parse, metavar="N", help=help)


def amount(flag: str, help: str) -> Any:
    """A typer option that takes finite numbers of at least 0."""

    def parse(text: object) -> float:
        try:
            number = float(str(text))
        except ValueError:
            raise SkillevoError(f"{flag} is a number of at least 0, not {text!r}") from None
        check_amount(flag, number)
        return number

    return typer.Option(flag, parser=parse, metavar="X", help=help)
