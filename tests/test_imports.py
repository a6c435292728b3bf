"""Imports run one way: cli -> tasks -> harness -> envs, and inside harness from each layer to lower ones only."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# What each top-level package may import of the others; only the command line may look into tasks.
MAY_IMPORT = {
    "envs": {"envs"},
    "harness": {"harness", "envs", "results"},
    "harness.cli": {"harness", "envs", "results", "tasks"},
    "tasks": {"tasks", "harness", "envs", "results"},
    "results": {"results"},
}

# harness from the ground up. A module imports from lower layers only, never from another one of its own layer, so
# that a new module or package has to be given its place here.
HARNESS_LAYERS = (
    {"play"},
    {"redaction"},
    {"journal"},
    {"meter"},
    {"rollouts", "rows"},
    {"skills", "policies"},
    {"methods"},
    {"pocket"},
    {"rundir", "archive"},
    {"trainer"},
    {"evaluation"},
    {"report"},
    {"suite"},
    {"cli"},
)

# A reference engine is run as a script by an interpreter that has it; the worlds themselves never import these.
# That every module can be imported without them is what `make test-wheel` shows.
OPTIONAL_ENGINES = {
    "skillevo.envs.alfworld.official_worker": {"alfworld", "textworld"},
    "skillevo.envs.webshop.tagging": {"spacy"},
    "skillevo.envs.webshop.site.app": {"jinja2", "starlette"},
    "skillevo.envs.webshop.site.serving": {"uvicorn"},
    "skillevo.envs.gaia.documents": {"markitdown"},
    "skillevo.envs.gaia.data": {"huggingface_hub", "pyarrow"},
    "skillevo.envs.pages.archive": {"warcio"},
    "skillevo.envs.pages.browser": {"playwright"},
    "skillevo.envs.pages.chromium": {"playwright"},
    "skillevo.envs.pages.document": {"html_to_markdown", "selectolax"},
}

# Of the core dependencies, what a world may use besides the standard library: an index over a million documents is
# a matter of arrays, words are what Unicode says they are, and pages come over HTTP.
WORLD_LIBRARIES = {
    "skillevo.envs.webshop": {"numpy", "regex"},
    "skillevo.envs.pages": {"httpcore", "httpx"},
    "skillevo.envs.webwalker": {"datasets"},
}

# Costly to import; the command line must answer `--help` without any of them.
HEAVY = ("inspect_ai", "torch", "pandas", "matplotlib", "datasets", "pyarrow", "scipy", "numpy")


def modules(root: Path) -> dict[str, Path]:
    """All modules below the package folders, by the name that they are imported under."""
    found = {}
    for package in ("envs", "harness", "tasks", "results"):
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            found[".".join(("skillevo", *(parts[:-1] if parts[-1] == "__init__" else parts)))] = path
    return found


def imports(name: str, path: Path, known: dict[str, Path]) -> Iterator[tuple[int, str]]:
    """Line and absolute name of everything that a module imports, wherever in it and for whatever purpose."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                # `from skillevo.harness import play` imports a module, `from skillevo.harness.play import play` a name.
                whole = f"{base}.{alias.name}"
                yield node.lineno, whole if whole in known or base == "skillevo" else base
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            yield from ((node.lineno, str(arg.value)) for arg in node.args[:1] if isinstance(arg, ast.Constant))


def violations(root: Path) -> list[str]:
    """Every import against the direction, as `file:line: what is wrong`."""
    known = modules(root)
    layer_of = {part: layer for layer, parts in enumerate(HARNESS_LAYERS) for part in parts}
    wrong = []
    for name, path in known.items():
        _, top, *inner = name.split(".")
        part = inner[0] if top == "harness" and inner else ""
        if part and part not in layer_of:
            wrong.append(f"{path.relative_to(root)}: give `{part}` its place in HARNESS_LAYERS (tests/test_imports.py)")
            continue
        for line, target in imports(name, path, known):
            if problem := _problem(name, top, part, target, layer_of):
                wrong.append(f"{path.relative_to(root)}:{line}: {problem}")
    return wrong


