"""GAIA behind the `Env` protocol: a question, its files, and tools, until an answer is given."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from skillevo.envs.base import Attachment, Observation, SkillevoError, Step, content_digest
from skillevo.envs.gaia import actions as act
from skillevo.envs.gaia.calculator import calculate
from skillevo.envs.gaia.documents import media_type, read_document
from skillevo.envs.gaia.files import Desk
from skillevo.envs.gaia.options import GaiaOptions
from skillevo.envs.gaia.sandbox import Language, Outcome, Sandbox
from skillevo.envs.gaia.web import Search, read_page
from skillevo.envs.pages import PageSource

VERSION = "gaia-1-A"
"""Number: results are comparable within it. Letter: fixes that change no result."""

_SHOWN_FILES = 60


class GaiaEnv:
    """One episode of one question.

    The reward of an answer is 1 where it is right. Whatever a tool cannot do is an observation with "Error:" in it, and
    its step is noted as one; only a sandbox that does not start ends the episode. Each piece of code starts afresh, in
    a folder with copies of the files, where what code leaves stays until the episode ends.
    """

    def __init__(
        self,
        attachments: Mapping[str, Path],
        judge: Callable[[str], bool],
        options: GaiaOptions,
        *,
        sandbox: Sandbox | None = None,
        pages: PageSource | None = None,
        search: Search | None = None,
    ) -> None:
        """Set the episode up; nothing is copied or started yet.

        Args:
            attachments: name -> where it lies.
            judge: whether an answer is right.
            sandbox: where code runs; without one it is not offered.
            pages: where web pages come from, closed with the episode; without them `visit` is not offered.
            search: finds pages for a query; without it `search` is not offered.
        """
        self._attachments, self._judge, self._options = attachments, judge, options
        self._sandbox, self._pages, self._search = sandbox, pages, search
        self._started = False
        self._desk: Desk | None = None
        self._open: tuple[str, Sequence[str]] = ("", ())
        self._history: list[str] = []
        self._tools: Mapping[str, Callable[[str], Awaitable[Observation]]] = {
            "read_file": self._read,
            "page": self._turn_to,
            "calculate": self._calculate,
            **({"python": self._python, "bash": self._bash} if sandbox else {}),
            **({"visit": self._visit} if pages else {}),
            **({"search": self._look_for} if search else {}),
        }

    async def reset(self) -> Observation:
        self._desk = await asyncio.to_thread(Desk, self._attachments)
        self._open, self._history = ("", ()), []
        files = self._desk.files
        if not files:
            return self._see("The question comes without files.")
        lines = [f"- {name} ({path.stat().st_size:,} bytes)" for name, path in list(files.items())[:_SHOWN_FILES]]
        if len(files) > _SHOWN_FILES:
            lines.append(f"- and {len(files) - _SHOWN_FILES:,} more")
        lines += [f"Not unpacked: {why}" for why in self._desk.refused.values()]
        media = [path for name, path in files.items() if "/" not in name]
        return self._see("\n".join(("Files that belong to the question:", *lines)), media)

    async def step(self, action: str) -> Step:
        self._history.append(action)
        answer = act.final_answer(action)
        if answer is not None:
            return Step(self._see("The answer has been taken down."), float(self._judge(answer)), True)
        call = act.read_action(action)
        tool = self._tools.get(call.name) if call else None
        if call is None or tool is None:
            offered = ", ".join(self._forms)
            return self._failed(f"Error: this is no action; there are {offered}")
        try:
            async with asyncio.timeout(self._options.tool_timeout + 30):  # tools have bounds of their own below this
                return Step(await tool(call.content), 0.0, False)
        except TimeoutError:
            return self._failed(f"Error: {call.name} took too long and was ended")
        except _Fatal as e:
            raise e.cause from None
        except _CodeFailed as e:
            return self._failed(str(e))
        except SkillevoError as e:
            return self._failed(f"Error: {e}")

    async def close(self) -> None:
        if self._sandbox is not None and self._started:
            await self._sandbox.close()
        if self._pages is not None:
            await self._pages.close()
        if self._desk is not None:
            self._desk.clear()
            self._desk = None

    # ---- what is shown ------------------------------------------------------------------------------------------

    @property
    def _forms(self) -> tuple[str, ...]:
        forms = [act.ANSWER, act.CALCULATE]
        if self._attachments:
            forms.append(act.READ)
        if len(self._open[1]) > 1:
            forms.append(act.PAGE)
        if self._sandbox:
            forms += [act.PYTHON, act.BASH]
        if self._search:
            forms.append(act.SEARCH)
        if self._pages:
            forms.append(act.VISIT)
        return tuple(forms)

    def _see(self, text: str, media: Sequence[Path] = ()) -> Observation:
        kinds = ((path, media_type(path)) for path in media) if self._options.media else ()
        shown = tuple(Attachment(str(path), kind) for path, kind in kinds if kind)
        return Observation(text, (), content_digest(self._history), self._forms, shown)

    def _failed(self, text: str) -> Step:
        return Step(self._see(text), 0.0, False, {"note": act.TOOL_ERROR})

    def _show(self, name: str, text: str) -> Observation:
        size = self._options.page_chars
        self._open = (name, [text[at : at + size] for at in range(0, len(text), size)] or [""])
        return self._page(1)

    def _page(self, number: int) -> Observation:
        name, sheets = self._open
        place = f"{name}, page {number} of {len(sheets)}:" if len(sheets) > 1 else f"{name}:"
        return self._see(f"{place}\n{sheets[number - 1]}")

    # ---- the tools ----------------------------------------------------------------------------------------------

    async def _read(self, name: str) -> Observation:
        assert self._desk is not None, "an episode begins with reset()"
        path = self._desk.find(name)
        if media_type(path):
            how = "It is shown to you." if self._options.media else "It cannot be shown as text."
            return self._see(f"{path.name} is {media_type(path)}, {path.stat().st_size:,} bytes. {how}", [path])
        return self._show(path.name, await asyncio.to_thread(read_document, path))

    async def _turn_to(self, number: str) -> Observation:
        wanted = number.strip()
        if not wanted.isdecimal() or not 1 <= int(wanted) <= len(self._open[1]):
            raise SkillevoError(f"page takes a number from 1 to {len(self._open[1])}, once something is open")
        return self._page(int(wanted))

    async def _calculate(self, expression: str) -> Observation:
        return self._see(calculate(expression))

    async def _python(self, code: str) -> Observation:
        return await self._run("python", code)

    async def _bash(self, code: str) -> Observation:
        return await self._run("bash", code)

    async def _run(self, language: Language, code: str) -> Observation:
        assert self._sandbox is not None and self._desk is not None
        if not self._started:
            self._started = True
            try:
                await self._sandbox.start(self._desk.files)
            except SkillevoError as e:
                raise _Fatal(e) from None
        limits = (float(self._options.tool_timeout), self._options.page_chars)
        outcome = await self._sandbox.run(language, code, *limits)
        told = _told(outcome, self._options)
        if outcome.code != 0:
            raise _CodeFailed(told)
        return self._see(told)

    async def _visit(self, address: str) -> Observation:
        assert self._pages is not None
        return self._show(*await read_page(self._pages, address.strip()))

    async def _look_for(self, query: str) -> Observation:
        assert self._search is not None
        return self._show(f"results for {query.strip()!r}", await self._search(query.strip()))


class _Fatal(Exception):
    """A sandbox that does not start: the episode's fault, not the action's."""

    def __init__(self, cause: SkillevoError) -> None:
        self.cause = cause


class _CodeFailed(Exception):
    """Code that did not end well; with what it printed, and how it ended."""


def _told(outcome: Outcome, options: GaiaOptions) -> str:
    parts = [outcome.output.rstrip() + ("\n[more output was cut]" if outcome.cut else "")]
    if outcome.code is None:
        parts.append(f"Error: ended after {options.tool_timeout} seconds")
    elif outcome.code:
        parts.append(f"Error: exit status {outcome.code}")
    return "\n".join(p for p in parts if p) or "(no output)"
