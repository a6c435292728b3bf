"""What a benchmark offers to whoever plays it, and how it is found by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from skillevo.envs.base import Env, Panel, SkillevoError, TaskInstance, Verifier
from skillevo.envs.judging import Judging

_HOMES = {
    "alfworld": "skillevo.envs.alfworld",
    "webshop": "skillevo.envs.webshop",
    "webwalker": "skillevo.envs.webwalker",
    "gaia": "skillevo.envs.gaia",
}
"""Where each benchmark lives; imported when it is asked for."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A benchmark's face. `envs/<name>/__init__.py` holds one as `BENCHMARK`.

    Attributes:
        version: number: results are comparable within it; letter: fixes that change no result.
        options: frozen dataclass of how the world presents itself; its fields are `-T` options.
        load_panel: (name, root, options) -> Panel; root None means the benchmark's own place.
        make_env: (instance, options) -> a fresh world for one episode.
        open_game: (path, options) -> a fresh world from a game file, for `skillevo replay`.
        task: the task as the agent is told it, before anything is played.
        plan: a winning plan, where the benchmark can compute one (the `oracle` policy plays it).
        demos: (instance, n) -> n worked episodes as text, of the instance's kind, from training instances.
        step_cap: the protocol's default.
        group_by: the instance tag that tables group by.
        group_labels: the papers' short names of the groups, in the order of their tables.
        extra_checks: what `skillevo validate` runs besides the verifier's self-test: name -> check of
            one instance, which returns a complaint or "".
        check_panel: asked once a panel is loaded that is going to be played: raises a SkillevoError where the options
            leave it without what its episodes need.
        known_limit: why an instance's gold play cannot score 1 under the options that it was loaded with, where that
            is known, or ""; `skillevo validate` counts such instances instead of complaining.
        prompt: the preset that language models act through, unless told otherwise.
        check_installed: asked before anything is played: raises a SkillevoError where what the options ask for is
            not on this machine.
        without_model: options that are others by default where no language model plays (embedded policies, `validate`,
            `replay`): what only a model makes use of need not be on this machine then.
        judging: how a model judges answers where the options ask for one; None where the verifier always suffices.
    """

    name: str
    version: str
    panels: Sequence[str]
    default_panel: str
    options: type[Any]
    load_panel: Callable[[str, str | None, Any], Panel]
    make_env: Callable[[TaskInstance, Any], Env]
    open_game: Callable[[Path, Any], Env]
    verify: Verifier
    task: Callable[[TaskInstance], str]
    plan: Callable[[TaskInstance], Sequence[str]]
    demos: Callable[[TaskInstance, int], Sequence[str]]
    step_cap: int
    group_by: str
    group_labels: Mapping[str, str]
    extra_checks: Mapping[str, Callable[[TaskInstance], str]] = field(default_factory=dict)
    check_panel: Callable[[Panel, Any], None] = lambda panel, options: None
    known_limit: Callable[[TaskInstance], str] = lambda instance: ""
    prompt: str = "zeroshot-tags"
    check_installed: Callable[[Any], None] = lambda options: None
    without_model: Mapping[str, Any] = field(default_factory=dict)
    judging: Judging | None = None

    def plans(self, instances: Iterable[TaskInstance]) -> Callable[[str], Sequence[str]]:
        """The plan of each of these instances by its id: what the `oracle` policy is made with."""
        by_id = {i.id: i for i in instances}
        return lambda instance_id: self.plan(by_id[instance_id])


def benchmark_names() -> tuple[str, ...]:
    return tuple(_HOMES)


def get_benchmark(name: str) -> Benchmark:
    """The benchmark of that name.

    Raises:
        SkillevoError: there is none.
    """
    home = _HOMES.get(name)
    if home is None:
        raise SkillevoError(f"there is no benchmark {name!r}; there are {', '.join(_HOMES)}")
    found: Benchmark = import_module(home).BENCHMARK
    return found