def _problem(name: str, top: str, part: str, target: str, layer_of: dict[str, int]) -> str:
    head, *rest = target.split(".")
    if head != "skillevo":
        world = ".".join(name.split(".")[:3])
        allowed = OPTIONAL_ENGINES.get(name, set()) | WORLD_LIBRARIES.get(world, set())
        foreign = top == "envs" and head not in sys.stdlib_module_names and head not in allowed
        return f"envs imports {head}, which is not of the standard library" if foreign else ""
    if not rest or rest[0] not in MAY_IMPORT["harness.cli" if part == "cli" else top]:
        return f"{top} imports {target}"
    target_part = rest[1] if rest[0] == "harness" and len(rest) > 1 else ""
    if target_part == "cli" and part != "cli":
        return f"{top} imports {target}: nothing stands above the command line"
    if top == "harness" and target_part and target_part != part:
        if not part:  # harness/__init__.py runs before any of its modules
            return f"harness/__init__.py imports {target}"
        if layer_of.get(target_part, 0) >= layer_of[part]:
            return f"harness.{part} imports harness.{target_part}, which is not below it"
    return ""


def test_imports_run_one_way() -> None:
    assert violations(ROOT) == []


CASES = {
    "a world imports a library": ("envs/shop.py", "import numpy as np", "not of the standard library"),
    "a world imports the harness": ("envs/shop.py", "from skillevo.harness.play import play", "envs imports"),
    "the harness imports tasks": ("harness/play.py", "import skillevo.tasks", "harness imports skillevo.tasks"),
    "in a function": ("harness/play.py", "def f():\n    from skillevo import tasks", "harness imports skillevo.tasks"),
    "by name": ("harness/play.py", "import importlib\nimportlib.import_module('skillevo.tasks')", "skillevo.tasks"),
    "relative": ("harness/methods/best.py", "from ..report import table", "harness.methods imports harness.report"),
    "relative package": ("harness/skills/__init__.py", "from .. import report", "imports harness.report"),
    "upwards": ("harness/play.py", "from skillevo.harness import rollouts", "harness.play imports harness.rollouts"),
    "sideways": ("harness/skills/bank.py", "import skillevo.harness.policies.pocket", "which is not below it"),
    "the trainer from a method": ("harness/methods/best.py", "import skillevo.harness.trainer", "not below it"),
    "tasks import the command line": ("tasks/play.py", "import skillevo.harness.cli", "nothing stands above"),
    "a harness that runs its modules": ("harness/__init__.py", "from .play import play", "harness/__init__.py imports"),
    "a module without a place": ("harness/helpers.py", "", "HARNESS_LAYERS"),
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small house in which every import runs the right way."""
    sources = {
        "envs/__init__.py": "",
        "envs/shop.py": "import json\nfrom skillevo.envs import shelf\nfrom . import shelf",
        "envs/shelf.py": "",
        "harness/__init__.py": "",
        "harness/play.py": "import numpy\nfrom skillevo.envs.shop import buy",
        "harness/rollouts.py": "from .play import play",
        "harness/report/__init__.py": "from skillevo.harness.methods.best import best\nfrom . import table",
        "harness/report/table.py": "",
        "harness/methods/__init__.py": "",
        "harness/methods/best.py": "from skillevo.harness import rollouts",
        "harness/skills/__init__.py": "",
        "harness/cli/__init__.py": "from skillevo.tasks import play\nfrom skillevo.harness.report import table",
        "tasks/__init__.py": "",
        "tasks/play.py": "from skillevo.harness.play import play\nimport skillevo.envs.shop",
        "results/__init__.py": "",
    }
    for name, source in sources.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    return tmp_path


def test_a_right_house_passes(tree: Path) -> None:
    assert violations(tree) == []


@pytest.mark.parametrize(("file", "source", "message"), CASES.values(), ids=CASES)
def test_a_wrong_import_is_found(tree: Path, file: str, source: str, message: str) -> None:
    (tree / file).write_text(source)
    (found,) = violations(tree)
    assert found.startswith(file)
    assert message in found


def test_help_imports_nothing_heavy() -> None:
    """What keeps it under 0.3 s, which `skillevo bench alfworld` measures."""
    code = (
        "import json, sys; from skillevo.harness.cli import main; sys.argv[1:] = ['--help']\n"
        "try: main()\n"
        "except SystemExit: print(); print(json.dumps(sorted(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    shown, _, modules = run.stdout.rstrip().rpartition("\n")
    assert "eval" in shown
    assert [module for module in HEAVY if module in json.loads(modules)] == []
