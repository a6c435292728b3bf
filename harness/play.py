"""The one episode loop. Both drivers, the harness's own runner and the Inspect agent, play through it.

    reset -> [ policy.act_many((turn,)) -> env.step(action) ]* -> Episode

Nothing here knows what an action means, what a skill is made of, or who plays.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol, get_args

from skillevo.envs.base import (
    Call,
    Env,
    Episode,
    EpisodeKey,
    Observation,
    StopReason,
    TaskInstance,
    Turn,
)
from skillevo.envs.checks import check_amount, check_one_of, check_whole

InvalidRule = Literal["nothing", "end"]


@dataclass(frozen=True, slots=True)
class PlayRules:
    """What the protocol says of one episode. Recorded in every run.

    Attributes:
        step_cap: steps after which the episode ends, thoughts included.
        invalid: what an action does that the world does not admit: `nothing` sends it to the world, which
            answers as it does, and the step is spent; `end` ends the episode.
        max_silent: consecutive turns without any action (empty or unreadable output) before NO_ACTION;
            each one spends a step.
        token_limit: output and input tokens that one episode may use; None for no limit.
        time_limit: seconds that one episode may last; None for no limit.
    """

    step_cap: int = 50
    invalid: InvalidRule = "nothing"
    max_silent: int = 3
    token_limit: int | None = None
    time_limit: float | None = None

    def __post_init__(self) -> None:
        check_whole("step_cap", self.step_cap)
        check_one_of("invalid", self.invalid, get_args(InvalidRule))
        check_whole("max_silent", self.max_silent)
        if self.token_limit is not None:
            check_whole("token_limit", self.token_limit)
        if self.time_limit is not None:
            check_amount("time_limit", self.time_limit, zero=False)


class SkillText(NamedTuple):
    """A skill as the task model is shown it."""

    id: str
    name: str
    description: str
    body: str


@dataclass(frozen=True, slots=True)
class Conditioning:
    """What the task model is shown besides the task, with the ids that make it traceable.

    Attributes:
        skills: in the order in which they are shown.
        skill_mode: whole in the `prompt`, or behind Inspect's `skill()` `tool`.
        demos: few-shot transcripts, as text.
        memories: free texts (reflections, past episodes).
    """

    skills: tuple[SkillText, ...] = ()
    skill_mode: Literal["prompt", "tool"] = "prompt"
    demos: tuple[str, ...] = ()
    memories: tuple[str, ...] = ()

    @property
    def skill_ids(self) -> tuple[str, ...]:
        return tuple(s.id for s in self.skills)


class AgentTask(NamedTuple):
    """What an agent may know of an instance: no payload, in which the world's secrets lie, and no label of a table."""

    id: str
    env: str
    prompt: str


@dataclass(slots=True)
class TurnContext:
    """What a policy acts on.

    A policy keeps whatever it works out for this one episode (a parsed skill, a plan, a chat) in
    `scratch`; it holds nothing else between turns, so that episodes may run in any order and company.
    """

    task: AgentTask
    key: EpisodeKey
    seed: int
    conditioning: Conditioning
    rules: PlayRules
    observation: Observation
    turns: list[Turn]
    scratch: dict[str, Any] = field(default_factory=dict)

    @property
    def step(self) -> int:
        """Steps taken so far: 0 on the first turn."""
        return len(self.turns)


@dataclass(frozen=True, slots=True)
class Action:
    """What a policy chose.

    Attributes:
        text: what is sent to the world.
        valid: whether the model's output had the form that its prompt asked for.
        thought: the text is a thought: the world is not asked, the answer is "OK.", and a step is spent.
        silent: the output held no action at all.
        stop: end the episode instead of acting (GAVE_UP, REFUSED, TOKEN_LIMIT).
        note: a short remark for the record of this turn.
    """

    text: str
    calls: tuple[Call, ...] = ()
    valid: bool = True
    thought: bool = False
    silent: bool = False
    stop: StopReason | None = None
    note: str = ""


class Policy(Protocol):
    """Who acts. Batched at the seam; a choice never depends on who shares the batch."""

    @property
    def name(self) -> str: ...

    async def act_many(self, turns: Sequence[TurnContext]) -> Sequence[Action]: ...

    def notes(self, turn: TurnContext) -> tuple[str, ...]:
        """What should be known about the whole episode, asked once when it is over."""
        ...

    def describe(self) -> Mapping[str, Any]:
        """What a run records of it: names, versions, sampling parameters, prompt preset."""
        ...


