"""Published numbers as the rest of skillevo sees them: a type of their own, never an estimate."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pydantic import ValidationError

from skillevo.results.published.schema import Confidence, Curve, Document, Inconsistency, Paper, Table


class PublishedError(LookupError):
    """A published number that is not on record, or a data file that does not hold together."""


@dataclass(frozen=True, slots=True)
class PublishedNumber:
    """One printed number with where it stands.

    No number type and no estimate: it has no interval of its own and does no arithmetic, so that it cannot slip in
    among measured values. Show it beside them, marked with `mark`.

    Attributes:
        paper: the paper's id.
        table: the table's id within the paper.
        method: the row.
        model: the acting model, empty where the paper does not say.
        benchmark: as in `skillevo eval`, where it is one of ours.
        metric: `success`, `reward`, ...
        column: as printed.
        group_by: the instance tag that the column is about, and `group` its value; empty for totals.
        printed: in `unit`; None where only a count is printed.
        unit: percent, share, seconds, count or steps.
        solved: episodes solved of `total`; None where the paper prints no counts.
        sd: the printed +-.
        confidence: how it came here.
        where: table, page or section.
        doubts: what contradicts it, in words.
    """

    paper: str
    table: str
    method: str
    model: str
    benchmark: str
    metric: str
    column: str
    group_by: str
    group: str
    printed: float | None
    unit: str
    solved: int | None
    total: int | None
    sd: float | None
    confidence: Confidence
    where: str
    doubts: tuple[str, ...]

    @property
    def share(self) -> float | None:
        """Of 1, from the count where there is one; None for units that are no rates."""
        if self.solved is not None and self.total:
            return self.solved / self.total
        scale = {"percent": 100.0, "share": 1.0}.get(self.unit)
        return None if self.printed is None or scale is None else self.printed / scale

    @property
    def mark(self) -> str:
        """What must stand beside it wherever it is shown."""
        return f"as published: {self.paper}, {self.where} ({self.confidence})"


@dataclass(frozen=True, slots=True)
class PublishedCurve:
    """A figure's points, generation by generation.

    Attributes:
        reward: mean reward of each generation.
        any_of: share of tasks that any rollout of the generation solved.
        union: share of tasks solved in this generation or an earlier one.
        tasks: how many tasks the curve is over.
    """

    paper: str
    id: str
    where: str
    confidence: Confidence
    generations: tuple[int, ...]
    reward: tuple[float, ...]
    any_of: tuple[float, ...]
    union: tuple[float, ...]
    tasks: int
    rollouts: int
    solved: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Published:
    """Everything on record."""

    document: Document
    numbers: tuple[PublishedNumber, ...]
    curves: tuple[PublishedCurve, ...]

    def find(
        self,
        paper: str | None = None,
        table: str | None = None,
        method: str | None = None,
        column: str | None = None,
        benchmark: str | None = None,
        metric: str | None = None,
    ) -> tuple[PublishedNumber, ...]:
        """All numbers that match everything given, file order."""
        wanted = {
            "paper": paper,
            "table": table,
            "method": method,
            "column": column,
            "benchmark": benchmark,
            "metric": metric,
        }
        asked = {k: v for k, v in wanted.items() if v is not None}
        return tuple(n for n in self.numbers if all(getattr(n, k) == v for k, v in asked.items()))

    def one(self, paper: str, table: str, method: str, column: str) -> PublishedNumber:
        """The number in one cell.

        Raises:
            PublishedError: there is none; the message lists what that paper, table or row has.
        """
        found = self.find(paper, table, method, column)
        if len(found) == 1:
            return found[0]
        asked: dict[str, str] = {}
        for name, value in (("paper", paper), ("table", table), ("method", method), ("column", column)):
            left = self.find(**asked)
            if value not in (known := dict.fromkeys(getattr(n, name) for n in left)):
                at = " ".join(asked.values())
                raise PublishedError(f"no {name} {value!r} on record{f' at {at}' if at else ''}: {', '.join(known)}")
            asked[name] = value
        raise PublishedError(f"{paper} {table} {method} {column} prints nothing")

    def paper(self, id: str) -> Paper:
        """A paper by its id."""
        for paper in self.document.papers:
            if paper.id == id:
                return paper
        raise PublishedError(f"no paper {id!r} on record: {', '.join(p.id for p in self.document.papers)}")

    def curve(self, paper: str, id: str = "generations") -> PublishedCurve:
        """A figure's curve."""
        for curve in self.curves:
            if (curve.paper, curve.id) == (paper, id):
                return curve
        raise PublishedError(f"{paper} has no curve {id!r} on record")


