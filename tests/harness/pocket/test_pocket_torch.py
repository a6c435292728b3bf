"""The pocket models in torch: numpy computes the same, building is reproducible, the ranker can be trained further."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from skillevo.harness.methods.local_generator import LocalGenerator  # noqa: E402
from skillevo.harness.pocket import WRITER_FOLDER  # noqa: E402
from skillevo.harness.pocket.bpe import Tokenizer  # noqa: E402
from skillevo.harness.pocket.build import BUILT, TINY, build  # noqa: E402
from skillevo.harness.pocket.demos import demonstrate, training_games  # noqa: E402
from skillevo.harness.pocket.lessons import lessons  # noqa: E402
from skillevo.harness.pocket.llama import Llama, stream  # noqa: E402
from skillevo.harness.pocket.ranker_batch import collate, pack  # noqa: E402
from skillevo.harness.pocket.ranker_net import RankerNet  # noqa: E402
from skillevo.harness.pocket.ranker_scorer import RankerScorer  # noqa: E402
from skillevo.harness.pocket.shipped import digests, read_record  # noqa: E402
from skillevo.harness.pocket.writer import PocketWriter  # noqa: E402
from skillevo.harness.policies.ranker import load_ranker  # noqa: E402
from skillevo.harness.policies.ranker.network import Network, read_turn  # noqa: E402
from skillevo.harness.policies.ranker.record import Scene  # noqa: E402

PROMPTS = [x.prompt for x in lessons(training_games(6, 8), 6)]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("pocket")
    build(BUILT, out, 0, TINY, tell=lambda line: None)
    return out


def test_the_rankers_two_networks_agree() -> None:
    torch.manual_seed(0)
    net = RankerNet()
    numpy_net, rng = Network(net.arrays()), random.Random(0)
    demos = [demonstrate(g, rng) for g in training_games(7, 12)]
    batch = collate([pack(Scene.of(d.reader), d.turns) for d in demos])
    with torch.no_grad():
        expected = net.scores(batch).numpy()
    found = []
    for d in demos:
        reading = numpy_net.read(d.reader.text)
        found += [read_turn(numpy_net, reading, d.reader, turn) for turn, _ in d.turns]
    # Positions and shares are packed in 16 bits for training.
    np.testing.assert_allclose(np.concatenate(found), expected, atol=5e-3)


def test_the_writers_two_decoders_agree() -> None:
    model = transformers.AutoModelForCausalLM.from_pretrained(WRITER_FOLDER, dtype=torch.float32)
    tokenizer = transformers.AutoTokenizer.from_pretrained(WRITER_FOLDER)
    ours, words = Llama.load(WRITER_FOLDER), Tokenizer.load(WRITER_FOLDER)
    for text in [*PROMPTS, "Ünïcode 漢字 🎉 it’s\t\x1c 12.5 <end> x", ""]:
        ids = tokenizer(text)["input_ids"]
        assert words.encode(text) == ids
        assert words.decode(ids) == tokenizer.decode(ids, skip_special_tokens=True)
    for text in PROMPTS[:4]:
        ids = words.encode(text)
        with torch.no_grad():
            expected = model(torch.tensor([ids])).logits[0].numpy()
        np.testing.assert_allclose(ours.read(ids)[0], expected, atol=1e-4)


@pytest.mark.parametrize("decoding", ["sample", "greedy"])
def test_both_engines_write_the_same(decoding: str) -> None:
    seeds = list(range(len(PROMPTS)))
    engines = (PocketWriter(max_new_tokens=60), LocalGenerator(WRITER_FOLDER, max_new_tokens=60))
    numpy_calls, torch_calls = (asyncio.run(e.write(PROMPTS, decoding, seeds)) for e in engines)  # type: ignore[arg-type]
    assert [c.completion_ids for c in numpy_calls] == [c.completion_ids for c in torch_calls]
    for a, b in zip(numpy_calls, torch_calls, strict=True):
        np.testing.assert_allclose(a.logprobs, b.logprobs, atol=1e-3)
    assert engines[0].prompt_preset == engines[1].prompt_preset


def test_a_seed_is_torchs_seed() -> None:
    for seed in (0, 1, 12345, 2**31 - 1):
        drawn = torch.rand(9, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
        assert stream(seed, 9).tolist() == drawn.tolist()


def test_building_follows_from_the_seed(built: Path, tmp_path: Path) -> None:
    build(("ranker", "writer"), tmp_path, 0, TINY, tell=lambda line: None)
    for name in ("ranker", "writer"):
        assert digests(tmp_path, name) == digests(built, name) == read_record(built)[name]["sha256"]


def test_what_is_built_can_be_used(built: Path) -> None:
    record = read_record(built)
    assert tuple(record) == BUILT
    assert all(record[name]["seed"] == 0 for name in BUILT)
    for name in ("ranker", "ranker-able"):
        assert load_ranker(str(built / f"{name}.npz")).describe()["temperature"] > 0
    (call,) = asyncio.run(PocketWriter(built / "writer", max_new_tokens=5).write(PROMPTS[:1], "sample", [0]))
    assert call.output_tokens


def test_the_ranker_can_be_scored_and_trained_by_its_calls() -> None:
    from skillevo.envs.alfworld import load_panel, make_env
    from skillevo.envs.base import EpisodeKey
    from skillevo.harness.play import Conditioning, PlayRules, play

    scorer = RankerScorer()
    instance = load_panel("pocket-val").instances[0]
    rules, key = PlayRules(step_cap=10), EpisodeKey(instance.id)
    episode = asyncio.run(play(make_env(instance), instance, key, 0, scorer.policy(), Conditioning(), rules))
    calls = list(episode.calls)
    before, entropies = scorer.score(calls)
    np.testing.assert_allclose(before.detach()[:, 0], [c.logprobs[0] for c in calls], atol=1e-2)
    assert bool((entropies >= 0).all())
    assert sorted(r for rows in scorer.batches(calls, 40) for r in rows) == list(range(len(calls)))
    optimiser = torch.optim.SGD(scorer.parameters(), lr=1e-3)
    (-before.sum()).backward()
    optimiser.step()
    assert float(scorer.score(calls)[0].detach().sum()) > float(before.detach().sum())
    with scorer.reference():
        np.testing.assert_allclose(scorer.score(calls)[0].detach(), before.detach(), atol=1e-6)
