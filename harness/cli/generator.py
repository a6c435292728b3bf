"""`skillevo generator check`: does a generator write a skill that can be read and played?"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from skillevo.envs.base import SkillevoError
from skillevo.harness.cli.demo import FAILING
from skillevo.harness.cli.numbers import whole
from skillevo.harness.cli.output import print_json

if TYPE_CHECKING:
    from skillevo.envs.base import Panel, TaskInstance
    from skillevo.harness.methods import Record, Recurrence
    from skillevo.harness.rollouts import Play
    from skillevo.harness.skills import Skill

app = typer.Typer(help="Skill generators.", no_args_is_help=True)

LOOKED_AT = 6
"""Instances among which one is looked for that the given skill fails on."""

_ADVICE = {
    "empty": "it wrote nothing that is shown: see whether its chat template and its end-of-text token are right",
    "a thought without an end": "it was still thinking when it was cut: raise -G max_tokens",
    "a fence without an end": "it was cut, or forgot to close its ``` fence: raise -G max_tokens",
    "too long": "it does not come to an end: see whether its end-of-text token is right, or train it on short skills",
    "unreadable": "it began a SKILL.md whose front matter lacks name or description; a body alone is enough",
}
"""What to do about an answer that is no skill."""


@app.command()
def check(
    generator: Annotated[
        str,
        typer.Argument(help="A model's folder (FOLDER+ADAPTER with LoRA), or an Inspect model."),
    ],
    skill: Annotated[
        Path | None,
        typer.Option(help="The skill that it rewrites: a SKILL.md or its folder; by default one that fails."),
    ] = None,
    task: Annotated[str, typer.Option(help="The benchmark.")] = "alfworld",
    model: Annotated[str, typer.Option(help="Who plays.")] = "pocket/follower",
    panel: Annotated[
        str | None, typer.Option(help="Panel; of its first instances, one that the given skill fails on.")
    ] = None,
    rollouts: Annotated[int, whole("--rollouts", "Episodes under each of the two skills.")] = 4,
    task_option: Annotated[
        list[str] | None, typer.Option("-T", help="Option key=value of its prompt and answer: history_tokens, longest.")
    ] = None,
    generator_option: Annotated[
        list[str] | None, typer.Option("-G", help="Generator option key=value: temperature, max_tokens, ...")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Play one instance, have the generator rewrite the skill once, read its answer, play that."""
    from skillevo.envs.benchmark import get_benchmark
    from skillevo.harness.cli import options as opt
    from skillevo.harness.cli.generators import make_generator, training_of
    from skillevo.harness.methods import EditRules, Recurrence, RecurrenceOptions
    from skillevo.harness.play import PlayRules
    from skillevo.harness.policies import make_policy
    from skillevo.harness.policies.prompts import DEFAULT_PROMPT
    from skillevo.harness.redaction import check_shown
    from skillevo.harness.rollouts import Play
    from skillevo.harness.skills import Guard, load_skill

    given = opt.pairs(task_option or (), "-T")
    edit = opt.fill(EditRules, given, "-T")
    opt.nothing_left(given, "-T", opt.names(EditRules), "generator check")
    benchmark = get_benchmark(task)
    options = opt.of_player(benchmark, {}, model)
    benchmark.check_installed(options)
    skill = skill or FAILING.get(task)
    if skill is None:
        raise SkillevoError(f"{task} comes without a skill that fails; give one: --skill PATH")
    initial = load_skill(skill)
    first = benchmark.load_panel(panel or benchmark.default_panel, None, options).take(LOOKED_AT)
    check_shown([initial.name] if initial.provenance.private else [], first)
    play = Play(
        make_env=lambda i: benchmark.make_env(i, options),
        verify=benchmark.verify,
        policy=make_policy(model, benchmark.plans(first), DEFAULT_PROMPT),
        rules=PlayRules(step_cap=benchmark.step_cap),
    )
    made = make_generator(generator, *opt.of_model(generator_option or (), "-G"))
    size = RecurrenceOptions(generations=1, rollouts=rollouts, edit=edit)
    recurrence = Recurrence(made, size, Guard("same"))
    training = training_of(generator)
    instance = asyncio.run(_to_mend(first, initial, play))
    if not as_json:
        trained = f"trained by {training.method} on {training.panel}" if training else "as it is: no training.json"
        print(f"generator  {made.name} ({trained})", flush=True)
        print(f"task       {benchmark.task(instance)} ({instance.id}), played by {play.policy.name}", flush=True)
    record = asyncio.run(recurrence.evolve(instance, initial, play, random.Random(0)))
    result = _findings(recurrence, instance, record, initial)
    if as_json:
        print_json(result)
    else:
        _print(result)
        print(_verdict(result, f"--generator {generator} --skill {skill} --model {model}", task))
    if not result["readable"]:
        raise typer.Exit(1)


async def _to_mend(panel: Panel, skill: Skill, play: Play) -> TaskInstance:
    """The first instance that the skill fails on: there is something to mend. The last, where it fails on none."""
    from skillevo.harness.play import Conditioning

    for instance in panel:
        played = await play.episode(instance, Conditioning((skill.shown(),)))
        if not played.verdict.success:
            return instance
    return instance


def _findings(recurrence: Recurrence, instance: TaskInstance, record: Record, initial: Skill) -> dict[str, Any]:
    """What came of it, as `--json` prints it."""
    before, after = record.attempts
    call = after.edit
    assert call is not None, "a written attempt has the call that it was written by"
    notes = list(record.notes)
    reason = next((n.rpartition(": ")[2] for n in notes if n.startswith("the generator's answer was no skill")), "")
    return {
        "generator": recurrence.generator.name,
        "instance": instance.id,
        "given": initial.name,
        "readable": after.readable,
        "reason": reason,
        "answer": call.completion,
        "answer_tokens": call.output_tokens,
        "prompt_tokens": call.input_tokens,
        "truncated": bool(call.sampling.get("truncated")),
        "skill": after.skill.to_markdown(),
        "rollouts": len(before.played),
        "reward_before": before.reward,
        "reward_after": after.reward,
        "wins_before": sum(p.verdict.success for p in before.played),
        "wins_after": sum(p.verdict.success for p in after.played),
        "notes": notes,
        "unread": sorted({n for p in after.played for n in p.episode.notes}) if after.readable else [],
    }


def _print(r: Mapping[str, Any]) -> None:
    n = r["rollouts"]
    cut = ", cut at its limit" if r["truncated"] else ""
    print(f"given      {r['given']}: {r['wins_before']} of {n} rollouts succeed")
    print(f"asked      {r['prompt_tokens']:,} tokens; it wrote {r['answer_tokens']:,}{cut}")
    if not r["readable"]:
        print(f"read       no skill: {r['reason']}")
        if shown := r["answer"].strip():
            print("\n" + shown[:600] + (" ..." if len(shown) > 600 else "") + "\n")
        return
    print(f"read       a skill, version 2: {r['wins_after']} of {n} rollouts succeed")
    print("\n" + r["skill"])
    for note in (*r["notes"], *r["unread"]):
        print(f"note       {note}")


def _verdict(r: Mapping[str, Any], arguments: str, task: str) -> str:
    if not r["readable"]:
        return f"not yet    {_ADVICE.get(r['reason'], 'train it on skills first')}"
    return f"go on      skillevo eval {task} --method skill_r1_inference {arguments}"