@cache
def published() -> Published:
    """The numbers that come with the package, read and validated once."""
    folder = files(__package__) / "data"
    texts = {f.name: f.read_text("utf-8") for f in folder.iterdir() if f.name.endswith(".toml")}
    return read([texts[name] for name in sorted(texts)])


def read(texts: Sequence[str]) -> Published:
    """Published numbers from the texts of data files, taken together.

    Raises:
        PublishedError: a file is damaged, has an unknown key, or names a paper, table or method that is nowhere.
    """
    try:
        parts = [Document.model_validate(tomllib.loads(text)) for text in texts]
    except (ValidationError, tomllib.TOMLDecodeError) as e:
        raise PublishedError(f"published numbers do not hold together: {e}") from None
    fields = Document.model_fields
    document = Document(**{name: tuple(x for p in parts for x in getattr(p, name)) for name in fields})
    _names_exist(document)
    doubts = _doubts(document.inconsistencies)
    numbers = tuple(n for t in document.tables for n in _numbers(t, doubts))
    return Published(document, numbers, tuple(_curve(c) for c in document.curves))


def _numbers(table: Table, doubts: dict[tuple[str, str, str, str], tuple[str, ...]]) -> list[PublishedNumber]:
    found = []
    for row in table.rows:
        for i, column in enumerate(table.columns):
            value = row.values[i] if row.values else None
            solved = row.solved[i] if row.solved else None
            if value is None and solved is None:
                continue
            found.append(
                PublishedNumber(
                    paper=table.paper,
                    table=table.id,
                    method=row.method,
                    model=row.model or table.model,
                    benchmark=table.benchmark,
                    metric=table.metrics.get(column, table.metric),
                    column=column,
                    group_by=table.group_by if column in table.groups else "",
                    group=table.groups.get(column, ""),
                    printed=value,
                    unit=table.unit,
                    solved=solved,
                    total=table.instances[column] if solved is not None else None,
                    sd=row.sd[i] if row.sd else None,
                    confidence=row.confidence or table.confidence,
                    where=table.where,
                    doubts=doubts.get((table.paper, table.id, row.method, column), ()),
                )
            )
    return found


def _doubts(records: Sequence[Inconsistency]) -> dict[tuple[str, str, str, str], tuple[str, ...]]:
    words = {
        "rounding": "its count gives {c}",
        "sum": "the parts add up to {c}",
        "whole": "its columns give {c}",
        "one_pass": "no one pass over the panel gives it (nearest {c})",
        "copy": "its source has {c}",
    }
    found: dict[tuple[str, str, str, str], tuple[str, ...]] = {}
    for r in records:
        if r.kind in words:
            at = (r.paper, r.place, r.method, r.column)
            text = words[r.kind].format(c=r.computed) + (f"; {r.note}" if r.note else "")
            found[at] = (*found.get(at, ()), text)
    return found


def _curve(curve: Curve) -> PublishedCurve:
    solved = tuple(tuple(int(digit) for digit in line) for line in curve.solved)
    tasks = len(solved[0])
    seen: set[int] = set()
    union = []
    for line in solved:
        seen |= {i for i, n in enumerate(line) if n}
        union.append(len(seen) / tasks)
    return PublishedCurve(
        paper=curve.paper,
        id=curve.id,
        where=curve.where,
        confidence=curve.confidence,
        generations=curve.generations,
        reward=tuple(sum(line) / tasks / curve.rollouts for line in solved),
        any_of=tuple(sum(n > 0 for n in line) / tasks for line in solved),
        union=tuple(union),
        tasks=tasks,
        rollouts=curve.rollouts,
        solved=solved,
    )


def _names_exist(document: Document) -> None:
    papers = [p.id for p in document.papers]
    tables = {t.name: t for t in document.tables}
    if len(set(papers)) < len(papers) or len(tables) < len(document.tables):
        raise PublishedError("a paper or a table is on record twice")
    for name in Document.model_fields:
        for item in getattr(document, name):
            if name != "papers" and item.paper not in papers:
                raise PublishedError(f"{name}: no paper {item.paper!r} on record")
    for table in document.tables:
        others = {table.sums_to and f"{table.paper}/{table.sums_to}", *(r.copied_from for r in table.rows)} - {""}
        if lost := sorted(others - set(tables)):
            raise PublishedError(f"{table.name} speaks of {lost[0]}, which is not on record")
    for kind in ("claims", "tests", "notes", "intervals"):
        for item in getattr(document, kind):
            at = tables.get(f"{item.paper}/{item.table}")
            methods = {getattr(item, k, "") for k in ("first", "second", "method")} - {""}
            if at is None or item.column not in at.columns or methods - {r.method for r in at.rows}:
                raise PublishedError(f"{kind}: {item.paper}/{item.table} has no such cell: {item}")
