"""`skillevo data ENV`: check and convert a benchmark's data."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from skillevo.envs.base import DataError, SkillevoError
from skillevo.harness.cli.numbers import whole
from skillevo.harness.cli.output import print_json

app = typer.Typer(help="Check and convert a benchmark's data.", no_args_is_help=True)


@app.command()
def alfworld(
    root: Annotated[Path | None, typer.Option(help="An ALFWorld data tree or pack; by default $ALFWORLD_DATA.")] = None,
    pack: Annotated[Path | None, typer.Option(help="Write its games to this pack (5 KB a game instead of 85).")] = None,
    export: Annotated[Path | None, typer.Option(help="Write official game files below this folder.")] = None,
    panel: Annotated[str | None, typer.Option(help="Export this panel (pocket-* for generated games).")] = None,
    shell: Annotated[
        Path | None,
        typer.Option(help="Where export takes domain and grammar: a game.tw-pddl, or the alfworld package's folder."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check ALFWorld's games: which splits are here, whole and readable; pack or export them."""
    from skillevo.envs.alfworld import tools

    if export is not None:
        n = tools.export_panel(panel or "pocket-test", root, export, shell)
        print(f"{n:,} official game files below {export}")
        return
    report = tools.check_tree(root)
    if as_json:
        print_json(report.as_dict())
    else:
        print(f"{report.root}")
        for split in report.splits:
            print(f"  {split.name:13} {split.found:6,} games of {split.expected:,}; {len(split.damaged):,} unreadable")
            for complaint in split.damaged[:10]:
                print(f"    {complaint}")
    if any(s.damaged for s in report.splits):
        raise DataError("some games are damaged; fetch them again with alfworld-download -f")
    if pack is not None:
        if pack.exists():
            raise SkillevoError(f"{pack} is there already; remove it first")
        n = tools.pack_tree(report.root, pack)
        print(f"{n:,} games in {pack} ({pack.stat().st_size / max(n, 1) / 1024:.1f} KB a game); use it as --root")


@app.command()
def webshop(
    items: Annotated[Path | None, typer.Option(help="items_shuffle.json, or its 1,000 products.")] = None,
    attributes: Annotated[Path | None, typer.Option(help="items_ins_v2.json, of the same products.")] = None,
    human: Annotated[Path | None, typer.Option(help="items_human_ins.json: the human goals.")] = None,
    out: Annotated[Path | None, typer.Option(help="The shop's folder: made, or checked if it is there.")] = None,
    limit: Annotated[int | None, whole("--limit", "Only the first N records of the items file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Import WebShop's own files into a shop folder (a killed import is taken up again), or check one."""
    from skillevo.envs.webshop.importer import check_shop, import_catalogue
    from skillevo.envs.webshop.official import OfficialFiles
    from skillevo.harness.cli.import_bar import telling

    if out is None or (items is None) != (attributes is None):
        raise SkillevoError(
            "give --items, --attributes and --out to import a catalogue, or --out alone to check a shop"
        )
    if items is not None and attributes is not None:
        with telling(as_json) as tell:
            found = import_catalogue(OfficialFiles(items, attributes, human, limit), out, tell)
    else:
        found = check_shop(out)
    if as_json:
        print_json({"folder": str(out), **asdict(found)})
    else:
        size = sum(n for n, _ in found.files.values())
        print(f"{found.products:,} products in {out} ({size / 1e6:,.1f} MB, {found.content[:16]}); use it as --root")


@app.command()
def gaia(
    root: Annotated[Path | None, typer.Option(help="The release's folder; by default $GAIA_DATA or the hub's.")] = None,
    download: Annotated[
        bool, typer.Option("--download", help="Fetch the pinned release with your own token first.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check GAIA's release: questions of each level, answers, attachments. Prints nothing of what they say."""
    from collections import Counter

    from skillevo.envs.gaia import data as release

    folder = release.download() if download else release.find_release(root)
    found: dict[str, Any] = {}
    for split in release.SPLITS:
        if not (folder / "2023" / split).is_dir():
            continue
        tasks = release.read_split(folder, split)
        found[split] = {
            "questions": len(tasks),
            "levels": dict(sorted(Counter(t.level for t in tasks).items())),
            "answers": sum(t.answer is not None for t in tasks),
            "attachments": sum(t.file is not None for t in tasks),
            "missing": sorted(t.file_name for t in tasks if t.file is not None and not t.file.is_file()),
        }
    if as_json:
        print_json({"folder": str(folder), "revision": release.REVISION, "splits": found})
    else:
        print(f"{folder}")
        for split, n in found.items():
            levels = "/".join(map(str, n["levels"].values()))
            counts = f"{n['questions']:4} questions ({levels}), {n['answers']} answers"
            print(f"  {split:10} {counts}, {n['attachments']} files")
    missing = [name for n in found.values() for name in n["missing"]]
    if not found:
        raise DataError(f"{folder} has neither 2023/validation nor 2023/test: no release of GAIA")
    if missing:
        raise DataError(f"{len(missing)} attachments are missing in {folder}, the first one {missing[0]}")


@app.command()
def webwalker(
    fetch: Annotated[str | None, typer.Option(help="Download this set of WebWalkerQA: main or silver.")] = None,
    file: Annotated[Path | None, typer.Option(help="JSON lines of questions: check them.")] = None,
    pages: Annotated[str, typer.Option(help="With --file: how the pages are fetched, live or browser.")] = "live",
    record: Annotated[
        Path | None,
        typer.Option(help="With --file: keep root and gold pages in this archive; it can be taken up again."),
    ] = None,
    allow: Annotated[str, typer.Option(help="host:port of private places that may be visited, by commas.")] = "",
    interval: Annotated[float, typer.Option(help="Seconds between two requests to one host.", min=0)] = 1.0,
    robots: Annotated[bool, typer.Option(help="Keep to robots.txt.")] = True,
    archive: Annotated[
        Path | None, typer.Option(help="Check an archive of pages: open it and read every page.")
    ] = None,
    pocket: Annotated[Path | None, typer.Option(help="Make the bundled sites' archive again, in this folder.")] = None,
    out: Annotated[Path | None, typer.Option(help="With --fetch: the folder for the questions.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Fetch or check questions, record the pages that they need, check an archive, or make the bundled one again."""
    from skillevo.harness.cli import webwalker as work

    chosen = [option for option in (fetch, file, archive, pocket) if option is not None]
    if len(chosen) != 1:
        raise SkillevoError("give one of --fetch SET --out DIR, --file JSONL, --archive DIR and --pocket DIR")
    if (fetch is None) != (out is None):
        raise SkillevoError("--fetch SET and --out DIR go together")
    if fetch is not None and out is not None:
        work.show(work.fetch(fetch, out), as_json)
    elif file is not None:
        work.show(work.record(file, record, pages, allow, interval, robots), as_json)
    elif archive is not None:
        work.show(work.check(archive), as_json)
    elif pocket is not None:
        work.show(work.build(pocket), as_json)
