"""`skillevo generator check`: does a generator write a skill that can be read and played?"""

from __future__ import annotations

import asyncio
import json
import random
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Skill generators.", no_args_is_help=True)


@app.command()
def check(
    generator: Annotated[
        str,
        typer.Argument(help="A model's folder (FOLDER+ADAPTER with LoRA), or an Inspect model."),
    ],
    skill: Annotated[Path, typer.Option(help="The skill that it rewrites: a SKILL.md or its folder.")],
    task: Annotated[str, typer.Option(help="The benchmark.")] = "alfworld",
    model: Annotated[str, typer.Option(help="Who plays.")] = "pocket/follower",
    panel: Annotated[str | None, typer.Option(help="Panel; its first instance is played.")] = None,
    rollouts: Annotated[int, typer.Option(help="Episodes under each of the two skills.")] = 4,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Play one instance, have the generator rewrite the skill once, read its answer, play that."""
    from skillevo.envs.benchmark import get_benchmark
    from skillevo.harness.cli.methods import make_generator
    from skillevo.harness.methods import Recurrence, RecurrenceOptions
    from skillevo.harness.play import PlayRules
    from skillevo.harness.policies import make_policy
    from skillevo.harness.policies.prompts import DEFAULT_PROMPT
    from skillevo.harness.rollouts import Play
    from skillevo.harness.skills import Guard, load_skill

    benchmark = get_benchmark(task)
    options = benchmark.options()
    initial = load_skill(skill)
    play = Play(
        make_env=lambda i: benchmark.make_env(i, options),
        verify=benchmark.verify,
        policy=make_policy(model, benchmark.plan, DEFAULT_PROMPT),
        rules=PlayRules(step_cap=benchmark.step_cap),
    )
    size = RecurrenceOptions(generations=1, rollouts=rollouts)
    recurrence = Recurrence(make_generator(generator), size, Guard("same"))
    instance = benchmark.load_panel(panel or benchmark.default_panel, None, options).instances[0]
    record = asyncio.run(recurrence.evolve(instance, initial, play, random.Random(0)))
    rewards = [[p.verdict.reward for p in record.played if p.episode.key.generation == g] for g in (0, 1)]
    before, after = (sum(r) / len(r) for r in rewards)
    written = record.attempts[1].skill
    unread = sorted({n for p in record.played if p.episode.key.generation for n in p.episode.notes})
    readable = record.attempts[1].readable
    result = {
        "generator": recurrence.generator.name,
        "instance": instance.id,
        "readable": readable,
        "skill": written.to_markdown(),
        "reward_before": before,
        "reward_after": after,
        "notes": list(record.notes),
        "unread": unread,
    }
    if as_json:
        print(json.dumps(result))
    else:
        print(written.to_markdown() if readable else "(the answer was no skill)")
        for note in (*record.notes, *unread):
            print(f"note: {note}")
        print(f"{instance.id}: mean reward {before:.2f} under the given skill, {after:.2f} under the written one")
    if not readable:
        raise typer.Exit(1)
