r"""Tables as LaTeX for the booktabs package: a `table` environment that a paper can \input."""

from __future__ import annotations

from skillevo.harness.report.table import Cell, Table, letter

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "−": r"$-$",
    "±": r"$\pm$",
    "Δ": r"$\Delta$",
    "λ": r"$\lambda$",
    "·": r"$\cdot$",
    "†": r"$\dagger$",
    "–": "--",
    "…": r"\ldots{}",
}


def table_latex(table: Table) -> str:
    """The table with caption, label, section rules and footnotes below it."""
    width = len(table.columns)
    lines = [
        r"% needs \usepackage{booktabs}",
        r"\begin{table}",
        r"\centering",
        rf"\caption{{{_tex(table.title)}. {_tex(' '.join((table.caption, *table.notes)))}}}",
        rf"\label{{tab:{table.id}}}",
        r"\small",
        rf"\begin{{tabular}}{{{''.join('r' if c.align == 'right' else 'l' for c in table.columns)}}}",
        r"\toprule",
        " & ".join(_tex(c.title.replace("\n", " ")) for c in table.columns) + r" \\",
        r"\midrule",
    ]
    for i, section in enumerate(table.sections):
        if i:
            lines.append(r"\midrule")
        if section.title:
            lines.append(rf"\multicolumn{{{width}}}{{l}}{{\emph{{{_tex(section.title)}}}}} \\")
        for row in section.rows:
            cells = [_cell(table, c) for c in row]
            if section.published:
                cells[0] += r"$^\dagger$"
            lines.append(" & ".join(cells) + r" \\")
    lines += [r"\bottomrule", r"\end{tabular}"]
    notes = [rf"\textsuperscript{{{letter(i)}}}~{_tex(n)}" for i, n in enumerate(table.footnotes())]
    if any(s.published for s in table.sections):
        notes.insert(0, r"$^\dagger$~as published, not measured here")
    if notes:
        lines += [r"\par\smallskip", rf"\parbox{{\linewidth}}{{\footnotesize {'; '.join(notes)}.}}"]
    return "\n".join([*lines, r"\end{table}", ""])


def _cell(table: Table, cell: Cell) -> str:
    text = _tex(cell.text)
    if cell.strong and text:
        text = rf"\textbf{{{text}}}"
    return text + (rf"\textsuperscript{{{table.letters(cell)}}}" if cell.marks else "")


def _tex(text: str) -> str:
    return "".join(_SPECIAL.get(c, c) for c in " ".join(text.split()))
