"""What is exported is what reports read, byte by byte, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from skillevo.envs.base import SkillevoError
from skillevo.harness.skills import PACKED, Provenance, Skill, unpack_skills
from skillevo.harness.suite.export import export_runs

KEPT = {"run.toml", "episodes.parquet", "metrics.jsonl"}


def make(runs: Path) -> None:
    for name in ("a", "b"):
        (runs / name / "turns").mkdir(parents=True)
        for file in (*KEPT, "journal.db", "turns/00000.parquet"):
            (runs / name / file).write_text(f"{name} {file}")
    best = runs / "a" / "checkpoints" / "step-1"
    best.mkdir(parents=True)
    (best / "training.json").write_text("trained")
    (best / "model.safetensors").write_text("heavy")
    (best.parent / "best").symlink_to("step-1")


def contents(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): p.read_text() for p in folder.rglob("*") if p.is_file()}


def test_only_what_reports_read_is_exported(tmp_path: Path) -> None:
    make(tmp_path / "runs")
    assert export_runs(tmp_path / "runs", ["a"], tmp_path / "kept") == [tmp_path / "kept" / "a"]
    once = contents(tmp_path / "kept")
    assert once == {**{f"a/{f}": f"a {f}" for f in KEPT}, "a/training.json": "trained"}
    (tmp_path / "kept" / "a" / "stale").touch()
    export_runs(tmp_path / "runs", ["a", "b"], tmp_path / "kept")
    assert contents(tmp_path / "kept") == {**once, **{f"b/{f}": f"b {f}" for f in KEPT}}


def test_runs_are_not_exported_onto_themselves(tmp_path: Path) -> None:
    make(tmp_path / "runs")
    before = contents(tmp_path / "runs")
    with pytest.raises(SkillevoError, match="is where the runs are"):
        export_runs(tmp_path / "runs", ["a"], tmp_path / "runs")
    assert contents(tmp_path / "runs") == before


def test_skills_of_evaluations_are_one_file(tmp_path: Path) -> None:
    make(tmp_path / "runs")
    (tmp_path / "runs" / "b" / "metrics.jsonl").unlink()
    first = Skill("find-it", "When a thing is wanted.", "1. Look.", provenance=Provenance(author="a"))
    second = first.rewritten("1. Look twice.", "When a thing is lost.", Provenance(author="b", instances=("x",)))
    for run in ("a", "b"):
        for skill in (second, first):
            skill.write(tmp_path / "runs" / run / "skills" / skill.id.replace("@", "-"))
    a, b = export_runs(tmp_path / "runs", ["a", "b"], tmp_path / "kept")
    assert not (a / PACKED).exists(), "a training's are left out"
    once = (b / PACKED).read_bytes()
    kept = {s.id: s for s in unpack_skills(b / PACKED)}
    assert kept == {first.id: first, second.id: second} and kept[second.id].parent == first.id
    export_runs(tmp_path / "runs", ["b"], tmp_path / "kept")
    assert (b / PACKED).read_bytes() == once
    (b / PACKED).write_bytes(once[:-9])
    with pytest.raises(SkillevoError, match="is no file of skills"):
        unpack_skills(b / PACKED)
