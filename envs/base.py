"""The nouns that every world and every runner share. Standard library only.

A *world* implements `Env` and `Verifier`; a *runner* plays a `TaskInstance` and keeps an `Episode`.
Nothing here knows of models, skills on disk, Inspect or torch.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, Protocol, runtime_checkable


class SkillevoError(Exception):
    """A mistake that a person can mend: one message naming the thing and the way out.

    The command line prints it without a traceback.
    """


class DataError(SkillevoError):
    """A file is missing, damaged, or of a kind that this version does not read."""


class StopReason(StrEnum):
    """Why an episode ended. Every value but DONE leaves the episode in the denominator."""

    DONE = "done"
    """The world said that it is over: the goal was reached, or an answer was given."""
    STEP_CAP = "step_cap"
    """The protocol's number of steps is spent."""
    GAVE_UP = "gave_up"
    """The policy had nothing more to do and said so."""
    INVALID_ACTION = "invalid_action"
    """An inadmissible action, under a protocol that ends the episode on one."""
    NO_ACTION = "no_action"
    """The model's output held no action (empty or unreadable) as often as the protocol allows."""
    REFUSED = "refused"
    """The model's provider refused to answer (content filter)."""
    TOKEN_LIMIT = "token_limit"
    """This episode's token limit is spent, or the model's context is full."""
    TIME_LIMIT = "time_limit"
    """This episode's limit of seconds is spent."""
    BUDGET = "budget"
    """The run's budget (cost, tokens or rollouts) is spent."""
    MODEL_ERROR = "model_error"
    """The policy failed, and failed again when tried once more."""
    ENV_ERROR = "env_error"
    """The world failed, and failed again when tried once more."""
    JUDGE_ERROR = "judge_error"
    """The episode is whole, but the model that judges its answer failed, or gave no verdict, twice."""


class Attachment(NamedTuple):
    """Something to look at or listen to, for models that can."""

    path: str
    """A file that is there for as long as the episode lasts."""
    media_type: str
    """`image/png`, `audio/mpeg`, `application/pdf`, ..."""


class Observation(NamedTuple):
    """What the world shows. A tuple, not a dataclass: one is made per step at 100,000 steps/s."""

    text: str
    actions: tuple[str, ...] = ()
    """Admissible actions in the world's own order; empty where the world lists none."""
    state_key: str = ""
    """Equal for equal world states of one instance (step-level credit groups by it)."""
    forms: tuple[str, ...] = ()
    """Admissible as well, once what stands in angle brackets is filled in: `search[<your query>]`."""
    attachments: tuple[Attachment, ...] = ()
    """Shown beside the text to models that take them."""

    def admits(self, action: str) -> bool:
        """Whether the action is listed or of a form that is; a world that lists nothing admits everything."""
        free = not self.actions and not self.forms
        return free or action in self.actions or any(_fits(form, action) for form in self.forms)


def _fits(form: str, action: str) -> bool:
    head, _, rest = form.partition("<")
    tail = rest.partition(">")[2]
    return len(action) > len(head) + len(tail) and action.startswith(head) and action.endswith(tail)


class Step(NamedTuple):
    """What one action led to."""

    observation: Observation
    reward: float
    done: bool
    info: Mapping[str, Any] = {}
    """Of the world's own making, never read from what it shows; its `note` is kept with the turn."""