def agent_task(instance: TaskInstance) -> AgentTask:
    return AgentTask(instance.id, instance.env, instance.prompt)


class PlayFailed(Exception):
    """The world or the policy raised. Holds what was played until then; the runner decides what follows."""

    def __init__(self, reason: StopReason, cause: BaseException, episode: Episode) -> None:
        super().__init__(f"{reason}: {type(cause).__name__}: {cause}")
        self.reason = reason
        self.cause = cause
        self.episode = episode


class SpendStop(Exception):
    """Raised by a metered policy when the run's budget is spent; ends the episode with BUDGET."""


async def play(
    env: Env,
    instance: TaskInstance,
    key: EpisodeKey,
    seed: int,
    policy: Policy,
    conditioning: Conditioning,
    rules: PlayRules,
) -> Episode:
    """Play one episode to its end and close the world.

    Raises:
        PlayFailed: the world or the policy raised; `episode` holds the turns until then.
    """
    started = time.perf_counter()
    turns: list[Turn] = []
    episode = Episode(key, seed, turns, "", StopReason.STEP_CAP)
    turn: TurnContext | None = None
    at_fault = StopReason.ENV_ERROR
    deadline = None if rules.time_limit is None else started + rules.time_limit
    try:
        observation = await env.reset()
        episode.final = observation.text
        turn = TurnContext(agent_task(instance), key, seed, conditioning, rules, observation, turns)
        silent = tokens = 0
        while len(turns) < rules.step_cap:
            at_fault = StopReason.MODEL_ERROR
            if deadline is None:
                (action,) = await policy.act_many((turn,))
            else:
                async with asyncio.timeout(max(0.0, deadline - time.perf_counter())):
                    (action,) = await policy.act_many((turn,))
            if action.stop is not None:
                episode.stop_reason = action.stop
                if action.calls or action.note:  # what the model said last is kept, though the world never heard it
                    turns.append(_turn(observation, action, 0.0, False, action.note, sent=False))
                break
            silent = silent + 1 if action.silent else 0
            if action.thought:
                step_observation, reward, done = (
                    observation._replace(text="OK."),
                    0.0,
                    False,
                )
                note = action.note
            else:
                inadmissible = not observation.admits(action.text.strip())
                note = action.note or ("inadmissible" if inadmissible else "")
                if inadmissible and rules.invalid == "end":
                    turns.append(_turn(observation, action, 0.0, False, note, sent=False))
                    episode.stop_reason = StopReason.INVALID_ACTION
                    break
                at_fault = StopReason.ENV_ERROR
                step_observation, reward, done, info = await env.step(action.text)
                note = info.get("note") or note
            turns.append(_turn(observation, action, reward, done, note, sent=not action.thought))
            turn.observation = observation = step_observation
            episode.final = observation.text
            if done:
                episode.stop_reason = StopReason.DONE
                break
            if silent >= rules.max_silent:
                episode.stop_reason = StopReason.NO_ACTION
                break
            if rules.token_limit is not None:
                tokens += sum(c.input_tokens + c.output_tokens for c in action.calls)
                if tokens >= rules.token_limit:
                    episode.stop_reason = StopReason.TOKEN_LIMIT
                    break
            if deadline is not None and time.perf_counter() >= deadline:
                episode.stop_reason = StopReason.TIME_LIMIT
                break
    except SpendStop:
        episode.stop_reason = StopReason.BUDGET
    except Exception as cause:
        if isinstance(cause, TimeoutError) and deadline is not None and time.perf_counter() >= deadline:
            episode.stop_reason = StopReason.TIME_LIMIT
            return episode
        episode.stop_reason = at_fault
        episode.error = f"{type(cause).__name__}: {cause}"
        raise PlayFailed(at_fault, cause, episode) from cause
    finally:
        episode.seconds = time.perf_counter() - started
        if turn is not None:
            episode.notes = policy.notes(turn)
        await env.close()
    return episode


def _turn(seen: Observation, action: Action, reward: float, done: bool, note: str, *, sent: bool) -> Turn:
    return Turn(
        seen.text, seen.actions, action.text, reward, done, sent, action.valid, seen.state_key, note, action.calls
    )
