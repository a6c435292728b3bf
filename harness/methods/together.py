"""Writes for all instances that are under way in one batch.

A batch is written when everyone under way waits for a text, so that its company never depends on who was quicker.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from skillevo.envs.base import Call
from skillevo.harness.methods.generator import Decoding, Generator, preset_of

T = TypeVar("T")


@dataclass(slots=True)
class _Request:
    prompts: Sequence[str]
    decoding: Decoding
    seeds: Sequence[int]
    answer: asyncio.Future[Sequence[Call]]


class Together:
    """A generator whose callers, run through `among`, wait for each other.

    A call from outside `among` is written at once.

    Args:
        wait: False lets every call through at once: for a server that makes batches of its own.
    """

    def __init__(self, generator: Generator, *, wait: bool = True) -> None:
        self._generator = generator
        self._wait = wait
        self._under_way = 0
        self._waiting: list[_Request] = []
        self._writing: set[asyncio.Task[None]] = set()

    @property
    def name(self) -> str:
        return self._generator.name

    @property
    def prompt_preset(self) -> str:
        return preset_of(self._generator)

    def describe(self) -> Mapping[str, Any]:
        return self._generator.describe()

    async def among(self, work: Awaitable[T]) -> T:
        """Do one piece of work that asks for texts now and then, counted as under way until it is done."""
        self._under_way += 1
        try:
            return await work
        finally:
            self._under_way -= 1
            self._write_if_all_wait()

    async def write(self, prompts: Sequence[str], decoding: Decoding, seeds: Sequence[int]) -> Sequence[Call]:
        if not self._under_way or not self._wait:
            return await self._generator.write(prompts, decoding, seeds)
        request = _Request(prompts, decoding, seeds, asyncio.get_running_loop().create_future())
        self._waiting.append(request)
        # Work that is about to begin is let in first.
        await asyncio.sleep(0)
        self._write_if_all_wait()
        return await request.answer

    def _write_if_all_wait(self) -> None:
        if self._waiting and len(self._waiting) >= self._under_way:
            batch, self._waiting = self._waiting, []
            task = asyncio.get_running_loop().create_task(self._write(batch))
            self._writing.add(task)
            task.add_done_callback(self._writing.discard)

    async def _write(self, batch: list[_Request]) -> None:
        batch = [r for r in batch if not r.answer.done()]  # a cancelled one waits no longer
        for decoding in sorted({r.decoding for r in batch}):
            asked = [r for r in batch if r.decoding == decoding]
            try:
                calls = await self._generator.write(
                    [p for r in asked for p in r.prompts], decoding, [s for r in asked for s in r.seeds]
                )
            except BaseException as e:
                for r in asked:
                    if not r.answer.done():
                        r.answer.set_exception(e)
                if not isinstance(e, Exception):
                    raise
                continue
            at = 0
            for r in asked:
                if not r.answer.done():
                    r.answer.set_result(calls[at : at + len(r.prompts)])
                at += len(r.prompts)
