"""The writer without torch: its tokenizer, its decoder, and what its folder may and may not hold."""

from __future__ import annotations

import asyncio
import json
import shutil
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillevo.envs.alfworld import load_panel
from skillevo.envs.base import Call, CallRole, DataError, SkillevoError
from skillevo.harness.cli.generators import make_generator, training_of
from skillevo.harness.cli.plan import read_plan
from skillevo.harness.methods import EditRules
from skillevo.harness.methods.compact_prompt import NAME
from skillevo.harness.methods.generator import preset_of, read_edit
from skillevo.harness.pocket import WRITER_FOLDER, WRITERS, generator_path
from skillevo.harness.pocket.bpe import Tokenizer
from skillevo.harness.pocket.demos import training_games
from skillevo.harness.pocket.lessons import lessons
from skillevo.harness.pocket.llama import Llama
from skillevo.harness.pocket.shipped import RECORD_FOLDER, digests, read_record, weights_folder
from skillevo.harness.pocket.writer import PocketWriter, fits
from skillevo.harness.skills import Provenance, Skill

TOKENIZER = Tokenizer.load(WRITER_FOLDER)
MODEL = Llama.load(WRITER_FOLDER)
PROMPTS = [x.prompt for x in lessons(training_games(5, 6), 5)]


def write(writer: PocketWriter, prompts: list[str], decoding: str = "sample", seed: int = 0) -> list[Call]:
    seeds = [seed + k for k in range(len(prompts))]
    return list(asyncio.run(writer.write(prompts, decoding, seeds)))  # type: ignore[arg-type]


@given(st.text())
def test_any_text_survives_the_tokenizer(text: str) -> None:
    if "<end>" not in text:
        assert TOKENIZER.decode(TOKENIZER.encode(text)) == text


def test_the_end_token_stands_for_itself_and_is_left_out_of_texts() -> None:
    (end,) = MODEL.ends
    assert TOKENIZER.encode("a<end>b")[1] == end
    assert TOKENIZER.decode([end]) == ""


def test_reading_on_is_reading_at_once() -> None:
    """Keys and values that are kept give what a whole pass gives."""
    ids = TOKENIZER.encode(PROMPTS[0])
    (drawn,) = MODEL.draw([ids], [0], "greedy", 1.0, 12)
    logits, _ = MODEL.read([*ids, *drawn.ids])
    scores = logits[len(ids) - 1 : -1].astype(np.float64)
    scores -= np.log(np.exp(scores).sum(-1, keepdims=True))
    assert scores.argmax(-1).tolist() == list(drawn.ids)
    np.testing.assert_allclose(scores.max(-1), drawn.logprobs, atol=1e-4)


def test_a_text_does_not_depend_on_the_others() -> None:
    writer = PocketWriter()
    together = write(writer, PROMPTS)
    for k, prompt in enumerate(PROMPTS):
        (alone,) = write(writer, [prompt], seed=k)
        assert alone.completion_ids == together[k].completion_ids
        np.testing.assert_allclose(alone.logprobs, together[k].logprobs, atol=1e-4)  # type: ignore[arg-type]
    assert len({c.completion for c in write(writer, [PROMPTS[0]] * 4)}) > 1
    assert len({c.completion for c in write(writer, [PROMPTS[0]] * 4, "greedy")}) == 1


def test_what_it_writes_can_be_read_as_a_skill() -> None:
    parent = Skill("household", "How to do household tasks.", "1. Try.")
    calls = write(PocketWriter(), PROMPTS)
    for call in calls:
        assert isinstance(read_edit(call.completion, parent, Provenance(), EditRules()), Skill)
        assert call.role is CallRole.EDIT
        assert call.completion_ids is not None
        assert call.logprobs is not None
        assert len(call.completion_ids) == len(call.logprobs) == call.output_tokens
        assert call.sampling["truncated"] == (call.completion_ids[-1] not in MODEL.ends)
    assert sum(c.sampling["truncated"] for c in calls) <= len(calls) / 5


def test_an_answer_that_reaches_the_limit_is_said_to_be_cut() -> None:
    (call,) = write(PocketWriter(max_new_tokens=3), PROMPTS[:1])
    assert call.output_tokens == 3
    assert call.sampling["truncated"]


def test_a_prompt_without_room_is_refused() -> None:
    with pytest.raises(DataError, match="1,200 tokens and the model reads 1,024"):
        MODEL.draw([[5] * 1200], [0], "greedy", 1.0, 10)


