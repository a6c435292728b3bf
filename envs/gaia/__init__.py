"""GAIA: questions with attachments, tools to answer them with, and the official scorer's rules. See README.md."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

from skillevo.envs.base import Env, Panel, SkillevoError, TaskInstance
from skillevo.envs.benchmark import Benchmark
from skillevo.envs.gaia.demos import demonstrations
from skillevo.envs.gaia.documents import has_markitdown
from skillevo.envs.gaia.env import VERSION, GaiaEnv
from skillevo.envs.gaia.options import GaiaOptions
from skillevo.envs.gaia.panels import DEFAULT_PANEL, attachments_of, load_panel, panel_names
from skillevo.envs.gaia.sandbox import DockerSandbox, LocalSandbox, Sandbox, engine_answers
from skillevo.envs.gaia.scorer import is_correct
from skillevo.envs.gaia.verifier import verify
from skillevo.envs.gaia.web import Search, WebPages, check_web
from skillevo.envs.pages import PageSource

__all__ = [
    "BENCHMARK",
    "DEFAULT_PANEL",
    "VERSION",
    "GaiaEnv",
    "GaiaOptions",
    "load_panel",
    "make_env",
    "panel_names",
    "plan",
    "verify",
]

STEP_CAP = 30
_READ_AT_MOST = 10


def make_env(
    instance: TaskInstance,
    options: GaiaOptions | None = None,
    *,
    sandbox: Sandbox | None = None,
    pages: PageSource | None = None,
    search: Search | None = None,
) -> Env:
    """The question with its files and tools, for one episode.

    Args:
        sandbox: where code runs, instead of what the options say.
        pages: where web pages come from, instead of what the options say; closed with the episode.
        search: finds pages for a query, instead of what the options name.

    Raises:
        DataError: an attachment is missing, or has changed since the panel was made.
    """
    chosen = options or GaiaOptions()
    gold = instance.payload["answer"]
    if pages is None and chosen.pages != "none":
        pages = web = WebPages(chosen)
        search = search or (web.search if web.searches else None)

    def judge(answer: str) -> bool:
        return bool(answer) and gold is not None and is_correct(answer, str(gold))

    return GaiaEnv(
        attachments_of(instance),
        judge,
        chosen,
        sandbox=sandbox or _sandbox(chosen),
        pages=pages,
        search=search,
    )


def plan(instance: TaskInstance) -> Sequence[str]:
    """Look at the files, and give the gold answer: a check of files and verifier, not a solution."""
    looks = []
    for name, path in attachments_of(instance).items():
        if path.suffix.lower() == ".zip":
            with zipfile.ZipFile(path) as packed:
                looks += [f"{name}.unpacked/{i.filename}" for i in packed.infolist() if not i.is_dir()]
        else:
            looks.append(name)
    gold = instance.payload["answer"]
    reads = [f"read_file[{name}]" for name in looks[:_READ_AT_MOST]]
    return [*reads, *([f"answer[{gold}]"] if gold is not None else [])]


def _sandbox(options: GaiaOptions) -> Sandbox | None:
    if options.sandbox == "docker":
        return DockerSandbox(options.image)
    return LocalSandbox() if options.sandbox == "local" else None


def _panel(name: str, root: str | None, options: GaiaOptions) -> Panel:
    return load_panel(name, root, options)


def _without_answer(instance: TaskInstance) -> str:
    return "no answer is published" if instance.payload["answer"] is None else ""


def _attachment_is_there(instance: TaskInstance) -> str:
    try:
        attachments_of(instance)
    except SkillevoError as e:
        return str(e)
    return ""


def _no_files(path: Path, options: GaiaOptions) -> Env:
    raise SkillevoError(f"{path}: a GAIA question is no file of its own; give --instance ID and --panel")


def _check_installed(options: GaiaOptions) -> None:
    check_web(options)
    if not has_markitdown():
        raise SkillevoError("GAIA's documents are read with markitdown: pip install 'skillevo[gaia]'")
    if options.sandbox == "docker" and not engine_answers():
        raise SkillevoError(
            "python and bash run in containers (sandbox=docker), and no container engine answers: start one, or take "
            "-T sandbox=none, which offers neither, or -T sandbox=local, which runs the model's code on this machine "
            "without any isolation"
        )
    if options.sandbox == "local":
        print("WARNING: sandbox=local runs the model's code on this machine, without isolation", file=sys.stderr)


BENCHMARK = Benchmark(
    name="gaia",
    version=VERSION,
    panels=panel_names(),
    default_panel=DEFAULT_PANEL,
    options=GaiaOptions,
    load_panel=_panel,
    make_env=make_env,
    open_game=_no_files,
    verify=verify,
    task=lambda instance: instance.prompt,
    plan=plan,
    demos=demonstrations,
    step_cap=STEP_CAP,
    group_by="level",
    group_labels={"1": "Level 1", "2": "Level 2", "3": "Level 3"},
    extra_checks={"attachment": _attachment_is_there},
    known_limit=_without_answer,
    prompt="tools",
    check_installed=_check_installed,
    without_model={"sandbox": "none"},
)
