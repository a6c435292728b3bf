"""Many texts at once from a causal language model. Needs the extra `[train]`.

Every text has a random stream of its own, from which one number is drawn for each token and looked up in the token's
cumulative distribution: a text depends on its prompt and its seed alone, up to floating point, whatever is written
beside it. A prompt that is asked for several texts is read once.

Shapes: b texts under way, u different prompts, t tokens, v vocabulary. Prompts are padded on the left, so that all
texts grow at the same end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from skillevo.envs.base import Call, CallRole, SkillevoError
from skillevo.harness.methods.generator import Decoding

COMPACT_AT = 0.75
"""Texts that have ended are taken out of the batch when no more than this share of it is still being written."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One text as it was drawn: token ids and log-probabilities (C,), the end token included where it came."""

    ids: tuple[int, ...]
    logprobs: tuple[float, ...]
    ended: bool


@dataclass(frozen=True, slots=True)
class DrawRules:
    """How texts are drawn.

    Attributes:
        decoding: `greedy` takes the likeliest token, `sample` draws one.
        temperature: of the drawing; the log-probabilities are those at this temperature.
        max_new_tokens: a text that reaches it is cut.
        ends: tokens that end a text.
        tokens_at_once: prompt and new tokens that are held in memory at the same time.
    """

    decoding: Decoding
    temperature: float
    max_new_tokens: int
    ends: frozenset[int]
    tokens_at_once: int = 65_536


def draw(model: Any, prompts: Sequence[Sequence[int]], seeds: Sequence[int], rules: DrawRules) -> list[Drawn]:
    """A text for each prompt, in their order.

    Args:
        model: a transformers causal language model.
        prompts: token ids, none of them empty.
        seeds: one for each prompt; `greedy` does not use them.

    Raises:
        SkillevoError: a prompt leaves no room for a text in the model's reach.
    """
    import torch

    drawn: dict[int, Drawn] = {}
    with torch.inference_mode():
        for rows in _batches(prompts, rules):
            texts = _draw_batch(model, [prompts[r] for r in rows], [seeds[r] for r in rows], rules)
            drawn.update(zip(rows, texts, strict=True))
    return [drawn[r] for r in range(len(prompts))]


def write_texts(
    model: Any,
    tokenizer: Any,
    prompts: Sequence[str],
    seeds: Sequence[int],
    rules: DrawRules,
    *,
    name: str,
    version: int,
) -> list[Call]:
    """A text for each prompt as a call, with all that training needs of it.

    Args:
        name: of the generator, for the record.
        version: optimiser steps behind the weights.
    """
    prompt_ids = [encode(tokenizer, p) for p in prompts]
    drawn = draw(model, prompt_ids, seeds, rules)
    return [
        Call(
            role=CallRole.EDIT,
            model=name,
            completion=tokenizer.decode(d.ids, skip_special_tokens=True),
            prompt=prompt,
            prompt_ids=tuple(ids),
            completion_ids=d.ids,
            logprobs=d.logprobs,
            policy_version=version,
            sampling={
                "decoding": rules.decoding,
                "temperature": rules.temperature,
                "seed": seed,
                "truncated": not d.ended,
            },
            input_tokens=len(ids),
            output_tokens=len(d.ids),
            cost=0.0,
        )
        for prompt, ids, d, seed in zip(prompts, prompt_ids, drawn, seeds, strict=True)
    ]


def room_for(model: Any, prompt: int, max_new_tokens: int) -> int:
    """Tokens that may follow a prompt of so many.

    Raises:
        SkillevoError: there is none.
    """
    longest = getattr(model.config, "max_position_embeddings", None)
    room = max_new_tokens if longest is None else min(max_new_tokens, longest - prompt)
    if room < 1:
        raise SkillevoError(
            f"the prompt takes {prompt:,} tokens and the model reads {longest:,}: lower -T history_tokens"
        )
    return room


def end_tokens(model: Any, tokenizer: Any) -> frozenset[int]:
    """The tokens that end a text, by the model's generation settings and by its tokenizer."""
    given = getattr(model.generation_config, "eos_token_id", None)
    listed = given if isinstance(given, list) else [given]
    return frozenset(int(t) for t in (*listed, tokenizer.eos_token_id) if t is not None)


def encode(tokenizer: Any, prompt: str) -> list[int]:
    """A prompt's token ids: as a user's message where the tokenizer has a chat template."""
    if getattr(tokenizer, "chat_template", None):
        chat = [{"role": "user", "content": prompt}]
        ids = tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_dict=True)["input_ids"]
    else:
        ids = tokenizer(prompt)["input_ids"]
    return [int(i) for i in ids]


def _batches(prompts: Sequence[Sequence[int]], rules: DrawRules) -> Iterator[list[int]]:
    """Rows by length of prompt, equal prompts together, in batches that fit into memory."""
    order = sorted(range(len(prompts)), key=lambda r: (len(prompts[r]), tuple(prompts[r]), r))
    batch: list[int] = []
    for r in order:
        if batch and (len(prompts[r]) + rules.max_new_tokens) * (len(batch) + 1) > rules.tokens_at_once:
            yield batch
            batch = []
        batch.append(r)
    if batch:
        yield batch


