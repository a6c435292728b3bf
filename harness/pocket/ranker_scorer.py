"""The ranker as an acting policy that a trainer improves: what GRPO or GiGPO needs of it. Needs the extra `[train]`.

A `Ranker` that records keeps a call for each turn: its `prompt` is the turn (harness/policies/ranker/record.py), its
one completion id the number of the chosen command. `RankerScorer` computes that command's log-probability anew, with
a gradient, and hands out the policy with the weights as they are now. It meets the trainer's protocol `Scorer`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

from skillevo.envs.base import Call
from skillevo.harness.pocket.ranker_batch import collate, pack
from skillevo.harness.pocket.ranker_net import RankerNet, log_softmax_by
from skillevo.harness.policies.ranker import TEMPERATURE, Network, Ranker, find_weights
from skillevo.harness.policies.ranker.readers import shape_of
from skillevo.harness.policies.ranker.record import read_turn_text


class RankerScorer:
    """A ranker under training.

    Args:
        name: `pocket/ranker`, `pocket/ranker-able`, or a .npz file.
        world: that it acts in; a .npz file is for one.
        temperature: that commands are drawn at; log-probabilities are those at this temperature.
    """

    def __init__(
        self, name: str = "pocket/ranker", *, world: str = "alfworld", temperature: float = TEMPERATURE
    ) -> None:
        self.name, self.temperature = name, temperature
        weights = find_weights(name, world)
        self.net = RankerNet(shape_of(weights))
        self.net.load_arrays(weights)
        self._reference = copy.deepcopy(self.net).requires_grad_(False)

    def policy(self, version: int = 0) -> Ranker:
        """The policy with the weights as they are now; it records its turns."""
        network = Network(self.net.arrays(), self.net.shape)
        return Ranker(network, self.name, temperature=self.temperature, record=True, version=version)

    def parameters(self) -> list[torch.nn.Parameter]:
        return list(self.net.parameters())

    def batches(self, calls: Sequence[Call], tokens: int) -> list[list[int]]:
        """Rows in micro-batches of about so many commands."""
        found: list[list[int]] = []
        size = 0
        for row, call in enumerate(calls):
            commands = len(call.prompt_ids or ())
            if not found or size + commands > tokens:
                found.append([])
                size = 0
            found[-1].append(row)
            size += commands
        return found

    def score(self, calls: Sequence[Call]) -> tuple[Tensor, Tensor]:
        """Log-probabilities of the chosen commands, with gradient, and entropies, without; both (B, 1)."""
        samples = []
        for call in calls:
            scene, turn = read_turn_text(call.prompt)
            chosen = np.zeros(len(turn.verbs), np.float32)
            chosen[(call.completion_ids or (0,))[0]] = 1.0
            samples.append(pack(scene, [(turn, chosen)]))
        batch = collate(samples)
        logprobs = log_softmax_by(self.net.scores(batch) / self.temperature, batch.turn_of, len(calls))
        zeros = logprobs.new_zeros(len(calls))
        with torch.no_grad():
            entropy = zeros.index_add(0, batch.turn_of, -logprobs.exp() * logprobs)
        return zeros.index_add(0, batch.turn_of, logprobs * batch.weights)[:, None], entropy[:, None]

    @contextmanager
    def reference(self) -> Iterator[None]:
        """Inside, `score` uses the weights that training began with."""
        self.net, self._reference = self._reference, self.net
        try:
            yield
        finally:
            self.net, self._reference = self._reference, self.net

    @contextmanager
    def training(self) -> Iterator[None]:
        """Nothing behaves otherwise in training: there is no dropout."""
        yield
