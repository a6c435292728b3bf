"""The reading side of run directories: a run as a report sees it.

A run that cannot be read whole is left out of every table and named with its reason; a file that only a part of the
report needs (metrics, skills) leaves the run in and is named as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from skillevo.envs.base import SkillevoError
from skillevo.harness.evaluation.statistics import Score
from skillevo.harness.report.completeness import check_counts, check_whole, failures_of
from skillevo.harness.report.kept_texts import check_logs, check_skills, check_turns, read_skills
from skillevo.harness.report.notices import Notice, RunError
from skillevo.harness.report.run_files import (
    EVAL,
    read_episodes,
    read_metrics,
    read_run_config,
    read_transferred,
)
from skillevo.harness.rows import EpisodeRow
from skillevo.harness.skills import Skill


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run, read.

    Attributes:
        path: its directory; `name` is the directory's.
        config: run.toml.
        episodes: all episodes in panel order, unplayed and failed ones among them.
        metrics: one mapping per optimisation step; empty for a run that trained nothing.
        skills: every version of every skill with its lineage, by id.
        transferred: episodes of final skills on other instances, apart from the method's own.
        notices: files that could not be used, though the run can.
    """

    path: Path
    config: Mapping[str, Any]
    episodes: tuple[EpisodeRow, ...]
    metrics: tuple[Mapping[str, Any], ...] = ()
    skills: Mapping[str, Skill] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    transferred: tuple[EpisodeRow, ...] = ()

    @property
    def recorded(self) -> tuple[EpisodeRow, ...]:
        """All that was played: the method's own episodes, then those of transfer."""
        return (*self.episodes, *self.transferred)

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def command(self) -> str:
        """`eval`, `train`, ...: what made the run."""
        return str(self.config.get("command", ""))

    @property
    def method(self) -> str:
        return str(self.config["method"]["name"])

    @property
    def model(self) -> str:
        return str(self.config["model"]["name"])

    @property
    def seed(self) -> int:
        return int(self.config["seed"])

    def episode_id(self, row: EpisodeRow) -> str:
        """Names an episode across runs: `run/phase/instance/generation.candidate.rollout`."""
        return f"{self.name}/{row.phase}/{row.instance}/{row.generation}.{row.candidate}.{row.rollout}"

    def scores(self, metric: str = "success", cluster: str = "", phase: str = EVAL) -> list[Score]:
        """The scored episodes of a phase as the statistics take them.

        Args:
            metric: `success`, `reward`, `steps`, or one of the verdict's parts.
            cluster: the instance tag that clusters are made of (`room`, `site`, `product`); empty for none.

        Raises:
            SkillevoError: an episode has no such part or tag.
        """
        return [
            Score(
                instance=row.instance,
                value=self._value(row, metric),
                cluster=self._tag(row, cluster),
                seed=str(self.seed),
                ids=(self.episode_id(row),),
            )
            for row in self.episodes
            if row.scored and row.phase == phase
        ]

    def _value(self, row: EpisodeRow, metric: str) -> float:
        if metric in ("success", "reward", "steps"):
            return float(getattr(row, metric))
        if metric not in row.parts:
            raise SkillevoError(
                f"{self.episode_id(row)} has no {metric!r}: success, reward, steps, {', '.join(row.parts)}"
            )
        return row.parts[metric]

    def _tag(self, row: EpisodeRow, tag: str) -> str:
        if tag and tag not in row.tags:
            raise SkillevoError(
                f"{row.instance} of {self.name} has no tag {tag!r} to cluster by: {', '.join(row.tags)}"
            )
        return row.tags[tag] if tag else ""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of reading some directories.

    Attributes:
        runs: those that tables can use, in the order given.
        notices: about those and about the ones left out; a report shows them all.
    """

    runs: tuple[Run, ...]
    notices: tuple[Notice, ...]


def load_runs(paths: Iterable[Path]) -> Loaded:
    """Read run directories; one that cannot be used becomes a notice."""
    runs, notices = [], []
    for path in paths:
        try:
            run = load_run(path)
        except RunError as e:
            notices.append(e.notice)
        else:
            runs.append(run)
            notices += run.notices
    return Loaded(tuple(runs), tuple(notices))


def load_run(path: Path) -> Run:
    """Read one run directory.

    Raises:
        RunError: run.toml or episodes.parquet is missing, damaged or of another version, the two contradict each
            other, or episodes.parquet has more or fewer episodes than were played.
    """
    config = read_run_config(path)
    episodes = read_episodes(path, config)
    notices: list[Notice] = []
    transferred = read_transferred(path, config, notices)
    if config.get("command") == EVAL:
        check_whole(path, config, episodes)
        check_counts(path, config, episodes, transferred, notices)
        notices += failures_of(path, episodes)
    metrics, skills = read_metrics(path, notices), read_skills(path, notices)
    if config.get("command") == EVAL:
        everything = (*episodes, *(transferred or ()))
        check_skills(path, everything, skills, notices)
        check_turns(path, everything, notices)
        check_logs(path, config, notices)
    return Run(path, config, episodes, metrics, skills, tuple(notices), transferred or ())
