"""What a run may spend, what it has spent, and the policy that is stopped when the two meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from skillevo.envs.base import Call
from skillevo.envs.checks import check_amount, check_whole
from skillevo.harness.journal import Journal, Spent
from skillevo.harness.play import Action, Policy, SpendStop, TurnContext


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run may spend, all its resumptions together; None for no limit.

    A limit is looked at before an episode, before each of its turns and before each batch of completions around
    episodes, and what a completion costs is known when it is there. So a run may overshoot by what is under way when
    the limit is reached: of each of its workers one turn (one completion; up to five with the `skill()` tool) or one
    batch (as many completions as an evolving method has candidates). What was asked for and not answered when a run
    was killed, and what a provider charges for a failed request, is on no account: nobody told us its price.

    Attributes:
        cost: US dollars, as far as prices are known.
        tokens: input and output tokens together.
        rollouts: episodes; never overshot.
    """

    cost: float | None = None
    tokens: int | None = None
    rollouts: int | None = None

    def __post_init__(self) -> None:
        if self.cost is not None:
            check_amount("--max-cost", self.cost)
        for name, value in (("--max-tokens", self.tokens), ("--max-rollouts", self.rollouts)):
            if value is not None:
                check_whole(name, value, 0)


@dataclass(slots=True)
class Meter:
    """What was spent since it was made. Cached completions cost nothing and count no tokens.

    `Play` has it follow the journal's account: then the budget is that of the whole run, and every completion is on
    the account before it is acted on.
    """

    budget: Budget = field(default_factory=Budget)
    rollouts: int = 0
    turns: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    unpriced_tokens: int = 0
    _before: Spent = field(default_factory=Spent)
    _journal: Journal | None = None

    def follow(self, journal: Journal) -> None:
        """Go on from what the journal says was spent, and keep there what is spent from now on."""
        if self._journal is not journal:
            self._journal, self._before = journal, journal.spent()

    def add(self, call: Call) -> None:
        if call.cached:
            return
        if self._journal is not None:
            self._journal.charge(call)
        self.input_tokens += call.input_tokens
        self.output_tokens += call.output_tokens
        self.cost += call.cost or 0.0
        if call.cost is None:
            self.unpriced_tokens += call.input_tokens + call.output_tokens

    @property
    def total(self) -> Spent:
        """What the whole run has spent, what went before included."""
        b = self._before
        return Spent(
            b.rollouts + self.rollouts,
            b.input_tokens + self.input_tokens,
            b.output_tokens + self.output_tokens,
            b.cost + self.cost,
            b.unpriced_tokens + self.unpriced_tokens,
        )

    @property
    def overspent(self) -> str:
        """Which limit of cost or tokens is reached, in words; empty while none is. Stops episodes under way."""
        b = self.budget
        if b.cost is None and b.tokens is None:
            return ""
        total = self.total
        if b.cost is not None and total.cost >= b.cost:
            return f"cost ${total.cost:.4f} of ${b.cost:.4f}"
        if b.tokens is not None and total.tokens >= b.tokens:
            return f"{total.tokens:,} of {b.tokens:,} tokens"
        return ""

    @property
    def exhausted(self) -> str:
        """As `overspent`, the limit of rollouts included. Stops new episodes."""
        most, rollouts = self.budget.rollouts, self._before.rollouts + self.rollouts
        if most is not None and rollouts >= most:
            return f"{rollouts:,} of {most:,} rollouts"
        return self.overspent


class Metered:
    """A policy whose calls are counted, and which stops the episode when the run's budget is spent."""

    def __init__(self, policy: Policy, meter: Meter) -> None:
        self._policy = policy
        self._meter = meter
        self.notes = policy.notes

    @property
    def name(self) -> str:
        return self._policy.name

    async def act_many(self, turns: Sequence[TurnContext]) -> Sequence[Action]:
        meter = self._meter
        if meter.overspent:
            raise SpendStop(meter.overspent)
        actions = await self._policy.act_many(turns)
        meter.turns += len(actions)
        for action in actions:
            for call in action.calls:
                meter.add(call)
        return actions

    def describe(self) -> Mapping[str, Any]:
        return self._policy.describe()
