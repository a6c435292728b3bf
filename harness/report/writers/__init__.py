"""Tables as Markdown, CSV, LaTeX and JSON: text, byte for byte the same for the same content."""

from skillevo.harness.report.writers.csvs import figure_csv, table_csv
from skillevo.harness.report.writers.jsons import figure_json, table_json, to_json
from skillevo.harness.report.writers.latex import table_latex
from skillevo.harness.report.writers.markdown import report_markdown, table_markdown

__all__ = [
    "figure_csv",
    "figure_json",
    "report_markdown",
    "table_csv",
    "table_json",
    "table_latex",
    "table_markdown",
    "to_json",
]
