"""The way that somebody would go who knew the answer and where it stands: the oracle's plan, and worked episodes."""

from __future__ import annotations

from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

from skillevo.envs.base import SkillevoError, TaskInstance
from skillevo.envs.pages.base import Page
from skillevo.envs.webwalker.options import WebWalkerOptions
from skillevo.envs.webwalker.sources import open_archive
from skillevo.envs.webwalker.walk import CLICK, NEXT, Walk

T = TypeVar("T")


def plan(instance: TaskInstance, options: WebWalkerOptions = WebWalkerOptions()) -> tuple[str, ...]:
    """Open the golden path's pages one after the other and answer; only the answer where no path is known.

    Raises:
        SkillevoError: a page of the path cannot be reached from the one before it.
    """
    return tuple(action for _, action in steps(instance, options))


def steps(instance: TaskInstance, options: WebWalkerOptions = WebWalkerOptions()) -> Iterator[tuple[str, str]]:
    """The plan with what is seen before each action."""
    seen = ""
    if path := instance.payload.get("path"):
        archive = open_archive(str(instance.payload["archive"]))

        async def get(url: str) -> Page:
            return archive.page(url)

        walk = Walk(get, str(instance.payload["root"]), options.budget)
        seen = _at_once(walk.start()).text
        for url in path:
            for action in _to(walk, url, instance.id):
                yield seen, action
                verb, _, rest = action.partition("[")
                seen = _at_once(walk.act(verb, rest.rstrip("]"))).text
    yield seen, f"answer[{instance.payload['answer']}]"


def demo(instance: TaskInstance) -> str:
    """The plan as a worked episode."""
    told = [f"Question: {instance.prompt}"]
    for seen, action in steps(instance):
        told += [seen, f"> {action}"]
    return "\n".join(told)


def _to(walk: Walk, url: str, name: str) -> Iterator[str]:
    """Page on until a link to this address is there, and click it."""
    here = walk.here
    assert here is not None
    wanted = [n for n, link in enumerate(here.document.links, 1) if link == url]
    while not (there := [n for n in wanted if n in walk.offered()]):
        before = here.part
        yield NEXT
        if here.part == before:
            raise SkillevoError(f"{name}: {here.url} has no link to {url}")
    yield CLICK.format(there[0])


def _at_once(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never waits, inside an event loop or outside."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    work.close()
    raise SkillevoError("a page of an archive is there at once, and this one was waited for")
