"""What an evolving method did beyond its rows: the skills that it hands on, their transfer, what went wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from skillevo.harness.cli.setup import Setup
from skillevo.harness.evaluation import (
    Transfer,
    best_generation,
    generations,
    summarise_transfer,
    transfer,
)
from skillevo.harness.methods import Record
from skillevo.harness.rollouts import Play
from skillevo.harness.rows import EpisodeRow
from skillevo.harness.skills import Skill

if TYPE_CHECKING:
    from rich.console import Console

TRANSFER_FILE = "transfer.parquet"


class Evolution:
    """Watches the records of an evaluation.

    Attributes:
        notes: what methods and guard reported, and how often.
        transferred: the rows of the phase "transfer"; they are not scored.
        spent: what transfer cost, apart from the method's own budget: episodes, tokens and dollars of this call.
    """

    def __init__(self) -> None:
        self._finals: dict[str, Skill] = {}
        self.notes: Counter[str] = Counter()
        self.transferred: list[EpisodeRow] = []
        self.spent: Mapping[str, float] = {}

    def see(self, record: Record) -> None:
        self.notes.update(record.notes)
        if record.final is not None:
            self._finals[record.instance] = record.final.skill

    async def hand_on(self, setup: Setup, play: Play, workers: int) -> None:
        """Play the final skills on their siblings.

        Args:
            play: of the phase "transfer".
        """
        self.transferred, notes = await transfer(
            self._finals,
            setup.panel,
            setup.pool,
            play,
            k=setup.transfer,
            type_tag=setup.benchmark.group_by,
            method=setup.method.name,
            workers=workers,
        )
        self.notes.update({f"transfer: {note}": n for note, n in notes.items()})
        meter = play.meter
        self.spent = {
            "played": meter.rollouts,
            "tokens": meter.input_tokens + meter.output_tokens,
            "cost": meter.cost,
        }

    def weights_of_transfer(self, setup: Setup) -> str:
        """The axis `weights` of the siblings: they come from the whole panel, which may reach beyond what is scored."""
        learned_from = frozenset(setup.training.instances if setup.training else ())
        seen = any(row.instance in learned_from for row in self.transferred)
        return "seen" if seen else setup.axes["weights"]

    def as_result(self, setup: Setup, rows: Sequence[EpisodeRow]) -> dict[str, Any]:
        """What `--json` prints of it."""
        fresh = _fresh(setup)
        best = best_generation(rows, fresh)
        result: dict[str, Any] = {
            "generations": [asdict(g) for g in generations(rows, fresh)],
            "best_generation": asdict(best) if best else None,
            "weights": setup.axes["weights"],
            "method_notes": dict(self.notes.most_common()),
        }
        if setup.transfer:
            found: Transfer = summarise_transfer(self.transferred, rows, len(self._finals), setup.transfer)
            result["transfer"] = {**asdict(found), **self.spent, "weights": self.weights_of_transfer(setup)}
        return result


def print_evolution(console: Console, result: Mapping[str, Any]) -> None:
    """The part of an evaluation's report that is about evolution."""
    from skillevo.harness.cli.tables import generation_table

    console.print(generation_table(result["generations"]))
    if best := result["best_generation"]:
        console.print(
            f"best generation {best['generation']}: reward {best['reward']:.3f}; with each instance's own best "
            f"{best['per_instance']:.3f} (chosen by these same rollouts: too good; -T score=best plays fresh ones)",
            highlight=False,
        )
    if moved := result.get("transfer"):
        low, high = moved["interval"]
        start = "" if moved["initial"] is None else f"; the initial skill's reward there {moved['initial']:.3f}"
        console.print(
            f"transfer to {moved['siblings']} unseen siblings each: success {100 * moved['success']:.1f} "
            f"[{100 * low:.1f}, {100 * high:.1f}], reward {moved['reward']:.3f}{start}",
            highlight=False,
        )
        if moved["weights"] == "seen" and result["weights"] != "seen":
            console.print("the generator was trained on some of these siblings: weights = seen", style="yellow")
        if moved["short"]:
            console.print(f"{moved['short']:,} skills had fewer siblings than that", style="yellow", highlight=False)
    for note, n in result["method_notes"].items():
        console.print(f"{n:,} times: {note}", style="dim", highlight=False, markup=False)


def _fresh(setup: Setup) -> int | None:
    """The generation that holds fresh rollouts of chosen skills, as the method describes itself."""
    described = setup.method.describe()
    return int(described["generations"]) + 1 if described.get("score") == "best" else None
