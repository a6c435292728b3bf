"""What arms look like: one colour, marker and dash each, the same in every figure of a report.

The twelve colours begin with Okabe and Ito's (2008) and are told apart by readers with any colour vision; markers and
dashes differ as well, for print without colour. Where colours begin again, marker and dash are others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from skillevo.harness.report.arms import Arm
from skillevo.harness.report.trainings import training_of

COLOURS = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9",
    "#7F3C1D", "#5D3A9B", "#A8C66C", "#1B4F72", "#994F00", "#EE7733",
)  # fmt: skip
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*", "p", "d")
DASHES: tuple[tuple[float, ...], ...] = ((), (5, 1.5), (1.2, 1.2), (5, 1.5, 1.2, 1.5), (7, 1.2, 1.2, 1.2, 1.2, 1.2))
"""On and off, in line widths; nothing for a solid line."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a series is drawn.

    Attributes:
        dash: on and off, in line widths; empty for a solid line.
        hollow: markers are outlines.
    """

    colour: str
    marker: str
    dash: tuple[float, ...] = ()
    hollow: bool = False


def looks_of(names: Sequence[tuple[str, str]]) -> dict[str, Look]:
    """A look for each label, in the order given.

    Args:
        names: labels, and what each is a variant of: variants share a colour (one method with several models).
    """
    kin = list(dict.fromkeys(of for _, of in names))
    laps = -(-len(kin) // len(COLOURS))
    found: dict[str, Look] = {}
    variants: dict[str, int] = {}
    for label, of in dict.fromkeys(names):
        if label in found:
            continue
        i, variant = kin.index(of), variants.get(of, 0)
        variants[of] = variant + 1
        turn = i // len(COLOURS) + variant * laps
        found[label] = Look(
            COLOURS[i % len(COLOURS)],
            # Five and twelve have no common divisor: a colour meets all markers before one returns.
            MARKERS[(i + 5 * turn) % len(MARKERS)],
            DASHES[(i + turn) % len(DASHES)],
            turn % 2 == 1,
        )
    return found


def report_looks(evaluated: Sequence[Arm], trained: Sequence[Arm], trainings: Mapping[str, str]) -> dict[str, Look]:
    """The looks of a report's arms; a training looks like the first arm that evaluates what came of it.

    Args:
        trainings: arm -> training, as a suite has it.
    """
    heirs: dict[str, str] = {}
    for arm in evaluated:
        if training := training_of(arm, trainings, trained):
            heirs.setdefault(training.label, arm.label)
    known = {*(a.label for a in evaluated), *heirs}
    shown = (*evaluated, *(a for a in trained if a.label not in known))
    looks = looks_of([(a.label, a.name) for a in shown])
    return looks | {training: looks[arm] for training, arm in heirs.items() if training not in looks}
