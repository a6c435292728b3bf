"""`pocket/ranker`: a small network that scores the admissible commands, given skill, task and what it has seen.

A frozen task model of under a million parameters that was cloned from demonstrations which follow right, partial,
wrong and missing skills (harness/pocket): it obeys what it reads, and errs as a model does. `pocket/ranker-able` has
the same network; its demonstrators filled in from their own knowledge what a skill left out. Neither is a language
model, and no table calls them one.

- It draws its command from the softmax over the admissible commands at a recorded temperature, from the episode's
  seed and the step: equal episodes for equal seeds, in any company.
- It reads the bodies of the skills that it is shown, 512 words of them, and nothing else of the conditioning.
- It acts where the admissible commands are listed, in the worlds that it has weights for (readers.py): ALFWorld, and
  `pocket/ranker` in WebShop too, where it ranks what can be clicked and a few queries that are made of the request or
  quoted in the skill. Elsewhere it gives up, and says so.

`Ranker(record=True)` keeps a `Call` for each turn (record.py), from which the torch twin computes the log-probability
of the chosen command anew: harness/pocket/ranker_scorer.py.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skillevo.envs.base import Call, CallRole, SkillevoError, StopReason
from skillevo.harness.play import Action, TurnContext
from skillevo.harness.policies.ranker.features import LONGEST_SKILL, Turn
from skillevo.harness.policies.ranker.network import Network, Reading, read_turn
from skillevo.harness.policies.ranker.readers import SHAPES, Reader, make_reader, shape_of
from skillevo.harness.policies.ranker.record import write_turn
from skillevo.harness.policies.ranker.storage import SHIPPED, load

__all__ = ["TEMPERATURE", "Network", "Ranker", "find_weights", "load_ranker"]

TEMPERATURE = 0.7

_SCRATCH = "ranker"
_GAVE_UP = Action("", stop=StopReason.GAVE_UP)


@dataclass(slots=True)
class _Run:
    network: Network
    reader: Reader
    reading: Reading
    sent: str = ""


class Ranker:
    """The policy.

    Args:
        networks: the weights, for one world or one for each.
        name: as in tables; `pocket/ranker` or the like.
        temperature: of the softmax that commands are drawn from; 0 takes the best one.
        record: keep a call for each turn, for training.
        version: optimiser steps behind the weights, for those calls.
    """

    def __init__(
        self,
        networks: Network | Sequence[Network],
        name: str = "pocket/ranker",
        *,
        temperature: float = TEMPERATURE,
        record: bool = False,
        version: int = 0,
    ) -> None:
        if temperature < 0 or (record and temperature == 0):
            raise SkillevoError(f"a temperature is 0 or more, and above 0 for training, not {temperature}")
        known = (networks,) if isinstance(networks, Network) else networks
        self._networks = {n.shape.world: n for n in known}
        self._name, self._temperature = name, temperature
        self._record, self._version = record, version

    @property
    def name(self) -> str:
        return self._name

    async def act_many(self, turns: Sequence[TurnContext]) -> Sequence[Action]:
        """The next command of each episode. Waits for nothing."""
        return [self._act(turn) for turn in turns]

    def notes(self, turn: TurnContext) -> tuple[str, ...]:
        if turn.task.env not in self._networks:
            return (f"it knows its way in {' and '.join(self._networks)}, not in {turn.task.env}",)
        run: _Run | None = turn.scratch.get(_SCRATCH)
        if run is None or len(run.reader.text.tokens) < LONGEST_SKILL:
            return ()
        return (f"the skill was read to its {LONGEST_SKILL}th word only",)

    def describe(self) -> Mapping[str, Any]:
        return {
            "name": self._name,
            "kind": "learned ranker of commands, not a language model",
            "features": {world: n.shape.version for world, n in self._networks.items()},
            "temperature": self._temperature,
        }

    def _act(self, turn: TurnContext) -> Action:
        run: _Run | None = turn.scratch.get(_SCRATCH)
        if run is None:
            network = self._networks.get(turn.task.env)
            if network is None:
                return _GAVE_UP
            reader = make_reader(network.shape, turn.observation, "\n".join(s.body for s in turn.conditioning.skills))
            run = turn.scratch[_SCRATCH] = _Run(network, reader, network.read(reader.text))
        else:
            run.reader.observe(run.sent, turn.observation)
        commands = run.reader.commands(turn.observation)
        if not commands:
            return _GAVE_UP
        features = run.reader.turn(commands, turn.step)
        scores = read_turn(run.network, run.reading, run.reader, features).astype(np.float64)
        chosen = self._choose(scores, turn)
        run.sent = commands[chosen]
        return Action(run.sent, (self._call(run, features, scores, chosen),) if self._record else ())

    def _call(self, run: _Run, features: Turn, scores: NDArray[np.float64], chosen: int) -> Call:
        scaled = (scores - scores.max()) / self._temperature
        return Call(
            role=CallRole.ACT,
            model=self._name,
            completion=run.sent,
            prompt=write_turn(run.reader, features),
            prompt_ids=tuple(range(len(scores))),
            completion_ids=(chosen,),
            logprobs=(float(scaled[chosen] - np.log(np.exp(scaled).sum())),),
            policy_version=self._version,
            sampling={"temperature": self._temperature},
            cost=0.0,
        )

    def _choose(self, scores: NDArray[np.float64], turn: TurnContext) -> int:
        if self._temperature == 0:
            return int(scores.argmax())
        total = np.exp((scores - scores.max()) / self._temperature).cumsum()
        # A text seed is hashed whole, so that neighbouring seeds and steps have nothing in common.
        point = random.Random(f"{turn.seed}/{turn.step}").random() * total[-1]
        return min(int(np.searchsorted(total, point, side="right")), len(total) - 1)


def load_ranker(name: str, *, temperature: float = TEMPERATURE) -> Ranker:
    """One of the rankers that come with the package, `pocket/ranker` or `pocket/ranker-able`, or one from a .npz file.

    Raises:
        DataError: its weights are missing or damaged.
    """
    found = [find_weights(name)]
    if name.startswith("pocket/"):
        found += [load(f) for s in SHAPES if (f := SHIPPED / f"{name.removeprefix('pocket/')}-{s.world}.npz").is_file()]
    return Ranker([Network(w, shape_of(w)) for w in found], name, temperature=temperature)


def find_weights(name: str, world: str = "alfworld") -> dict[str, NDArray[np.float32]]:
    """The weights of a ranker by name, as `load_ranker` takes it, for one world.

    Raises:
        DataError: they are missing or damaged.
    """
    file = name.removeprefix("pocket/") + ("" if world == "alfworld" else f"-{world}")
    return load(SHIPPED / f"{file}.npz" if name.startswith("pocket/") else Path(name))
