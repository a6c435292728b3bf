"""GAIA's verdict: the last answer by the official rules, and whether there was one at all."""

from __future__ import annotations

from skillevo.envs.base import Episode, TaskInstance, Verdict
from skillevo.envs.gaia.actions import TOOL_ERROR, final_answer, read_action
from skillevo.envs.gaia.scorer import is_correct


def answer_of(episode: Episode) -> str | None:
    """The answer that the episode ended with, or None."""
    last = next((t for t in reversed(episode.turns) if t.sent), None)
    return final_answer(last.action) if last is not None else None


def verify(instance: TaskInstance, episode: Episode) -> Verdict:
    """1 for an answer that the official scorer counts as right, else 0; no answer and no known gold answer are 0.

    Parts: `steps`; `answered` (0 or 1: whether an answer could be extracted, right or wrong); `tools` (uses of
    tools) and `tool_errors` (those that the world noted as errors).
    """
    answer, gold = answer_of(episode), instance.payload["answer"]
    used = [
        turn
        for turn in episode.turns
        if turn.sent and (call := read_action(turn.action)) is not None and call.name != "answer"
    ]
    right = bool(answer) and gold is not None and is_correct(answer, str(gold))
    parts = {
        "steps": float(episode.steps),
        "answered": float(bool(answer)),
        "tools": float(len(used)),
        "tool_errors": float(sum(turn.note == TOOL_ERROR for turn in used)),
    }
    return Verdict(float(right), right, parts)
