"""The notebooks run from top to bottom, and hold no outputs."""

from __future__ import annotations

import ast
import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


def show(value: Any) -> None:
    """What Jupyter would put on the screen of a cell's last value."""
    for name in ("_repr_png_", "_repr_markdown_", "_repr_html_"):
        if (made := getattr(value, name, None)) is not None:
            assert made(), name
            return
    if value is not None:
        print(value)


def run_cell(source: str, names: dict[str, Any], where: str) -> None:
    """A cell's statements, then its last expression's value as Jupyter shows it."""
    tree = ast.parse(source, where)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, where, "exec"), names)
    if isinstance(last, ast.Expr):
        show(eval(compile(ast.Expression(last.value), where, "eval"), names))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebook(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cells = [c for c in json.loads(path.read_text("utf-8"))["cells"] if c["cell_type"] == "code"]
    assert cells and not any(c["outputs"] or c["execution_count"] for c in cells), "committed without outputs"
    names: dict[str, Any] = {"__name__": "__main__"}

    async def in_jupyter() -> None:
        """Jupyter runs a cell while its event loop is under way, in which no other loop may be started."""
        for number, cell in enumerate(cells):
            run_cell("".join(cell["source"]), names, f"{path.name}, cell {number}")

    asyncio.run(in_jupyter())


def test_there_are_three() -> None:
    assert len(NOTEBOOKS) == 3
