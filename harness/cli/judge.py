"""Who judges answers: a model that the command line names where a world's options ask for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from skillevo.envs.base import SkillevoError

if TYPE_CHECKING:
    from skillevo.envs.benchmark import Benchmark
    from skillevo.harness.policies.inspect_judge import InspectJudge


def wants_judge(benchmark: Benchmark, options: Any, grader: str | None) -> bool:
    """Whether these options ask for a judge.

    Raises:
        SkillevoError: one is asked for and no model is named, or named and not asked for.
    """
    wanted = benchmark.judging is not None and benchmark.judging.wanted(options)
    if grader and not wanted:
        raise SkillevoError(f"--grader {grader} has nothing to judge: {benchmark.name}'s options ask for no judge")
    if wanted and not grader:
        raise SkillevoError("answers are to be judged, and no model is named that judges them: give --grader MODEL")
    return wanted


def make_judge(benchmark: Benchmark, options: Any, grader: str | None) -> InspectJudge | None:
    """The judge that the options ask for; None where they ask for none.

    Raises:
        SkillevoError: as `wants_judge`; or there is no such model.
    """
    if not wants_judge(benchmark, options, grader):
        return None
    from skillevo.harness.policies.inspect_judge import InspectJudge

    assert grader is not None and benchmark.judging is not None
    return InspectJudge(grader, benchmark.judging)