@runtime_checkable
class Env(Protocol):
    """A world holding one instance for one episode. Single use; never shared between episodes."""

    async def reset(self) -> Observation: ...

    async def step(self, action: str) -> Step: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class TaskInstance:
    """One question, game or goal.

    Attributes:
        id: stable and unique within its benchmark; a panel's hash covers it.
        env: which world plays it (`alfworld`, ...).
        split: the benchmark's own name of the split.
        prompt: the task as the agent is told it, where the world does not say it itself.
        payload: what the world needs to build the episode; never shown to an agent.
        tags: what results are grouped by (`type`, `room`, `level`, ...).
        digest: content hash of the instance's data; empty until loaded.
    """

    id: str
    env: str
    split: str
    prompt: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict, repr=False)
    tags: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A named, ordered, content-hashed list of instances, each played exactly once (or K times)."""

    name: str
    env: str
    instances: tuple[TaskInstance, ...]
    note: str = ""

    @property
    def hash(self) -> str:
        """sha256 over env, ids, splits and content digests, in order: 16 hex digits.

        The name is not in it: two panels with the same hash are the same panel.
        """
        h = hashlib.sha256(self.env.encode())
        for i in self.instances:
            h.update(json.dumps([i.id, i.split, i.digest, i.prompt]).encode())
        return h.hexdigest()[:16]

    def take(self, n: int | None) -> Panel:
        """The first `n` instances, as a panel of its own name (`pocket-test[:10]`) and hash."""
        if n is not None and (not isinstance(n, int) or n < 1):
            raise SkillevoError(f"limit is a whole number of at least 1, not {n!r}")
        if n is None or n >= len(self.instances):
            return self
        return Panel(f"{self.name}[:{n}]", self.env, self.instances[:n], self.note)

    def __len__(self) -> int:
        return len(self.instances)

    def __iter__(self) -> Iterator[TaskInstance]:
        return iter(self.instances)


class CallRole(StrEnum):
    """What a model completion was for."""

    ACT = "act"
    QUERY = "query"
    RERANK = "rerank"
    DISTIL = "distil"
    EDIT = "edit"
    JUDGE = "judge"


@dataclass(frozen=True, slots=True)
class Call:
    """One model completion, with what training needs so that nothing is re-tokenised.

    Attributes:
        prompt: the prompt as text (chat turns joined by the policy); may be empty where ids are kept.
        completion: the completion as text, whole, as the model gave it.
        prompt_ids, completion_ids: token ids, (P,) and (C,), or None where the provider hides them.
        logprobs: natural-log probabilities of the completion's tokens, (C,), or None.
        policy_version: optimiser steps taken by the weights that wrote it; 0 for frozen models.
        sampling: temperature and the like, as sent.
        cost: US dollars, where a price is known.
    """

    role: CallRole
    model: str
    completion: str
    prompt: str = ""
    prompt_ids: tuple[int, ...] | None = None
    completion_ids: tuple[int, ...] | None = None
    logprobs: tuple[float, ...] | None = None
    policy_version: int = 0
    sampling: Mapping[str, Any] = field(default_factory=dict)
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = None
    cached: bool = False


@dataclass(slots=True)
class Turn:
    """One step of an episode: what was seen, what was done, what it gave.

    `observation` and `actions` are what the policy saw *before* acting; the text that the action
    led to is the next turn's observation, and after the last turn `Episode.final`.
    """

    observation: str
    actions: tuple[str, ...]
    action: str
    reward: float
    done: bool
    sent: bool = True
    """Whether the world received the action: not for thoughts and for the turn that ended an episode."""
    valid: bool = True
    """Whether the policy's output had the form that its prompt asked for."""
    state_key: str = ""
    note: str = ""
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class EpisodeKey:
    """Which episode this is. Its seed follows from it, whoever plays it and whenever.

    Coordinates: the instance, the generation of the recurrence (0 outside it), the candidate skill
    within the generation, and the rollout under that skill.
    """

    instance: str
    generation: int = 0
    candidate: int = 0
    rollout: int = 0

    def seed(self, run_seed: int) -> int:
        """A 63-bit seed from the run's seed and the key; equal on every machine."""
        text = f"{run_seed}\x1f{self.instance}\x1f{self.generation}\x1f{self.candidate}\x1f{self.rollout}"
        return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


@dataclass(slots=True)
class Episode:
    """One finished play of one instance by one policy under one conditioning."""

    key: EpisodeKey
    seed: int
    turns: list[Turn]
    final: str
    """Observation after the last turn (the first one, if no turn was taken)."""
    stop_reason: StopReason
    error: str = ""
    attempt: int = 1
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    """What the policy wants known about the whole episode (sentences it could not read, ...)."""
    lost: tuple[Call, ...] = ()
    """Completions of a first attempt that failed: paid for, and no part of the episode."""
    judged: tuple[Call, ...] = ()
    """What a judge said of the answer, as it said it; several only where it had to be asked again."""

    @property
    def steps(self) -> int:
        """Actions that the world received; thoughts count against the step cap but not here."""
        return sum(t.sent for t in self.turns)

    @property
    def reward(self) -> float:
        """The world's last reward; the verdict, not this, is what is scored."""
        return self.turns[-1].reward if self.turns else 0.0

    @property
    def calls(self) -> Iterator[Call]:
        return (c for t in self.turns for c in t.calls)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verifier says of an episode.

    Attributes:
        reward: in [0, 1].
        success: the benchmark's own yes or no.
        parts: named numbers behind it, for tables (`steps_over_optimal`, ...).
    """

    reward: float
    success: bool
    parts: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0.0 <= self.reward <= 1.0:
            raise ValueError(f"a verdict's reward lies in [0, 1], not {self.reward}")


class Verifier(Protocol):
    """Judges a finished episode. Pure and synchronous; imports no framework."""

    def __call__(self, instance: TaskInstance, episode: Episode) -> Verdict: ...


def content_digest(parts: Iterable[str] | Sequence[str]) -> str:
    """sha256 over texts with lengths between them, 16 hex digits: no two lists run together."""
    h = hashlib.sha256()
    for p in parts:
        raw = p.encode()
        h.update(len(raw).to_bytes(8, "big"))
        h.update(raw)
    return h.hexdigest()[:16]