def test_it_is_found_by_name_and_by_folder(tmp_path: Path) -> None:
    named = make_generator("pocket/writer")
    assert (named.name, preset_of(named)) == ("pocket/writer", NAME)
    assert Path(generator_path("pocket/writer")) == WRITER_FOLDER
    copied = tmp_path / "trained"
    shutil.copytree(WRITER_FOLDER, copied)
    assert fits(copied)
    assert not fits(tmp_path)
    found = make_generator(str(copied), {"temperature": 0.5, "max_tokens": 20})
    assert found.name == "local/trained"
    assert (found.describe()["temperature"], found.describe()["max_new_tokens"]) == (0.5, 20)
    with pytest.raises(SkillevoError, match="temperature"):
        PocketWriter(temperature=0)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"model_type": "qwen3"}, "qwen3"),
        ({"num_key_value_heads": 2}, "share keys"),
        ({"attention_bias": True}, "biases"),
        ({"rope_parameters": {"rope_type": "yarn"}}, "rotary"),
        ({"hidden_act": "relu"}, "relu"),
    ],
)
def test_other_architectures_are_refused(tmp_path: Path, change: dict[str, object], problem: str) -> None:
    config = json.loads((WRITER_FOLDER / "config.json").read_text("utf-8"))
    (tmp_path / "config.json").write_text(json.dumps({**config, **change}), "utf-8")
    with pytest.raises(DataError, match=problem):
        Llama.load(tmp_path)


def test_damaged_files_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "writer"
    shutil.copytree(WRITER_FOLDER, folder)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(DataError, match="model.safetensors cannot be read: it is cut short"):
        PocketWriter(folder)
    (folder / "tokenizer.json").write_text("{}", "utf-8")
    with pytest.raises(DataError, match="tokenizer.json"):
        Tokenizer.load(folder)
    with pytest.raises(DataError, match="config.json"):
        Llama.load(tmp_path)


@pytest.mark.parametrize("name", ["writer", "writer-r1"])
def test_the_shipped_weights_are_those_of_the_record(name: str) -> None:
    said = read_record(RECORD_FOLDER)[name]
    assert said["sha256"] == digests(weights_folder(name), name)
    weights = WRITERS[f"pocket/{name}"] / "model.safetensors"
    assert sha256(weights.read_bytes()).hexdigest() == said["sha256"][f"{name}/model.safetensors"]


def test_the_record_of_the_writer_says_how_it_was_built() -> None:
    said = read_record(RECORD_FOLDER)["writer"]
    assert said["parameters"] < 1_100_000
    assert said["command"].startswith("skillevo pocket build writer --seed")


def test_the_record_of_the_trained_writer_says_how_it_was_trained() -> None:
    """Its command is a plan that is the one on record, its panels are those of its training."""
    said = read_record(RECORD_FOLDER)["writer-r1"]
    words = said["command"].split()
    assert words[:5] == ["skillevo", "train", "skill_r1", "--preset", "pocket"]
    options = [words[k + 1] for k, word in enumerate(words) if word == "-T"]
    steps, limit = (int(words[words.index(flag) + 1]) for flag in ("--steps", "--val-limit"))
    plan = read_plan("skill_r1", "pocket", {"steps": steps, "val_limit": limit}, options, ())
    flat = {k: v for table in plan.sections().values() for k, v in table.items()}
    assert {k: flat[k] for k in said["config"]} == said["config"]
    val = load_panel("pocket-val").take(limit)
    assert (said["measured"]["hash"], said["trained_on"]["hash"]) == (val.hash, load_panel("pocket-train").hash)
    assert plan.generator == said["from"]["generator"] == "pocket/writer"


def test_the_trained_writer_runs_without_torch_and_has_seen_no_test_game() -> None:
    assert make_generator("pocket/writer-r1").name == "pocket/writer-r1"
    training = training_of("pocket/writer-r1")
    assert training is not None and training.method == "skill_r1"
    assert training.seen(load_panel("pocket-test")) == 0
    assert 0 < training.seen(load_panel("pocket-train")) < len(training.instances)  # and those that chose among weights
    assert training_of("pocket/writer") is None
    assert write(PocketWriter(WRITERS["pocket/writer-r1"]), PROMPTS[:1]) != write(PocketWriter(), PROMPTS[:1])


def test_all_shipped_weights_are_small() -> None:
    record = read_record(RECORD_FOLDER)
    assert sum(record[name]["bytes"] for name in record) < 12_000_000
