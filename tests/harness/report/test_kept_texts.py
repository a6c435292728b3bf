"""Skills, turns and logs that are lost: the run's numbers stay, and whoever reads them is told."""

from __future__ import annotations

import gzip
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from test_completeness import exported
from test_runs import make, set_column

from skillevo.harness.cli.benchmarks.report_runs import make_runs
from skillevo.harness.report.build import build_report
from skillevo.harness.report.notices import Problem
from skillevo.harness.report.runs import load_run
from skillevo.harness.report.write import write_report
from skillevo.harness.skills import Skill, pack_skills

Damage = Callable[[Path], object]
SKILL = Skill("counting", "How to count.", "Say a number, then the next.")


def make_with(path: Path) -> Path:
    """A run whose episodes name their skill, with a log that it counts."""
    make(path)
    set_column("skill_ids", lambda v: [json.dumps([SKILL.id])] * len(v))(path)
    (path / "logs").mkdir()
    with zipfile.ZipFile(path / "logs" / "counter.eval", "w") as log:
        log.writestr("header.json", "{}")
    with (path / "run.toml").open("a") as toml:
        toml.write("\n[written]\nepisodes = 6\nlogs = 1\n")
    return path


def the(path: Path, pattern: str) -> Path:
    (found,) = path.glob(pattern)
    return found


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


LOST: dict[str, tuple[Damage, str, Problem, str]] = {
    "no turns": (lambda p: shutil.rmtree(p / "turns"), "turns", Problem.MISSING, "0 of its episodes' "),
    "cut turns": (lambda p: cut(the(p, "turns/*")), "turns", Problem.DAMAGED, "its episodes are shown without turns"),
    "no logs": (lambda p: shutil.rmtree(p / "logs"), "logs", Problem.MISSING, "0 of the 1 that run.toml counts"),
    "cut log": (lambda p: cut(the(p, "logs/*")), "logs", Problem.DAMAGED, "1 of 1 cannot be opened, counter.eval"),
    "no skills": (lambda p: shutil.rmtree(p / "skills"), "skills", Problem.MISSING, "1 of the 1 that its episodes"),
    "no lineage": (
        lambda p: the(p, "skills/*/*/lineage.json").unlink(),
        "skills/counting-*/counting/lineage.json",
        Problem.MISSING,
        "shown without its descent",
    ),
    "edited": (
        lambda p: the(p, "skills/*/*/SKILL.md").write_text("---\nname: counting\ndescription: x\n---\n\nGuess.\n"),
        "skills/counting-*/counting/SKILL.md",
        Problem.DAMAGED,
        "it was changed by hand after the run kept it, and its line of descent is lost",
    ),
}


@pytest.mark.parametrize(("damage", "file", "problem", "text"), LOST.values(), ids=LOST)
def test_what_is_lost_is_named_and_the_run_stays(
    tmp_path: Path, damage: Damage, file: str, problem: Problem, text: str
) -> None:
    path = make_with(tmp_path / "a")
    assert load_run(path).notices == () and SKILL.id in load_run(path).skills
    damage(path)
    (notice,) = load_run(path).notices
    assert Path(notice.file).match(file) and (notice.problem, notice.left_out) == (problem, False)
    assert text in notice.text and str(notice) in build_report([path]).warnings()


def test_a_copy_comes_without_turns_and_logs(tmp_path: Path) -> None:
    path = make_with(tmp_path / "a")
    for folder in ("turns", "logs", "skills"):
        shutil.rmtree(path / folder)
    pack_skills([SKILL], path / "skills.jsonl.gz")
    exported(path, written=False)
    assert load_run(path).notices == ()
    packed = gzip.decompress((path / "skills.jsonl.gz").read_bytes()).replace(b"the next", b"no other")
    (path / "skills.jsonl.gz").write_bytes(gzip.compress(packed))
    (notice,) = load_run(path).notices
    assert f"{SKILL.id} was changed by hand" in notice.text and "no skill is shown" in notice.text


def test_what_only_the_page_finds_is_told_everywhere(tmp_path: Path) -> None:
    """Turns are read for the page; damage before their file's end comes out there."""
    (path,) = make_runs(tmp_path / "runs", runs=1, episodes=80, seeds=1)
    file = the(path, "turns/*")
    raw = bytearray(file.read_bytes())
    raw[40:140] = b"\xff" * 100
    file.write_bytes(raw)
    report = build_report([path])
    assert report.notices == ()
    written = write_report(report, tmp_path / "out")
    (told,) = [w for w in written.warnings if "turns is damaged" in w]
    assert told in json.loads((tmp_path / "out" / "report.json").read_text())["notices"]
    for name in ("report.md", "index.html"):
        assert "turns is damaged" in (tmp_path / "out" / name).read_text()


def test_a_run_of_errors_is_named(tmp_path: Path) -> None:
    path = make(tmp_path / "a")
    set_column("error", lambda v: ["RuntimeError: the model is away"] * len(v))(path)
    (notice,) = load_run(path).notices
    assert (notice.problem, notice.left_out) == (Problem.FAILED, False)
    assert "each of its 6 scored episodes ended in an error" in notice.text


def test_what_the_budget_cut_is_named(tmp_path: Path) -> None:
    path = exported(make(tmp_path / "a"), written=True)
    set_column("stop_reason", lambda v: ["budget", *v[1:]])(path)
    assert "its budget left 1 of 6 episodes unplayed" in str(load_run(path).notices)
