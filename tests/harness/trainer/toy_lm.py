"""A softmax language model small enough that every text it can write is enumerated, and gradients are exact."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pytest

from skillevo.harness.trainer import RowCredit

torch = pytest.importorskip("torch")

from skillevo.harness.trainer import objective  # noqa: E402
from skillevo.harness.trainer.batch import RowBatch, ScoredRow  # noqa: E402

Text = tuple[int, ...]


class ToyLM(torch.nn.Module):
    """Each token from the one before it: a table of logits, whose last row begins a text. In double precision."""

    def __init__(self, vocabulary: int = 3, seed: int = 0) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.table = torch.nn.Parameter(
            torch.randn(vocabulary + 1, vocabulary, generator=generator, dtype=torch.float64)
        )

    @property
    def vocabulary(self) -> int:
        return self.table.shape[1]

    def texts(self, length: int) -> list[Text]:
        return list(product(range(self.vocabulary), repeat=length))

    def forward(self, texts: Sequence[Text]) -> tuple[torch.Tensor, torch.Tensor]:
        """Log-probabilities and entropies of right-padded texts, (B, T)."""
        padded = torch.nn.utils.rnn.pad_sequence([torch.tensor(t, dtype=torch.long) for t in texts], batch_first=True)
        start = torch.full((len(texts), 1), self.vocabulary)
        before = torch.cat([start, padded[:, :-1]], 1) if padded.shape[1] else padded
        return objective.token_logprobs(self.table[before], padded)

    def logp(self, text: Text) -> list[float]:
        with torch.no_grad():
            return self([text])[0][0].tolist()

    def gradient(self, value: torch.Tensor) -> torch.Tensor:
        """∇ of a value by the table, flat; zeros where it does not depend on it."""
        if not value.requires_grad:
            return torch.zeros(self.table.numel(), dtype=torch.float64)
        (found,) = torch.autograd.grad(value, self.table, retain_graph=True)
        return found.flatten()


def scored(model: ToyLM, text: Text, credit: RowCredit, ratio: float = 1.0, **more: object) -> ScoredRow:
    """A row whose whole-text ratio under `model` is `ratio`: the old policy's log-probabilities are moved to fit."""
    shift = float(torch.tensor(ratio, dtype=torch.float64).log()) / len(text)
    return ScoredRow(credit, [x - shift for x in model.logp(text)], **more)  # type: ignore[arg-type]


def loss_of(
    model: ToyLM,
    texts: Sequence[Text],
    rows: Sequence[ScoredRow],
    config: objective.ObjectiveConfig,
    z: float = 1.0,
    part: int | None = None,
) -> torch.Tensor:
    """The loss of rows under the model; of `part` 0 (intra) or 1 (inter) of their advantages only, if one is given."""
    batch = RowBatch.of(rows, dtype=torch.float64)
    if part is not None:
        only = torch.zeros(2, dtype=torch.float64)
        only[part] = 1
        batch = batch._replace(up_bp=batch.up_bp * only, down_bp=batch.down_bp * only)
    logp_bt, entropy_bt = model(texts)
    return objective.loss(logp_bt, batch, config, z, entropy_bt)[0]


def part_gradients(
    model: ToyLM, texts: Sequence[Text], rows: Sequence[ScoredRow], config: objective.ObjectiveConfig
) -> tuple[torch.Tensor, torch.Tensor]:
    """The real gradients of the objective that come from the intra and from the inter part."""
    intra, inter = (model.gradient(-loss_of(model, texts, rows, config, part=part)) for part in (0, 1))
    return intra, inter
