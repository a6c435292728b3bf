"""A user's own model, from its folder to a score: checked, evaluated, and told what is wrong with it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

NEEDED = "not installed: make test-train"
torch = pytest.importorskip("torch", reason=NEEDED)
transformers = pytest.importorskip("transformers", reason=NEEDED)

from skillevo.envs.base import SkillevoError  # noqa: E402
from skillevo.harness.cli.demo import WRONG_SKILL  # noqa: E402
from skillevo.harness.cli.main import app  # noqa: E402
from skillevo.harness.methods import Training  # noqa: E402

WORDS = ["<unk>", "<end>", "1", ".", "Find", "the", "object", "Pick", "up", "Put", "it", "in", "fridge"]


def make_model(home: Path, reach: int = 8192, hush: bool = False) -> Path:
    """A model of a few words. Hushed, it ends before it has begun."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    plain = Tokenizer(WordLevel({w: i for i, w in enumerate(WORDS)}, unk_token="<unk>"))
    plain.pre_tokenizer = Whitespace()
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=plain, unk_token="<unk>", eos_token="<end>")
    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=len(WORDS), hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
        max_position_embeddings=reach, eos_token_id=1, bos_token_id=None,
    )  # fmt: skip
    model = transformers.LlamaForCausalLM(config)
    if hush:
        with torch.no_grad():
            model.lm_head.weight.zero_()
            model.lm_head.weight[1] = 100 * model.model.norm.weight
            model.model.embed_tokens.weight.fill_(1.0)
    model.save_pretrained(home)
    tokenizer.save_pretrained(home)
    return home


def skillevo(*args: str | Path) -> Result:
    return CliRunner().invoke(app, [*map(str, args)])


def said(result: Result) -> str:
    """What the command line prints of an error."""
    assert isinstance(result.exception, SkillevoError), result.exception
    return str(result.exception)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("models") / "mine")


def test_a_folder_is_checked(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    short = ("--rollouts", "1", "-G", "max_tokens=20")
    told = skillevo("generator", "check", home, *short).stdout
    assert "generator  local/mine (as it is: no training.json)" in told and "asked " in told
    assert "go on      skillevo eval alfworld --method skill_r1_inference" in told
    result = json.loads(skillevo("generator", "check", home, *short, "-T", "history_tokens=50", "--json").stdout)
    assert result["readable"] and 1 <= result["answer_tokens"] <= 20
    asked = int(re.search(r"asked +([\d,]+) tokens", told)[1].replace(",", ""))  # type: ignore[index]
    assert 100 < result["prompt_tokens"] < asked, "less of the history"


def test_a_trained_one_is_evaluated(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trained").symlink_to(home)
    monkeypatch.setattr("skillevo.harness.cli.methods.training_of", lambda name: Training("skill_r1", "p", "h", ("x",)))
    run = skillevo("eval", "alfworld", "--method", "skill_r1", "--generator", "trained", "--model", "pocket/follower",
                   "--skill", WRONG_SKILL, "--limit", "2", "--generations", "2", "--rollouts", "1", "--transfer", "1",
                   "--no-log", "--json", "-G", "max_tokens=3")  # fmt: skip
    result = json.loads(run.stdout)
    assert result["weights"] == "unseen" and result["played"] == 6 and result["transfer"]["episodes"] == 2
    assert [g["generation"] for g in result["generations"]] == [0, 1, 2]
    assert "the generator's answer was cut at its token limit" in result["method_notes"]


def test_what_is_wrong_with_a_generator_is_said(tmp_path: Path) -> None:
    hushed = make_model(tmp_path / "hushed", hush=True)
    run = skillevo("generator", "check", hushed, "--rollouts", "1")
    assert run.exit_code == 1
    assert "read       no skill: empty" in run.stdout and "not yet    it wrote nothing" in run.stdout
    short = make_model(tmp_path / "short", reach=64)
    assert "reads 64" in said(skillevo("generator", "check", short, "--rollouts", "1"))
    assert "takes temperature and max_tokens" in said(skillevo("generator", "check", short, "-G", "top_p=1"))
    priced = ("-G", "price_in=1", "-G", "price_out=1")
    assert "no price" in said(skillevo("generator", "check", short, *priced))
