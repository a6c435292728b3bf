"""GAIA on the command line: the loop on the bundled panel, an evolving method, and tasks that may not be shared."""

from __future__ import annotations

import gzip
import json
import tomllib
from pathlib import Path

import pytest
from test_cli import skillevo

from skillevo.envs.gaia import load_panel
from skillevo.envs.gaia.data import RELEASED
from skillevo.harness.report.comparable import comparable
from skillevo.harness.report.runs import load_runs
from skillevo.harness.skills import Skill

pytest.importorskip("markitdown", reason="GAIA's documents need markitdown")

SUM = "1. Open the attached file.\n2. Sum the column that the question names. Answer with the sum."
SECRET = "the harbour master's cat"
EVOLVING = ("--generator", "mockllm/model", "--generations", "1", "--rollouts", "2", "--no-log", "--json")


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """As many tasks of each level as the release has, all invented; the first has an attachment."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    place = tmp_path / "release" / "2023" / "validation"
    place.mkdir(parents=True)
    (place / "first.txt").write_text(f"Tom is {SECRET}.")
    levels = [level for level, n in RELEASED["validation"].items() for _ in range(n)]
    rows = [
        {"task_id": f"{n:03}", "Question": f"Who is {SECRET}?", "Level": str(level), "Final answer": f"{SECRET} {n}",
         "file_name": "" if n else "first.txt", "file_path": "" if n else "2023/validation/first.txt"}
        for n, level in enumerate(levels)
    ]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(rows), place / "metadata.parquet")
    return tmp_path / "release"


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")


def sandbox_of(run: Path) -> str:
    return str(tomllib.loads((run / "run.toml").read_text())["protocol"]["sandbox"])


@pytest.mark.usefixtures("no_engine")
def test_a_model_is_refused_without_an_engine_and_told_the_ways_out(tmp_path: Path) -> None:
    run = ("eval", "gaia", "--method", "no_skill", "--model", "mockllm/model", "--limit", "1", "--no-log", "--json")
    refused = skillevo(*run, "--name", "r", cwd=tmp_path, ok=False)
    assert refused.returncode == 2 and not (tmp_path / "runs").exists()
    assert all(way in refused.stderr for way in ("start one", "-T sandbox=none", "-T sandbox=local"))
    for kind, warned in (("none", False), ("local", True)):
        found = skillevo(*run, "--name", kind, "-T", f"sandbox={kind}", "-T", "step_cap=1", cwd=tmp_path)
        assert ("WARNING: sandbox=local" in found.stderr) == warned
        assert sandbox_of(tmp_path / "runs" / kind) == kind
    loaded = load_runs([tmp_path / "runs" / kind for kind in ("none", "local")])
    _, apart = comparable(loaded.runs)
    assert "protocol.sandbox is none and local" in map(str, apart.apart)


@pytest.mark.usefixtures("no_engine")
@pytest.mark.parametrize("model", ["oracle", "random", "pocket/follower"])
def test_what_is_no_language_model_needs_no_engine(model: str, tmp_path: Path) -> None:
    run = ("eval", "gaia", "--method", "no_skill", "--model", model, "--limit", "3", "--no-log", "--json")
    result = json.loads(skillevo(*run, "--name", "r", cwd=tmp_path).stdout)
    assert not result["errors"] and sandbox_of(tmp_path / "runs" / "r") == "none"
    skillevo("validate", "gaia", "--limit", "1", cwd=tmp_path)


def test_skill_r1_runs_unchanged(tmp_path: Path) -> None:
    Skill("sum", "Sum up.", SUM).write(tmp_path)
    run = skillevo("eval", "gaia", "--method", "skill_r1_inference", "--model", "pocket/follower", "--skill", "sum",
                   *EVOLVING, "--limit", "4", cwd=tmp_path)  # fmt: skip
    result = json.loads(run.stdout)
    assert result["played"] == 16
    # The skill sums the one ledger; what the mock generator wrote in its place says nothing.
    assert [(g["generation"], g["reward"]) for g in result["generations"]] == [(0, 0.25), (1, 0.0)]


def test_the_split_is_100_and_65_in_the_levels_shares(release: Path) -> None:
    train, test = load_panel("train-100", release), load_panel("test-65", release)
    shares = [[sum(i.tags["level"] == level for i in panel) for level in "123"] for panel in (train, test)]
    assert (train.name, shares) == ("train-100", [[32, 52, 16], [21, 34, 10]])
    ids = [{i.id for i in panel} for panel in (train, test)]
    assert not ids[0] & ids[1] and len(ids[0] | ids[1]) == 165
    assert [sorted(ids[0])[:3], sorted(ids[1])[:3]] == [["000", "001", "002"], ["005", "007", "011"]]


def test_an_evolving_run_on_private_tasks_shows_none_of_them(release: Path, tmp_path: Path) -> None:
    Skill("told", "Tell.", f'1. Answer "{SECRET} 0".').write(tmp_path)
    run = skillevo("eval", "gaia", "--panel", "level1", "--method", "skill_r1_inference", "--model", "oracle",
                   "--skill", "told", *EVOLVING, "--limit", "2", "--name", "r", "-T", "sandbox=none",
                   "-T", f"root={release}", cwd=tmp_path)  # fmt: skip
    made = skillevo("skills", "build", "--task", "gaia", "--panel", "level1", "--model", "oracle", "--writer",
                    "mockllm/model", "--limit", "1", "--rollouts", "1", "--out", "bank", "--name", "b", "--json",
                    "-T", "sandbox=none", "-T", f"root={release}", "-T", "tries=1", cwd=tmp_path, ok=False)  # fmt: skip
    assert (tmp_path / "runs" / "b" / "PRIVATE.txt").exists()
    report = skillevo("report", "runs/r", "--out", "page", cwd=tmp_path)
    assert "skills is private" in report.stdout + report.stderr
    said = "".join(part for p in (run, made, report) for part in (p.stdout, p.stderr))
    written = [p.read_bytes() for p in (tmp_path / "page").rglob("*") if p.is_file()]
    written += [gzip.decompress(b) for b in written if b[:2] == b"\x1f\x8b"]
    assert SECRET not in said and not any(SECRET.encode() in b for b in written)


def test_a_missing_attachment_is_named_before_anything_and_counted(release: Path, tmp_path: Path) -> None:
    (release / "2023" / "validation" / "first.txt").unlink()
    run = skillevo(
        "validate", "gaia", "--panel", "level1", "--root", str(release), "--limit", "2", cwd=tmp_path, ok=False
    )
    assert run.returncode == 1 and "first.txt is missing" in run.stdout and "1 complaints" in run.stdout
    run = skillevo("eval", "gaia", "--panel", "level1", "--method", "no_skill", "--model", "oracle", "--limit", "2",
                   "--no-log", "--json", "-T", f"root={release}", cwd=tmp_path)  # fmt: skip
    assert json.loads(run.stdout)["stop_reasons"] == {"done": 1, "env_error": 1}
