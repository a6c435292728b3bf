"""What --help says is what was written: brackets that pass for markup would be swallowed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import typer.main
from typer.testing import CliRunner

from skillevo.harness.cli.main import app


def commands(command: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*path, name))


EVERY = dict(commands(typer.main.get_command(app)))


def plain(text: str) -> str:
    return " ".join(text.replace("│", " ").split())


@pytest.mark.parametrize("path", EVERY, ids=lambda path: " ".join(path) or "skillevo")
def test_no_word_of_a_help_is_swallowed(path: tuple[str, ...]) -> None:
    command = EVERY[path]
    shown = plain(CliRunner(env={"COLUMNS": "2000", "TERMINAL_WIDTH": "2000"}).invoke(app, [*path, "--help"]).output)
    texts = [command.help, *(getattr(p, "help", None) for p in command.params)]  # type: ignore[attr-defined]
    for text in filter(None, texts):
        # A backslash keeps a bracket from being read as markup, and is not shown.
        assert plain(text.split("\f")[0].replace("\\[", "[")) in shown, text


def test_the_section_of_a_suite_is_named() -> None:
    shown = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["report", "--help"]).output
    assert "its order, title and [report] hold here" in plain(shown)
