"""The agent: the harness's own episode loop, played inside an Inspect sample."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field
from typing import Any

from inspect_ai.agent import Agent, AgentState, agent
from inspect_ai.model import Model, ModelOutput, get_model
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.tool import Skill, Tool, skill
from inspect_ai.util import LimitExceededError, StoreModel, store_as

from skillevo.envs.base import Panel, SkillevoError, StopReason, TaskInstance
from skillevo.envs.benchmark import Benchmark
from skillevo.harness.journal import Journal, Played
from skillevo.harness.play import Action, Conditioning, PlayRules, Policy, SpendStop, TurnContext
from skillevo.harness.policies.inspect_judge import InspectJudge
from skillevo.harness.policies.inspect_model import InspectModelPolicy
from skillevo.harness.policies.prompts import PromptOptions
from skillevo.harness.redaction import is_private, redacted
from skillevo.harness.report.inspect_log import episode_messages
from skillevo.harness.rollouts import Meter, Play
from skillevo.tasks._provider import PocketAPI, PocketPolicy
from skillevo.tasks._scorer import EpisodeRecord, pack_episode

STOPPED_BY = {
    "token": StopReason.TOKEN_LIMIT,
    "time": StopReason.TIME_LIMIT,
    "working": StopReason.TIME_LIMIT,
    "message": StopReason.STEP_CAP,
    "turn": StopReason.STEP_CAP,
}
"""What an episode's stop reason is when one of Inspect's own limits (`--token-limit`, ...) ended it; else BUDGET."""


@dataclass(frozen=True, slots=True)
class Keep:
    """A run's journal, meter and progress, which `skillevo eval --driver inspect` lends to the agent.

    Attributes:
        mistakes: what made playing on pointless (a full disk, a journal of other skills); Inspect would count it as
            one more failed sample, so the agent starts no other one, and whoever runs the evaluation raises it.
    """

    journal: Journal | None = None
    meter: Meter | None = None
    on_episode: Callable[[Played, Meter], None] | None = None
    mistakes: list[SkillevoError] = field(default_factory=list)


_keep: ContextVar[Keep | None] = ContextVar("skillevo_keep", default=None)


@contextmanager
def keeping(keep: Keep) -> Iterator[None]:
    """Within this, players that are made keep their episodes there: a journal can be no argument of a task."""
    token = _keep.set(keep)
    try:
        yield
    finally:
        _keep.reset(token)


class Seat(StoreModel):
    """Which sample an agent plays: Inspect tells solvers, but not agents."""

    instance_id: str = ""
    rollout: int = 0


@solver
def seat() -> Solver:
    """Write down which instance and rollout the sample is, for the agent that follows."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        place = state.store_as(Seat)
        place.instance_id = str(state.sample_id)
        place.rollout = state.epoch - 1
        return state

    return solve


def player(
    benchmark: Benchmark,
    panel: Panel,
    *,
    options: Any,
    prompt: PromptOptions,
    conditioning: Callable[[TaskInstance], Conditioning],
    rules: PlayRules,
    seed: int = 0,
    skills: Sequence[Skill] = (),
) -> Agent:
    """The agent that plays the sample's instance with the model under evaluation. See also `keeping`.

    Args:
        benchmark: makes the environments.
        panel: the instances that samples may ask for.
        options: how the world presents itself (`benchmark.options`).
        prompt: how the model is prompted.
        conditioning: what it is shown besides the task.
        rules: step cap and the like.
        seed: the run's seed; an episode's own follows from it, the instance and the epoch.
        skills: what Inspect's `skill()` tool offers under `skill_mode="tool"`.
    """
    keep = _keep.get() or Keep()
    instances = {i.id: i for i in panel}
    plans = benchmark.plans(panel)
    tool = skill(list(skills)) if skills else None

    # Decorated in here, so that Inspect records the task's arguments and not these objects.
    @agent(name="player")
    def seated() -> Agent:
        async def execute(state: AgentState) -> AgentState:
            place = store_as(Seat)
            if place.instance_id not in instances:
                raise SkillevoError("the player needs a sample of its own panel, and `setup=seat()` in its task")
            instance = instances[place.instance_id]
            private = is_private(instance)
            policy = Limited(policy_for(get_model(), prompt, plans, tool, in_sample=not private))
            play = Play(
                make_env=lambda i: benchmark.make_env(i, options),
                verify=benchmark.verify,
                policy=policy,
                rules=rules,
                seed=seed,
                journal=keep.journal,
                meter=keep.meter,
                on_episode=keep.on_episode,
                judge=judge_for(benchmark, options),
            )
            if keep.mistakes:
                raise keep.mistakes[0]
            try:
                played = await play.episode(instance, conditioning(instance), rollout=place.rollout)
            except SkillevoError as mistake:
                keep.mistakes.append(mistake)
                raise
            episode = redacted(played.episode) if private else played.episode
            if policy.reached is not None:
                episode.stop_reason = STOPPED_BY.get(policy.reached.type, StopReason.BUDGET)
            store_as(EpisodeRecord).episode = pack_episode(episode)
            if private:
                store_as(EpisodeRecord).verdict = asdict(played.verdict)
            state.messages = episode_messages(episode, policy.name)
            state.output = ModelOutput.from_content(policy.name, episode.turns[-1].action if episode.turns else "")
            if policy.reached is not None:
                raise policy.reached  # Inspect marks the sample as limited, and scores it all the same
            return state

        return execute

    return seated()


def policy_for(
    model: Model,
    prompt: PromptOptions,
    plan: Callable[[str], Sequence[str]],
    tool: Tool | None = None,
    *,
    in_sample: bool = True,
) -> Policy:
    """Who acts through this model: a pocket model sees the turn itself, any other one a prompt.

    Args:
        in_sample: whether the sample's transcript may hold what the model is sent and answers.
    """
    if isinstance(model.api, PocketAPI):
        return PocketPolicy(model, model.api, plan)
    return InspectModelPolicy(model, prompt, skill_tool=tool if in_sample else None, in_sample=in_sample)


def judge_for(benchmark: Benchmark, options: Any) -> InspectJudge | None:
    """Inspect's model of the role `grader`, where the options ask for a judge."""
    judging = benchmark.judging
    if judging is None or not judging.wanted(options):
        return None
    return InspectJudge(get_model(role="grader"), judging)


class Limited:
    """A policy in a sample that has limits: one that is reached ends the episode, which would else be tried again."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self.reached: LimitExceededError | None = None
        self.notes = policy.notes
        self.describe = policy.describe

    @property
    def name(self) -> str:
        return self._policy.name

    async def act_many(self, turns: Sequence[TurnContext]) -> Sequence[Action]:
        try:
            return await self._policy.act_many(turns)
        except LimitExceededError as limit:
            self.reached = limit
            raise SpendStop(str(limit)) from limit
