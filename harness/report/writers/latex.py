r"""Tables as LaTeX for the booktabs package: a `table` environment that a paper can \input.

A table that is wider than the text is shrunk to its width by graphicx.
"""

from __future__ import annotations

from skillevo.harness.report.table import Cell, Table, letter
from skillevo.harness.report.writers.tex import DEFINITION, WRAPPER, label, row, tex

FITTED = r"\ifdim\wd0>\linewidth\resizebox{\linewidth}{!}{\usebox0}\else\usebox0\fi"
BEYOND = "% has characters that pdflatex prints as codes; XeLaTeX and LuaLaTeX print them where the font has them"


def table_latex(table: Table) -> str:
    """The table with caption, label, section rules and footnotes below it."""
    width = len(table.columns)
    lines = [
        r"% needs \usepackage{booktabs,graphicx}",
        r"\begin{table}",
        r"\centering",
        rf"\caption{{{tex(table.title)}. {tex(' '.join((table.caption, *table.notes)))}}}",
        rf"\label{{tab:{label(table.id)}}}",
        r"\par\smallskip",
        r"\small",
        r"\begin{lrbox}{0}",
        rf"\begin{{tabular}}{{{''.join('r' if c.align == 'right' else 'l' for c in table.columns)}}}",
        r"\toprule",
        row([tex(c.title) for c in table.columns]),
        r"\midrule",
    ]
    for i, section in enumerate(table.sections):
        if i:
            lines.append(r"\midrule")
        if section.title:
            lines.append(rf"\multicolumn{{{width}}}{{l}}{{\emph{{{tex(section.title)}}}}} \\")
        for line in section.rows:
            cells = [_cell(table, c) for c in line]
            if section.published:
                cells[0] += r"$^\dagger$"
            lines.append(row(cells))
    lines += [r"\bottomrule", r"\end{tabular}", r"\end{lrbox}", FITTED]
    notes = [rf"\textsuperscript{{{letter(i)}}}~{tex(n)}" for i, n in enumerate(table.footnotes())]
    if any(s.published for s in table.sections):
        notes.insert(0, r"$^\dagger$~as published, not measured here")
    if notes:
        lines += [r"\par\smallskip", rf"\parbox{{\linewidth}}{{\footnotesize {'; '.join(notes)}.}}"]
    text = "\n".join([*lines, r"\end{table}", ""])
    return f"{BEYOND}\n{DEFINITION}\n{text}" if WRAPPER in text else text


def _cell(table: Table, cell: Cell) -> str:
    text = tex(cell.text)
    if cell.strong and text:
        text = rf"\textbf{{{text}}}"
    return text + (rf"\textsuperscript{{{table.letters(cell)}}}" if cell.marks else "")
