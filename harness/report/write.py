"""A report's content as files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from skillevo.harness.report.build import Report
from skillevo.harness.report.collector import uncollected
from skillevo.harness.report.files import INDEX, Folder
from skillevo.harness.report.page import write_page
from skillevo.harness.report.plots import draw
from skillevo.harness.report.writers import (
    figure_csv,
    figure_json,
    report_markdown,
    table_csv,
    table_json,
    table_latex,
    table_markdown,
    to_json,
)


@dataclass(frozen=True, slots=True)
class Written:
    """What came of writing a report.

    Attributes:
        files: their names, in the order written.
        warnings: the report's, with what came out when turns were read.
    """

    files: list[str]
    warnings: tuple[str, ...]


def write_report(report: Report, out: Path, *, page: bool = True) -> Written:
    """Write tables, figures, the page and the index.

    index.html              the page; episodes/ holds the turns that are not inside it
    report.md, report.json  everything as Markdown; what there is, as JSON
    tables/ID.{md,csv,tex,json}
    figures/ID.{png,pdf,csv,json}

    Args:
        page: with the page and its shards; without, only what is small enough to commit.

    Raises:
        SkillevoError: the folder cannot be used or written.
    """
    with uncollected():
        return _write(report, Folder(out), page)


def _write(report: Report, folder: Folder, page: bool) -> Written:
    for table in report.tables:
        folder.write(f"tables/{table.id}.md", table_markdown(table))
        folder.write(f"tables/{table.id}.csv", table_csv(table))
        folder.write(f"tables/{table.id}.tex", table_latex(table))
        folder.write(f"tables/{table.id}.json", to_json(table_json(table)))
    pictures = {}
    for figure in report.figures:
        picture = draw(figure)
        folder.write(f"figures/{figure.id}.png", picture.png)
        folder.write(f"figures/{figure.id}.pdf", picture.pdf)
        folder.write(f"figures/{figure.id}.csv", figure_csv(figure))
        folder.write(f"figures/{figure.id}.json", to_json(figure_json(figure)))
        pictures[figure.id] = (picture.svg, picture.dark)
    if page:
        report = report.noticing(write_page(report, pictures, folder))
    folder.write("report.md", report_markdown(report, [f.id for f in report.figures]))
    names = [*folder.written, INDEX]
    folder.write(INDEX, to_json(_index(report, sorted(names))))
    folder.close()
    return Written(names, report.warnings())


def _index(report: Report, files: list[str]) -> dict[str, object]:
    return {
        "title": report.options.title,
        "runs": [r.name for r in report.runs],
        "arms": [{"label": a.label, "method": a.method, "runs": list(a.names)} for a in report.arms],
        "notices": list(report.warnings()),
        "tables": [{"id": t.id, "title": t.title} for t in report.tables],
        "figures": [{"id": f.id, "title": f.title} for f in report.figures],
        "files": files,
    }
