"""Callers wait for each other, and what they get is their own."""

from __future__ import annotations

import asyncio

from writers import Writer

from skillevo.envs.base import Call
from skillevo.harness.methods.generator import Decoding
from skillevo.harness.methods.together import Together


class Counting(Writer):
    """Keeps the size of each batch."""

    def __init__(self) -> None:
        super().__init__(lambda prompt, seed: f"{prompt}/{seed}")
        self.batches: list[int] = []

    async def write(self, prompts, decoding: Decoding, seeds):  # type: ignore[no-untyped-def]
        self.batches.append(len(prompts))
        return await super().write(prompts, decoding, seeds)


async def _work(together: Together, name: str, rounds: int, wait: float, decoding: Decoding = "sample") -> list[str]:
    found: list[Call] = []
    for k in range(rounds):
        await asyncio.sleep(wait)
        found += await together.write([name, name], decoding, [k, k + 10])
    return [c.completion for c in found]


def test_all_that_are_under_way_are_written_together_however_quick_they_are() -> None:
    inner = Counting()
    together = Together(inner)

    async def run() -> list[list[str]]:
        works = [
            _work(together, n, rounds, wait) for n, rounds, wait in (("a", 3, 0), ("b", 3, 0.004), ("c", 1, 0.002))
        ]
        return list(await asyncio.gather(*map(together.among, works)))

    a, b, c = asyncio.run(run())
    assert a == ["a/0", "a/10", "a/1", "a/11", "a/2", "a/12"] and b[:2] == ["b/0", "b/10"] and c == ["c/0", "c/10"]
    assert inner.batches == [6, 4, 4], "c has ended after the first"


def test_decodings_are_not_mixed_and_outsiders_wait_for_nobody() -> None:
    inner = Counting()
    together = Together(inner)

    async def run() -> None:
        await asyncio.gather(
            together.among(_work(together, "a", 1, 0)), together.among(_work(together, "b", 1, 0, "greedy"))
        )
        await together.write(["x"], "sample", [1])

    asyncio.run(run())
    assert inner.batches == [2, 2, 1]
    assert {(p, d) for p, d, _ in inner.asked} == {("a", "sample"), ("b", "greedy"), ("x", "sample")}


def test_an_error_reaches_all_who_wait_and_one_that_fails_before_lets_the_others_go_on() -> None:
    def broken(prompt: str, seed: int) -> str:
        raise RuntimeError("out of memory")

    async def fail() -> None:
        raise ValueError("the world broke")

    async def run(together: Together, *more) -> list[object]:  # type: ignore[no-untyped-def]
        works = [_work(together, "a", 1, 0), _work(together, "b", 1, 0), *more]
        return list(await asyncio.gather(*map(together.among, works), return_exceptions=True))

    assert [str(e) for e in asyncio.run(run(Together(Writer(broken))))] == ["out of memory"] * 2
    inner = Counting()
    *texts, error = asyncio.run(asyncio.wait_for(run(Together(inner), fail()), 5))
    assert texts == [["a/0", "a/10"], ["b/0", "b/10"]] and isinstance(error, ValueError)


def test_one_that_is_cancelled_holds_nobody_up() -> None:
    together = Together(Counting())

    async def run() -> list[str]:
        slow = asyncio.create_task(together.among(asyncio.sleep(60)))
        quick = asyncio.create_task(together.among(_work(together, "a", 1, 0)))
        await asyncio.sleep(0.01)
        assert not quick.done()
        slow.cancel()
        return await asyncio.wait_for(quick, 5)

    assert asyncio.run(run()) == ["a/0", "a/10"]