def _draw_batch(model: Any, prompts: list[Sequence[int]], seeds: list[int], rules: DrawRules) -> list[Drawn]:
    import torch

    device = model.device
    rooms = [room_for(model, len(p), rules.max_new_tokens) for p in prompts]
    logits_bv, past, mask_bt, position_b = _read(model, prompts, max(rooms))
    chance_bt = None
    if rules.decoding == "sample":
        chance_bt = torch.stack([_stream(seed, max(rooms)) for seed in seeds]).to(device)
    room_b = torch.tensor(rooms, device=device)
    ends = torch.tensor(sorted(rules.ends), device=device)
    alive = torch.arange(len(prompts), device=device)
    ids_bt = torch.zeros((len(prompts), max(rooms)), dtype=torch.long, device=device)
    logp_bt = torch.zeros((len(prompts), max(rooms)), device=device)
    length_b = torch.zeros(len(prompts), dtype=torch.long, device=device)
    ended_b = torch.zeros(len(prompts), dtype=torch.bool, device=device)
    going_b = torch.ones(len(prompts), dtype=torch.bool, device=device)  # of those in the batch
    for t in range(max(rooms)):
        scores_bv = torch.log_softmax(logits_bv.float() / rules.temperature, dim=-1)
        token_b = scores_bv.argmax(-1) if chance_bt is None else _pick(scores_bv, chance_bt[alive, t])
        writing = alive[going_b]
        ids_bt[writing, t] = token_b[going_b]
        logp_bt[writing, t] = scores_bv.gather(1, token_b[:, None])[going_b, 0]
        length_b[writing] = t + 1
        over_b = torch.isin(token_b, ends)
        ended_b[alive[going_b & over_b]] = True
        going_b = going_b & ~over_b & (t + 1 < room_b[alive])
        left = int(going_b.sum())
        if not left:
            break
        if left <= COMPACT_AT * len(alive):
            keep = going_b.nonzero()[:, 0]
            past.batch_select_indices(keep)
            alive, token_b, position_b = alive[keep], token_b[keep], position_b[keep]
            mask_bt = None if mask_bt is None else mask_bt[keep]
            going_b = going_b[keep]
        if mask_bt is not None:
            mask_bt = torch.cat([mask_bt, mask_bt.new_ones((len(alive), 1))], 1)
        out = model(
            input_ids=token_b[:, None],
            attention_mask=mask_bt,
            position_ids=(position_b + t)[:, None],
            past_key_values=past,
            use_cache=True,
        )
        logits_bv = out.logits[:, -1]
    return [
        Drawn(tuple(ids[:n]), tuple(logprobs[:n]), ended)
        for ids, logprobs, n, ended in zip(
            ids_bt.tolist(), logp_bt.tolist(), length_b.tolist(), ended_b.tolist(), strict=True
        )
    ]


def _read(model: Any, prompts: list[Sequence[int]], room: int) -> tuple[Any, Any, Any, Any]:
    """What follows each prompt (B, V), the keys and values of all, their mask, and the place of the next token (B,).

    The mask is None where all prompts are of one length: attention is quicker without one.
    """
    import torch
    from transformers import DynamicCache

    from skillevo.harness.methods.kv_cache import make_room

    device = model.device
    different = list(dict.fromkeys(tuple(p) for p in prompts))
    which = {p: u for u, p in enumerate(different)}
    row_b = torch.tensor([which[tuple(p)] for p in prompts], device=device)
    longest = max(map(len, different))
    ids_ut = torch.zeros((len(different), longest), dtype=torch.long)
    mask_ut = torch.zeros((len(different), longest), dtype=torch.long)
    for u, p in enumerate(different):
        ids_ut[u, longest - len(p) :] = torch.tensor(p)
        mask_ut[u, longest - len(p) :] = 1
    ids_ut, mask_ut = ids_ut.to(device), mask_ut.to(device)
    padded = min(map(len, different)) < longest
    out = model(
        input_ids=ids_ut,
        attention_mask=mask_ut if padded else None,
        position_ids=(mask_ut.cumsum(1) - 1).clamp(min=0),
        past_key_values=DynamicCache(config=model.config),
        use_cache=True,
        logits_to_keep=1,
    )
    past = out.past_key_values
    make_room(past, row_b, room)
    return out.logits[:, -1][row_b], past, mask_ut[row_b] if padded else None, mask_ut.sum(1)[row_b]


def _stream(seed: int, n: int) -> Any:
    """A text's own random numbers, (n,): always drawn on the CPU, so that a seed means the same on every device."""
    import torch

    return torch.rand(n, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def _pick(scores_bv: Any, chance_b: Any) -> Any:
    """The token at which the cumulative distribution passes each chance. In double precision: tails are long."""
    import torch

    cumulative_bv = scores_bv.double().exp().cumsum(-1)
    wanted_b1 = chance_b[:, None] * cumulative_bv[:, -1:]
    return torch.searchsorted(cumulative_bv, wanted_b1, right=True)[:, 0].clamp(max=scores_bv.shape[1] - 1)
