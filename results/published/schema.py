"""What the files of published numbers may hold. Unknown keys are refused; numbers stand as printed."""

from __future__ import annotations

import datetime
from enum import StrEnum
from math import isnan
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator


class Confidence(StrEnum):
    """How a number came here."""

    VERBATIM = "verbatim"
    """Read in the paper itself (its text, its TeX) or its authors' code."""
    INFERRED = "inferred"
    """Computed from a primary source; the method is in the note."""
    SECONDARY = "secondary"
    """Read in another paper, a note or an issue thread."""
    RECALLED = "recalled"
    """General knowledge, not checked."""


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


def _absent(values: tuple[float | None, ...]) -> tuple[float | None, ...]:
    return tuple(None if v is None or isnan(v) else v for v in values)


Values = Annotated[tuple[float | None, ...], AfterValidator(_absent)]
"""One value per column; TOML's `nan` where the paper prints none."""


class Paper(Strict):
    """Where numbers were printed."""

    id: str
    name: str
    arxiv: str = ""
    date: datetime.date | None = None
    code: str = ""
    note: str = ""


class Row(Strict):
    """One method in one table.

    Attributes:
        method: as printed, without marks of emphasis.
        model: the acting model, where the table's own does not hold.
        values: in the table's unit, one per column.
        solved: episodes solved, one per column, where the paper prints counts.
        sd: the printed +-, one per column.
        copied_from: the table that this row was copied from, `paper/table`.
    """

    method: str
    model: str = ""
    values: Values = ()
    solved: tuple[int, ...] = ()
    sd: Values = ()
    confidence: Confidence | None = None
    copied_from: str = ""
    note: str = ""


