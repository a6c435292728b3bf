"""The `skillevo` command: its verbs, and what becomes of errors.

Verbs import what they need when they run: `skillevo --help` answers in a tenth of a second.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from typing import Annotated, NoReturn

import typer

from skillevo.envs.base import SkillevoError
from skillevo.harness.cli import (
    bench,
    compare,
    data,
    demo,
    generator,
    panel,
    pocket,
    replay,
    report,
    skills,
    train,
    validate,
    webshop,
)
from skillevo.harness.cli import eval as eval_

_USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]
"""Click's UsageError; later versions of typer bring a click of their own."""

app = typer.Typer(
    name="skillevo",
    help="The harness for agents whose skills evolve.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo")(demo.demo)
app.command("eval")(eval_.evaluate)
app.command("train")(train.train)
app.command("compare")(compare.compare)
app.add_typer(panel.app, name="panel")
app.command("validate")(validate.validate)
app.command("replay")(replay.replay)
app.command("report")(report.report)
app.add_typer(generator.app, name="generator")
app.add_typer(skills.app, name="skills")
app.add_typer(pocket.app, name="pocket")
app.add_typer(data.app, name="data")
app.add_typer(bench.app, name="bench")
app.add_typer(webshop.app, name="webshop")


def _version(value: bool) -> None:
    if value:
        from importlib.metadata import version

        print(f"skillevo {version('skillevo')}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """The harness for agents whose skills evolve."""


def main() -> None:
    """Entry point. Whatever a person can mend becomes one line on stderr and exit status 2."""
    # The embedded models multiply small matrices: more threads would only wait for each other.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        sys.exit(app(prog_name="skillevo", standalone_mode=False))
    except SkillevoError as e:
        _fail(str(e))
    except _USAGE_ERROR as e:
        _usage(e)
    except (UnicodeDecodeError, UnicodeEncodeError) as e:
        _fail(f"an input is not text in UTF-8: {e}")
    except ExceptionGroup as group:
        known, unknown = group.split(SkillevoError)
        if unknown is not None or known is None:
            raise
        _fail(str(_first(known)))
    except sqlite3.Error as e:
        _fail(f"a database cannot be read or written: {e}")
    except RecursionError:
        _fail("an input is nested too deeply to be read")
    except BrokenPipeError:
        # The reader (head, a pager) has what it wanted; Python would complain again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except OSError as e:
        _fail(f"{e.filename or 'a file'}: {e.strerror or e}")


def _usage(error: Exception) -> NoReturn:
    """A command line that is wrong: what typer says of it in a framed page, in one line."""
    if type(error).__name__ == "NoArgsIsHelpError":  # the help stands there already
        sys.exit(2)
    context = getattr(error, "ctx", None)
    said = str(getattr(error, "format_message", lambda: error)()).replace("Value error, ", "")
    _fail(f"{said.rstrip('.')}; see `{context.command_path if context else 'skillevo'} --help`")


def _fail(message: str) -> NoReturn:
    print(f"skillevo: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(2)


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
