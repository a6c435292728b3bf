"""Suite files: what is said is taken as said, and what makes no sense is refused with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from small import SMALL, TRAINED, small, write

from skillevo.envs.base import SkillevoError
from skillevo.harness.suite import read_suite

EDITOR = 'name = "editor"\nmethod = "skill_r1_inference"'


def test_a_suite_is_read(tmp_path: Path) -> None:
    suite = small(tmp_path, SMALL + TRAINED)
    assert [m.name for m in suite.models] == ["pocket/follower"] and suite.seeds == [0, 1]
    assert [a.name for a in suite.arms] == ["plain", "static", "editor", "trained"]
    assert suite.training("candidates").options == {"mode": "candidates", "lr": 1e-4}
    assert (suite.evolution.parent, suite.evolution.decoding, suite.evolution.candidates) == ("last", "sample", 1)
    assert [a.writes for a in suite.arms] == [False, False, True, True]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("seeds = [0, 1]", "sedes = [0, 1]", "sedes: there is no such key; did you mean 'seeds'?"),
        ("generations = 2", "generation = 2", "evolution.generation: there is no such key; did you mean 'generations'"),
        ("limit = 3", "limits = 3", "panels[0] (pocket-test).limits: there is no such key; did you mean 'limit'?"),
        (EDITOR, EDITOR.replace("method", "methd"), "arms[2] (editor).methd: there is no such key; did you mean"),
        (EDITOR, 'name = "editor"', "arms[2] (editor).method is missing"),
        ("no_skill", "no_skil", "arms[0] (plain).method: there is no method 'no_skil': did you mean 'no_skill'?"),
        ("rollouts = 3", "rollouts = 0", "arms[0] (plain).rollouts: Input should be greater than or equal to 1"),
        ("seeds = [0, 1]", "seeds = [0, 0]", "seeds: '0' stands there twice"),
        ("seeds = [0, 1]", "seeds = []", "seeds: List should have at least 1 item"),
        ('name = "static"', 'name = "plain"', "arms: 'plain' stands there twice"),
        ('name = "static"', 'name = "a b"', "arms[1] (a b).name: String should match pattern"),
        ('baseline = "plain"', 'baseline = "plane"', "report.baseline: no arm is called 'plane'; did you mean"),
        ('generator = "mockllm/model"', "", "arms: 'editor' needs a generator, and the suite names none"),
        ('skills = ["start"]', "", "arms: 'static' begins with a skill"),
        (EDITOR, f'{EDITOR}\ntraining = "x"', "arms: 'editor' names the training 'x': the suite has none"),
        (EDITOR, f'{EDITOR}\noptions = {{ parent = "best" }}', "sets parent, which [evolution] decides"),
        ("rollouts = 3", "rollouts = 3\ncandidates = 2", "generations, candidates and transfer are for"),
        ("limit = 3", "limit = 3\n[[panels]]\ntask='alfworld'\nname='pocket-test'\nlimit=3", "panels: one stands"),
        ("title", "= title", "is no TOML"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(old: str, new: str, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(SkillevoError) as refused:
        small(tmp_path, SMALL, (old, new))
    assert complaint in str(refused.value)
    assert str(refused.value).startswith(f"suite {tmp_path / 'small.toml'}")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('training = "candidates"', 'training = "candidate"', "did you mean 'candidates'?"),
        ('training = "candidates"', "", "trainings: no arm evaluates 'candidates'"),
        ('training = "candidates"', 'training = "candidates"\ngenerator = "lm"', "a training and a generator"),
        ('name = "trained"\nmethod = "skill_r1"', 'name = "trained"\nmethod = "pass_at_n"', "has no generator"),
        ('mode = "candidates"', 'parent = "best"', "'candidates' sets parent, which [evolution] decides for every arm"),
        ('name = "candidates"\nmethod = "skill_r1"', 'name = "candidates"\nmethod = "sft"', "no method 'sft'"),
    ],
)
def test_trainings_and_their_arms_fit(old: str, new: str, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(SkillevoError, match="suite") as refused:
        small(tmp_path, SMALL + TRAINED, (old, new))
    assert complaint in str(refused.value)


def test_a_missing_suite_is_named(tmp_path: Path) -> None:
    with pytest.raises(SkillevoError, match="there is no suite"):
        read_suite(tmp_path / "none.toml")
    with pytest.raises(SkillevoError, match="'sftt'"):
        small(tmp_path, SMALL + TRAINED.replace("skill_r1", "sftt", 1))
    assert write(tmp_path).exists()