class Table(Strict):
    """One table, or the part of one that is about one benchmark.

    Attributes:
        where: table, page or section in the paper's own numbering, as far as known.
        metric: of all columns but those in `metrics`.
        columns: as printed, in order.
        whole: the column that sums up the others.
        summary: how `whole` follows from the others: `pooled` (episodes together, counts given), `weighted` (by
            `instances`), `mean` (columns alike); `other` where the paper does not say and nothing is checked.
        instances: how many task instances each column has; for `weighted` those that are generally said to be played.
        group_by: the instance tag that columns are about, and `groups` its values.
        sums_to: the table that this one is another breakdown of, by the same methods.
    """

    id: str
    paper: str
    title: str
    where: str
    confidence: Confidence
    benchmark: str
    metric: str
    metrics: dict[str, str] = {}
    unit: Literal["percent", "share", "seconds", "count", "steps"] = "percent"
    digits: int = 1
    model: str = ""
    columns: tuple[str, ...]
    whole: str = ""
    summary: Literal["pooled", "weighted", "mean", "other"] = "other"
    instances: dict[str, int] = {}
    group_by: str = ""
    groups: dict[str, str] = {}
    sums_to: str = ""
    one_pass: bool = False
    note: str = ""
    rows: tuple[Row, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _fits(self) -> Table:
        known = set(self.columns)
        if len(known) < len(self.columns):
            raise ValueError(f"{self.name}: a column is named twice")
        named = {*self.instances, *self.groups, *self.metrics, *([self.whole] if self.whole else [])}
        if unknown := sorted(named - known):
            raise ValueError(f"{self.name}: {unknown[0]!r} is none of its columns")
        for row in self.rows:
            for kind, values in (("values", row.values), ("solved", row.solved), ("sd", row.sd)):
                if values and len(values) != len(self.columns):
                    raise ValueError(f"{self.name}: {row.method} has {len(values)} {kind} for {len(known)} columns")
            if not row.values and not row.solved:
                raise ValueError(f"{self.name}: {row.method} has neither values nor counts")
            for column, solved in zip(self.columns, row.solved, strict=False):
                if not 0 <= solved <= self.instances.get(column, -1):
                    raise ValueError(f"{self.name}: {row.method}, {column}: {solved} of {self.instances.get(column)}")
            _in_unit(self, row)
        methods = [(r.method, r.model) for r in self.rows]
        if len(set(methods)) < len(methods):
            raise ValueError(f"{self.name}: a method stands in two rows")
        return self

    @property
    def name(self) -> str:
        return f"{self.paper}/{self.id}"


def _in_unit(table: Table, row: Row) -> None:
    most = {"percent": 100.0, "share": 1.0}.get(table.unit, float("inf"))
    for column, value in zip(table.columns, row.values, strict=False):
        if value is not None and not 0 <= value <= most:
            raise ValueError(f"{table.name}: {row.method}, {column}: {value} is no {table.unit}")


class Claim(Strict):
    """A number that a paper's text derives from its own table: first minus (or over) second in one column."""

    paper: str
    where: str
    confidence: Confidence
    text: str
    value: float
    table: str
    column: str
    first: str
    second: str = ""
    kind: Literal["difference", "value"] = "difference"
    digits: int = 1


class PrintedTest(Strict):
    """A significance test that a paper prints, from means and standard deviations over runs."""

    paper: str
    where: str
    confidence: Confidence
    table: str
    column: str
    first: str
    second: str
    runs: int
    statistic: float
    df: float
    p: float


class Note(Strict):
    """A test that the printed counts allow and the paper does not make, as a study of the paper noted it.

    Attributes:
        difference: first minus second in points.
        z_p: of the unpaired two-proportion z-test, two or three digits.
        fisher_p: of Fisher's exact test; `rounded_twice` where its digits come of rounding a rounded value.
    """

    paper: str
    table: str
    column: str
    first: str
    second: str
    difference: float
    z_p: float
    fisher_p: float
    rounded_twice: bool = False


class Wilson(Strict):
    """Wilson's 95 % interval of a printed count, in percent to one digit."""

    paper: str
    table: str
    column: str
    method: str
    low: float
    high: float


class Setting(Strict):
    """A hyper-parameter as the paper and as its released code have it."""

    paper: str
    name: str
    value: str
    release: str = ""
    elsewhere: str = ""
    confidence: Confidence = Confidence.VERBATIM
    note: str = ""


class Printed(Strict):
    """What a paper's text says of one generation of its curve."""

    generation: int
    reward: float
    any_of: float


class Curve(Strict):
    """Points read from a figure: each task's solved rollouts, generation by generation.

    Attributes:
        solved: one string per generation, one digit per task: how many of its rollouts were solved.
        printed: what the paper's text says of generations, `{generation: {metric: value}}`.
    """

    id: str
    paper: str
    title: str
    where: str
    confidence: Confidence
    benchmark: str
    rollouts: int
    generations: tuple[int, ...]
    solved: tuple[str, ...]
    printed: tuple[Printed, ...] = ()
    note: str = ""

    @model_validator(mode="after")
    def _fits(self) -> Curve:
        if len(self.solved) != len(self.generations):
            raise ValueError(f"{self.paper}/{self.id}: {len(self.solved)} lines of {len(self.generations)} generations")
        if len({len(line) for line in self.solved}) != 1:
            raise ValueError(f"{self.paper}/{self.id}: generations of different numbers of tasks")
        if any(not "0" <= digit <= str(self.rollouts) for line in self.solved for digit in line):
            raise ValueError(f"{self.paper}/{self.id}: a digit that is no number of up to {self.rollouts} rollouts")
        return self


class Inconsistency(Strict):
    """A place where printed numbers contradict each other; exactly those that `checks` finds are on record.

    Attributes:
        kind: the check that finds it.
        printed: what stands there.
        computed: what follows from the other numbers.
        note: what is known of the reason.
    """

    kind: Literal["rounding", "sum", "whole", "one_pass", "copy", "claim", "test", "curve", "setting"]
    paper: str
    place: str
    method: str = ""
    column: str = ""
    printed: str
    computed: str
    note: str = ""


class Document(Strict):
    """One file of published numbers."""

    papers: tuple[Paper, ...] = ()
    tables: tuple[Table, ...] = ()
    claims: tuple[Claim, ...] = ()
    tests: tuple[PrintedTest, ...] = ()
    notes: tuple[Note, ...] = ()
    intervals: tuple[Wilson, ...] = ()
    settings: tuple[Setting, ...] = ()
    curves: tuple[Curve, ...] = ()
    inconsistencies: tuple[Inconsistency, ...] = ()
