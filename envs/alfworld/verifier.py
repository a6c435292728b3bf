"""ALFWorld's verdict: the game was won within the step cap, or it was not."""

from __future__ import annotations

from skillevo.envs.alfworld.engine import NOTHING
from skillevo.envs.base import Episode, TaskInstance, Verdict


def verify(instance: TaskInstance, episode: Episode) -> Verdict:
    """Success if the world said "won"; the cap is kept by the player, who stops asking the world.

    Parts: `steps`; `optimal` (length of a shortest plan); `steps_over_optimal`, for won games only,
    since a lost game has no length; `nothing`, the steps that the world answered with "Nothing happens.".
    """
    won = any(t.sent and t.done and t.reward >= 1.0 for t in episode.turns)
    after = [t.observation for t in episode.turns[1:]] + [episode.final]
    nothing = sum(t.sent and seen == NOTHING for t, seen in zip(episode.turns, after, strict=False))
    optimal = float(instance.payload.get("optimal", 0))
    parts = {"steps": float(episode.steps), "optimal": optimal, "nothing": float(nothing)}
    if won:
        parts["steps_over_optimal"] = episode.steps - optimal
    return Verdict(1.0 if won else 0.0, won, parts)
