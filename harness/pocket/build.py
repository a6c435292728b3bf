"""Making the pocket models, all from generated games and one seed. Needs the extra `[train]`."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from skillevo.envs.alfworld.generate import GENERATOR_VERSION
from skillevo.envs.base import SkillevoError
from skillevo.harness.methods.compact_webshop import NAME as WEBSHOP
from skillevo.harness.pocket.ranker_train import CloneConfig, clone, samples, shop_samples
from skillevo.harness.pocket.shipped import BUILT, digests, files_of, read_record, record
from skillevo.harness.pocket.writer_train import WriterConfig

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much goes into each model."""

    ranker: CloneConfig = field(default_factory=CloneConfig)
    able: CloneConfig = field(
        default_factory=lambda: CloneConfig(games=3000, epochs=1.5, learning_rate=1e-3, knows=0.6)
    )
    writer: WriterConfig = field(default_factory=WriterConfig)
    shop_ranker: CloneConfig = field(
        default_factory=lambda: CloneConfig(games=3000, plans=4, epochs=2.0, learning_rate=3e-3)
    )
    shop_writer: WriterConfig = field(
        default_factory=lambda: WriterConfig(
            games=7000, vocabulary=512, width=64, layers=3, inner=176, epochs=1.6, preset=WEBSHOP, learning_rate=3e-3
        )
    )


FULL = Sizes()
TINY = Sizes(
    CloneConfig(games=12, plans=2, epochs=1.0, batch=8),
    CloneConfig(games=12, plans=2, epochs=1.0, batch=8, knows=0.9),
    WriterConfig(games=24, width=32, layers=2, heads=2, inner=48, vocabulary=400, batch=8),
    CloneConfig(games=12, plans=2, epochs=1.0, batch=8),
    WriterConfig(games=24, width=32, layers=2, heads=2, inner=48, vocabulary=400, batch=8, preset=WEBSHOP),
)
"""For tests: everything happens, nothing is learned."""


def build(names: Sequence[str], out: Path, seed: int, sizes: Sizes = FULL, tell: Tell = print) -> None:
    """Make models, one after the other, and record how.

    `ranker-able` goes on from the ranker of the same folder, and makes it first where there is none.

    Raises:
        SkillevoError: no such model.
    """
    import torch

    if unknown := [n for n in names if n not in BUILT]:
        raise SkillevoError(f"there is no pocket model {unknown[0]!r} to build; there are {', '.join(BUILT)}")
    torch.set_num_threads(1)  # other numbers of threads add up in another order: other weights
    out.mkdir(parents=True, exist_ok=True)
    for name in names:
        started = time.process_time()
        if name.startswith("writer"):
            facts = _build_writer(name, out, seed, sizes, tell)
        else:
            facts = _build_ranker(name, out, seed, sizes, tell)
        record(
            out,
            name,
            {
                "command": f"skillevo pocket build {name} --seed {seed}",
                "seed": seed,
                "generator_version": str(GENERATOR_VERSION),
                "torch": torch.__version__,
                "skillevo": version("skillevo"),
                "cpu_minutes": round((time.process_time() - started) / 60, 1),
                **facts,
                "bytes": sum(f.stat().st_size for f in files_of(out, name)),
                "sha256": digests(out, name),
            },
        )


def build_all(out: Path, seed: int, sizes: Sizes = FULL, tell: Tell = print) -> None:
    """Make all of them, in two processes of one thread each."""
    shares = (("ranker", "ranker-able", "writer-webshop"), ("writer", "ranker-webshop"))
    with ProcessPoolExecutor(len(shares), mp_context=get_context("spawn")) as pool:
        parts = [out / f".{share[0]}" for share in shares]
        for done in [pool.submit(build, s, part, seed, sizes) for s, part in zip(shares, parts, strict=True)]:
            done.result()
    for share, part in zip(shares, parts, strict=True):
        for name in share:
            for file in files_of(part, name):
                target = out / file.relative_to(part)
                target.parent.mkdir(parents=True, exist_ok=True)
                file.replace(target)
            record(out, name, read_record(part)[name])
        shutil.rmtree(part)
    tell(f"written to {out}")


def _build_ranker(name: str, out: Path, seed: int, sizes: Sizes, tell: Tell) -> dict[str, Any]:
    from skillevo.harness.pocket.ranker_net import RankerNet
    from skillevo.harness.policies.ranker.features import HOUSE
    from skillevo.harness.policies.ranker.shopping import SHOP
    from skillevo.harness.policies.ranker.storage import load, save

    shop = name == "ranker-webshop"
    config, start = sizes.shop_ranker if shop else sizes.ranker, None
    if name == "ranker-able":
        config = sizes.able
        if not (out / "ranker.npz").is_file():
            build(("ranker",), out, seed, sizes, tell)
        start = RankerNet()
        start.load_arrays(load(out / "ranker.npz"))
    data = shop_samples(config, seed) if shop else samples(config, seed)
    tell(f"{name}: {len(data):,} demonstrations")
    losses: list[float] = []

    def heard(step: int, steps: int, loss: float) -> None:
        losses.append(loss)
        tell(f"{name}: step {step:,} of {steps:,}, loss {loss:.3f}")

    net = clone(data, config, seed, start=start, shape=SHOP if shop else HOUSE, tell=heard)
    save(out / f"{name}.npz", net.arrays())
    return {
        "parameters": sum(p.numel() for p in net.parameters()),
        "loss": round(losses[-1], 4),
        "config": {k: v for k, v in asdict(config).items() if v is not None},
    }


def _build_writer(name: str, out: Path, seed: int, sizes: Sizes, tell: Tell) -> dict[str, Any]:
    from skillevo.harness.pocket.demos import training_games
    from skillevo.harness.pocket.lessons import lessons
    from skillevo.harness.pocket.shop.lessons import lessons as shop_lessons
    from skillevo.harness.pocket.shop.plans import training_goals
    from skillevo.harness.pocket.writer_train import make_model, make_tokenizer, save, teach

    # Other games than the rankers': a writer's first lessons are about households that no ranker has seen.
    if name == "writer":
        config = sizes.writer
        taught = list(lessons(training_games(seed + 1, config.games), seed + 1))
    else:
        config = sizes.shop_writer
        taught = list(shop_lessons(training_goals(seed + 1, config.games), seed + 1))
    tell(f"{name}: {len(taught):,} lessons")
    tokenizer = make_tokenizer([x.prompt + x.answer for x in taught[:4000]], config)
    model = make_model(len(tokenizer), config, seed)
    losses: list[float] = []

    def heard(step: int, steps: int, loss: float) -> None:
        losses.append(loss)
        tell(f"{name}: step {step:,} of {steps:,}, loss {loss:.3f}")

    teach(model, tokenizer, taught, config, seed, tell=heard)
    save(model, tokenizer, out / name)
    return {
        "parameters": sum(p.numel() for p in model.parameters()),
        "loss": round(losses[-1], 4),
        "config": asdict(config),
    }
