"""`skillevo webshop search|reward|serve`, and `skillevo replay webshop`: the shop for scripts, line by line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from skillevo.envs.base import DataError
from skillevo.envs.checks import check_one_of
from skillevo.harness.cli.numbers import whole
from skillevo.harness.cli.output import print_json

if TYPE_CHECKING:
    from skillevo.envs.webshop.session import Rules

app = typer.Typer(help="WebShop's search and reward, line by line, and its web site.", no_args_is_help=True)

Data = Annotated[str | None, typer.Option(help="An imported shop, or WebShop's own files; by default $WEBSHOP_DATA.")]
EnvSeed = Annotated[int, whole("--env-seed", "Seed of prices and price limits.", 0)]
Tagger = Annotated[str, typer.Option(help="rule, spacy, spacy/MODEL or auto (spacy where it is installed).")]
Variant = Annotated[str, typer.Option(help="upstream, or options-fixed.")]
Human = Annotated[bool, typer.Option("--human", help="The human goals instead of the synthetic ones.")]
Profile = Annotated[str, typer.Option(help="How goals are shuffled: princeton (always alike) or verl (by the seed).")]


@app.command()
def search(
    file: Annotated[str, typer.Option(help='JSON lines {"query": text}; - for stdin.')],
    data: Data = None,
) -> None:
    """The names of the 50 best products for each query, best first."""
    from skillevo.envs.webshop import replay
    from skillevo.envs.webshop.data import find_shop

    shop = find_shop(data)
    for found in replay.search(shop, (_text(line, "query", n) for n, line in _objects(file))):
        print_json(found)


@app.command()
def reward(
    file: Annotated[
        str,
        typer.Option(help='JSON lines {"asin", "options", "goal_index"} and, if not its own, "price"; - for stdin.'),
    ],
    data: Data = None,
    env_seed: EnvSeed = 0,
    tagger: Tagger = "auto",
    variant: Variant = "upstream",
    human: Human = False,
    profile: Profile = "princeton",
) -> None:
    """What purchases are worth: reward and parts of each."""
    from skillevo.envs.webshop import replay

    rules = make_rules(data, env_seed, tagger, variant, human, profile)
    for found in replay.rewards(rules, (_purchase(line, n, rules) for n, line in _objects(file))):
        print_json(found)


@app.command()
def serve(
    data: Annotated[
        str | None,
        typer.Option(help="An imported shop, or WebShop's own files; by default $WEBSHOP_DATA, or the pocket shop."),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 opens the shop to everybody who can reach this machine.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 3000,
    env_seed: EnvSeed = 0,
    tagger: Tagger = "auto",
    variant: Variant = "upstream",
    human: Human = False,
    profile: Profile = "princeton",
) -> None:
    """The same shop as web pages, for people and browsers, until interrupted."""
    import os

    from skillevo.envs.webshop.data import DATA_VARIABLE
    from skillevo.envs.webshop.site import serve as serve_site

    if data is None and not os.environ.get(DATA_VARIABLE):
        rules = _pocket_rules(env_seed, tagger, variant, profile)
    else:
        rules = make_rules(data, env_seed, tagger, variant, human, profile)
    what = f"{len(rules.shop.store):,} products, {len(rules.goals):,} {rules.goals.spec.kind} goals"
    serve_site(rules, host, port, lambda address: print(f"{address}  {what}; ctrl-C ends it", flush=True))


def replay_goals(rules: Rules, mode: str, actions: str) -> None:
    """Play the lines `{"goal": index, "actions": [...]}` and print what the shop shows.

    A line may also say `show_attrs`, `random_seed`, `num_prev_obs` and `num_prev_actions`, as the original's options.

    Raises:
        SkillevoError: a line that is none of these, or a goal that there is not.
    """
    from skillevo.envs.webshop.replay import MODES, replay

    check_one_of("--mode", mode, MODES)
    for number, line in _objects(actions):
        commands = line.get("actions")
        if not isinstance(commands, list) or not all(isinstance(c, str) for c in commands):
            raise DataError(f"line {number}: actions is a list of texts")
        show_attributes = line.get("show_attrs") or False
        if not isinstance(show_attributes, bool):
            raise DataError(f"line {number}: show_attrs is true or false")
        goal = _goal(line, "goal", number, rules)
        played = replay(
            rules,
            goal,
            commands,
            mode=mode,  # type: ignore[arg-type]
            show_attributes=show_attributes,
            random_seed=_index(line, "random_seed", number, 0),
            previous_observations=_index(line, "num_prev_obs", number, 0),
            previous_actions=_index(line, "num_prev_actions", number, 0),
        )
        for step in played:
            print_json(step)


def make_rules(data: str | Path | None, env_seed: int, tagger: str, variant: str, human: bool, profile: str) -> Rules:
    """Shop, goals and reward as the command line names them."""
    from skillevo.envs.webshop.data import FULL, SMALL, find_shop
    from skillevo.envs.webshop.goals import GoalSpec
    from skillevo.envs.webshop.options import WebShopOptions
    from skillevo.envs.webshop.session import Rules
    from skillevo.envs.webshop.tagging import get_tagger

    chosen = WebShopOptions(reward=variant, tagger=tagger, env_seed=env_seed, profile=profile)  # type: ignore[arg-type]
    shop = find_shop(data, (FULL, SMALL) if human else (SMALL, FULL))
    goals = shop.goals(GoalSpec("human" if human else "synthetic", chosen.env_seed, chosen.profile))
    return Rules(shop, goals, get_tagger(chosen.tagger), chosen.reward)


def _pocket_rules(env_seed: int, tagger: str, variant: str, profile: str) -> Rules:
    from skillevo.envs.webshop import WebShopOptions, load_panel
    from skillevo.envs.webshop.panels import rules_of

    chosen = WebShopOptions(reward=variant, tagger=tagger, env_seed=env_seed, profile=profile)  # type: ignore[arg-type]
    return rules_of(load_panel("pocket-test", None, chosen).instances[0])


def _objects(source: str) -> Iterator[tuple[int, dict[str, Any]]]:
    from skillevo.harness.cli.replay import read_lines

    for number, line in read_lines(source):
        try:
            found = json.loads(line)
        except (ValueError, RecursionError) as e:
            raise DataError(f"line {number} is not JSON ({e})") from None
        if not isinstance(found, dict):
            raise DataError(f"line {number} is no JSON object")
        yield number, found


def _text(line: dict[str, Any], key: str, number: int) -> str:
    found = line.get(key)
    if not isinstance(found, str):
        raise DataError(f"line {number}: {key} is a text")
    return found


def _index(line: dict[str, Any], key: str, number: int, default: int | None) -> int:
    found = line.get(key)
    if found is None and default is not None:
        return default
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        raise DataError(f"line {number}: {key} is a whole number of at least 0")
    return found


def _goal(line: dict[str, Any], key: str, number: int, rules: Rules) -> int:
    found = _index(line, key, number, None)
    if found >= len(rules.goals):
        raise DataError(f"line {number}: there is no goal {found}: there are {len(rules.goals):,}")
    return found


def _purchase(line: dict[str, Any], number: int, rules: Rules) -> dict[str, Any]:
    options, price = line.get("options"), line.get("price")
    if not isinstance(options, dict) or not all(isinstance(v, str) for v in options.values()):
        raise DataError(f"line {number}: options is an object of texts")
    if price is not None and (not isinstance(price, int | float) or isinstance(price, bool) or not isfinite(price)):
        raise DataError(f"line {number}: price is a finite number")
    goal, asin = _goal(line, "goal_index", number, rules), _text(line, "asin", number)
    if rules.shop.store.row_of(asin) is None:
        raise DataError(f"line {number}: there is no product {asin!r}")
    found = {"asin": asin, "options": options, "goal_index": goal}
    return found if price is None else {**found, "price": price}
