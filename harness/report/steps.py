"""Which steps of a training a number was computed from, in a form that a reader and a script can follow back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from skillevo.harness.report.runs import Run


@dataclass(frozen=True, slots=True)
class Steps:
    """Rows of a training's metrics.jsonl.

    Attributes:
        run: the training's name.
        quantity: the column that the number is of: `val_score`, `kl`, ...
        places: the rows, counted from 0.
    """

    run: str
    quantity: str
    places: tuple[int, ...]

    @classmethod
    def of(cls, run: Run, quantity: str, first: int = 0) -> Steps:
        """Those from `first` on that hold a number of this quantity."""
        found = [i for i, row in enumerate(run.metrics) if isinstance(row.get(quantity), int | float)]
        return cls(run.name, quantity, tuple(i for i in found if i >= first))

    def __getitem__(self, places: slice) -> Steps:
        return Steps(self.run, self.quantity, self.places[places])

    def values(self, run: Run) -> list[float]:
        """The numbers, of the training that it names."""
        return [float(run.metrics[i][self.quantity]) for i in self.places]

    def as_dict(self) -> Mapping[str, Any]:
        """As JSON holds it."""
        return {"run": self.run, "quantity": self.quantity, "places": list(self.places)}
