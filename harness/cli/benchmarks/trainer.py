"""The trainer's figures: its optimisation step and its sampling, beside bare transformers loops that do the same.

The bare step is what one would write by hand: rows of about one length padded to a rectangle, the reference's forward
pass, forward, backward, clipping, AdamW. It keeps no books: no entropy, no ratio, no diagnostics.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch

from skillevo.envs.base import Call, CallRole
from skillevo.harness.cli.benchmarks.figure import MEDIAN, Figure, cpu_seconds
from skillevo.harness.methods import TrainRow
from skillevo.harness.methods.sampling import DrawRules, draw
from skillevo.harness.pocket import generator_path
from skillevo.harness.trainer.language_model import LanguageModel
from skillevo.harness.trainer.learner import Learner
from skillevo.harness.trainer.objective_config import ObjectiveConfig
from skillevo.harness.trainer.options import OptimiserOptions

PROMPT, COMPLETION = 200, 60
"""Tokens, on average; each text has up to a tenth more or less."""
ROWS, CANDIDATES = 32, 4
MICRO_TOKENS = 8192


def measure(generator: str) -> list[Figure]:
    """All figures, in one run on one machine, on one thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return list(_figures(generator_path(generator)))
    finally:
        torch.set_num_threads(before)


def _figures(folder: str) -> Iterator[Figure]:
    model = LanguageModel(folder)
    model.keep_reference()
    vocabulary = int(model.model.config.vocab_size)
    yield Figure("parameters", sum(p.numel() for p in model.parameters()) / 1e6, "M", folder)
    for candidates in (CANDIDATES, 1):
        rows = _rows(candidates, vocabulary)
        tokens = sum(len(r.call.prompt_ids or ()) + len(r.call.completion_ids or ()) for r in rows)
        ours, bare = _step(model, rows), _bare_step(folder, rows)
        fast, slow = cpu_seconds(ours), cpu_seconds(bare)
        what = f"{ROWS} rows, {candidates} for each prompt"
        yield Figure(f"step, {what}", tokens / fast, "tokens/s", MEDIAN)
        yield Figure.at_most(f"step / bare loop, {what}", fast / slow, "x", MEDIAN, 1.3)
    prompts = [r.call.prompt_ids or () for r in _rows(CANDIDATES, vocabulary)]
    written = len(prompts) * COMPLETION
    model.model.eval()
    ours, bare = _draw(model.model, prompts), _bare_draw(model.model, prompts)
    fast, slow = cpu_seconds(ours), cpu_seconds(bare)
    yield Figure(f"writing, {ROWS} texts, {CANDIDATES} for each prompt", written / fast, "tokens/s", MEDIAN)
    yield Figure.at_most("writing / the library's generate", fast / slow, "x", MEDIAN, 1.0)


def _rows(candidates: int, vocabulary: int) -> list[TrainRow]:
    rng = random.Random(0)

    def text(n: int) -> tuple[int, ...]:
        return tuple(rng.randrange(vocabulary) for _ in range(n + rng.randrange(-n // 10, n // 10)))

    rows = []
    for _ in range(ROWS // candidates):
        prompt = text(PROMPT)
        for _ in range(candidates):
            call = Call(CallRole.EDIT, "m", "", prompt_ids=prompt, completion_ids=text(COMPLETION))
            rows.append(TrainRow(call, (rng.uniform(-1, 1),)))
    return rows


def _step(model: LanguageModel, rows: Sequence[TrainRow]) -> Callable[[], object]:
    learner = Learner(model, ObjectiveConfig(), OptimiserOptions(lr=1e-6, micro_tokens=MICRO_TOKENS), 1000)
    return lambda: learner.step(rows, ROWS, 1)


def _bare_step(folder: str, rows: Sequence[TrainRow]) -> Callable[[], object]:
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    reference = copy.deepcopy(model)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-6)
    batches = [_rectangle(batch) for batch in _bare_batches(rows)]

    def step() -> None:
        for ids_bt, mask_bt, trained_bt, advantage_b in batches:
            with torch.no_grad():
                reference_bt = _logprobs(reference, ids_bt, mask_bt)
            logp_bt = _logprobs(model, ids_bt, mask_bt)
            gain = ((logp_bt * trained_bt).sum(1) * advantage_b).sum()
            kl = (trained_bt * (logp_bt - reference_bt).square() / 2).sum()
            ((0.01 * kl - gain) / ROWS).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()

    return step


def _bare_batches(rows: Sequence[TrainRow]) -> list[list[TrainRow]]:
    batches: list[list[TrainRow]] = []
    for row in sorted(rows, key=_length):
        if batches and _length(row) * (len(batches[-1]) + 1) <= MICRO_TOKENS:
            batches[-1].append(row)
        else:
            batches.append([row])
    return batches


def _length(row: TrainRow) -> int:
    return len(row.call.prompt_ids or ()) + len(row.call.completion_ids or ())


def _rectangle(rows: Sequence[TrainRow]) -> tuple[Any, ...]:
    longest = max(map(_length, rows))
    ids_bt = torch.zeros((len(rows), longest), dtype=torch.long)
    mask_bt = torch.zeros_like(ids_bt)
    trained_bt = torch.zeros((len(rows), longest - 1))
    for b, row in enumerate(rows):
        prompt, completion = row.call.prompt_ids or (), row.call.completion_ids or ()
        n = len(prompt) + len(completion)
        ids_bt[b, :n] = torch.tensor((*prompt, *completion))
        mask_bt[b, :n] = 1
        trained_bt[b, len(prompt) - 1 : n - 1] = 1
    return ids_bt, mask_bt, trained_bt, torch.tensor([r.advantages[0] for r in rows])


def _logprobs(model: Any, ids_bt: Any, mask_bt: Any) -> Any:
    logits_btv = model(input_ids=ids_bt, attention_mask=mask_bt).logits[:, :-1]
    return logits_btv.log_softmax(-1).gather(-1, ids_bt[:, 1:, None])[..., 0]


def _draw(model: Any, prompts: Sequence[Sequence[int]]) -> Callable[[], object]:
    rules = DrawRules("sample", 1.0, COMPLETION, frozenset())
    return lambda: draw(model, prompts, list(range(len(prompts))), rules)


def _bare_draw(model: Any, prompts: Sequence[Sequence[int]]) -> Callable[[], object]:
    longest = max(map(len, prompts))
    ids_bt = torch.zeros((len(prompts), longest), dtype=torch.long)
    mask_bt = torch.zeros_like(ids_bt)
    for b, prompt in enumerate(prompts):
        ids_bt[b, longest - len(prompt) :] = torch.tensor(prompt)
        mask_bt[b, longest - len(prompt) :] = 1
    more = {"do_sample": True, "top_k": 0, "max_new_tokens": COMPLETION, "eos_token_id": None, "pad_token_id": 0}
    return lambda: model.generate(ids_bt, attention_mask=mask_bt, **more)
