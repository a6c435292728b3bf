"""What a run kept to be read and not to be counted: skills, turns, logs. Where some is lost, the run stays, named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

from skillevo.envs.base import SkillevoError, StopReason
from skillevo.harness.redaction import is_marked_private
from skillevo.harness.report.notices import Notice, Problem
from skillevo.harness.rows import EpisodeRow
from skillevo.harness.rundir import CONFIG, JOURNAL, WRITTEN
from skillevo.harness.skills import LINEAGE_FILE, PACKED, SKILL_FILE, Skill, load_skill, unpack_skills

TURNS, LOGS, SKILLS = "turns", "logs", "skills"


def read_skills(path: Path, notices: list[Notice]) -> dict[str, Skill]:
    """Every kept version of every skill by its id, from their folders and, in a copy, from one file.

    A damaged one is noticed and missing, and so are one that was changed by hand, whose descent nobody knows, and all
    of a private run: they may quote its tasks.
    """
    if is_marked_private(path):
        text = "its tasks are not to be shared, and its skills may quote them; none is shown"
        notices.append(Notice(path.name, SKILLS, Problem.PRIVATE, text, False))
        return {}
    found: dict[str, Skill] = {}
    if (packed := path / PACKED).exists():
        try:
            found |= {skill.id: skill for skill in unpack_skills(packed)}
        except SkillevoError as e:
            notices.append(Notice(path.name, PACKED, Problem.DAMAGED, f"{e}; no skill is shown from it", False))
    for file in sorted((path / SKILLS).glob(f"*/*/{SKILL_FILE}")):
        where = str(file.relative_to(path))
        try:
            skill = load_skill(file)
        except SkillevoError as e:
            notices.append(Notice(path.name, where, Problem.DAMAGED, f"{e}; it is not shown", False))
            continue
        if _folder_of(skill.id) != file.parent.parent.name:
            text = "it was changed by hand after the run kept it, and its line of descent is lost; it is not shown"
            notices.append(Notice(path.name, where, Problem.DAMAGED, text, False))
            continue
        if not file.with_name(LINEAGE_FILE).exists():
            where, text = str(file.with_name(LINEAGE_FILE).relative_to(path)), "the skill is shown without its descent"
            notices.append(Notice(path.name, where, Problem.MISSING, text, False))
        found[skill.id] = skill
    return found


def check_skills(path: Path, episodes: Sequence[EpisodeRow], skills: Mapping[str, Skill], known: list[Notice]) -> None:
    """Notice skills that episodes were played under and that are not there, those apart that were noticed already."""
    if is_marked_private(path) or any(n.file == PACKED for n in known):
        return
    named = {i for r in episodes for i in (*r.skill_ids, r.parent_skill) if i}
    told = {n.file.split("/")[1] for n in known if n.file.startswith(f"{SKILLS}/")}
    if lost := sorted(i for i in named - set(skills) if _folder_of(i) not in told):
        text = f"{len(lost):,} of the {len(named):,} that its episodes name, {lost[0]} first; their texts are not shown"
        known.append(Notice(path.name, SKILLS, Problem.MISSING, text, False))


def check_turns(path: Path, episodes: Sequence[EpisodeRow], notices: list[Notice]) -> None:
    """Notice turns that were taken and are not there. A copy comes without any."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = path / TURNS
    taken = sum(r.turns for r in episodes if r.stop_reason != StopReason.BUDGET)
    if not taken or not _expected(path, folder):
        return
    files = sorted(folder.glob("*.parquet"))
    try:
        kept = sum(pq.read_metadata(f).num_rows for f in files)
    except (pa.ArrowException, OSError, ValueError) as e:
        text = f"{' '.join(str(e).split())}; its episodes are shown without turns"
        notices.append(Notice(path.name, TURNS, Problem.DAMAGED, text, False))
        return
    if kept != taken:
        problem = Problem.DAMAGED if files else Problem.MISSING
        text = f"{kept:,} of its episodes' {taken:,} turns are there"
        notices.append(Notice(path.name, TURNS, problem, text, False))


def check_logs(path: Path, config: Mapping[str, Any], notices: list[Notice]) -> None:
    """Notice logs that were written and are not there, or are no archives. A copy comes without any."""
    folder = path / LOGS
    files = sorted(folder.glob("*.eval"))
    wanted = config.get(WRITTEN, {}).get(LOGS, len(files))
    if len(files) < wanted and _expected(path, folder):
        text = f"{len(files):,} of the {wanted:,} that {CONFIG} counts; their episodes open nothing in Inspect's viewer"
        notices.append(Notice(path.name, LOGS, Problem.MISSING, text, False))
    if broken := [f.name for f in files if not is_zipfile(f)]:
        text = f"{len(broken):,} of {len(files):,} cannot be opened, {broken[0]} first"
        notices.append(Notice(path.name, LOGS, Problem.DAMAGED, text, False))


def _expected(path: Path, folder: Path) -> bool:
    """Whether this is the run itself and no copy, which has neither the journal nor what comes from it."""
    return folder.exists() or (path / JOURNAL).exists()


def _folder_of(skill: str) -> str:
    """A skill's folder below skills/, by its id."""
    return skill.replace("@", "-")
