"""Mistakes as Inspect's command line shows them: one message, no traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from click import ClickException

from skillevo.envs.base import SkillevoError


class TaskMistake(SkillevoError, ClickException):
    """A `SkillevoError` that the `inspect` command prints as its own."""


@contextmanager
def plain_mistakes() -> Iterator[None]:
    """Within this, what a person can mend reaches the command line as one message."""
    try:
        yield
    except SkillevoError as error:
        raise TaskMistake(str(error)) from error
