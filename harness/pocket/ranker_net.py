"""The ranker's network in torch: for cloning, and for policy gradients. Needs the extra `[train]`.

The numpy network (harness/policies/ranker/network.py) says what it computes; names, shapes and results are the
same. All weight matrices are stored (in, out).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from skillevo.harness.pocket.ranker_batch import Batch
from skillevo.harness.policies.ranker import network as net
from skillevo.harness.policies.ranker.features import HOUSE
from skillevo.harness.policies.ranker.shape import Shape
from skillevo.harness.policies.ranker.words import BUCKETS


class Dense(nn.Module):  # type: ignore[misc]
    """x @ weight + bias."""

    def __init__(self, n: int, m: int, *, bias: bool = False) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n, m) / math.sqrt(n))
        self.bias = nn.Parameter(torch.zeros(m)) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        y = x @ self.weight
        return y if self.bias is None else y + self.bias


class Mlp(nn.Module):  # type: ignore[misc]
    def __init__(self, d: int, hidden: int) -> None:
        super().__init__()
        self.up, self.down = Dense(d, hidden, bias=True), Dense(hidden, d, bias=True)
        with torch.no_grad():
            self.down.weight.mul_(0.5)

    def forward(self, x: Tensor) -> Tensor:
        return self.down(F.gelu(self.up(x), approximate="tanh"))


class Block(nn.Module):  # type: ignore[misc]
    def __init__(self, d: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.qkv, self.out = Dense(d, 3 * d, bias=True), Dense(d, d, bias=True)
        self.up, self.down = Dense(d, 2 * d, bias=True), Dense(2 * d, d, bias=True)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        b, t, d = x.shape
        q, k, v = (y.view(b, t, net.HEADS, -1).transpose(1, 2) for y in self.qkv(self.norm1(x)).split(d, -1))
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask[:, None, None, :])
        x = x + self.out(mixed.transpose(1, 2).reshape(b, t, d))
        return x + self.down(F.gelu(self.up(self.norm2(x)), approximate="tanh"))


class RankerNet(nn.Module):  # type: ignore[misc]
    """Scores commands. `scores(batch)` gives the logits of all commands of all turns, flat."""

    def __init__(self, shape: Shape = HOUSE) -> None:
        super().__init__()
        self.shape = shape
        verbs = len(shape.verbs)
        d, hidden = net.WIDTH, net.HIDDEN
        self.table = nn.Parameter(torch.randn(BUCKETS, net.PIECE) * 0.5)
        self.enter, self.where = Dense(3 * net.PIECE, d, bias=True), Dense(net.POSITIONS, d)
        self.blocks = nn.ModuleList(Block(d) for _ in range(net.LAYERS))
        self.norm = nn.LayerNorm(d)
        self.query, self.said = Dense(net.PIECE, d, bias=True), Dense(2, d)
        self.read_query, self.read_key, self.read_value = Dense(d, d, bias=True), Dense(d, d), Dense(d, d)
        self.read_out, self.read_norm, self.read_mlp = Dense(d, d), nn.LayerNorm(d), Mlp(d, 2 * d)
        k = d // net.READ_HEADS
        self.sharp = nn.Parameter(torch.full((net.READ_HEADS,), 10.0))
        self.none = nn.Parameter(torch.full((net.READ_HEADS,), 6.0))
        self.none_key = nn.Parameter(torch.zeros(net.READ_HEADS, k))
        self.none_value = nn.Parameter(torch.zeros(net.READ_HEADS, k))
        self.state, self.last = Dense(shape.state, d, bias=True), nn.Parameter(torch.randn(verbs, d) * 0.3)
        self.held, self.here = Dense(d, d), Dense(d, d)
        self.state_query, self.state_key, self.state_value = Dense(d, d, bias=True), Dense(d, d), Dense(d, d)
        self.state_out, self.state_norm, self.state_mlp = Dense(d, d), nn.LayerNorm(d), Mlp(d, d)
        self.verbs = nn.Parameter(torch.randn(verbs, hidden) * 0.3)
        self.score_verb, self.score_thing, self.score_place = Dense(d, hidden), Dense(d, hidden), Dense(d, hidden)
        self.score_flags, self.score_state = Dense(shape.flags, hidden), Dense(d, hidden)
        self.score = nn.ParameterDict({"bias": nn.Parameter(torch.zeros(hidden))})
        self.score2, self.score3 = Dense(hidden, net.LAST, bias=True), Dense(net.LAST, 1)

    def forward(self, batch: Batch) -> Tensor:
        return self.scores(batch)

    def scores(self, batch: Batch) -> Tensor:
        """Logits of the commands of all turns, one after the other, (sum of A,); `batch.turn_of` says whose."""
        vectors = F.embedding_bag(batch.pieces, self.table, batch.piece_starts, mode="mean")  # (words, PIECE)
        vectors = torch.cat((vectors.new_zeros(1, net.PIECE), vectors))
        e = vectors[batch.tokens]  # (B, T, PIECE)
        x = self._encode(e, batch)
        nouns, verbs = self._readings(x, e, vectors, batch)
        s = self._states(x, nouns, batch)
        of = batch.turn_of
        episode = batch.episode_of[of]
        h = self.score_verb(verbs)[episode, batch.verbs] + self.verbs[batch.verbs] + self.score["bias"]
        h = h + self.score_thing(nouns)[episode, batch.things] + self.score_place(nouns)[episode, batch.places]
        h = h + self.score_flags(batch.flags) + self.score_state(s)[of]
        h = F.gelu(self.score2(F.gelu(h, approximate="tanh")), approximate="tanh")
        return self.score3(h)[:, 0]

    def logprobs(self, batch: Batch) -> Tensor:
        """Log-probabilities at temperature 1 of the commands within their turns, flat."""
        return log_softmax_by(self.scores(batch), batch.turn_of, len(batch.episode_of))

    def _encode(self, e: Tensor, batch: Batch) -> Tensor:
        e = e * batch.mask[..., None]
        before, after = F.pad(e, (0, 0, 1, 0))[:, :-1], F.pad(e, (0, 0, 0, 1))[:, 1:]
        x = self.enter(torch.cat((before, e, after), -1)) + self.where(batch.positions)
        for block in self.blocks:
            x = block(x, batch.mask)
        out: Tensor = self.norm(x)
        return out

    def _readings(self, x: Tensor, e: Tensor, vectors: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
        asked = vectors[batch.asked]  # (B, Q, PIECE)
        b, n, _ = asked.shape
        h = net.READ_HEADS
        q = self.query(asked) + self.said(batch.said)
        heads = self.read_query(q).view(b, n, h, -1).transpose(1, 2)
        keys = self.read_key(x).view(b, -1, h, heads.shape[-1]).transpose(1, 2)
        values = self.read_value(x).view(b, -1, h, heads.shape[-1]).transpose(1, 2)
        like = _unit(asked) @ _unit(e).transpose(1, 2)
        logits = heads @ keys.transpose(2, 3) / math.sqrt(heads.shape[-1])
        logits = logits + self.sharp[:, None, None] * like[:, None]
        logits = logits.masked_fill(~batch.mask[:, None, None, :], -1e9)
        none = heads @ self.none_key[:, :, None] + self.none[:, None, None]
        share = torch.cat((none, logits), -1).softmax(-1)
        out = share[..., 1:] @ values + share[..., :1] * self.none_value[:, None]
        r = q + self.read_out(out.transpose(1, 2).reshape(b, n, -1))
        r = r + self.read_mlp(self.read_norm(r))
        return r[:, len(self.verbs) :], r[:, : len(self.verbs)]

    def _states(self, x: Tensor, nouns: Tensor, batch: Batch) -> Tensor:
        of = batch.episode_of
        s = self.state(batch.state) + self.last[batch.last]
        s = s + self.held(nouns)[of, batch.held] + self.here(nouns)[of, batch.here]
        s = F.gelu(s, approximate="tanh")
        h = net.STATE_HEADS
        b, t, d = x.shape
        q = self.state_query(s).view(-1, h, d // h)
        keys = self.state_key(x).view(b, t, h, -1)
        values = self.state_value(x).view(b, t, h, -1)
        # Turns of one episode lie side by side: its keys serve them all.
        logits = torch.einsum("nhk,nthk->nht", q, keys[of]) / math.sqrt(d // h)
        share = logits.masked_fill(~batch.mask[of][:, None, :], -1e9).softmax(-1)
        s = s + self.state_out(torch.einsum("nht,nthk->nhk", share, values[of]).reshape(-1, d))
        return s + self.state_mlp(self.state_norm(s))

    def arrays(self) -> Mapping[str, NDArray[np.float32]]:
        """The weights by name, as the numpy network takes them."""
        return {name: p.detach().cpu().float().numpy() for name, p in self.state_dict().items()}

    def load_arrays(self, arrays: Mapping[str, NDArray[np.float32]]) -> None:
        self.load_state_dict({name: torch.from_numpy(np.array(a)) for name, a in arrays.items()})


def log_softmax_by(scores: Tensor, of: Tensor, groups: int) -> Tensor:
    """log-softmax within groups of a flat tensor."""
    top = scores.new_full((groups,), -1e30).scatter_reduce(0, of, scores.detach(), "amax")
    shifted = scores - top[of]
    total = scores.new_zeros(groups).index_add(0, of, shifted.exp())
    return shifted - total.log()[of]


def _unit(x: Tensor) -> Tensor:
    return x / (x.norm(dim=-1, keepdim=True) + 1e-6)
