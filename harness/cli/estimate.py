"""What a training run will cost, before it starts: tokens, dollars, hours, and how each was reckoned.

    episodes  = steps · instances · N (1 + G·M)  +  validations · instances_val · N_val (1 + G_val)
    edits     = steps · instances · G·M          +  validations · instances_val · G_val
    acting    = episodes · turns · (prompt + answer) tokens
    dollars   = acting tokens · price  +  GPU hours · price
    hours     = edits · new tokens / written per s  +  edits · (prompt + new) / trained per s  +  episodes / per hour

How long prompts, answers and episodes are, how fast a machine is and what it costs cannot be known beforehand: a preset
states what it assumes in its table [estimate].
"""

from __future__ import annotations

from dataclasses import dataclass

from skillevo.envs.checks import check_amount


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What an estimate rests on.

    Attributes:
        turns: of an episode.
        act_prompt, act_answer: tokens of one turn of the task model.
        edit_prompt, edit_answer: tokens of one rewriting.
        price_in, price_out: US dollars per million tokens of the task model; 0 for a model that runs here.
        episodes_per_hour: that the task model gets through, all connections together.
        written_per_second: tokens that the generator's engine writes.
        trained_per_second: tokens, prompts included, of the trainer's passes (reference, forward, backward).
        gpu_hour: US dollars.
    """

    turns: float = 20
    act_prompt: float = 1500
    act_answer: float = 60
    edit_prompt: float = 3000
    edit_answer: float = 600
    price_in: float = 0.0
    price_out: float = 0.0
    episodes_per_hour: float = 3000
    written_per_second: float = 2000
    trained_per_second: float = 4000
    gpu_hour: float = 0.0

    def __post_init__(self) -> None:
        for name in ("turns", "episodes_per_hour", "written_per_second", "trained_per_second"):
            check_amount(name, getattr(self, name), zero=False)
        for name in ("act_prompt", "act_answer", "edit_prompt", "edit_answer", "price_in", "price_out", "gpu_hour"):
            check_amount(name, getattr(self, name))


@dataclass(frozen=True, slots=True)
class Size:
    """How much a run plays and writes.

    Attributes:
        episodes, edits: of training and of validation together.
        learned: edits that are learned from.
        prompts: different prompts among these; each passes through the trainer once with all of its answers.
    """

    episodes: int
    edits: int
    learned: int
    prompts: int


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of the estimate and how it was reckoned."""

    name: str
    value: float
    unit: str
    how: str

    @property
    def shown(self) -> str:
        """The figure as a person reads it: `1 h 12 min`, `$ 0.38`, `4.20 M tokens`."""
        if self.unit == "h":
            return duration(self.value)
        number = f"{self.value:,.0f}" if self.value >= 100 or not self.value else f"{self.value:,.2f}"
        return f"$ {number}" if self.unit == "$" else f"{number} {self.unit}".strip()


def duration(hours: float) -> str:
    """Hours in the two units that say most: `8 s`, `1 min 12 s`, `3 h 20 min`, `2 d 4 h`."""
    seconds = round(hours * 3600)
    if not seconds:
        return "under 1 s" if hours > 0 else "0 s"
    for big, size, small, part in (("d", 86_400, "h", 3_600), ("h", 3_600, "min", 60), ("min", 60, "s", 1)):
        if seconds >= size:
            whole, rest = divmod(round(seconds / part), size // part)
            return f"{whole:,} {big} {rest} {small}" if rest else f"{whole:,} {big}"
    return f"{seconds} s"


def estimate(size: Size, a: Assumptions) -> list[Line]:
    """The figures, each with its formula filled in."""
    seen, said = size.episodes * a.turns * a.act_prompt, size.episodes * a.turns * a.act_answer
    api = (seen * a.price_in + said * a.price_out) / 1e6
    written = size.edits * a.edit_answer
    trained = size.prompts * a.edit_prompt + size.learned * a.edit_answer
    playing, writing, training = (
        size.episodes / a.episodes_per_hour,
        written / a.written_per_second / 3600,
        trained / a.trained_per_second / 3600,
    )
    hours = playing + writing + training
    n = size.episodes
    return [
        Line("episodes", n, "", f"{size.edits:,} edits, {size.learned:,} of them learned from"),
        Line("task model reads", seen / 1e6, "M tokens", f"{n:,} x {a.turns:g} turns x {a.act_prompt:g}"),
        Line("task model writes", said / 1e6, "M tokens", f"{n:,} x {a.turns:g} turns x {a.act_answer:g}"),
        Line("task model costs", api, "$", f"at ${a.price_in:g} and ${a.price_out:g} per million"),
        Line("playing", playing, "h", f"{n:,} at {a.episodes_per_hour:,.0f} an hour"),
        Line("writing", writing, "h", f"{written / 1e6:,.1f} M tokens at {a.written_per_second:,.0f}/s"),
        Line("training", training, "h", f"{trained / 1e6:,.1f} M tokens at {a.trained_per_second:,.0f}/s"),
        Line(
            "GPU costs",
            hours * a.gpu_hour,
            "$",
            f"{duration(hours)} at ${a.gpu_hour:g} an hour, held throughout",
        ),
        Line("in all", api + hours * a.gpu_hour, "$", f"and {duration(hours)}"),
    ]
