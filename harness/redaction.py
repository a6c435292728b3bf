"""What must not be shared in the open is left out of everything that a run writes to be read or passed on.

An instance whose payload says `redact` has its texts replaced, by how long they were, in Inspect logs, turns and rows.
The journal keeps them, since methods learn from it and a resume reads it: such a run's folder says that it is private,
and git leaves it alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from skillevo.envs.base import Call, Episode, SkillevoError, TaskInstance, Turn

_TOOL = re.compile(r"\s*(\w{1,20})\[")
_MARK = "PRIVATE.txt"
_NOTICE = """This run was played on tasks whose licence forbids to share them in the open.

journal.db holds questions, answers and transcripts, and skills/ may quote them: do not publish this folder.
episodes.parquet, turns/ and logs/ hold none.
"""


def is_private(instance: TaskInstance) -> bool:
    return bool(instance.payload.get("redact"))


def withheld(text: str) -> str:
    """Instead of a text: how long it was, and, of an action, which tool it used."""
    tool = _TOOL.match(text)
    told = f"[withheld: {len(text):,} characters]" if text else ""
    return f"{tool[1]}{told}" if tool else told


def redacted(episode: Episode) -> Episode:
    """The episode without texts: who did what when, and what it was worth, is left."""
    return replace(
        episode,
        turns=[_turn(t) for t in episode.turns],
        final=withheld(episode.final),
        error=error_kind(episode.error),
        notes=tuple(map(withheld, episode.notes)),
        lost=tuple(map(_call, episode.lost)),
        judged=tuple(map(_call, episode.judged)),
    )


def error_kind(error: str) -> str:
    """An error's name without its message, which may quote anything."""
    return error.partition(":")[0]


def mark_private(run: Path) -> None:
    """Say in the run's folder that it is not to be shared, and keep it out of git."""
    (run / _MARK).write_text(_NOTICE, "utf-8")
    (run / ".gitignore").write_text("*\n", "utf-8")


def is_marked_private(run: Path) -> bool:
    """Whether `mark_private` was there: then nothing but its tables may leave the folder."""
    return (run / _MARK).exists()


def any_private(instances: Iterable[TaskInstance]) -> bool:
    return any(map(is_private, instances))


def check_shown(quoting: Iterable[str], instances: Iterable[TaskInstance]) -> None:
    """A skill that may quote what is not to be shared is shown to such tasks alone: of others all texts are kept.

    Args:
        quoting: names of the skills that may.

    Raises:
        SkillevoError: one would be shown to others.
    """
    odd = next(iter(quoting), None)
    if odd is not None and not all(map(is_private, instances)):
        raise SkillevoError(
            f"the skill {odd} was written on tasks that are not to be shared in the open, and may quote them: "
            "it goes with a panel of such tasks, under redact=true"
        )


def _turn(turn: Turn) -> Turn:
    return replace(
        turn,
        observation=withheld(turn.observation),
        actions=(),
        action=withheld(turn.action),
        note=withheld(turn.note),
        calls=tuple(map(_call, turn.calls)),
    )


def _call(call: Call) -> Call:
    return replace(
        call,
        prompt=withheld(call.prompt),
        completion=withheld(call.completion),
        prompt_ids=None,
        completion_ids=None,
        logprobs=None,
    )
